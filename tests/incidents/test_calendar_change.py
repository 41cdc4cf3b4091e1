"""A day that becomes a holiday moves every open limit that counts working time, and the case says so."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grid import working
from grid.models import CalendarDay
from incidents import services
from incidents.lifecycle import Status
from incidents.models import CalendarState, Deadline, FilingStandard
from incidents.services import calendar
from shushanwei.common.clock import db_now
from shushanwei.common.worktime import add_limit_seconds
from shushanwei.journal.models import Entry
from tests.incidents.conftest import clock, verbs

HANGZHOU = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def with_department(opened, seat):
    def make(limit_kind):
        standard = FilingStandard.objects.filter(
            limit_kind=limit_kind, category__scheme="SZCG", limit_value__gte=2
        ).first()
        case = opened(level=4)
        services.file_case(case.pk, actor=seat, standard_id=standard.pk)
        services.move(case.pk, Status.DISPATCHED)
        services.move(case.pk, Status.HANDLING)
        return case

    calendar.apply_calendar()
    return make


def holidays_from_tomorrow(days: int) -> None:
    tomorrow = db_now().astimezone(HANGZHOU).date() + timedelta(days=1)
    for n in range(days):
        CalendarDay.objects.update_or_create(date=tomorrow + timedelta(days=n), defaults={"kind": "holiday"})
    working.forget()


def settle() -> int:
    """The sweep sees the edit, and applies it once every process knows it."""
    assert calendar.apply_calendar() == 0
    CalendarState.objects.update(seen_at=db_now() - calendar.SETTLED)
    return calendar.apply_calendar()


def test_open_limits_are_laid_out_again_and_the_others_stay(with_department):
    workdays, hours_of_the_clock = with_department("work_day"), with_department("urgent_hour")
    before, unmoved = clock(workdays, "handle").due_at, clock(hours_of_the_clock, "handle").due_at

    holidays_from_tomorrow(20)
    assert settle() == 1

    limit = clock(workdays, "handle")
    assert limit.due_at > before + timedelta(days=10)
    assert limit.due_at == add_limit_seconds(limit.started_at, limit.target_s, "work_day", working.work_calendar())
    assert limit.work_at == limit.due_at and limit.remind_at < limit.due_at
    assert clock(hours_of_the_clock, "handle").due_at == unmoved
    workdays.refresh_from_db()
    assert workdays.next_due_at == limit.due_at
    said = Entry.objects.get(subject_id=workdays.pk, verb="incident.calendar_changed").data["deadlines"]
    assert [line["code"] for line in said] == ["handle"]
    assert settle() == 0  # the same calendar again changes nothing


def test_a_day_that_is_taken_back_gives_the_old_limit_back(with_department):
    case = with_department("work_day")
    before = clock(case, "handle").due_at
    holidays_from_tomorrow(7)
    settle()
    CalendarDay.objects.filter(name="", date__gt=db_now().date()).delete()
    working.forget()
    settle()
    assert clock(case, "handle").due_at == before


def test_a_limit_on_hold_is_laid_out_too_and_gets_back_what_was_left(with_department, seat, photo):
    case = with_department("work_day")
    photo(case)
    services.suspend(case.pk, actor=seat, until=db_now() + timedelta(days=30), reason="等待资金")
    left_before = clock(case, "handle").counted_s
    holidays_from_tomorrow(20)
    assert settle() == 1
    services.resume(case.pk, actor=seat)
    assert abs(clock(case, "handle").counted_s - left_before) < 5


def test_what_was_missed_stays_missed(with_department):
    case = with_department("work_day")
    limit = clock(case, "handle")
    Deadline.objects.filter(pk=limit.pk).update(due_at=limit.started_at, missed_at=limit.started_at)
    holidays_from_tomorrow(20)
    assert settle() == 0
    assert clock(case, "handle").missed_at == limit.started_at
    assert "incident.calendar_changed" not in verbs(case)


def test_a_bad_case_does_not_stop_the_others_and_is_tried_again(with_department, monkeypatch):
    good, bad = with_department("work_day"), with_department("work_day")
    real = calendar.locked
    monkeypatch.setattr(calendar, "locked", lambda pk: 1 / 0 if pk == bad.pk else real(pk))
    holidays_from_tomorrow(20)
    assert settle() == 1
    assert "incident.calendar_changed" in verbs(good)
    monkeypatch.undo()
    assert calendar.apply_calendar() == 1
    assert "incident.calendar_changed" in verbs(bad)


def test_a_workday_entered_late_never_makes_a_limit_run_out_in_the_past(with_department, monkeypatch):
    holidays_from_tomorrow(20)
    case = with_department("work_day")
    limit = clock(case, "handle")
    CalendarDay.objects.filter(name="").delete()
    working.forget()
    later = limit.due_at - timedelta(hours=1)
    monkeypatch.setattr(calendar, "db_now", lambda: later)
    calendar.lay_out_again(case.pk)
    assert clock(case, "handle").due_at == later
    assert datetime.now(HANGZHOU) < later
