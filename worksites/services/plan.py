"""The plan of checks: each watched site has one open check or has been checked in its month; who goes is drawn."""

import secrets
from datetime import date, datetime, time, timedelta

from django.db import transaction

from grid.working import work_calendar
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import seal, unseal
from shushanwei.journal.services import record
from worksites.facts import rules_in_force
from worksites.lifecycle import RECHECK, WATCHED, Colour
from worksites.models import Draw, Inspection, PlannedCheck, Site
from worksites.planning import (
    ALGORITHM,
    NUMBER_BYTES,
    commitment,
    days_to_draw,
    drawn_day,
    due_day,
    month_of,
)
from worksites.services.crews import draw_crew
from worksites.services.needs import take_along

Kind = PlannedCheck.Kind
KIND_OF = {Colour.WHITE: Kind.RANDOM, Colour.YELLOW: Kind.GENERAL, Colour.RED: Kind.KEY}
PLANNED_FROM = time(0, 10)  # the new month is drawn then


def keep_planned(site: Site, now: datetime) -> PlannedCheck | None:
    """See that the site, locked by the caller, has the open check that its colour asks for; gives a new one."""
    if site.status not in WATCHED:
        drop_open(site, now)
        return None
    kind = KIND_OF[Colour(site.colour)]
    open_ones = PlannedCheck.objects.filter(site=site, done_at=None, missed_at=None, dropped_at=None)
    for check in open_ones:
        if check.kind == kind:
            return None
        _drop(check, now)
    return _random(site, now) if kind == Kind.RANDOM else _counted(site, kind, now)


def drop_open(site: Site, now: datetime) -> None:
    """Take the open check of a site off the plan: it is finished or idle."""
    for check in PlannedCheck.objects.filter(site=site, done_at=None, missed_at=None, dropped_at=None):
        _drop(check, now)


@transaction.atomic
def draw_of(period: str, now: datetime) -> Draw:
    """The draw of a month; its secret number is made once, and its commitment written down at once."""
    draw = Draw.objects.filter(period=period).first()
    if draw is not None:
        return draw
    number = secrets.token_hex(NUMBER_BYTES)
    draw, made = Draw.objects.get_or_create(
        period=period,
        defaults={"algorithm": ALGORITHM, "number_sealed": seal(number), "commitment": commitment(number),
                  "made_at": now},
    )  # fmt: skip
    if made:
        record(draw, "draw.made", data={"period": period, "algorithm": ALGORITHM, "commitment": draw.commitment})
    return draw


def number_told(draw: Draw, now: datetime) -> str | None:
    """The secret number of a draw once its month is over; None before."""
    _first, last = month_of(draw.period)
    return unseal(draw.number_sealed) if now.astimezone(STREET).date() > last else None


def complete(inspection: Inspection) -> PlannedCheck | None:
    """The signed inspection is the check that was planned, and the next is planned; the caller locks the site."""
    site, now = inspection.site, inspection.locked_at or db_now()
    check = served_by(site, inspection.started_at)
    if check is not None:
        late = check.missed_at is not None
        check.done_at, check.inspection, check.missed_at = inspection.started_at, inspection, None
        check.save(update_fields=["done_at", "inspection", "missed_at"])
        record(check, "check.done", actor=inspection.by, data={"site": site.pk, "arrived_late": late}, at=now)
    keep_planned(site, now)
    return check


def served_by(site: Site, at: datetime) -> PlannedCheck | None:
    """The check that a visit begun at this instant makes: planned by then and not yet due, or the open one.

    A phone without a network brings its sheet after the check was missed: made in time, it was not missed.
    """
    rows = PlannedCheck.objects.select_for_update(no_key=True).filter(site=site, done_at=None, dropped_at=None)
    in_time = rows.filter(made_at__lte=at, due_at__gt=at).order_by("due_at").first()
    return in_time or rows.filter(missed_at=None, made_at__lte=at).first()


def due_to_miss(now: datetime) -> list[int]:
    """Open checks whose last day has passed."""
    rows = PlannedCheck.objects.filter(done_at=None, missed_at=None, dropped_at=None, due_at__lte=now)
    return list(rows.order_by("due_at").values_list("pk", flat=True))


@transaction.atomic
def miss(check_id: int, *, at: datetime | None = None) -> bool:
    """A check that nobody made in time is missed when it fell due; the next one is planned. `at` writes history."""
    now = at or db_now()
    site_id = PlannedCheck.objects.values_list("site_id", flat=True).get(pk=check_id)
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    check = PlannedCheck.objects.select_for_update(no_key=True).get(pk=check_id)
    if check.done_at or check.missed_at or check.dropped_at or check.due_at > now:
        return False
    check.missed_at = check.due_at
    check.save(update_fields=["missed_at"])
    record(check, "check.missed", data={"site": site.pk, "on": check.on.isoformat()}, at=now)
    keep_planned(site, now)
    return True


def unplanned(now: datetime) -> list[int]:
    """Watched sites without an open check and, if white, not checked and without one in this month."""
    local = now.astimezone(STREET)
    if local.time() < PLANNED_FROM and local.day == 1:
        return []
    open_of = PlannedCheck.objects.filter(done_at=None, missed_at=None, dropped_at=None).values("site")
    sites = Site.objects.filter(status__in=WATCHED).exclude(pk__in=open_of)
    period = f"{local:%Y-%m}"
    had = set(
        PlannedCheck.objects.filter(period=period, kind=Kind.RANDOM, dropped_at=None).values_list("site_id", flat=True)
    )
    first, _last = month_of(period)
    return [
        site.pk
        for site in sites
        if site.colour != Colour.WHITE or (site.pk not in had and _checked_since(site, first) is None)
    ]


@transaction.atomic
def plan_site(site_id: int, *, at: datetime | None = None) -> bool:
    """One step of the nightly plan; looks again under the lock. `at` writes history."""
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id)
    return keep_planned(site, at or db_now()) is not None


def _random(site: Site, now: datetime) -> PlannedCheck | None:
    """The check of a white site in this month: none where it had one, and none where no day is left to draw."""
    today = now.astimezone(STREET).date()
    period = f"{today:%Y-%m}"
    first, last = month_of(period)
    if PlannedCheck.objects.filter(site=site, kind=Kind.RANDOM, period=period, dropped_at=None).exists():
        return None
    if _checked_since(site, first) is not None:
        return None
    after = None if today == first else today
    draw = draw_of(period, now)
    number = unseal(draw.number_sealed)
    day = drawn_day(number, period, site.code, days_to_draw(period, after, work_calendar().is_workday))
    if day is None:
        return None
    # A site that was white before in this month and is again: its dropped check makes room.
    PlannedCheck.objects.filter(site=site, kind=Kind.RANDOM, period=period).delete()
    return _plan(site, Kind.RANDOM, period, day, day, draw, number, now)


def _counted(site: Site, kind: str, now: datetime) -> PlannedCheck:
    """The next check of a yellow or red site: so many days after the last one, or after it got its colour."""
    rules = rules_in_force(now)
    begun = site.colour_since.astimezone(STREET).date()
    last = _checked_since(site, begun) or begun
    missed = PlannedCheck.objects.filter(site=site, kind=kind, missed_at__isnull=False).order_by("-on").first()
    if missed is not None:
        last = max(last, missed.on)
    due = due_day(Colour(site.colour), last, rules.yellow_every_days, rules.red_every_days)
    today = now.astimezone(STREET).date()
    due = max(due, today)
    draw = draw_of(f"{today:%Y-%m}", now)
    period = f"{due:%Y-%m-%d}"
    taken = PlannedCheck.objects.filter(site=site, kind=kind, period=period).first()
    if taken is not None:
        period = f"{period}/{PlannedCheck.objects.filter(site=site, kind=kind).count()}"
    return _plan(site, kind, period, due, due, draw, unseal(draw.number_sealed), now)


def _plan(
    site: Site, kind: str, period: str, on: date, last: date, draw: Draw, number: str, now: datetime
) -> PlannedCheck:
    due_at = datetime.combine(last + timedelta(days=1), time(0), tzinfo=STREET)
    check = PlannedCheck.objects.create(
        site=site, kind=kind, period=period, colour=site.colour, on=on, due_at=due_at, draw=draw, made_at=now
    )
    chosen = draw_crew(check, number)
    take_along(check)
    record(check, "check.planned", data={"site": site.pk, "kind": kind, "inspectors": chosen}, at=now)
    return check


def _checked_since(site: Site, day: date) -> date | None:
    """The day of the newest signed inspection on or after `day`; a re-check of findings is none."""
    begin = datetime.combine(day, time(0), tzinfo=STREET)
    newest = (
        Inspection.objects.filter(site=site, started_at__gte=begin, status=Inspection.Status.LOCKED)
        .exclude(kind=RECHECK)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    return newest.astimezone(STREET).date() if newest else None


def _drop(check: PlannedCheck, now: datetime) -> None:
    check.dropped_at = now
    check.save(update_fields=["dropped_at"])
    record(check, "check.dropped", data={"site": check.site_id}, at=now)
