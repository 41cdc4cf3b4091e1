"""Volunteering on desks: publish tasks, review wishes, take volunteers on, vouch for hours, print the QR code."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from points import qr, typed
from points.desk.reach import communities_for, step, who
from points.models import Claim, Resident, VolunteerTask
from points.services import volunteer_hours, volunteering, wishes
from points.services.volunteering import TaskDraft
from points.services.wording_screen import category_name, screen
from points.volunteering_lifecycle import DONE, QUARTER_MIN, SHORTEST_MIN, ClaimStatus, TaskStatus
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError, NotFound

RUN = "points.run_volunteering"
PAGE, MOST_MEMBERS = 30, 300
STATES = {
    "asked": Q(status=TaskStatus.ASKED),
    "open": Q(status=TaskStatus.OPEN),
    "waiting": Q(status=TaskStatus.OPEN, pk__in=Claim.objects.filter(status=ClaimStatus.CLAIMED).values("task")),
    "look": Q(pk__in=Claim.objects.filter(status__in=[ClaimStatus.FINISHED, ClaimStatus.LAPSED]).values("task")),
    "ended": Q(status__in=[TaskStatus.ENDED, TaskStatus.WITHDRAWN, TaskStatus.REFUSED]),
}


@require_safe
@holding(RUN)
def tasks(request: HttpRequest) -> HttpResponse:
    """`?state=`, `?community=`, `?page=`: the tasks of the own communities."""
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    reach = _tasks(request)
    chosen = request.GET.get("community", "")
    communities = list(communities_for(who(request), RUN).only("code", "short_name"))
    if chosen in {one.code for one in communities}:
        reach = reach.filter(community=chosen)
    words = {
        "asked": _("Wishes to review"), "open": pgettext("volunteer tasks", "Open"),
        "waiting": _("Volunteers to decide on"), "look": _("Hours to look at"),
        "ended": pgettext("volunteer tasks", "Ended"),
    }  # fmt: skip
    rows = reach.filter(STATES[state]).order_by(*(["-starts_at"] if state == "ended" else ["starts_at"]))
    rows = rows.select_related("community", "asked_by").defer("community__polygon")
    context = {
        "state": state, "community": chosen, "communities": communities,
        "tabs": [(code, said, reach.filter(STATES[code]).count()) for code, said in words.items()],
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "points/desk/volunteering/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(RUN)
def new(request: HttpRequest) -> HttpResponse:
    """Publish a task; errors stand beside their field."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            draft = _draft(request)
            if not _communities(request).filter(pk=draft.community_id).exists():
                raise NotFound(_("There is no such community."))
            made = volunteering.publish(draft, uuid=typed.uuid(request), actor=who(request))
            messages.success(request, _("Published: residents can claim it now."))
            return redirect("points:desk-volunteering-task", made.uuid)
        except NotFound:
            raise
        except DomainError as refused:
            error = refused
    tomorrow = (db_now() + timedelta(days=1)).astimezone(STREET).replace(hour=9, minute=0)
    said = request.POST if request.method == "POST" else {
        "uuid": uuid4(), "kind": VolunteerTask.Kind.SERVICE, "slots": 5, "starts_at": typed.minute(tomorrow),
        "ends_at": typed.minute(tomorrow + timedelta(hours=2)), "risk": VolunteerTask.Risk.LOW,
    }  # fmt: skip
    context = {"said": said, "errors": _errors(error), **_choices(request)}
    return render(request, "points/desk/volunteering/form.html", context, status=error.status if error else 200)


@require_safe
@holding(RUN)
def task(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One task with its volunteers; a wish that waits for its review has a form."""
    return _task(request, _found(request, uuid))


@require_POST
@holding(RUN)
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a wish, as the form puts it."""
    row = _found(request, uuid)
    try:
        wishes.approve(row.pk, _draft(request), actor=who(request))
    except NotFound:
        raise
    except DomainError as error:
        return _task(request, row, error)
    messages.success(request, _("Published: residents can claim it now."))
    return redirect("points:desk-volunteering-task", uuid)


@require_POST
@holding(RUN)
def refuse_wish(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Do not show a wish: {why}."""
    row = _found(request, uuid)

    def work() -> str:
        wishes.refuse_wish(row.pk, why=typed.text(request, "why"), actor=who(request))
        return _("Refused; the resident reads why.")

    return step(request, work, _page(uuid))


@require_POST
@holding(RUN)
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a task back: {why}."""
    row = _found(request, uuid)

    def work() -> str:
        volunteering.withdraw(row.pk, why=typed.text(request, "why"), actor=who(request))
        return _("Withdrawn.")

    return step(request, work, _page(uuid))


@require_POST
@holding(RUN)
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decide on a volunteer: {do: accept|refuse, is_known, why}."""
    row = _claim(request, uuid)

    def work() -> str:
        if typed.text(request, "do") == "accept":
            volunteering.accept(row.pk, is_known=typed.flag(request, "is_known"), actor=who(request))
            return _("Taken on.")
        volunteering.refuse(row.pk, why=typed.text(request, "why"), actor=who(request))
        return _("Not taken on; the volunteer reads why.")

    return step(request, work, _page(row.task.uuid))


@require_POST
@holding(RUN)
def vouch(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Vouch for time that no phone has told: {minutes, why}."""
    row = _claim(request, uuid)

    def work() -> str:
        volunteer_hours.vouch(
            row.pk, minutes=typed.whole(request, "minutes"), why=typed.text(request, "why"), actor=who(request)
        )
        return _("Written down.")

    return step(request, work, _page(row.task.uuid))


@require_POST
@holding(RUN)
def rate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Rate a volunteer: {stars, words}."""
    row = _claim(request, uuid)

    def work() -> str:
        volunteer_hours.rate_volunteer(
            row.pk, stars=typed.whole(request, "stars"), words=typed.text(request, "words"), actor=who(request)
        )
        return _("Rated.")

    return step(request, work, _page(row.task.uuid))


@require_safe
@holding(RUN)
def code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The QR code for the place on A4: it opens the check-in on the volunteer's phone."""
    row = _found(request, uuid)
    door = request.build_absolute_uri(f"{reverse('points:volunteering-here', args=[uuid])}?code={row.check_code}")
    context = {"title": row.title, "address": row.address, "starts_at": row.starts_at, "ends_at": row.ends_at,
               "svg": qr.svg(door), "back": _page(uuid)}  # fmt: skip
    return render(request, "points/desk/volunteering/code.html", context)


@require_safe
@holding(RUN)
def party(request: HttpRequest) -> HttpResponse:
    """`?year=`: party members of the own communities with their verified hours of a calendar year."""
    this_year = db_now().astimezone(STREET).year
    said = request.GET.get("year", "")
    year = int(said) if said.isascii() and said.isdecimal() and len(said) == 4 and int(said) >= 2020 else this_year
    hours = Sum("claims__minutes", filter=Q(claims__status__in=DONE, claims__finished_at__year=year), default=0)
    members = (
        Resident.objects.filter(is_party_member=True, erased_at=None, community__in=_communities(request))
        .select_related("community")
        .defer("community__polygon")
        .annotate(minutes=hours)
        .order_by("-minutes", "id")[:MOST_MEMBERS]
    )
    for one in members:
        one.hours = f"{one.minutes / 60:g}"
    context = {"year": year, "years": range(this_year, this_year - 3, -1), "members": members}
    return render(request, "points/desk/volunteering/party.html", context)


def _task(request: HttpRequest, row: VolunteerTask, error: DomainError | None = None) -> HttpResponse:
    asked = row.status == TaskStatus.ASKED
    verdict = screen(f"{row.title} {row.text} {row.address}") if asked else None
    community = row.community
    said = request.POST if error else {
        "title": row.title, "text": row.text, "address": row.address, "slots": row.slots, "skill": row.skill,
        "risk": row.risk, "at_home": row.at_home and "on", "starts_at": typed.minute(row.starts_at),
        "ends_at": typed.minute(row.ends_at), "lon": row.lon, "lat": row.lat,
        "community": row.community_id, "kind": row.kind,
    }  # fmt: skip
    context = {
        "task": row, "claims": row.claims.select_related("resident", "resident__community").order_by("pk"),
        "hits": [(category_name(hit.category), hit.word) for hit in [*verdict.refused, *verdict.review]]
        if verdict else [],
        "said": said, "errors": _errors(error), "asked": asked, "around": community, "stars": range(5, 0, -1),
        "least_minutes": SHORTEST_MIN, "quarter": QUARTER_MIN,
        "may_withdraw": row.status in (TaskStatus.ASKED, TaskStatus.OPEN)
        and not row.claims.filter(status__in=DONE).exists(), **_choices(request),
    }  # fmt: skip
    return render(request, "points/desk/volunteering/task.html", context, status=error.status if error else 200)


def _draft(request: HttpRequest) -> TaskDraft:
    def said(name: str) -> str:
        return typed.text(request, name)

    return TaskDraft(
        said("kind"), said("title"), said("text"), said("community"), said("address"),
        typed.instant(request, "starts_at"), typed.instant(request, "ends_at"), typed.whole(request, "slots"),
        typed.degrees(request, "lon"), typed.degrees(request, "lat"), said("skill"), typed.flag(request, "at_home"),
        typed.flag(request, "minors_allowed"), said("risk"),
    )  # fmt: skip


def _choices(request: HttpRequest) -> dict:
    return {
        "kinds": VolunteerTask.Kind.choices, "skills": VolunteerTask.Skill.choices,
        "risks": VolunteerTask.Risk.choices, "communities": _communities(request),
    }  # fmt: skip


def _communities(request: HttpRequest):
    return communities_for(who(request), RUN).defer("polygon")


def _tasks(request: HttpRequest):
    return VolunteerTask.objects.filter(community__in=communities_for(who(request), RUN))


def _found(request: HttpRequest, uuid: UUID) -> VolunteerTask:
    row = _tasks(request).select_related("community", "asked_by").filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def _claim(request: HttpRequest, uuid: UUID) -> Claim:
    row = Claim.objects.filter(uuid=uuid, task__in=_tasks(request)).select_related("task").first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def _page(uuid: UUID) -> str:
    return reverse("points:desk-volunteering-task", args=[uuid])


def _errors(error: DomainError | None) -> dict[str, str]:
    return {} if error is None else {error.field or "all": error.message}
