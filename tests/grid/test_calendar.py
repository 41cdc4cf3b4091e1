"""The working calendar is rows that the street edits; the rules read them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from grid import working
from grid.models import CalendarDay, WorkPeriod
from grid.services import calendar
from shushanwei.common import worktime

ZONE = ZoneInfo("Asia/Shanghai")


def test_the_days_that_the_state_council_moved_are_loaded_once(db):
    added = calendar.load_calendar()

    assert added["work periods"] == 2
    assert CalendarDay.objects.get(date=date(2023, 5, 1)).name == "劳动节"
    assert CalendarDay.objects.get(date=date(2023, 5, 6)).kind == "workday"
    assert not calendar.load_calendar()


def test_an_edited_day_stays_as_it_was_edited(db):
    calendar.load_calendar()
    CalendarDay.objects.filter(date=date(2023, 5, 6)).update(kind="holiday")

    calendar.load_calendar()

    assert CalendarDay.objects.get(date=date(2023, 5, 6)).kind == "holiday"


def test_the_rows_decide_the_deadline(db):
    calendar.load_calendar()
    friday = datetime(2023, 4, 28, 17, tzinfo=ZONE)
    assert worktime.deadline_for(friday, "work_hour", 4, working.work_calendar()) == datetime(
        2023, 5, 4, 11, tzinfo=ZONE
    )

    WorkPeriod.objects.filter(start=time(8)).update(start=time(9))
    working.forget()

    assert worktime.deadline_for(friday, "work_hour", 4, working.work_calendar()) == datetime(
        2023, 5, 4, 12, tzinfo=ZONE
    )


def test_without_rows_the_shipped_calendar_counts(db):
    assert not working.work_calendar().is_workday(date(2023, 5, 1))
    assert working.work_calendar().is_workday(date(2023, 5, 6))


def test_the_same_rows_keep_the_calendar_in_memory(db):
    first = working.work_calendar()
    working.forget()

    assert working.work_calendar() is first


@pytest.mark.parametrize(("today", "warned"), [(date(2026, 11, 1), False), (date(2026, 12, 1), True)])
def test_the_end_of_the_known_holidays_is_announced_in_time(db, monkeypatch, today, warned):
    CalendarDay.objects.create(date=date(2026, 10, 7), kind="holiday")
    monkeypatch.setattr(timezone, "localdate", lambda *args: today)

    assert working.ends_soon() is warned
