"""Who is on duty: one query for everybody who asks."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from grid.models import DutyShift, Grid, Handover, Post, RosterLine, SignOn
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User

OFFLINE_AFTER = timedelta(seconds=60)
State = RosterLine.State
FIELD = (Post.UNIT, Post.GRID_WORKER, Post.COLLECTOR)


def on_duty(post: str | None = None, *, at: datetime | None = None, place: str | None = None) -> QuerySet[RosterLine]:
    """Everybody planned at `at` (default: now) who is not a mere backup, with `user` at hand, in the order of posts."""
    lines = RosterLine.objects.filter(state=State.PLANNED, is_backup=False, period__contains=at or db_now())
    if post is not None:
        lines = lines.filter(post=post)
    if place is not None:
        lines = lines.filter(place=place)
    return lines.select_related("user", "shift__template").order_by("post", "place", "id")


def present(post: str | None = None, *, at: datetime | None = None) -> QuerySet[RosterLine]:
    """Those on duty who have signed on and were heard within the last minute: who can be a target of 30515."""
    at = at or db_now()
    there = SignOn.objects.filter(user=OuterRef("user"), off_at__isnull=True, heard_at__gte=at - OFFLINE_AFTER)
    return on_duty(post, at=at).filter(Exists(there))


def backup_of(line: RosterLine) -> RosterLine | None:
    """The other half of the A/B pair of a duty: same post, same place, same time."""
    return (
        RosterLine.objects.filter(
            state=State.PLANNED, is_backup=True, post=line.post, place=line.place, period__overlap=line.period
        )
        .select_related("user")
        .order_by("id")
        .first()
    )


def next_duty(post: str, place: str, after: datetime) -> list[RosterLine]:
    """The lines of the next duty of a place that begins within a day, all with the same beginning."""
    lines = (
        RosterLine.objects.filter(state=State.PLANNED, is_backup=False, post=post, place=place)
        .filter(period__startswith__gt=after, period__startswith__lte=after + timedelta(days=1))
        .select_related("user", "shift__template")
        .order_by("period", "id")
    )
    return [line for line in lines if line.period.lower == lines[0].period.lower]


def shift_at(at: datetime | None = None) -> DutyShift | None:
    """The shift that runs at `at` (default: now)."""
    return DutyShift.objects.select_related("template").filter(period__contains=at or db_now()).first()


def shift_after(shift: DutyShift) -> DutyShift | None:
    """The shift that takes over."""
    return (
        DutyShift.objects.select_related("template")
        .filter(period__startswith__gte=shift.period.upper)
        .order_by("period")
        .first()
    )


def week_of(day: date) -> list[DutyShift]:
    """The shifts of the week of `day`, Monday first, with their notes and lines: `planned` those of the centre, `field`
    (post, lines) of the many outside."""
    monday = day - timedelta(days=day.weekday())
    shifts = list(
        DutyShift.objects.filter(day__range=(monday, monday + timedelta(days=6)))
        .select_related("template", "handover__signed_by", "handover__confirmed_by")
        .order_by("period")
    )
    lines: dict[int, list[RosterLine]] = {}
    planned = RosterLine.objects.filter(shift__in=shifts).exclude(state=State.CANCELLED)
    names = {grid.code: str(grid) for grid in Grid.objects.filter(code__in={line.place for line in planned})}
    rank = {post: number for number, post in enumerate(Post.values)}
    for line in sorted(planned.select_related("user"), key=lambda one: (rank[one.post], one.is_backup, one.pk)):
        line.place_name = names.get(line.place, line.place)  # type: ignore[attr-defined]
        lines.setdefault(line.shift_id or 0, []).append(line)
    for shift in shifts:
        mine = lines.get(shift.pk, [])
        shift.planned = [line for line in mine if line.post not in FIELD]  # type: ignore[attr-defined]
        shift.field = [  # type: ignore[attr-defined]
            (post, [line for line in mine if line.post == post])
            for post in FIELD
            if any(li.post == post for li in mine)
        ]
    return shifts


def unconfirmed_among(shifts: Iterable[DutyShift]) -> list[DutyShift]:
    """Those without a confirmed note: shown red in the daily study once they have ended."""
    confirmed = Handover.objects.filter(shift=OuterRef("pk"), confirmed_at__isnull=False)
    some = DutyShift.objects.filter(~Exists(confirmed), pk__in=[shift.pk for shift in shifts])
    return list(some.select_related("template").order_by("period"))


def seats() -> dict[int, SignOn]:
    """Who holds which seat now."""
    held = SignOn.objects.filter(off_at__isnull=True, seat__isnull=False).select_related("user")
    return {sign_on.seat: sign_on for sign_on in held if sign_on.seat is not None}


def missing_seats(at: datetime | None = None) -> tuple[DutyShift | None, int, int]:
    """(running shift, seats that should be taken, seats where somebody was heard within the last minute)."""
    at = at or db_now()
    shift = shift_at(at)
    if shift is None:
        return None, 0, 0
    return shift, shift.template.seats_least, present(Post.SEAT, at=at).count()


def duties_of(user: User, days: int = 14) -> list[RosterLine]:
    """A person's own duties of the coming days."""
    now = db_now()
    lines = RosterLine.objects.filter(user=user, period__endswith__gt=now, period__startswith__lt=now + timedelta(days))
    return list(lines.exclude(state=State.CANCELLED).select_related("shift__template").order_by("period"))


def duties_to_swap(user: User, days: int = 14) -> QuerySet[RosterLine]:
    """What others do in the centre in the coming days, and the person could take over in exchange."""
    now = db_now()
    lines = RosterLine.objects.filter(
        post__in=[Post.SEAT, Post.SHIFT_LEAD, Post.COMMANDER, Post.DISPATCHER],
        state=State.PLANNED,
        period__startswith__gt=now,
        period__startswith__lt=now + timedelta(days),
    )
    return lines.exclude(user=user).select_related("user").order_by("period", "place")


def street_today() -> date:
    """The date in Hangzhou."""
    return db_now().astimezone(STREET).date()
