"""Where the squads can be within five minutes, the holes, and where standing by closes them."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dispatch import selectors_reach
from dispatch.matching import rank
from dispatch.models import UnitPosition
from dispatch.reach import Part, reach_of, standby
from grid.models import MapLayer
from grid.roads import RoadNetwork
from grid.selectors_roads import look_again
from shushanwei.common.clock import db_now
from tests.dispatch.conftest import CENTRE
from tests.grid.test_roads import BRIDGE, MAIN, SECOND, at, streets


@pytest.fixture(autouse=True)
def _draw_anew():
    look_again()
    selectors_reach.forget()
    yield
    look_again()


def square(west, south, side):
    return shapely.Polygon(
        [at(west, south), at(west + side, south), at(west + side, south + side), at(west, south + side)]
    )


def spots(*places):
    lons, lats = np.array([at(*place) for place in places]).T
    return lons, lats


def test_along_a_road_one_reaches_further_than_beside_it():
    network = RoadNetwork(streets(MAIN))

    reach = reach_of(network, *spots((0, 0)), [Part("A", square(-500, -3000, 6000), 100)], 300)

    assert reach.shape.contains(shapely.Point(at(2500, 0)))
    assert not reach.shape.contains(shapely.Point(at(0, 1500)))


def test_what_nobody_reaches_is_a_hole_named_by_its_community():
    near, far = Part("near", square(-100, -100, 200), 4000), Part("far", square(8000, 8000, 1000), 1000)

    reach = reach_of(RoadNetwork(streets(MAIN)), *spots((0, 0)), [near, far], 300)

    assert [hole.community for hole in reach.holes] == ["far"]
    assert reach.holes[0].area_m2 == pytest.approx(1e6, rel=0.02)
    assert reach.people_share == pytest.approx(0.8)
    assert reach.by_community["near"] == pytest.approx(1)


def test_with_nobody_on_duty_the_whole_street_is_a_hole():
    reach = reach_of(RoadNetwork(streets(MAIN)), np.array([]), np.array([]), [Part("A", square(0, 0, 1000), 9)], 300)

    assert (reach.area_share, reach.people_share) == (0, 0)
    assert len(reach.holes) == 1


@given(st.lists(st.tuples(st.floats(-500, 3500), st.floats(-500, 1500)), min_size=1, max_size=4))
def test_one_more_unit_never_makes_the_reach_smaller(places):
    network = RoadNetwork(streets(MAIN, SECOND, BRIDGE))
    part = [Part("A", square(-500, -1000, 4000), 9)]

    fewer = reach_of(network, *spots(*places[:-1]), part, 300).area_share if places[1:] else 0
    more = reach_of(network, *spots(*places), part, 300).area_share

    assert more >= fewer - 1e-6


def test_the_unit_whose_absence_costs_nothing_is_asked_to_move():
    reaches = np.array([[True, False, False], [True, False, False], [False, True, False]])
    spot_reaches = np.array([[False, False, True]])

    (move,) = standby(reaches, spot_reaches, np.array([1.0, 1.0, 2.0]), np.ones(3, dtype=bool))

    assert move.unit in (0, 1)
    assert (move.before, move.share) == (0.5, 1.0)


def test_nobody_is_moved_where_it_helps_nobody():
    reaches = np.array([[True, True]])

    assert standby(reaches, np.array([[True, True]]), np.array([1.0, 1.0]), np.ones(1, dtype=bool)) == []


@pytest.fixture
def roads(ground):
    """Two roads through the middle of the street that meet."""
    MapLayer.objects.create(code="roads", name_zh="道路", name_en="Roads", geojson=streets(MAIN, BRIDGE))


def test_the_console_asks_for_the_reach_of_the_free_squads(roads, unit, seat, client):
    free = unit("南片一班", north_m=0)
    unit("南片二班", north_m=0, on_duty=False)
    unit("派出所一车", kind="police")
    unit("北片一班", age_s=400)
    client.force_login(seat)

    answer = client.get("/api/v1/units/reach/").json()

    assert answer["units"] == [free.pk]
    assert (answer["by"], answer["minutes"]) == ("road", 5)
    assert 0.05 < answer["area_share"] < 0.5
    assert "章潘桥村" in {hole["name"] for hole in answer["holes"]}


def test_a_squad_far_off_is_proposed_to_stand_by_where_people_live(roads, unit, seat, client):
    away = unit("南片一班", north_m=9000)
    client.force_login(seat)

    proposal, *_more = client.get("/api/v1/units/reach/").json()["proposals"]

    assert proposal["unit"]["id"] == away.pk
    assert proposal["place"]
    assert proposal["share"] > proposal["before"] == 0


def test_soonest_is_not_who_is_nearest_by_the_beeline(roads, unit, opened):
    """Across the water 700 m away, or on the same road 2 km away: the second is there first."""
    across, along = unit("南片一班"), unit("南片二班")
    for made, place in ((across, at(-900, 900)), (along, at(1500, 0))):
        UnitPosition.objects.filter(unit=made).update(lon=place[0], lat=place[1])
    incident = opened(lon=at(0, 0)[0], lat=at(0, 0)[1])

    from dispatch.selectors import candidates_for

    first, second = candidates_for(incident, db_now())

    assert (first.unit.id, first.nearest, first.by_road) == (along.pk, True, True)
    assert second.minutes > first.minutes


def test_where_no_roads_are_known_the_sentence_says_so(unit, opened):
    from django.utils import translation

    from dispatch.matching import sentence
    from dispatch.selectors import candidates_for, unit_views

    unit("南片一班", north_m=500)
    (found,) = candidates_for(opened(), db_now())

    with translation.override("zh-hans"):
        assert sentence(found).startswith("最近：南片一班 距离700米，约2分钟，按直线估算")
    assert rank(unit_views(db_now(), None, []), *CENTRE, db_now())[0].by_road is False
