"""Volunteering on the resident's phone: find a task, claim it, be there, rate; wishes of one's own."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from points import qr, typed
from points.identity import resident_only
from points.m.answers import errors_of, me, unless_missing
from points.models import Award, Claim, Level, Purpose, Resident, VolunteerTask
from points.services import consents, volunteer_hours, volunteering, wishes
from points.services.volunteer_hours import Here
from points.services.volunteering import TaskDraft
from points.volunteering_lifecycle import COMING, DONE, EARLY, GRACE, HOLDING, MOST_OPEN, ClaimStatus, TaskStatus
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError, NotFound

PAGE = 20


@never_cache
@require_GET
@resident_only
def tasks(request: HttpRequest) -> HttpResponse:
    """`?kind=`, `?page=`: open tasks, those of the own community first, then by their beginning."""
    resident, now = me(request), db_now()
    kind = request.GET.get("kind", "")
    rows = VolunteerTask.objects.filter(status=TaskStatus.OPEN, ends_at__gt=now)
    rows = rows.select_related("community").defer("community__polygon")
    if kind in VolunteerTask.Kind.values:
        rows = rows.filter(kind=kind)
    if resident.is_child:
        rows = rows.filter(minors_allowed=True)
    nearness = Case(When(community=resident.community_id, then=Value(0)), default=Value(1), output_field=IntegerField())
    context = {
        "kind": kind, "kinds": VolunteerTask.Kind.choices,
        "part": Paginator(rows.order_by(nearness, "starts_at", "id"), PAGE).get_page(request.GET.get("page")),
        "claimed": set(Claim.objects.filter(resident=resident, status__in=HOLDING).values_list("task_id", flat=True)),
    }  # fmt: skip
    return render(request, "points/m/volunteering/tasks.html", context)


@never_cache
@require_GET
@resident_only
def task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One task: what it is, and what I can do about it now."""
    return _task(request, uuid)


@require_POST
@resident_only
def claim(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a slot: {uuid}."""
    try:
        volunteering.claim(me(request), uuid, uuid=typed.uuid(request))
    except DomainError as error:
        return _task(request, uuid, error)
    messages.success(request, _("Claimed. The community will decide soon."))
    return redirect("points:volunteering-task", uuid)


@require_POST
@resident_only
def give_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leave a claim before it begins."""
    row = volunteering.own_claim(me(request), uuid)
    try:
        volunteering.give_back(me(request), uuid)
    except DomainError as error:
        return _task(request, row.task.uuid, error)
    messages.success(request, _("Given back; thank you for saying so."))
    return redirect("points:volunteering-task", row.task.uuid)


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only
def here(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Behind the QR code, `?code=`: check in and out. POST: {do: in|out|early, code, lon, lat, accuracy}."""
    resident = me(request)
    row = _my_claim(resident, uuid)
    error: DomainError | None = None
    code = str(request.POST.get("code") or request.GET.get("code") or "")[:64]
    if request.method == "POST" and row is not None:
        try:
            accuracy = typed.degrees(request, "accuracy")
            said = Here(
                code, typed.degrees(request, "lon") or 0.0, typed.degrees(request, "lat") or 0.0,
                -1.0 if accuracy is None else accuracy,
            )  # fmt: skip
            if typed.text(request, "do") == "in":
                volunteer_hours.check_in(resident, row.uuid, said)
                messages.success(request, _("Checked in. Do not forget to check out."))
            else:
                row = volunteer_hours.check_out(resident, row.uuid, said, early=typed.text(request, "do") == "early")
                messages.success(request, _("Checked out: %(n)s h.") % {"n": row.hours})
            return redirect("points:volunteering-task", uuid)
        except DomainError as refused:
            error = unless_missing(refused)
    context = {
        "task": volunteering_task(uuid), "claim": row, "code": code, "error": error,
        "agreed": consents.has(resident, Purpose.LOCATION), "purpose": Purpose.LOCATION,
        "next": f"{reverse('points:volunteering-here', args=[uuid])}?code={code}",
    }  # fmt: skip
    return render(request, "points/m/volunteering/here.html", context, status=error.status if error else 200)


@require_POST
@resident_only
def rate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What I say about a task that I did: {stars, words}."""
    row = volunteering.own_claim(me(request), uuid)
    try:
        volunteer_hours.rate_task(
            me(request), uuid, stars=typed.whole(request, "stars"), words=typed.text(request, "words")
        )
    except DomainError as error:
        return _task(request, row.task.uuid, error)
    messages.success(request, _("Thank you."))
    return redirect("points:volunteering-task", row.task.uuid)


@require_POST
@resident_only
def thank(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What I say about a volunteer who came for my wish: {stars, words}."""
    row = Claim.objects.filter(uuid=uuid, task__asked_by=me(request)).select_related("task").first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    try:
        volunteer_hours.rate_volunteer(
            row.pk, stars=typed.whole(request, "stars"), words=typed.text(request, "words"), by=me(request)
        )
    except DomainError as error:
        return _task(request, row.task.uuid, error)
    messages.success(request, _("Thank you."))
    return redirect("points:volunteering-task", row.task.uuid)


@never_cache
@require_GET
@resident_only
def mine(request: HttpRequest) -> HttpResponse:
    """My claims, my hours of the year, my wishes."""
    return own_page(request)


def own_page(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    """The page of claims and hours, with what was refused of a certificate."""
    resident, now = me(request), db_now()
    claims = Claim.objects.filter(resident=resident).select_related("task")
    pause = volunteering.pause_of(resident.pk)
    today = now.astimezone(STREET).date()
    context = {
        "part": Paginator(claims, PAGE).get_page(request.GET.get("page")),
        "wishes": resident.wishes.order_by("-id")[:PAGE], "year": today.year,
        "hours": f"{volunteer_hours.minutes_of_year(claims, today.year) / 60:g}",
        "pause": pause if pause and pause > now else None, "certificates": resident.certificates.all()[:PAGE],
        "may_certify": resident.level >= Level.VERIFIED, "new_uuid": uuid4(),
        "from_day": request.POST.get("from_day") or today.replace(month=1, day=1).isoformat(),
        "to_day": request.POST.get("to_day") or today.isoformat(), "errors": errors_of(error),
        "open": claims.filter(status__in=[ClaimStatus.CLAIMED, ClaimStatus.ACCEPTED, ClaimStatus.PRESENT]).count(),
        "most_open": MOST_OPEN,
    }  # fmt: skip
    return render(request, "points/m/volunteering/mine.html", context, status=error.status if error else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only(level=Level.VERIFIED)
def wish(request: HttpRequest) -> HttpResponse:
    """Ask for help: {uuid, kind, title, text, address, starts_at, ends_at, at_home}."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            made = wishes.ask(
                me(request),
                TaskDraft(
                    typed.text(request, "kind"), typed.text(request, "title"), typed.text(request, "text"), "",
                    typed.text(request, "address"), typed.instant(request, "starts_at"),
                    typed.instant(request, "ends_at"), at_home=typed.flag(request, "at_home"),
                ),
                uuid=typed.uuid(request),
            )  # fmt: skip
            messages.success(request, _("Sent. The community looks at it before others see it."))
            return redirect("points:volunteering-task", made.uuid)
        except DomainError as refused:
            error = unless_missing(refused)
    tomorrow = (db_now() + timedelta(days=1)).astimezone(STREET).replace(hour=9, minute=0)
    said = request.POST if request.method == "POST" else {
        "uuid": uuid4(), "kind": VolunteerTask.Kind.WISH, "starts_at": typed.minute(tomorrow),
        "ends_at": typed.minute(tomorrow + timedelta(hours=2)),
    }  # fmt: skip
    context = {"said": said, "errors": errors_of(error), "kinds": [(kind.value, kind.label) for kind in wishes.KINDS]}
    return render(request, "points/m/volunteering/wish.html", context, status=error.status if error else 200)


@require_POST
@resident_only
def withdraw_wish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the own wish back."""
    try:
        wishes.withdraw_wish(me(request), uuid)
    except DomainError as error:
        return _task(request, uuid, error)
    messages.success(request, _("Withdrawn."))
    return redirect("points:volunteering-task", uuid)


def volunteering_task(uuid: UUID) -> VolunteerTask:
    """The task of an address. Raises NotFound."""
    found = VolunteerTask.objects.select_related("community", "asked_by").filter(uuid=uuid).first()
    if found is None:
        raise NotFound(_("There is no such thing."))
    return found


def _task(request: HttpRequest, uuid: UUID, error: DomainError | None = None) -> HttpResponse:
    unless_missing(error)
    resident, now = me(request), db_now()
    found = VolunteerTask.objects.select_related("community", "asked_by").filter(uuid=uuid)
    # A wish before its review, and what was refused, is its resident's own.
    seen = Q(asked_by=resident) | Q(status__in=[TaskStatus.OPEN, TaskStatus.ENDED])
    row = found.filter(seen | Q(pk__in=resident.claims.values("task"))).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    mine, own = _my_claim(resident, uuid), row.asked_by_id == resident.pk
    accepted = mine is not None and mine.status in COMING
    left = mine is None or mine.status in (ClaimStatus.WITHDRAWN, ClaimStatus.CALLED_OFF)
    door = request.build_absolute_uri(f"{reverse('points:volunteering-here', args=[uuid])}?code={row.check_code}")
    volunteers = list(row.claims.filter(status__in=COMING).select_related("resident").order_by("pk")) if own else []
    done = [one for one in volunteers if one.status in DONE]
    awaits = row.status == TaskStatus.OPEN and (row.left > 0 or len(done) < len(volunteers))
    context = {
        "task": row, "claim": mine, "own": own, "errors": errors_of(error), "new_uuid": uuid4(), "now": now,
        "tells_place": own or accepted or not row.at_home,
        "svg": qr.svg(door) if own and awaits else "", "volunteers": volunteers,
        "may_withdraw": row.status in (TaskStatus.ASKED, TaskStatus.OPEN) and not done,
        "award": Award.objects.filter(source_type="claim", source_id=str(mine.pk)).first() if mine else None,
        "may_come": row.starts_at - EARLY <= now <= row.ends_at + GRACE, "stars": range(5, 0, -1),
        "may_claim": left and not own and row.status == TaskStatus.OPEN and row.ends_at > now,
        "may_leave": mine is not None and (mine.status == ClaimStatus.CLAIMED or now < row.starts_at),
    }  # fmt: skip
    return render(request, "points/m/volunteering/task.html", context, status=error.status if error else 200)


def _my_claim(resident: Resident, uuid: UUID) -> Claim | None:
    return Claim.objects.filter(task__uuid=uuid, resident=resident).order_by("-pk").first()
