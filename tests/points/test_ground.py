"""The ground under the small map: a resident who corrects a place finds the own street on it, and it weighs little."""

import gzip

import pytest
from django.test import Client

from demo.street.layers import load_layers
from grid.models import Community, MapLayer
from grid.services.layers import put_layer
from points.services import signing_in
from tests.points.conftest import a_resident

HOME = "330109003015"  # 朝阳社区
MOST_BYTES = 40_000


def ground_of(code: str) -> list[dict]:
    answer = Client().get(f"/m/ground/{code}/")
    assert answer.status_code == 200
    assert "max-age=86400" in answer["Cache-Control"] and "public" in answer["Cache-Control"]
    return answer.json()["features"]


def named(features: list[dict], layer: str) -> set[str]:
    return {one["properties"]["name"] for one in features if one["properties"]["layer"] == layer}


@pytest.mark.django_db
def test_the_street_is_drawn_with_the_names_by_which_people_find_their_way(ground):
    load_layers()
    street = ground_of("street")
    assert len(named(street, "community")) == 36 and "朝阳社区" in named(street, "community")
    assert {"晨晖路", "市心南路", "潘水路"} <= named(street, "road")
    assert "蜀山派出所" in named(street, "place")
    assert {"water", "green"} <= {one["properties"]["layer"] for one in street}
    houses = ground_of(HOME)
    assert {one["properties"]["layer"] for one in houses} == {"building"}
    assert all(name.startswith("朝阳社区") for name in named(houses, "building")) and len(houses) > 30


@pytest.mark.django_db
def test_the_street_with_all_houses_of_a_community_weighs_less_than_a_photo(ground):
    load_layers()
    street = len(gzip.compress(Client().get("/m/ground/street/").content))
    for code in Community.objects.values_list("code", flat=True):
        body = Client().get(f"/m/ground/{code}/").content
        assert street + len(gzip.compress(body)) < MOST_BYTES, code


@pytest.mark.django_db
def test_without_drawn_layers_the_communities_are_there_all_the_same(ground):
    assert {one["properties"]["layer"] for one in ground_of("street")} == {"community"}
    assert ground_of(HOME) == []
    for wrong in ("roads", "buildings", "330109003999"):
        assert Client().get(f"/m/ground/{wrong}/").status_code == 404


@pytest.mark.django_db
def test_a_new_edition_of_the_roads_is_drawn_at_once(ground):
    def put(name: str) -> None:
        line = {"type": "LineString", "coordinates": [[120.2411111, 30.12], [120.25, 30.1212345]]}
        road = {"type": "Feature", "properties": {"name": name, "rank": 3, "kmh": 30}, "geometry": line}
        put_layer("roads", {"type": "FeatureCollection", "features": [road]}, name_zh="道路", name_en="Roads")

    put("旧名路")
    assert named(ground_of("street"), "road") == {"旧名路"}
    put("新名路")
    road = next(one for one in ground_of("street") if one["properties"]["layer"] == "road")
    assert road["properties"] == {"layer": "road", "name": "新名路", "rank": 3}
    assert road["geometry"]["coordinates"] == [[120.24111, 30.12], [120.25, 30.12123]]
    assert MapLayer.objects.get().edition == 2


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 390])
def test_a_resident_taps_the_place_on_a_map_that_says_where_one_is(
    ground, roles, transactional_db, new_page, live_server, settings, width
):
    settings.LANGUAGE_CODE = "zh-hans"
    load_layers()
    me = a_resident(community_id=HOME)
    lon, lat = ground_of(HOME)[0]["geometry"]["coordinates"][0][0]
    page = new_page(width, 844, mobile=True)
    page.set_default_timeout(30_000)
    token = signing_in.start_session(me)
    page.context.add_cookies([{"name": "ssw_resident", "value": token, "url": f"{live_server.url}/m/"}])
    page.goto(f"{live_server.url}/m/report/")
    page.click("#open-map")
    page.wait_for_selector(".m-map-community >> text=朝阳社区")
    assert page.locator(".m-map-road").count() >= 2 and page.locator(".m-map-community").count() >= 2
    box = page.locator("#map").bounding_box()
    page.locator("#map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    page.wait_for_selector("#map-words:not([hidden]) >> text=朝阳社区")
    assert page.input_value("[name=place_by]") == "map" and page.input_value("[name=lon]").startswith("120.2")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 12})
    page.click("#locate")
    page.wait_for_selector("#map-words >> text=幢附近")
    for _closer in range(2):
        page.click(".leaflet-control-zoom-in")
        page.wait_for_timeout(500)
    page.wait_for_selector(".m-map-building span")
    page.evaluate("document.querySelector('#map').scrollIntoView({block: 'center'})")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    closer = page.locator(".leaflet-control-zoom-in").bounding_box()
    assert min(closer["width"], closer["height"]) >= 44
