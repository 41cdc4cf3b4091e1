"""Working time: four kinds of limits laid on work periods, holidays and adjusted workdays. No database here."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LimitKind = Literal["urgent_hour", "work_hour", "work_day", "natural_day"]
KINDS: tuple[LimitKind, ...] = ("urgent_hour", "work_hour", "work_day", "natural_day")
CONTINUOUS = ("urgent_hour", "natural_day")  # these run on through nights and holidays
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LAST_YEAR = 9000


@dataclass(frozen=True)
class Period:
    """Working hours of a weekday (0 Monday … 6 Sunday; None = any workday), in force from a date on.

    An `end` of 00:00 is the midnight that ends the day. Raises ValueError when it ends before it starts.
    """

    weekday: int | None
    start: time
    end: time
    valid_from: date

    def __post_init__(self) -> None:
        if self.end != time(0) and self.end <= self.start:
            raise ValueError(f"a work period ends after it starts, not {self.start}–{self.end}")


@dataclass(frozen=True)
class WorkCalendar:
    """When work is done: periods, and the days that the State Council's calendar moves.

    `overrides` maps a date to True (adjusted workday 调休) or False (holiday). Without an override Monday to
    Friday are workdays, and so is any weekday that has periods of its own. Rows with the newest `valid_from`
    that is not later than a day count on that day; before the first row the first row counts.
    Raises ValueError without any period.
    """

    periods: tuple[Period, ...]
    overrides: Mapping[date, bool] = field(default_factory=dict)
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    _years: dict[int, "_Year"] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.periods:
            raise ValueError("a work calendar needs at least one work period")

    def is_workday(self, on: date) -> bool:
        """Whether people work on this day."""
        override = self.overrides.get(on)
        if override is not None:
            return override
        return on.weekday() < 5 or any(period.weekday == on.weekday() for period in self.periods)

    def spans(self, on: date) -> list[tuple[timedelta, timedelta]]:
        """The worked stretches of a day as offsets from its midnight, in order and without overlaps."""
        if not self.is_workday(on):
            return []
        return self._hours(on, on.weekday()) or self._hours(on, None)

    def workday_length(self, on: date) -> timedelta:
        """How long one workday of a limit is: the any-workday periods in force on `on` (8 hours as shipped)."""
        spans = self._hours(on, None) or self.spans(on) or self._hours(on, self.periods[0].weekday)
        return sum((end - start for start, end in spans), timedelta())

    def year(self, number: int) -> "_Year":
        """The work stretches of a year with running totals, computed once."""
        if number > LAST_YEAR:
            raise ValueError("the limit ends beyond any calendar")
        if number not in self._years:
            self._years[number] = _Year.of(self, number)
        return self._years[number]

    def _hours(self, on: date, weekday: int | None) -> list[tuple[timedelta, timedelta]]:
        rows = [period for period in self.periods if period.weekday == weekday]
        if not rows:
            return []
        begun = [period.valid_from for period in rows if period.valid_from <= on]
        valid_from = max(begun) if begun else min(period.valid_from for period in rows)
        merged: list[tuple[timedelta, timedelta]] = []
        for start, end in sorted(
            (_offset(period.start), _offset(period.end) or DAY) for period in rows if period.valid_from == valid_from
        ):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return merged


@dataclass(frozen=True)
class _Year:
    """Starts and ends of a year's work stretches in local time, and the work done before each of them."""

    starts: list[datetime]
    ends: list[datetime]
    before: list[timedelta]
    total: timedelta

    @classmethod
    def of(cls, calendar: WorkCalendar, number: int) -> "_Year":
        starts, ends, before, total = [], [], [], timedelta()
        day, last = date(number, 1, 1), date(number, 12, 31)
        while day <= last:
            midnight = datetime.combine(day, time(0))
            for start, end in calendar.spans(day):
                starts.append(midnight + start)
                ends.append(midnight + end)
                before.append(total)
                total += end - start
            day += DAY
        return cls(starts, ends, before, total)

    def done_by(self, local: datetime) -> timedelta:
        """Work from the first of January to `local`."""
        i = bisect_right(self.starts, local) - 1
        return self.before[i] + min(local, self.ends[i]) - self.starts[i] if i >= 0 else timedelta()

    def at(self, work: timedelta) -> datetime:
        """The earliest local time by which `work` (more than none, at most all of it) has been done this year."""
        i = bisect_left(self.before, work) - 1
        return self.starts[i] + (work - self.before[i])


@dataclass(frozen=True)
class Limit:
    """A limit read from a text; `doubtful` when it could not be read and one natural day stands in."""

    kind: LimitKind
    value: int
    original: str
    doubtful: bool = False


UNITS: dict[str, LimitKind] = {
    "紧急工作时": "urgent_hour",
    "紧急工作小时": "urgent_hour",
    "紧急工作日": "natural_day",
    "小时": "work_hour",
    "工作时": "work_hour",
    "工作小时": "work_hour",
    "天": "work_day",
    "工作日": "work_day",
    "自然日": "natural_day",
}
LIMIT_TEXT = re.compile(rf"([0-9]{{1,5}})\s*个?\s*({'|'.join(sorted(UNITS, key=len, reverse=True))})")


def parse_limit(text: str) -> Limit:
    """Read a limit such as 2紧急工作时, 4小时, 2工作日 or 3自然日; never fails, marks the doubtful."""
    found = LIMIT_TEXT.fullmatch(text.strip())
    if found and 0 < int(found[1]) <= 32767:
        return Limit(UNITS[found[2]], int(found[1]), text)
    return Limit("natural_day", 1, text, doubtful=True)


def add_work_seconds(start: datetime, seconds: float, calendar: WorkCalendar) -> datetime:
    """The instant at which `seconds` of work have passed since `start` (aware).

    A start outside the periods waits for the next opening; work that ends exactly at a closing time ends there.
    No work at all ends at `start`. Raises ValueError when the end lies beyond any calendar.
    """
    work = timedelta(seconds=seconds)
    if work <= timedelta():
        return start
    local = _local(start, calendar)
    number = local.year
    work += calendar.year(number).done_by(local)
    while work > calendar.year(number).total:
        work -= calendar.year(number).total
        number += 1
    return calendar.year(number).at(work).replace(tzinfo=calendar.zone).astimezone(start.tzinfo)


def work_seconds_between(start: datetime, end: datetime, calendar: WorkCalendar) -> float:
    """Seconds of work between two aware instants; 0 when `end` is not later."""
    if end <= start:
        return 0.0
    first, last = _local(start, calendar), _local(end, calendar)
    work = calendar.year(last.year).done_by(last) - calendar.year(first.year).done_by(first)
    for number in range(first.year, last.year):
        work += calendar.year(number).total
    return work.total_seconds()


def limit_seconds(kind: LimitKind, value: int, calendar: WorkCalendar, on: date) -> float:
    """The length of a limit in seconds of its own kind of time; a workday is as long as its periods on `on`."""
    if value < 0:
        raise ValueError("a limit is not negative")
    if kind in ("urgent_hour", "work_hour"):
        return (value * HOUR).total_seconds()
    if kind == "work_day":
        return (value * calendar.workday_length(on)).total_seconds()
    if kind == "natural_day":
        return (value * DAY).total_seconds()
    raise ValueError(f"kind must be one of {', '.join(KINDS)}")


def deadline_for(start: datetime, kind: LimitKind, value: int, calendar: WorkCalendar) -> datetime:
    """When a limit that starts at `start` falls due."""
    seconds = limit_seconds(kind, value, calendar, _local(start, calendar).date())
    return add_limit_seconds(start, seconds, kind, calendar)


def add_limit_seconds(start: datetime, seconds: float, kind: LimitKind, calendar: WorkCalendar) -> datetime:
    """`start` plus seconds of the time in which this kind runs: always, or only inside work periods."""
    if kind in CONTINUOUS:
        return start + timedelta(seconds=seconds)
    return add_work_seconds(start, seconds, calendar)


def used_seconds(start: datetime, until: datetime, kind: LimitKind, calendar: WorkCalendar) -> float:
    """How much of a limit of this kind has run between two instants; 0 when `until` is not later."""
    if kind in CONTINUOUS:
        return max(0.0, (until - start).total_seconds())
    return work_seconds_between(start, until, calendar)


def remaining_seconds(due_at: datetime, paused_at: datetime, kind: LimitKind, calendar: WorkCalendar) -> float:
    """What is left of a limit when it is paused (suspension, check); 0 once it is overdue."""
    return used_seconds(paused_at, due_at, kind, calendar)


def resumed_deadline(
    due_at: datetime, paused_at: datetime, resumed_at: datetime, kind: LimitKind, calendar: WorkCalendar
) -> datetime:
    """The new deadline after a pause: the remainder is laid on the calendar again, to the microsecond.

    A limit that was overdue when it was paused stays due when it was due.
    """
    if paused_at >= due_at:
        return due_at
    return add_limit_seconds(resumed_at, remaining_seconds(due_at, paused_at, kind, calendar), kind, calendar)


def extended_deadline(due_at: datetime, kind: LimitKind, value: int, calendar: WorkCalendar) -> datetime:
    """The deadline after an extension: one original limit counted from the current deadline."""
    return deadline_for(due_at, kind, value, calendar)


def same_period_window(
    after: datetime, reported_at: datetime, calendar: WorkCalendar, tolerance: timedelta = HOUR
) -> tuple[datetime, datetime]:
    """When a same-period check 同时段核查 may next be made: from–to around the time of day of the report.

    The window may be running already; it is the first one that has not ended at `after`.
    """
    local = _local(after, calendar)
    like = datetime.combine(local.date() - DAY, _local(reported_at, calendar).time())
    while like + tolerance <= local:
        like += DAY
    opens, closes = (edge.replace(tzinfo=calendar.zone) for edge in (like - tolerance, like + tolerance))
    return opens, closes


def calendar_of(
    periods: Iterable[tuple[int | None, time, time, date]], overrides: Mapping[date, bool] | None = None
) -> WorkCalendar:
    """A calendar from plain rows (weekday, start, end, valid_from) and date → worked."""
    return WorkCalendar(tuple(Period(*row) for row in periods), dict(overrides or {}))


def _offset(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


def _local(instant: datetime, calendar: WorkCalendar) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(calendar.zone).replace(tzinfo=None)
