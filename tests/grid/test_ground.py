"""The ground: 36 communities, their grids and micro-grids, brought in without gaps and overlaps."""

import copy
import json

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.utils import translation

from demo.street.ground import build_ground
from grid import geojson, selectors
from grid.areas import Refused, square_metres
from grid.models import Community, Grid, Ground
from grid.services.ground import SHIPPED, export_ground, import_ground, load_ground
from shushanwei.journal.models import Entry

SHIPPED_TEXT = SHIPPED.read_text("utf-8")
OUTLINE = shapely.Polygon(
    [
        (120.27912, 30.12830),
        (120.27259, 30.13864),
        (120.22059, 30.14898),
        (120.20586, 30.09435),
        (120.22166, 30.08098),
        (120.24078, 30.08235),
    ]
)


def shapes(collection):
    return [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]


@pytest.fixture(scope="module")
def built():
    return build_ground()


def test_36_communities_150_grids_and_790_micro_grids_cover_the_outline_exactly(built):
    for part, count in ((built.communities, 36), (built.grids, 150), (built.micro_grids, 790)):
        areas = shapes(part)

        assert len(areas) == count
        assert all(area.is_valid for area in areas)
        assert sum(area.area for area in areas) == pytest.approx(OUTLINE.area, rel=1e-9)
        # No overlap and no gap: neighbours share each corner of their common border.
        assert shapely.coverage_is_valid(areas)


def test_parts_fill_their_whole_and_carry_its_code(built):
    grids = {f["properties"]["code"]: f for f in built.grids["features"]}
    for grid in grids.values():
        assert grid["properties"]["code"][:12] == grid["properties"]["community"]
    filled = dict.fromkeys(grids, 0.0)
    for micro in built.micro_grids["features"]:
        assert micro["properties"]["code"][:14] == micro["properties"]["parent"]
        filled[micro["properties"]["parent"]] += shapely.geometry.shape(micro["geometry"]).area
    for code, area in filled.items():
        assert area == pytest.approx(shapely.geometry.shape(grids[code]["geometry"]).area, rel=1e-6)


def test_names_codes_and_figures_are_those_of_the_street(built):
    communities = {f["properties"]["code"]: f["properties"] for f in built.communities["features"]}
    grids = {f["properties"]["code"]: f["properties"] for f in built.grids["features"]}

    assert communities["330109003015"]["short_name"] == "朝阳社区"
    assert communities["330109003238"]["short_name"] == "章潘桥村"
    assert sum(c["population"] for c in communities.values()) == 115_000
    assert communities["330109003238"]["population"] == 3805
    assert grids["33010900301502"]["name"] == "朝阳社区第2网格"
    assert sum(g["households"] for g in grids.values() if g["community"] == "330109003238") == 1019
    assert sum(c["kind"] == "village" for c in communities.values()) == 8


def test_communities_have_the_sizes_that_are_known(built):
    sizes = {
        feature["properties"]["code"][-3:]: square_metres(shapely.geometry.shape(feature["geometry"])) / 1e6
        for feature in built.communities["features"]
    }

    assert sizes["238"] == pytest.approx(3.15, rel=0.02)
    assert sizes["016"] == pytest.approx(2.42, rel=0.02)
    assert sizes["224"] == pytest.approx(0.754, rel=0.02)
    assert 0.3 <= min(sizes.values()) <= max(sizes.values()) <= 3.2


def test_the_shipped_file_is_what_the_generator_draws(built):
    shipped = json.loads(SHIPPED_TEXT)["features"]

    assert [f["properties"] for f in shipped] == [f["properties"] for f in built.whole["features"]]
    for kept, drawn in zip(shipped, built.whole["features"], strict=True):
        kept, drawn = shapely.geometry.shape(kept["geometry"]), shapely.geometry.shape(drawn["geometry"])
        assert shapely.equals_exact(kept, drawn, 1e-8)


# --- bringing it in ---


def test_loading_twice_changes_nothing_and_keeps_the_edition(ground):
    assert (Community.objects.count(), Grid.objects.count()) == (36, 940)
    edition = selectors.edition()

    assert not load_ground()
    call_command("load_ground", verbosity=0)

    assert selectors.edition() == edition
    assert Entry.objects.filter(verb="ground.imported").count() == 1


def test_an_export_can_be_imported_again(ground):
    text = export_ground()
    Grid.objects.filter(code="33010900301502").update(name="x")

    assert import_ground(text) == {"changed": 1}
    assert Grid.objects.get(code="33010900301502").name == "朝阳社区第2网格"


def test_an_installation_s_own_ground_is_not_overwritten_at_the_next_start(ground):
    Grid.objects.filter(code="33010900301502").update(name="我们的网格")

    call_command("load_ground", verbosity=0)

    assert Grid.objects.get(code="33010900301502").name == "我们的网格"


def one_community(*, code="330109003015", kinds=("social",)):
    """The features of one community as a file of its own."""
    features = [
        feature
        for feature in json.loads(SHIPPED_TEXT)["features"]
        if feature["properties"].get("community") == code and feature["properties"]["kind"] in kinds
    ]
    return {"type": "FeatureCollection", "features": copy.deepcopy(features)}


def test_a_community_divided_anew_loses_its_old_grids_and_the_edition_rises(ground):
    Grid.objects.filter(kind="micro", community="330109003015").delete()
    file = one_community()
    whole = shapely.union_all(shapes(file))
    file["features"] = file["features"][:1]
    file["features"][0]["geometry"] = shapely.geometry.mapping(whole)
    edition = selectors.edition()

    done = import_ground(json.dumps(file))

    assert done == {"changed": 1, "removed": 4}
    assert Grid.objects.filter(community="330109003015").count() == 1
    assert selectors.edition() == edition + 1


def test_a_grid_that_is_still_used_cannot_be_left_out(ground):
    file = one_community()
    whole = shapely.union_all(shapes(file))
    file["features"] = file["features"][:1]
    file["features"][0]["geometry"] = shapely.geometry.mapping(whole)

    with pytest.raises(Refused) as refused:
        import_ground(json.dumps(file))

    assert "33010900301502" in refused.value.problems[0].message
    assert Ground.objects.get().edition == 1


def problems_of(file, known=None):
    with translation.override("en"), pytest.raises(Refused) as refused:
        geojson.read(file if isinstance(file, str) else json.dumps(file), known)
    return [(problem.path, problem.code, problem.message) for problem in refused.value.problems]


def changed(change):
    """The grids of one community with its community, after somebody spoiled them."""
    file = one_community()
    whole = next(f for f in json.loads(SHIPPED_TEXT)["features"] if f["properties"]["code"] == "330109003015")
    file["features"].insert(0, whole)
    change(file)
    return file


def corners(file, index):
    return file["features"][index]["geometry"]["coordinates"][0]


def crossing(file):
    file["features"][2]["geometry"]["coordinates"] = [
        [[120.25, 30.10], [120.26, 30.11], [120.26, 30.10], [120.25, 30.11], [120.25, 30.10]]
    ]


def in_metres(file):
    for position in corners(file, 1):
        position[:] = [position[0] * 111_319, position[1] * 118_000]


def swapped(file):
    for position in corners(file, 1):
        position.reverse()


def set_property(name, value, index=2):
    return lambda file: file["features"][index]["properties"].update({name: value})


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (crossing, "features[2].geometry", "crosses itself"),
        (in_metres, "features[1].geometry", "WGS-84"),
        (swapped, "features[1].geometry", "swapped"),
        (lambda f: corners(f, 1).pop(), "features[1].geometry", "not closed"),
        (lambda f: f["features"][3].update(geometry=f["features"][2]["geometry"]), "features[3].geometry", "overlaps"),
        (lambda f: f["features"].pop(2), "features[1].geometry", "gap"),
        (set_property("community", "330109003999"), "features[2].properties.community", "330109003999"),
        (set_property("code", "33010900301501"), "features[2].properties.code", "twice"),
        (set_property("code", "12-34"), "features[2].properties.code", "13–24"),
        (set_property("kind", "block"), "features[2].properties.kind", "social"),
        (set_property("name", ""), "features[2].properties.name", "name"),
        (set_property("households", -1), "features[2].properties.households", "whole number"),
        (set_property("parent", "33010900309999"), "features[2].properties.parent", "33010900309999"),
        (lambda f: f["features"][1].pop("geometry"), "features[1].geometry", "Polygon"),
        (lambda f: f["features"].__setitem__(1, 7), "features[1]", "GeoJSON"),
        (lambda f: f.update(crs={"type": "name", "properties": {"name": "EPSG:3857"}}), "file", "EPSG:3857"),
        (lambda f: f.update(crs={"type": "name", "properties": {"name": "GCJ-02"}}), "file", "GCJ-02"),
        (lambda f: f.update(features=[]), "file", "no features"),
        (lambda f: f.update(type="Topology"), "file", "FeatureCollection"),
    ],
)
def test_a_spoiled_file_is_refused_with_the_place_of_the_fault(change, path, words):
    problems = problems_of(changed(change))

    assert any(p == path and words in message for p, _code, message in problems), problems


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"type": NaN}', "[" * 100_000, "\x00", "3"])
def test_what_is_no_geojson_is_refused(text):
    assert problems_of(text)[0][0] == "file"


def test_the_crs_member_of_degrees_is_accepted():
    file = changed(lambda f: f.update(crs={"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}))

    assert len(geojson.read(json.dumps(file)).grids) == 5


def test_a_grid_that_sticks_out_of_its_community_is_named(ground):
    known = selectors.known_ground()
    file = one_community(code="330109003022")
    for feature in file["features"]:
        feature["properties"]["community"] = "330109003015"
        feature["properties"]["code"] = feature["properties"]["code"].replace("022", "015")

    assert any("330109003015" in message for _path, _code, message in problems_of(file, known))


def test_degrees_of_another_city_are_not_near_the_street(ground):
    file = one_community()
    for feature in file["features"]:
        for position in feature["geometry"]["coordinates"][0]:
            position[0] -= 3

    assert problems_of(file, selectors.known_ground())[0][0] == "features[0].geometry"


def test_the_command_says_what_is_wrong_with_a_file(ground, tmp_path):
    path = tmp_path / "wrong.geojson"
    path.write_text(json.dumps(changed(crossing)), "utf-8")

    with pytest.raises(CommandError, match="33010900301502"):
        call_command("load_ground", file=path)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("load_ground", file=tmp_path / "nowhere")
