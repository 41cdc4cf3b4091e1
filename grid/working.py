"""The street's working calendar, read from its tables and kept for a minute."""

import threading
import time as clock
from datetime import date, time

from grid.models import CalendarDay, WorkPeriod
from shushanwei.common.worktime import WorkCalendar, calendar_of

KEPT_S = 60.0
# Before anything is loaded: the hours that the limit engine was defined with.
DEFAULT = [(None, time(8), time(12), date(2020, 1, 1)), (None, time(14), time(18), date(2020, 1, 1))]
_lock = threading.Lock()
_kept: tuple[float, WorkCalendar] | None = None


def work_calendar() -> WorkCalendar:
    """The calendar in force; a change in the tables shows within a minute, or at once after `forget()`."""
    global _kept
    kept = _kept
    if kept is not None and clock.monotonic() - kept[0] < KEPT_S:
        return kept[1]
    with _lock:
        periods = list(WorkPeriod.objects.values_list("weekday", "start", "end", "valid_from")) or DEFAULT
        overrides = {
            day: kind == CalendarDay.Kind.WORKDAY for day, kind in CalendarDay.objects.values_list("date", "kind")
        }
        _kept = (clock.monotonic(), calendar_of(periods, overrides))
        return _kept[1]


def forget() -> None:
    """Read the tables again at the next call."""
    global _kept
    _kept = None
