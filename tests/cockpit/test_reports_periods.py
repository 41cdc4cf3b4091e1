"""Days, weeks and months as the street counts them."""

from datetime import UTC, datetime

import pytest

from shushanwei.cockpit.reports.periods import Kind, closed_between, current, parse
from shushanwei.common.clock import STREET


def street(*numbers) -> datetime:
    return datetime(*numbers, tzinfo=STREET)


@pytest.mark.parametrize(
    ("slug", "start", "end", "previous", "following"),
    [
        ("day:2026-11-23", (2026, 11, 23), (2026, 11, 24), "day:2026-11-22", "day:2026-11-24"),
        ("day:2028-02-29", (2028, 2, 29), (2028, 3, 1), "day:2028-02-28", "day:2028-03-01"),
        ("day:2026-12-31", (2026, 12, 31), (2027, 1, 1), "day:2026-12-30", "day:2027-01-01"),
        ("week:2026-W47", (2026, 11, 16), (2026, 11, 23), "week:2026-W46", "week:2026-W48"),
        ("week:2026-W53", (2026, 12, 28), (2027, 1, 4), "week:2026-W52", "week:2027-W01"),
        ("week:2025-W01", (2024, 12, 30), (2025, 1, 6), "week:2024-W52", "week:2025-W02"),
        ("month:2026-11", (2026, 11, 1), (2026, 12, 1), "month:2026-10", "month:2026-12"),
        ("month:2026-12", (2026, 12, 1), (2027, 1, 1), "month:2026-11", "month:2027-01"),
        ("month:2028-02", (2028, 2, 1), (2028, 3, 1), "month:2028-01", "month:2028-03"),
    ],
)
def test_a_key_gives_its_span_and_its_neighbours(slug, start, end, previous, following):
    period = parse(slug)

    assert (period.start, period.end) == (street(*start), street(*end))
    assert (period.slug, period.previous.slug, period.following.slug) == (slug, previous, following)
    assert period.previous.following == period


@pytest.mark.parametrize(
    "slug",
    ["", "day", "day:2026-02-29", "day:2026-1-1", "week:2025-W53", "week:2026-W00", "month:2026-13", "year:2026",
     "day:2026-11-23x", "month:1999-01", "day:２026-11-23"],
)  # fmt: skip
def test_what_is_no_period_is_refused(slug):
    with pytest.raises(ValueError):
        parse(slug)


def test_the_cut_off_is_the_morning_after_and_the_drafts_follow_it():
    day, week, month = parse("day:2026-11-23"), parse("week:2026-W47"), parse("month:2028-02")

    assert (day.cutoff, day.ready_at) == (street(2026, 11, 24, 7), street(2026, 11, 24, 7, 30))
    assert (week.cutoff, week.ready_at) == (street(2026, 11, 23, 7), street(2026, 11, 23, 9))
    assert week.ready_at.weekday() == 0
    assert (month.cutoff, month.ready_at) == (street(2028, 3, 1, 7), street(2028, 3, 1, 9))


def test_the_day_changes_at_the_streets_midnight_not_at_utcs():
    assert current(Kind.DAY, datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)).key == "2026-11-22"
    assert current(Kind.DAY, datetime(2026, 11, 22, 16, tzinfo=UTC)).key == "2026-11-23"
    assert current(Kind.MONTH, datetime(2026, 12, 31, 16, tzinfo=UTC)).key == "2027-01"


@pytest.mark.parametrize(
    ("slug", "a_year_ago"),
    [
        ("day:2026-11-23", "day:2025-11-23"),
        ("day:2028-02-29", "day:2027-02-28"),
        ("week:2026-W47", "week:2025-W47"),
        ("week:2026-W53", "week:2025-W52"),
        ("month:2028-02", "month:2027-02"),
    ],
)
def test_the_same_period_last_year(slug, a_year_ago):
    assert parse(slug).year_ago.slug == a_year_ago


def test_closed_periods_are_those_whose_report_is_due():
    first = street(2028, 2, 27, 12)

    ready = [period.key for period in closed_between("day", first, street(2028, 3, 1, 7, 30))]
    assert ready == ["2028-02-27", "2028-02-28", "2028-02-29"]
    assert [p.key for p in closed_between("day", first, street(2028, 3, 1, 7, 29))] == ["2028-02-27", "2028-02-28"]
    assert [p.key for p in closed_between("month", first, street(2028, 3, 1, 8, 59))] == []
    assert [p.key for p in closed_between("month", first, street(2028, 3, 1, 9))] == ["2028-02"]
