"""Every pair of states of tasks, claims, listings, deals, market days and stalls: allowed or refused by its table."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from points import market_lifecycle as market
from points import volunteering_lifecycle as help_
from points.volunteering_lifecycle import home_is_safe, minutes_counted, paused_until
from shushanwei.common.errors import WrongStep

MARKET = [
    (kind, now, to) for kind, table in market.NEXT.items() for now, to in product(kind, kind) if table is not None
]


@pytest.mark.parametrize(("now", "to"), product(help_.TaskStatus, help_.TaskStatus))
def test_every_step_of_a_task(now, to):
    _allowed(lambda: help_.task_may(now, to), to in help_.TASK_NEXT[now])


@pytest.mark.parametrize(("now", "to"), product(help_.ClaimStatus, help_.ClaimStatus))
def test_every_step_of_a_claim(now, to):
    _allowed(lambda: help_.claim_may(now, to), to in help_.CLAIM_NEXT[now])


@pytest.mark.parametrize(("kind", "now", "to"), MARKET)
def test_every_step_of_the_market(kind, now, to):
    _allowed(lambda: market.may_become(now, to), to in market.NEXT[kind][now])


def test_each_state_can_be_reached_and_only_ends_lead_nowhere():
    for table, first in (
        (help_.TASK_NEXT, {"asked", "open"}), (help_.CLAIM_NEXT, {"claimed"}), (market.LISTING_NEXT, {"review"}),
        (market.DEAL_NEXT, {"open"}), (market.FAIR_NEXT, {"open"}), (market.STALL_NEXT, {"booked"}),
    ):  # fmt: skip
        reached = {str(to) for following in table.values() for to in following}
        assert {str(state) for state in table} == reached | first


NINE = datetime(2026, 11, 28, 1, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize(
    ("came", "went", "minutes"),
    [(0, 29, 0), (0, 30, 30), (0, 44, 30), (0, 45, 45), (0, 120, 120), (-30, 29, 0), (-30, 30, 30), (0, 240, 120),
     (95, 240, 0), (90, 240, 30), (61, 119, 45), (-30, -1, 0)],
)  # fmt: skip
def test_time_counts_inside_the_window_in_whole_quarters_from_half_an_hour_on(came, went, minutes):
    came, went = NINE + timedelta(minutes=came), NINE + timedelta(minutes=went)
    assert minutes_counted(came, went, NINE, NINE + TWO_HOURS) == minutes


def test_the_third_time_not_coming_in_a_quarter_pauses_for_thirty_days():
    october = [datetime(2026, 10, day, 4, tzinfo=UTC) for day in (1, 8)]
    assert paused_until([]) is None
    assert paused_until(october) is None
    third = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)  # one minute before the new year of the street
    assert paused_until([*october, third]) == third + timedelta(days=30)
    assert paused_until([*october, third + timedelta(minutes=1)]) is None
    assert paused_until([*october, third, third + timedelta(seconds=1), third + timedelta(seconds=2)]) == (
        third + timedelta(days=30)
    )


@pytest.mark.parametrize(("coming", "known", "safe"), [(1, False, False), (2, False, True), (1, True, True)])
def test_a_home_is_entered_by_two_or_by_who_is_known(coming, known, safe):
    assert home_is_safe(coming, known) is safe


def _allowed(step, expected):
    if expected:
        step()
    else:
        with pytest.raises(WrongStep):
            step()
