"""Who goes to a planned check, and an earlier day for it: drawn by lot, changed only for a reason."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from grid.models import Leave, RosterLine
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.common.secrets import unseal
from shushanwei.journal.services import record
from shushanwei.people.models import RoleGrant, User
from worksites.checks.rules import FEWEST_INSPECTORS
from worksites.checks.shapes import planned_shape
from worksites.models import PlannedCheck
from worksites.planning import drawn_inspectors
from worksites.services.base import locked_site
from worksites.services.typed import must_type

INSPECT, PLAN = "worksites.inspect", "worksites.plan_checks"
MOST_INSPECTORS = 6


def inspectors_on(day: date) -> list[User]:
    """Who may be drawn for a day: the inspectors on its roster; where it names too few, all who are not on leave."""
    able = inspectors_able(day)
    lines = RosterLine.objects.filter(
        state=RosterLine.State.PLANNED, is_backup=False, period__overlap=_whole(day), user__in=able
    )
    planned = set(lines.values_list("user", flat=True))
    on_duty = [user for user in able if user.pk in planned]
    return on_duty if len(on_duty) >= FEWEST_INSPECTORS else able


def lot_key(check: PlannedCheck) -> str:
    """What is drawn with: the day as it was drawn, the site, and from the second lot on its number."""
    day = (check.drawn_on or check.on).isoformat()
    return f"{day}|{check.site.code}" + (f"|{check.lots}" if check.lots > 1 else "")


def chosen_by_lot(check: PlannedCheck, number: str) -> list[str]:
    """The account names that the lot gives; repeats the draw from what is stored."""
    return drawn_inspectors(number, lot_key(check), check.candidates)


def draw_crew(check: PlannedCheck, number: str) -> list[str]:
    """Draw who goes, among those who may on its day; writes the candidates down. The site's lock is held."""
    people = {user.username: user for user in inspectors_on(check.on)}
    check.candidates, check.lots = sorted(people), check.lots + 1
    check.save(update_fields=["candidates", "lots"])
    chosen = chosen_by_lot(check, number)
    check.inspectors.set([people[name] for name in chosen])
    return chosen


@transaction.atomic
def redraw(check_id: int, *, after: int, reason: str, actor: User) -> PlannedCheck:
    """Draw anew, with the reason. `after` is the number of lots that the page showed: pressed twice, drawn once.

    Raises BadInput for `reason`, WrongStep where the check is over or too few may be drawn.
    """
    reason = must_type("reason", reason, PlannedCheck.moved_reason.field)
    check = _locked(check_id)
    if check.lots != after:
        return check
    if check.draw is None or len(inspectors_on(check.on)) < FEWEST_INSPECTORS:
        raise WrongStep(_("Fewer than two inspectors are on duty on this day."))
    before = _names(check)
    chosen = draw_crew(check, unseal(check.draw.number_sealed))
    record(check, "check.redrawn", actor=actor, note=reason,
           data={"site": check.site_id, "before": before, "inspectors": chosen, "lot": check.lots})  # fmt: skip
    return check


def absent(now: datetime) -> list[int]:
    """Open checks from today on of whom an inspector may not go any more: on leave on its day, or no inspector now."""
    today = now.astimezone(STREET).date()
    open_ones = PlannedCheck.objects.filter(on__gte=today, done_at=None, missed_at=None, dropped_at=None)
    named: dict[date, dict[int, set[int]]] = {}
    for pk, day, user in open_ones.exclude(inspectors=None).values_list("pk", "on", "inspectors"):
        named.setdefault(day, {}).setdefault(pk, set()).add(user)
    found = []
    for day, checks in sorted(named.items()):
        able = {user.pk for user in inspectors_able(day)}
        found += [pk for pk, crew in checks.items() if not crew <= able]
    return found


@transaction.atomic
def replace_absent(check_id: int) -> bool:
    """Who cannot go is struck from the candidates, and the next by the same lot goes instead; the others stay.

    Anybody can repeat that: the lot is drawn over the candidates that are left. Where these are too few, a new lot is
    drawn among all who may go on the day. False where everybody can go.
    """
    try:
        check = _locked(check_id)
    except WrongStep:
        return False
    able = {user.username: user for user in inspectors_able(check.on)}
    before = _names(check)
    staying = [name for name in before if name in able]
    if len(staying) == len(before):
        return False
    struck = [name for name in check.candidates if name not in able]
    check.candidates = [name for name in check.candidates if name in able]
    number = unseal(check.draw.number_sealed) if check.draw else ""
    if number and len(able) >= FEWEST_INSPECTORS > len({*check.candidates, *staying}):
        chosen = draw_crew(check, number)
    else:
        row = drawn_inspectors(number, lot_key(check), check.candidates, len(check.candidates))
        chosen = [*staying, *(name for name in row if name not in staying)][: len(before)]
        check.save(update_fields=["candidates"])
        check.inspectors.set([able[name] for name in chosen])
    data = {"site": check.site_id, "before": before, "inspectors": sorted(chosen), "struck": struck, "lot": check.lots}
    # Told to planners alone: the day of a random check is nobody else's to know before.
    record(check, "check.absent_replaced", data=data, shape=planned_shape, audience={"permission": PLAN})
    return True


@transaction.atomic
def set_crew(check_id: int, people: list[int], *, reason: str, actor: User) -> PlannedCheck:
    """Name who goes instead of the lot, with the reason. The same people again change nothing.

    Raises BadInput for `inspectors` (two at least, all of them may inspect and are not on leave) and `reason`.
    """
    check = _locked(check_id)
    chosen = set(people)
    if chosen == set(check.inspectors.values_list("pk", flat=True)):
        return check
    reason = must_type("reason", reason, PlannedCheck.moved_reason.field)
    if not FEWEST_INSPECTORS <= len(chosen) <= MOST_INSPECTORS:
        said = _("From %(least)s to %(most)s inspectors.")
        raise BadInput("inspectors", said % {"least": FEWEST_INSPECTORS, "most": MOST_INSPECTORS})
    able = {user.pk for user in inspectors_able(check.on)}
    if not chosen <= able:
        raise BadInput("inspectors", _("Only inspectors who are not on leave on this day."))
    before = _names(check)
    check.inspectors.set(chosen)
    record(check, "check.crew_set", actor=actor, note=reason,
           data={"site": check.site_id, "before": before, "inspectors": _names(check)})  # fmt: skip
    return check


def inspectors_able(day: date) -> list[User]:
    """Who may be named for a day: everybody who may inspect and is not on leave."""
    away = Leave.objects.filter(state=Leave.State.APPROVED, period__overlap=_whole(day))
    holders = RoleGrant.objects.filter(role__permissions__contains=[INSPECT]).values("user")
    found = User.objects.filter(pk__in=holders, is_active=True).exclude(pk__in=away.values("user"))
    return list(found.order_by("display_name", "username"))


@transaction.atomic
def bring_forward(check_id: int, on: date, *, reason: str, actor: User) -> PlannedCheck:
    """An urgent need brings the check to an earlier day of its period; it stays the one visit of the period.

    Raises BadInput for `on` and `reason`; WrongStep where the check is over. The same day again changes nothing.
    """
    check = _locked(check_id)
    if check.on == on:
        return check
    reason = must_type("reason", reason, PlannedCheck.moved_reason.field)
    if not db_now().astimezone(STREET).date() <= on < check.on:
        raise BadInput("on", _("From today to the day before the planned one."))
    if not check.needs.filter(urgent_by__isnull=False, answered_at=None, withdrawn_at=None).exists():
        raise WrongStep(_("Only an urgent need of a department brings a check forward."))
    check.drawn_on, before = check.drawn_on or check.on, check.on
    check.on, check.moved_reason = on, reason
    check.due_at = datetime.combine(on + timedelta(days=1), time(0), tzinfo=STREET)
    check.save(update_fields=["on", "drawn_on", "moved_reason", "due_at"])
    record(check, "check.brought_forward", actor=actor, note=reason,
           data={"site": check.site_id, "before": before.isoformat(), "on": on.isoformat()})  # fmt: skip
    return check


def _whole(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, time(0), tzinfo=STREET)
    return begin, begin + timedelta(days=1)


def _names(check: PlannedCheck) -> list[str]:
    return sorted(check.inspectors.values_list("username", flat=True))


def _locked(check_id: int) -> PlannedCheck:
    """The open check under the locks of its site and itself; raises NotFound, WrongStep where it is over."""
    site_id = PlannedCheck.objects.filter(pk=check_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such check."))
    site = locked_site(site_id)
    rows = PlannedCheck.objects.select_for_update(no_key=True, of=("self",)).select_related("draw")
    check = rows.get(pk=check_id)
    check.site = site
    if check.done_at or check.missed_at or check.dropped_at:
        raise WrongStep(_("This check is over."))
    return check
