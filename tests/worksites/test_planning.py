"""The draw of checks: fair, repeatable, unforeseeable; the due days of yellow and red."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from worksites.lifecycle import Colour
from worksites.planning import commitment, days_to_draw, drawn_day, drawn_inspectors, due_day, month_of

NUMBER = "00112233445566778899aabbccddeeff"


def weekday(day: date) -> bool:
    return day.weekday() < 5


def test_the_draw_can_be_repeated_and_proven():
    days = days_to_draw("2026-11", None, weekday)
    assert drawn_day(NUMBER, "2026-11", "WS-001", days) == drawn_day(NUMBER, "2026-11", "WS-001", days)
    assert commitment(NUMBER) == "5947d7c33d783f94b3b4c1a96ebc8991ed28f1b069b71e03376cba8caa98a720"
    assert commitment(NUMBER) != commitment(NUMBER[::-1])


def test_every_workday_of_the_month_is_drawn_about_equally_often():
    days = days_to_draw("2026-11", None, weekday)
    drawn = Counter(drawn_day(NUMBER, "2026-11", f"WS-{n}", days) for n in range(4_200))
    assert set(drawn) == set(days)
    assert all(120 < count < 290 for count in drawn.values())


def test_another_number_draws_other_days():
    days = days_to_draw("2026-11", None, weekday)
    sites = [f"WS-{n:03d}" for n in range(45)]
    one = [drawn_day(NUMBER, "2026-11", site, days) for site in sites]
    other = [drawn_day("ff" * 16, "2026-11", site, days) for site in sites]
    assert sum(a == b for a, b in zip(one, other, strict=True)) < 12


def test_a_site_that_became_white_in_the_month_is_drawn_from_what_is_left_of_it():
    assert days_to_draw("2026-11", date(2026, 11, 25), weekday) == [date(2026, 11, 26), date(2026, 11, 27),
                                                                   date(2026, 11, 30)]  # fmt: skip
    assert days_to_draw("2026-11", date(2026, 11, 27), weekday) == [date(2026, 11, 30)]
    assert days_to_draw("2026-11", date(2026, 11, 30), weekday) == []
    assert drawn_day(NUMBER, "2026-11", "WS-001", []) is None


def test_a_month_without_workdays_left_still_has_days():
    assert days_to_draw("2026-10", date(2026, 10, 30), weekday) == [date(2026, 10, 31)]


def test_months_have_their_ends():
    assert month_of("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_of("2026-12") == (date(2026, 12, 1), date(2026, 12, 31))


@given(st.sets(st.text(min_size=1, max_size=5), max_size=20), st.integers(2, 4))
def test_inspectors_are_drawn_without_favour(people, count):
    drawn = drawn_inspectors(NUMBER, "2026-11-WS-001", people, count)
    assert drawn == drawn_inspectors(NUMBER, "2026-11-WS-001", sorted(people, reverse=True), count)
    assert len(drawn) == len(set(drawn)) == min(count, len(people))
    assert set(drawn) <= people


def test_yellow_is_due_after_fifteen_days_and_red_after_seven():
    last = date(2026, 11, 20)
    assert due_day(Colour.YELLOW, last, 15, 7) == last + timedelta(days=15)
    assert due_day(Colour.RED, last, 15, 7) == last + timedelta(days=7)
