"""365 days of patrols: a grid needs one valid round each day; the street has them all or not."""

from datetime import timedelta

import pytest

from grid import selectors_patrols as selectors
from grid.models import Grid
from tests.grid.conftest import covered_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def grids(home):
    return list(Grid.objects.filter(kind="social").order_by("code"))


def cover(grids, user, day):
    for grid in grids:
        covered_on(grid, user, day)


def test_nothing_is_missed_before_the_first_patrol_ever(grids):
    year = selectors.year_until(selectors.today())
    assert (year.n, year.attainment, year.full_days) == (0, None, 0)


def test_a_day_is_full_when_every_grid_has_a_valid_round(worker, grids):
    user, day = worker(), selectors.today() - timedelta(days=2)
    cover(grids, user, day)
    cover(grids[1:], user, day + timedelta(days=1))
    covered_on(grids[0], user, day + timedelta(days=1), valid=False, failed=["time"])
    year = selectors.year_until(day + timedelta(days=1))
    assert (year.n, year.met, year.full_days) == (2 * len(grids), 2 * len(grids) - 1, 1)
    assert [grid.code for grid in selectors.uncovered_grids(day + timedelta(days=1))] == [grids[0].code]


def test_two_rounds_of_one_grid_are_one_grid(worker, grids):
    user, day = worker(), selectors.today() - timedelta(days=1)
    for _n in range(3):
        covered_on(grids[0], user, day)
    assert selectors.year_until(day).met == 1
    assert selectors.year_until(day, [grids[0].code]).attainment == 1
    assert selectors.year_until(day, [grids[1].code]).attainment == 0


def test_the_year_is_rolling(worker, grids):
    user, today = worker(), selectors.today()
    covered_on(grids[0], user, today - timedelta(days=400))
    covered_on(grids[0], user, today - timedelta(days=365))
    year = selectors.year_until(today - timedelta(days=1))
    assert len(year.days) == 365
    assert year.met == 1


def test_each_community_has_its_own_coverage(worker, grids):
    user, day = worker(), selectors.today() - timedelta(days=1)
    first = [grid for grid in grids if grid.community_id == grids[0].community_id]
    cover(first, user, day)
    covered_on(first[0], user, day - timedelta(days=1))
    per = selectors.coverage_by_community(day - timedelta(days=1), day)
    assert per[grids[0].community_id] == (len(first) + 1, 2 * len(first))
    assert sum(n for _met, n in per.values()) == 2 * len(grids)


def test_today_shows_who_walks_and_who_answers(worker, home):
    user = worker()
    (one,) = selectors.coverage_of(selectors.today(), [home])
    assert (one.covered, one.walking) == (False, None)
    walking = covered_on(home, user, selectors.today(), ended_at=None, valid=False, failed=["result"])
    (one,) = selectors.coverage_of(selectors.today(), [home])
    assert (one.covered, one.walking) == (False, walking)
    assert selectors.keepers_of([home.code]) == {home.code: {"worker": user}}


def test_the_nearest_of_those_who_were_seen_lately_is_found(worker, home):
    from grid.services.patrols import place
    from shushanwei.common.clock import db_now

    near, far, old = worker("near"), worker("far", duty="backup"), worker("old", duty="leader")
    now = db_now()
    place(near, home.label_lon, home.label_lat, 8, now)
    place(far, home.label_lon + 0.01, home.label_lat, 8, now)
    place(old, home.label_lon, home.label_lat, 8, now - timedelta(hours=3))
    everyone = [far.pk, old.pk, near.pk]
    since = now - timedelta(minutes=30)
    assert selectors.nearest_person(everyone, home.label_lon, home.label_lat, since) == near.pk
    assert selectors.nearest_person([old.pk], home.label_lon, home.label_lat, since) is None
