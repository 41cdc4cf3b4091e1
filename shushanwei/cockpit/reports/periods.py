"""What a day, a week and a month are: computed in the street's time from a key, never from "now minus a day"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shushanwei.common.clock import STREET

SHAPES = {
    "day": re.compile(r"(20\d\d)-(\d\d)-(\d\d)"),
    "week": re.compile(r"(20\d\d)-W(\d\d)"),
    "month": re.compile(r"(20\d\d)-(\d\d)"),
}
CUTOFF = time(7, 0)  # the state of open cases is taken on the morning after the last day
READY = {"day": time(7, 30), "week": time(9, 0), "month": time(9, 0)}


class Kind(StrEnum):
    """Daily study 日研判, weekly analysis 周分析, monthly bulletin 月通报."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, order=True)
class Period:
    """A calendar day, an ISO week or a month: the first and the last date, both included."""

    kind: Kind
    first: date
    last: date

    @property
    def key(self) -> str:
        """`2026-11-23`, `2026-W47` or `2026-11`."""
        if self.kind is Kind.DAY:
            return self.first.isoformat()
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}"

    @property
    def slug(self) -> str:
        """The key with its kind, as addresses carry it: `week:2026-W47`."""
        return f"{self.kind}:{self.key}"

    @property
    def start(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.first, time(), STREET)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), STREET)

    @property
    def cutoff(self) -> datetime:
        """The instant whose state a closed report shows: 07:00 on the morning after."""
        return datetime.combine(self.last + timedelta(days=1), CUTOFF, STREET)

    @property
    def ready_at(self) -> datetime:
        """When the report is drawn up: 07:30 for a day, 09:00 for a week (a Monday) and a month (the 1st)."""
        return datetime.combine(self.last + timedelta(days=1), READY[self.kind], STREET)

    @property
    def days(self) -> list[date]:
        """Every date in it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def previous(self) -> "Period":
        """The period before (环比)."""
        return containing(self.kind, self.first - timedelta(days=1))

    @property
    def following(self) -> "Period":
        """The period after."""
        return containing(self.kind, self.last + timedelta(days=1))

    @property
    def year_ago(self) -> "Period":
        """The same period last year (同比): 29 February looks at the 28th, week 53 at the last week there was."""
        if self.kind is Kind.WEEK:
            year, week, _ = self.first.isocalendar()
            last_week = date(year - 1, 12, 28).isocalendar().week
            return containing(Kind.WEEK, date.fromisocalendar(year - 1, min(week, last_week), 1))
        day = 28 if (self.first.month, self.first.day) == (2, 29) else self.first.day
        return containing(self.kind, self.first.replace(year=self.first.year - 1, day=day))

    def __str__(self) -> str:
        return self.slug


def containing(kind: Kind | str, day: date) -> Period:
    """The period of this kind that `day` falls in."""
    kind = Kind(kind)
    if kind is Kind.DAY:
        return Period(kind, day, day)
    if kind is Kind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Period(kind, first, after - timedelta(days=1))


def parse(slug: str) -> Period:
    """The period of `day:2026-11-23`, `week:2026-W47` or `month:2026-11`; ValueError says what is wrong."""
    kind, _, key = slug.partition(":")
    if kind not in SHAPES:
        raise ValueError(f"{kind!r} is none of day, week, month")
    match = SHAPES[kind].fullmatch(key)
    if not match:
        raise ValueError(f"{key!r} is no {kind}: write day:2026-11-23, week:2026-W47 or month:2026-11")
    numbers = [int(part) for part in match.groups()]
    if kind == "week":
        return containing(kind, date.fromisocalendar(numbers[0], numbers[1], 1))
    return containing(kind, date(*numbers) if kind == "day" else date(numbers[0], numbers[1], 1))


def current(kind: Kind | str, now: datetime) -> Period:
    """The running period at this instant."""
    return containing(kind, now.astimezone(STREET).date())


def closed_between(kind: Kind | str, since: datetime, now: datetime) -> Iterator[Period]:
    """Every period from the one that holds `since` whose report is ready at `now`, oldest first."""
    period = current(kind, since)
    while period.ready_at <= now:
        yield period
        period = period.following
