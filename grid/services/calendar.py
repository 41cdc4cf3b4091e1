"""The working calendar: load what is missing, and hand the rows in force to the rules of working time."""

import threading
import time
from collections import Counter
from datetime import date
from datetime import time as time_of_day

import chinese_calendar
from django.db import transaction
from django.utils import timezone

from grid.models import CalendarDay, WorkPeriod
from shushanwei.common.worktime import Period, WorkCalendar

# The hours of the street's offices as shipped; an installation edits the rows, not this.
SHIPPED_PERIODS = [(time_of_day(8), time_of_day(12)), (time_of_day(14), time_of_day(18))]
SHIPPED_FROM = date(2004, 1, 1)
LOOK_AGAIN_S = 5.0


class _Memory:
    """The calendar of this process and the rows that it was made of."""

    calendar: WorkCalendar | None = None
    rows: tuple[list, list] | None = None
    looked_at = 0.0
    lock = threading.Lock()


_memory = _Memory()


@transaction.atomic
def load_calendar() -> Counter[str]:
    """Add the State Council's holidays and adjusted workdays of all years that are known, and the office hours.

    Days that exist are left as they are, and so are the hours when there are any. Returns how many were added.
    """
    added: Counter[str] = Counter()
    known = set(CalendarDay.objects.values_list("date", flat=True))
    days = [day for day in shipped_days() if day.date not in known]
    added["calendar days"] += len(CalendarDay.objects.bulk_create(days, ignore_conflicts=True))
    if not WorkPeriod.objects.exists():
        periods = [WorkPeriod(start=start, end=end, valid_from=SHIPPED_FROM) for start, end in SHIPPED_PERIODS]
        added["work periods"] += len(WorkPeriod.objects.bulk_create(periods))
    _memory.looked_at = 0.0
    return +added


def shipped_days() -> list[CalendarDay]:
    """Every holiday and adjusted workday that the calendar package knows, named in Chinese."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    moved = [(day, CalendarDay.Kind.HOLIDAY, name) for day, name in chinese_calendar.holidays.items()]
    moved += [(day, CalendarDay.Kind.WORKDAY, name) for day, name in chinese_calendar.workdays.items()]
    return [CalendarDay(date=day, kind=kind, name=names.get(name, name)[:40]) for day, kind, name in sorted(moved)]


def work_calendar() -> WorkCalendar:
    """The calendar in force, from memory for up to five seconds; without any rows the shipped one."""
    calendar = _memory.calendar
    if calendar is not None and time.monotonic() - _memory.looked_at < LOOK_AGAIN_S:
        return calendar
    with _memory.lock:
        periods = list(WorkPeriod.objects.values_list("weekday", "start", "end", "valid_from"))
        days = list(CalendarDay.objects.values_list("date", "kind"))
        # The same rows again keep the calendar with the years that it has laid out already.
        if _memory.calendar is None or _memory.rows != (periods, days):
            _memory.calendar, _memory.rows = _calendar(periods, days), (periods, days)
        _memory.looked_at = time.monotonic()
        return _memory.calendar


def look_again() -> None:
    """Make the next `work_calendar` of this process read the rows (after an edit, between tests)."""
    _memory.looked_at = 0.0


def calendar_known_until() -> date | None:
    """The last day that the calendar says something about; limits beyond it know weekends but no holidays."""
    return CalendarDay.objects.order_by("-date").values_list("date", flat=True).first()


def _calendar(periods: list[tuple], days: list[tuple]) -> WorkCalendar:
    if not periods:
        periods = [(None, start, end, SHIPPED_FROM) for start, end in SHIPPED_PERIODS]
    if not days:
        days = [(day.date, day.kind) for day in shipped_days()]
    overrides = {day: kind == CalendarDay.Kind.WORKDAY for day, kind in days}
    return WorkCalendar(tuple(Period(*row) for row in periods), overrides)


def calendar_ends_soon(days: int = 45) -> bool:
    """Whether the known holidays end within `days`: then next year's calendar must be entered."""
    until = calendar_known_until()
    # The year's last moved day lies in October; the year itself is known to its end.
    return until is None or (date(until.year, 12, 31) - timezone.localdate()).days < days
