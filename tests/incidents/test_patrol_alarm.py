"""At 16:00 and 20:00 the shift leader is told which grids nobody has walked, once each."""

from datetime import datetime, timedelta

import pytest

from grid.models import Grid
from incidents.models import Alarm
from incidents.services.patrols import watch_patrols
from shushanwei.common.clock import STREET, db_now
from tests.grid.conftest import covered_on


@pytest.fixture
def today(street):
    return db_now().astimezone(STREET).date()


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=STREET)


@pytest.fixture
def walked(street, person, today):
    """All grids but two have a valid patrol today."""
    worker = person("grid_worker", "w", area="33010900301502")
    grids = list(Grid.objects.filter(kind="social"))
    for grid in grids[2:]:
        covered_on(grid, worker, today)
    return grids, worker


def test_the_open_grids_are_told_at_four_and_at_eight_and_once_each(walked, today):
    grids, worker = walked
    told = [watch_patrols(at(today, *when)) for when in ((15, 59), (16, 0), (16, 1), (19, 59), (20, 0), (23, 0))]
    assert told == [0, 1, 0, 0, 1, 0]
    alarm = Alarm.objects.filter(kind="grids_uncovered").first()
    assert (alarm.data["n"], alarm.data["grids"], alarm.for_role) == (2, len(grids), "shift_lead")
    assert sum(alarm.data["communities"].values()) == 2
    assert watch_patrols(at(today + timedelta(days=1), 16)) == 1


def test_a_street_that_is_covered_or_has_never_patrolled_is_left_in_peace(walked, today):
    grids, worker = walked
    for grid in grids[:2]:
        covered_on(grid, worker, today)
    assert watch_patrols(at(today, 20)) == 0


def test_before_the_first_patrol_nothing_is_told(today):
    assert watch_patrols(at(today, 20)) == 0
