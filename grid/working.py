"""The street's working calendar, read from its tables and kept for a few seconds."""

import threading
import time as clock
from datetime import date, time

import chinese_calendar
from django.utils import timezone

from grid.models import CalendarDay, WorkPeriod
from shushanwei.common.worktime import Period, WorkCalendar

# The hours of the street's offices as shipped; an installation edits the rows, not this.
SHIPPED_PERIODS = [(time(8), time(12)), (time(14), time(18))]
SHIPPED_FROM = date(2004, 1, 1)
KEPT_S = 5.0


class _Memory:
    """The calendar of this process and the rows that it was made of."""

    calendar: WorkCalendar | None = None
    rows: tuple[list, list] | None = None
    looked_at = 0.0
    lock = threading.Lock()


_memory = _Memory()


def work_calendar() -> WorkCalendar:
    """The calendar in force; a change in the tables shows within five seconds, or at once after `forget()`.

    Without any rows the shipped hours and holidays count.
    """
    calendar = _memory.calendar
    if calendar is not None and clock.monotonic() - _memory.looked_at < KEPT_S:
        return calendar
    with _memory.lock:
        periods = list(WorkPeriod.objects.values_list("weekday", "start", "end", "valid_from"))
        days = list(CalendarDay.objects.values_list("date", "kind"))
        # The same rows again keep the calendar with the years that it has laid out already.
        if _memory.calendar is None or _memory.rows != (periods, days):
            _memory.calendar, _memory.rows = _calendar(periods, days), (periods, days)
        _memory.looked_at = clock.monotonic()
        return _memory.calendar


def forget() -> None:
    """Read the tables again at the next call of this process (after an edit, between tests)."""
    _memory.looked_at = 0.0


def known_until() -> date | None:
    """The last day that the calendar says something about; limits beyond its year know weekends but no holidays."""
    return CalendarDay.objects.order_by("-date").values_list("date", flat=True).first()


def ends_soon(days: int = 45) -> bool:
    """Whether the known holidays end within `days`: then next year's calendar must be entered."""
    until = known_until()
    # The year's last moved day lies in October; the year itself is known to its end.
    return until is None or (date(until.year, 12, 31) - timezone.localdate()).days < days


def shipped_days() -> list[CalendarDay]:
    """Every holiday and adjusted workday that the calendar package knows, named in Chinese; not saved."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    moved = [(day, CalendarDay.Kind.HOLIDAY, name) for day, name in chinese_calendar.holidays.items()]
    moved += [(day, CalendarDay.Kind.WORKDAY, name) for day, name in chinese_calendar.workdays.items()]
    return [CalendarDay(date=day, kind=kind, name=names.get(name, name)[:40]) for day, kind, name in sorted(moved)]


def _calendar(periods: list[tuple], days: list[tuple]) -> WorkCalendar:
    if not periods:
        periods = [(None, start, end, SHIPPED_FROM) for start, end in SHIPPED_PERIODS]
    if not days:
        days = [(day.date, day.kind) for day in shipped_days()]
    overrides = {day: kind == CalendarDay.Kind.WORKDAY for day, kind in days}
    return WorkCalendar(tuple(Period(*row) for row in periods), overrides)
