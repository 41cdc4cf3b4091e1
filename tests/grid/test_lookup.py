"""Which grid is this position in: from memory, exact on borders, up to date after an import."""

import json
import random
import threading

import pytest
import shapely

from grid import geojson, selectors
from grid.lookup import AreaIndex, GroundIndex, Place
from grid.models import Grid
from grid.services.ground import SHIPPED, import_ground

GROUND = geojson.read(SHIPPED.read_text("utf-8"))
INDEX = GroundIndex(
    [(area.code, area.shape) for area in GROUND.communities.values()],
    [(area.code, area.kind, area.community, area.parent, area.shape) for area in GROUND.grids.values()],
)


def touching(lon, lat, kind):
    """The codes of all grids of a kind at a position, by asking every polygon."""
    grids = [grid for grid in GROUND.grids.values() if grid.kind == kind]
    return sorted(grid.code for grid in grids if shapely.intersects_xy(grid.shape, lon, lat))


def test_a_thousand_positions_lie_where_every_polygon_says():
    rng = random.Random(15)
    for _n in range(1000):
        lon, lat = rng.uniform(120.205, 120.28), rng.uniform(30.08, 30.15)
        place = INDEX.at(lon, lat)

        codes = touching(lon, lat, "social")
        assert (place.grid_code if place else "") == (codes[0] if codes else "")
        if place:
            assert place.micro_code == touching(lon, lat, "micro")[0]
            assert place.community_code == place.grid_code[:12] == place.micro_code[:12]


def test_on_a_border_the_lower_code_wins():
    for grid in list(GROUND.grids.values())[::7]:
        for lon, lat in grid.polygon["coordinates"][0][:-1]:
            place = INDEX.at(lon, lat)

            assert place.grid_code == touching(lon, lat, "social")[0]
            assert place.micro_code.startswith(place.grid_code)


def test_a_position_off_the_street_has_no_place():
    for lon, lat in ((120.0, 30.1), (0.0, 0.0), (120.2060, 30.1480), (float("nan"), 30.1), (float("inf"), 30.1)):
        assert INDEX.at(lon, lat) is None


def test_a_community_without_grids_of_the_kind_is_still_a_place():
    assert INDEX.at(120.2512368, 30.1036031, kind="unit") == Place(
        "", "330109003015", INDEX.at(120.2512368, 30.1036031).micro_code
    )
    assert GroundIndex([], []).at(120.25, 30.10) is None


def test_an_island_and_a_hole_are_seen():
    square = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    index = AreaIndex([("1", shapely.union_all([square, shapely.box(20, 0, 21, 1)]))])

    assert [index.first(*at) for at in ((1, 1), (5, 5), (4, 5), (20.5, 0.5), (15, 0.5))] == ["1", "", "1", "1", ""]


def test_grid_at_answers_from_the_database_s_ground(ground):
    place = selectors.grid_at(120.2512368, 30.1036031)

    assert place.community_code == "330109003015"
    assert Grid.objects.get(pk=place.grid_code).community_id == "330109003015"
    assert Grid.objects.get(pk=place.micro_code).parent_id == place.grid_code


def test_without_any_ground_there_is_no_place(db):
    assert selectors.grid_at(120.2512368, 30.1036031) is None


def test_an_import_is_noticed(ground):
    lon, lat = 120.2512368, 30.1036031
    before = selectors.grid_at(lon, lat)
    Grid.objects.filter(kind="micro", community="330109003015").delete()
    file = json.loads(SHIPPED.read_text("utf-8"))
    features = [f for f in file["features"] if f["properties"].get("community") == "330109003015"]
    whole = shapely.union_all(
        [shapely.geometry.shape(f["geometry"]) for f in features if f["properties"]["kind"] == "social"]
    )
    features[0]["geometry"] = shapely.geometry.mapping(whole)

    import_ground(json.dumps({"type": "FeatureCollection", "features": features[:1]}))

    assert before.micro_code
    assert selectors.grid_at(lon, lat) == Place("33010900301501", "330109003015", "")


@pytest.mark.django_db(transaction=True)
def test_many_threads_may_ask_while_the_ground_changes(ground):
    wrong: list[object] = []
    stop = threading.Event()

    def ask():
        from django.db import connection

        try:
            while not stop.is_set():
                place = selectors.grid_at(120.2512368, 30.1036031)
                if place is None or place.community_code != "330109003015":
                    wrong.append(place)
                selectors.look_again()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    assert selectors.grid_at(120.2512368, 30.1036031)  # in memory before anybody asks
    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    feature = next(f for f in selectors.features() if f["properties"]["code"] == "330109003001")
    for population in range(1, 6):
        feature["properties"]["population"] = population
        import_ground(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    stop.set()
    for thread in threads:
        thread.join()

    assert wrong == []
