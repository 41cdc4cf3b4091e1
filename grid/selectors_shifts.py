"""Who is on duty: one query for everybody who asks."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from grid.models import DutyShift, Handover, Post, RosterLine, SignOn
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User

OFFLINE_AFTER = timedelta(seconds=60)
State = RosterLine.State


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
    """The shifts of the week of `day`, Monday first, with their lines (`planned`) and notes."""
    monday = day - timedelta(days=day.weekday())
    shifts = list(
        DutyShift.objects.filter(day__range=(monday, monday + timedelta(days=6)))
        .select_related("template", "handover__signed_by", "handover__confirmed_by")
        .order_by("period")
    )
    lines: dict[int, list[RosterLine]] = {}
    planned = RosterLine.objects.filter(shift__in=shifts).exclude(state=State.CANCELLED)
    rank = {post: number for number, post in enumerate(Post.values)}
    for line in sorted(planned.select_related("user"), key=lambda one: (rank[one.post], one.is_backup, one.pk)):
        lines.setdefault(line.shift_id or 0, []).append(line)
    for shift in shifts:
        shift.planned = lines.get(shift.pk, [])  # type: ignore[attr-defined]
    return shifts


def unconfirmed(before: datetime, since: datetime) -> list[DutyShift]:
    """Shifts that ended in this span without a confirmed note: shown red in the daily study."""
    ended = DutyShift.objects.filter(period__endswith__lte=before, period__endswith__gt=since)
    confirmed = Handover.objects.filter(shift=OuterRef("pk"), confirmed_at__isnull=False)
    return list(ended.filter(~Exists(confirmed)).select_related("template").order_by("period"))


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


def street_today() -> date:
    """The date in Hangzhou."""
    return db_now().astimezone(STREET).date()
