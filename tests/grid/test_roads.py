"""How long it takes along the streets: two parallel roads, a bridge between them, and places off the roads."""

import json

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.models import MapLayer
from grid.roads import LANE_DETOUR, LANE_KMH, METRES_LAT, RoadNetwork
from grid.selectors_roads import look_again, road_network

LON, LAT = 120.2369, 30.1236
METRES_LON = METRES_LAT * float(np.cos(np.radians(LAT)))


@pytest.fixture(autouse=True)
def _forget_roads():
    look_again()
    yield
    look_again()


def at(x, y):
    """Metres east and north of the centre, in degrees."""
    return LON + x / METRES_LON, LAT + y / METRES_LAT


def road(*spots, **properties):
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "LineString", "coordinates": [list(at(*spot)) for spot in spots]},
    }


def streets(*features):
    return {"type": "FeatureCollection", "features": list(features)}


MAIN = road((0, 0), (3000, 0), name="南环路", kind="main")
SECOND = road((0, 1000), (3000, 1000), name="晨晖路", kind="minor")
BRIDGE = road((1500, 0), (1500, 1000), name="萧然西路", kind="minor")


def way(network, start, goal):
    found = network.ways_to(*(np.array([value]) for value in at(*start)), *at(*goal))
    return float(found.seconds[0]), float(found.metres[0])


def test_a_way_along_one_road_takes_its_length_at_its_speed():
    seconds, metres = way(RoadNetwork(streets(MAIN)), (0, 0), (3000, 0))

    assert metres == pytest.approx(3000, rel=0.01)
    assert seconds == pytest.approx(3000 / (35 / 3.6), rel=0.02)


def test_the_way_to_a_parallel_road_leads_over_the_bridge():
    network = RoadNetwork(streets(MAIN, SECOND, BRIDGE))

    seconds, metres = way(network, (0, 0), (3000, 1000))

    assert metres == pytest.approx(4000, rel=0.01)
    assert seconds == pytest.approx(1500 / (35 / 3.6) + 2500 / (25 / 3.6), rel=0.03)


def test_who_is_nearer_by_the_beeline_may_be_later():
    """Two roads that nothing joins: from across the water the way is long, however near the place looks."""
    network = RoadNetwork(streets(MAIN, SECOND))
    lons, lats = np.array([at(1500, 700), at(0, 0)]).T

    near, far = network.ways_to(lons, lats, *at(1500, 0)).seconds

    assert far < near


def test_a_one_way_road_is_driven_in_its_direction_only():
    network = RoadNetwork(streets(road((0, 0), (3000, 0), kind="main", oneway=True)))

    forth, _metres = way(network, (0, 0), (3000, 0))
    back, _metres = way(network, (3000, 0), (0, 0))

    assert forth == pytest.approx(3000 / (35 / 3.6), rel=0.02)
    assert back == pytest.approx(3000 * LANE_DETOUR / (LANE_KMH / 3.6), rel=0.02)  # through lanes


def test_nobody_gets_off_an_expressway_at_a_shop_door():
    closed = road((0, 0), (3000, 0), kind="expressway")
    entered = road((0, 0), (3000, 0), kind="expressway", entry=True, kmh=80)

    assert RoadNetwork(streets(closed)).is_empty
    assert way(RoadNetwork(streets(entered)), (0, 0), (3000, 0))[0] == pytest.approx(3000 / (80 / 3.6), rel=0.02)


def test_without_roads_the_way_is_a_longer_straight_line():
    seconds, metres = way(RoadNetwork({}), (0, 0), (1000, 0))

    assert metres == pytest.approx(1400, rel=0.01)
    assert seconds == pytest.approx(1400 / (15 / 3.6), rel=0.01)


def test_the_places_where_named_roads_meet_are_known():
    assert [words for *_at, words in RoadNetwork(streets(MAIN, SECOND, BRIDGE)).crossings()] == [
        "南环路 × 萧然西路",
        "晨晖路 × 萧然西路",
    ]


spots = st.tuples(st.floats(-500, 3500), st.floats(-500, 1500))


@settings(max_examples=60, deadline=None)
@given(spots, spots)
def test_no_way_is_shorter_than_the_beeline_or_slower_than_through_lanes(a, c):
    network = RoadNetwork(streets(MAIN, SECOND, BRIDGE))
    direct, metres = way(network, a, c)
    beeline = np.hypot(a[0] - c[0], a[1] - c[1])

    assert metres >= beeline * 0.995 - 2
    assert direct <= beeline * 1.005 * LANE_DETOUR / (LANE_KMH / 3.6) + 2
    times = network.times(*(np.array([v]) for v in at(*a)), *(np.array([v]) for v in at(*c)))
    assert times[0, 0] == pytest.approx(direct, rel=0.02, abs=2)


@pytest.mark.parametrize(
    ("feature", "says"),
    [
        ({"type": "Feature", "properties": {}, "geometry": None}, "feature 0"),
        (road((0, 0), (100, 0), kmh=500), "kmh"),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [120.2, 30.1]}}, "feature 0"),
        ({"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[30.1, 120.2], [30.2, 120.2]]}},
         "颠倒"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_road_is_refused_with_the_feature_named(db, tmp_path, feature, says):
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps(streets(feature)), encoding="utf-8")

    with pytest.raises(CommandError, match=says):
        call_command("import_roads", file)
    assert not MapLayer.objects.filter(code="roads").exists()


def test_imported_roads_are_driven_on_at_once_and_again_when_they_change(db, tmp_path):
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps(streets(MAIN)), encoding="utf-8")
    assert road_network().is_empty

    call_command("import_roads", file, verbosity=0)
    assert len(road_network().crossings()) == 0 and not road_network().is_empty

    file.write_text(json.dumps(streets(MAIN, BRIDGE)), encoding="utf-8")
    call_command("import_roads", file, verbosity=0)
    assert len(road_network().crossings()) == 1


def test_roads_in_the_maps_datum_are_moved_to_ours(db, tmp_path):
    file = tmp_path / "roads.geojson"
    file.write_text(json.dumps(streets(MAIN)), encoding="utf-8")

    call_command("import_roads", file, crs="gcj02", verbosity=0)

    lon, lat = MapLayer.objects.get(code="roads").geojson["features"][0]["geometry"]["coordinates"][0]
    assert 300 < np.hypot((lon - LON) * METRES_LON, (lat - LAT) * METRES_LAT) < 700
