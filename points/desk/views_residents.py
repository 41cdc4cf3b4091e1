"""Residents as workers see them: found, confirmed, blocked, called; their points; and notices to them."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.models import Community
from grid.views import holding
from points import selectors_desk as selectors
from points import selectors_figures as figured
from points.desk.forms import NoticeForm
from points.desk.pages import posted, step, today, who, words
from points.models import AdjustmentRequest, LedgerTransaction, Level, Resident
from points.services import deciding, filled, ledger, notices, residents
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError
from shushanwei.people.access import reach_of

VERIFY, PHONE, ADJUST = "points.verify_residents", "points.show_phone", "points.adjust_points"
PAGE = 30


@never_cache
@require_safe
@holding(selectors.SEE)
def residents_list(request: HttpRequest) -> HttpResponse:
    """`?q=` nickname or a whole phone number, `?level=1|2`, `?community=`, `?blocked=1`."""
    by = {name: words(request, name) for name in ("q", "level", "community", "blocked")}
    wrong = ""
    try:
        rows = selectors.search(
            who(request), words=by["q"], level=by["level"], community=by["community"], blocked=bool(by["blocked"])
        )
    except BadInput as error:
        rows, wrong = selectors.residents_for(who(request)).none(), error.message
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "by": by, "wrong": wrong, "now": db_now(),
        "communities": Community.objects.all(), "levels": [Level.PHONE, Level.VERIFIED],
    }  # fmt: skip
    return render(request, "points/desk/residents.html", context)


@never_cache
@require_safe
@holding(selectors.SEE)
def resident(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One resident, with what this person may do; `?page=` of the ledger."""
    return _resident(request, uuid)


def _resident(request: HttpRequest, uuid: UUID, *, phone: str = "", wrong: dict[str, str] | None = None,
              status: int = 200) -> HttpResponse:  # fmt: skip
    user = who(request)
    row = selectors.resident_for(user, uuid)
    sees_ledger = user.has_perm(selectors.LEDGER)
    context = {
        "resident": row, "phone": phone, "wrong": wrong or {}, "said": request.POST, "now": db_now(), "uuid": uuid4(),
        "may": {name: user.has_perm(code) for name, code in (
            ("verify", VERIFY), ("phone", PHONE), ("adjust", ADJUST), ("ledger", selectors.LEDGER))},
        "reachable": residents.has_open_matter(row),
        "communities": selectors.communities_for(user, VERIFY), "most_points": deciding.MOST_POINTS,
    }  # fmt: skip
    if sees_ledger:
        moved = LedgerTransaction.objects.filter(resident=row).select_related("rule", "by", "approved_by")
        spendable, frozen = ledger.balances(row.pk)
        context |= {
            "spendable": spendable, "frozen": frozen,
            "part": Paginator(moved.prefetch_related("lines__account"), PAGE).get_page(request.GET.get("page")),
            "asked": AdjustmentRequest.objects.filter(resident=row).select_related("by", "decided_by")[:10],
        }  # fmt: skip
    return render(request, "points/desk/resident.html", context, status=status)


def _act(request: HttpRequest, uuid: UUID, permission: str, work: Callable[[Resident], str]) -> HttpResponse:
    """Run `work` on a resident within reach and say what it did; a refusal stands beside its field."""
    row = selectors.resident_for(who(request), uuid, permission)
    try:
        done = work(row)
    except DomainError as error:
        return _resident(request, uuid, wrong={error.field or "all": error.message}, status=error.status)
    messages.success(request, done)
    return redirect("points:desk-resident", uuid=uuid)


@require_POST
@holding(VERIFY)
def verify(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Confirm the real name: {name, community, party}."""

    def work(row: Resident) -> str:
        code = posted(request, "community")
        if not selectors.communities_for(who(request), VERIFY).filter(pk=code).exists():
            raise BadInput("community", _("Choose your own community."))
        residents.verify(
            row.pk, name=posted(request, "name"), community_id=code,  # type: ignore[arg-type]
            is_party_member=request.POST.get("party") == "on", actor=who(request),
        )  # fmt: skip
        return _("The real name is confirmed.")

    return _act(request, uuid, VERIFY, work)


@require_POST
@holding(VERIFY)
def block(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Block for some days, or end it with 0: {days, why}."""

    def work(row: Resident) -> str:
        days = filled.number("days", request.POST.get("days", ""), least=0, most=residents.MOST_DAYS)
        residents.block(row.pk, days=days, why=posted(request, "why"), actor=who(request))
        return _("Blocked.") if days else _("The block has ended.")

    return _act(request, uuid, VERIFY, work)


@never_cache
@require_POST
@holding(PHONE)
def show_phone(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The number in clear, once, on this answer only: {why}."""
    row = selectors.resident_for(who(request), uuid, PHONE)
    try:
        phone = residents.show_phone(row.pk, why=posted(request, "why"), actor=who(request))
    except DomainError as error:
        # The reason of a block has the same name of its field.
        return _resident(request, uuid, wrong={"phone_why": error.message}, status=error.status)
    return _resident(request, uuid, phone=phone)


@require_POST
@holding(ADJUST)
def adjust(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for a change of points: {uuid, points, reason}."""

    def work(row: Resident) -> str:
        deciding.ask_adjustment(
            row, points=request.POST.get("points", ""), reason=posted(request, "reason"),  # type: ignore[arg-type]
            uuid=filled.page_id(request.POST.get("uuid")), actor=who(request),
        )  # fmt: skip
        return _("Asked for; somebody else decides.")

    return _act(request, uuid, ADJUST, work)


@require_safe
@holding(selectors.SEE)
def figures(request: HttpRequest) -> HttpResponse:
    """The residents' side in numbers, within reach."""
    told = figured.figures(who(request), today())
    context = {"told": told, "most": max([1, *(row["given"] for row in told["months"])]), "days": figured.ACTIVE_DAYS}
    return render(request, "points/desk/figures.html", context)


@require_safe
@holding(notices.POST)
def notice_list(request: HttpRequest) -> HttpResponse:
    """Notices within reach, and the form of a new one."""
    day = today()
    return _notices(request, _notice_form(request, initial={"shown_from": day, "shown_to": day}))


@require_POST
@holding(notices.POST)
def notice_post(request: HttpRequest) -> HttpResponse:
    """Post a notice."""
    form = _notice_form(request, request.POST)

    def again() -> HttpResponse:
        return _notices(request, form, status=422)

    def work() -> str:
        said = dict(form.cleaned_data)
        said["community"] = said["community"].pk if said["community"] else None
        notices.post(said, uuid=said["uuid"], actor=who(request))
        return _("The notice is posted.")

    return step(request, work, reverse("points:desk-notices"), form, again) if form.is_valid() else again()


@require_POST
@holding(notices.POST)
def notice_withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take a notice off the residents' pages."""

    def work() -> str:
        notices.withdraw(uuid, actor=who(request))
        return _("The notice is shown no more.")

    return step(request, work, reverse("points:desk-notices"))


def _notice_form(request: HttpRequest, given=None, **kwargs) -> NoticeForm:
    mine = selectors.communities_for(who(request), notices.POST)
    return NoticeForm(given, communities=mine, street=reach_of(who(request), notices.POST).street, **kwargs)


def _notices(request: HttpRequest, form: NoticeForm, *, status: int = 200) -> HttpResponse:
    rows = notices.within_reach(who(request))
    part = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "points/desk/notices.html", {"part": part, "form": form, "today": today()}, status=status)
