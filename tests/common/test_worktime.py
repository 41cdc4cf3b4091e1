"""Limits in urgent hours, work hours, workdays and natural days, as the street's rules lay them on the calendar."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shushanwei.common import worktime
from shushanwei.common.worktime import Limit, Period, WorkCalendar, calendar_of, parse_limit

ZONE = ZoneInfo("Asia/Shanghai")
LONG_AGO = date(2020, 1, 1)
OFFICE_HOURS = [(None, time(8), time(12), LONG_AGO), (None, time(14), time(18), LONG_AGO)]
MAY_2023 = {date(2023, 4, 23): True, date(2023, 5, 6): True}
MAY_2023 |= {date(2023, 4, 29) + timedelta(days=n): False for n in range(5)}
CALENDAR = calendar_of(OFFICE_HOURS, MAY_2023)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "text", "deadline"),
    [
        ("2023-04-28 17:00", "2紧急工作时", "2023-04-28 19:00"),
        ("2023-04-28 17:00", "4工作时", "2023-05-04 11:00"),
        ("2023-04-28 17:00", "2工作日", "2023-05-05 17:00"),
        ("2023-04-28 17:00", "1紧急工作日", "2023-04-29 17:00"),
        ("2023-05-06 19:30", "1工作日", "2023-05-08 18:00"),
        ("2023-05-04 09:00", "1工作日", "2023-05-05 09:00"),
        # The adjusted workday is worked, the ordinary Sunday is not.
        ("2023-04-22 12:00", "1小时", "2023-04-23 09:00"),
        ("2023-05-13 12:00", "1小时", "2023-05-15 09:00"),
        # A limit that ends exactly at a closing time ends there.
        ("2023-05-08 08:00", "4小时", "2023-05-08 12:00"),
        ("2023-05-08 14:00", "4小时", "2023-05-08 18:00"),
        ("2023-05-08 12:00", "1小时", "2023-05-08 15:00"),
        ("2023-05-08 13:59", "1小时", "2023-05-08 15:00"),
        ("2023-05-08 11:59:59", "1小时", "2023-05-08 14:59:59"),
        ("2023-05-08 00:00", "3自然日", "2023-05-11 00:00"),
        # Over the end of a year.
        ("2022-12-30 17:30", "2小时", "2023-01-02 09:30"),
    ],
)
def test_a_limit_falls_due_when_the_rules_say(start, text, deadline):
    limit = parse_limit(text)

    assert worktime.deadline_for(at(start), limit.kind, limit.value, CALENDAR) == at(deadline)


def test_a_suspended_case_gets_its_remainder_back_on_the_calendar():
    due = worktime.deadline_for(at("2023-05-04 09:00"), "work_day", 1, CALENDAR)
    assert due == at("2023-05-05 09:00")

    resumed = worktime.resumed_deadline(due, at("2023-05-04 11:00"), at("2023-05-08 14:00"), "work_day", CALENDAR)

    assert resumed == at("2023-05-09 10:00")


def test_a_case_suspended_after_it_was_overdue_stays_due_when_it_was_due():
    due = at("2023-05-05 09:00")

    assert worktime.resumed_deadline(due, due + timedelta(hours=1), at("2023-05-08 14:00"), "work_day", CALENDAR) == due


def test_an_extension_adds_one_original_limit_to_the_deadline():
    assert worktime.extended_deadline(at("2023-05-04 11:00"), "work_hour", 4, CALENDAR) == at("2023-05-04 17:00")


def test_urgent_time_given_back_after_a_pause_is_exact_to_the_microsecond():
    start = at("2023-05-04 09:00:00.000001")
    due = worktime.deadline_for(start, "urgent_hour", 2, CALENDAR)

    resumed = worktime.resumed_deadline(
        due, start + timedelta(minutes=7, microseconds=3), at("2023-06-01 00:00:00.5"), "urgent_hour", CALENDAR
    )

    assert resumed == at("2023-06-01 00:00:00.5") + timedelta(hours=2) - timedelta(minutes=7, microseconds=3)


def test_the_time_zone_of_the_reader_does_not_change_the_deadline():
    start = datetime.fromisoformat("2023-04-28T09:00:00+00:00")  # 17:00 in Hangzhou

    assert worktime.deadline_for(start, "work_hour", 4, CALENDAR) == at("2023-05-04 11:00")


def test_a_workday_is_as_long_as_its_periods():
    seven_hours = calendar_of([(None, time(9), time(12), LONG_AGO), (None, time(13), time(17), LONG_AGO)])

    assert worktime.deadline_for(at("2023-05-08 10:00"), "work_day", 1, seven_hours) == at("2023-05-09 10:00")


def test_new_office_hours_count_from_their_first_day():
    summer = [(None, time(8), time(12), date(2023, 6, 1)), (None, time(14, 30), time(18, 30), date(2023, 6, 1))]
    calendar = calendar_of(OFFICE_HOURS + summer)

    assert worktime.deadline_for(at("2023-05-31 17:00"), "work_hour", 6, calendar) == at("2023-06-01 15:30")


def test_a_weekday_with_periods_of_its_own_is_worked_by_them():
    saturday_morning = calendar_of([*OFFICE_HOURS, (5, time(8), time(12), LONG_AGO)])

    assert worktime.deadline_for(at("2023-05-12 17:00"), "work_hour", 3, saturday_morning) == at("2023-05-13 10:00")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2紧急工作时", "urgent_hour", 2),
        ("1紧急工作日", "natural_day", 1),
        ("4小时", "work_hour", 4),
        ("4工作时", "work_hour", 4),
        ("2天", "work_day", 2),
        ("2工作日", "work_day", 2),
        (" 5 个工作日 ", "work_day", 5),
        ("3自然日", "natural_day", 3),
    ],
)
def test_the_limit_texts_of_the_city_table_are_read(text, kind, value):
    assert parse_limit(text) == Limit(kind, value, text)


@pytest.mark.parametrize("text", ["", "尽快", "0天", "-1天", "2周", "4小时内", "99999天", "二天", "2"])
def test_a_text_that_cannot_be_read_stands_for_one_natural_day_and_is_doubtful(text):
    assert parse_limit(text) == Limit("natural_day", 1, text, doubtful=True)


def test_a_check_in_the_same_period_waits_for_the_time_of_day_of_the_report():
    reported = at("2023-05-08 20:30")

    assert worktime.same_period_window(at("2023-05-09 10:00"), reported, CALENDAR) == (
        at("2023-05-09 19:30"),
        at("2023-05-09 21:30"),
    )
    assert worktime.same_period_window(at("2023-05-09 21:00"), reported, CALENDAR)[1] == at("2023-05-09 21:30")
    assert worktime.same_period_window(at("2023-05-09 21:30"), reported, CALENDAR)[1] == at("2023-05-10 21:30")


def test_wrong_rows_are_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(None, time(12), time(8), LONG_AGO)
    with pytest.raises(ValueError, match="at least one"):
        WorkCalendar(())
    with pytest.raises(ValueError, match="time zone"):
        worktime.add_work_seconds(datetime(2023, 5, 8), 1, CALENDAR)
    with pytest.raises(ValueError, match="kind"):
        worktime.deadline_for(at("2023-05-08 08:00"), "fortnight", 1, CALENDAR)


# --- the same answers as somebody who counts minutes ---

minutes_of_day = st.integers(0, 24 * 60 - 1)


@st.composite
def calendars(draw):
    rows = []
    for weekday in (None, draw(st.none() | st.integers(0, 6))):
        for valid_from in (LONG_AGO, date(2023, 5, draw(st.integers(1, 28)))):
            for _n in range(draw(st.integers(1, 3))):
                start = draw(st.integers(0, 23 * 60))
                end = draw(st.integers(start + 1, 24 * 60))
                rows.append((weekday, time(start // 60, start % 60), time(end // 60 % 24, end % 60), valid_from))
    days = st.dates(date(2023, 4, 20), date(2023, 6, 20))
    return calendar_of(rows, draw(st.dictionaries(days, st.booleans(), max_size=12)))


def worked(minute: datetime, calendar: WorkCalendar) -> bool:
    """Whether the minute that begins here is worked, straight from the rows."""
    day = minute.date()
    own = any(p.weekday == day.weekday() for p in calendar.periods)
    if not calendar.overrides.get(day, day.weekday() < 5 or own):
        return False
    rows = [p for p in calendar.periods if p.weekday == (day.weekday() if own else None)]
    newest = max((p.valid_from for p in rows if p.valid_from <= day), default=min(p.valid_from for p in rows))
    return any(
        p.start <= minute.time() and (minute.time() < p.end or p.end == time(0)) for p in rows if p.valid_from == newest
    )


def counted_deadline(start: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    while minutes:
        minutes -= worked(start, calendar)
        start += timedelta(minutes=1)
    return start


@settings(max_examples=60, deadline=None)
@given(calendars(), st.dates(date(2023, 4, 25), date(2023, 5, 30)), minutes_of_day, st.integers(1, 1500))
def test_counting_minutes_gives_the_same_deadline(calendar, day, minute, work):
    start = datetime.combine(day, time(minute // 60, minute % 60), ZONE)

    due = worktime.add_work_seconds(start, work * 60, calendar)

    assert due == counted_deadline(start, work, calendar)
    assert worktime.work_seconds_between(start, due, calendar) == work * 60


instants = st.datetimes(datetime(2022, 12, 1), datetime(2024, 2, 1)).map(lambda d: d.replace(tzinfo=ZONE))


@given(instants, st.sampled_from(worktime.KINDS), st.integers(1, 40), instants, st.integers(0, 10**12))
def test_a_pause_gives_back_exactly_what_was_left(start, kind, value, resumed_at, pause_us):
    due = worktime.deadline_for(start, kind, value, CALENDAR)
    paused_at = min(start + timedelta(microseconds=pause_us), due)
    resumed_at = max(resumed_at, paused_at)

    new_due = worktime.resumed_deadline(due, paused_at, resumed_at, kind, CALENDAR)

    used = worktime.used_seconds(start, paused_at, kind, CALENDAR)
    left = worktime.used_seconds(resumed_at, new_due, kind, CALENDAR) if paused_at < due else 0
    assert used + left == pytest.approx(worktime.limit_seconds(kind, value, CALENDAR, start.date()), abs=1e-6)


@given(instants, st.sampled_from(worktime.KINDS), st.integers(1, 40))
def test_a_pause_of_no_time_changes_no_deadline(start, kind, value):
    due = worktime.deadline_for(start, kind, value, CALENDAR)
    middle = start + (due - start) / 3

    assert worktime.resumed_deadline(due, middle, middle, kind, CALENDAR) == due
