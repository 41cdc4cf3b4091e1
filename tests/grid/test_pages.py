"""The ground's page and its API: who may see and import, what is said about a wrong file."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from grid.models import Community
from grid.services.ground import SHIPPED, export_ground
from shushanwei.people.models import Role, RoleGrant, User


@pytest.fixture
def signed_in(roles, client):
    def sign_in(role):
        user = User.objects.create_user(f"{role}-1", password="only-for-tests")
        RoleGrant.objects.create(user=user, role=Role.objects.get(code=role))
        client.force_login(user)
        api = APIClient()
        api.force_login(user)
        client.api = api
        return client

    return sign_in


def one_feature(**properties):
    feature = json.loads(SHIPPED.read_text("utf-8"))["features"][0]
    feature["properties"].update(properties)
    return {"type": "FeatureCollection", "features": [feature]}


def upload(file):
    text = file if isinstance(file, bytes) else json.dumps(file).encode()
    return {"file": SimpleUploadedFile("x.geojson", text, "application/geo+json")}


def test_a_seat_sees_the_communities_and_cannot_import(signed_in, ground):
    client = signed_in("seat_operator")

    page = client.get("/grid/")

    assert page.status_code == 200
    assert "章潘桥村" in page.text
    assert 'type="file"' not in page.text
    assert client.post("/grid/", upload(one_feature())).status_code == 403
    assert client.api.post("/api/v1/grid/import/", one_feature(), format="json").status_code == 403


def test_a_stranger_and_a_resident_see_nothing(client, signed_in, ground):
    assert client.get("/grid/").status_code == 302
    assert APIClient().get("/api/v1/grid/grids/").status_code in (401, 403)

    resident = signed_in("resident")
    assert resident.get("/grid/").status_code == 403
    assert resident.get("/grid/ground.geojson").status_code == 403
    assert resident.api.get("/api/v1/grid/communities/").status_code == 403


def test_a_community_shows_its_grids(signed_in, ground):
    page = signed_in("shift_lead").get("/grid/", {"community": "330109003015"})

    assert "朝阳社区第2网格" in page.text
    assert "33010900301502" in page.text


def test_the_page_says_what_to_do_while_there_is_no_ground(signed_in):
    page = signed_in("sys_admin").get("/grid/")

    assert page.status_code == 200
    assert 'type="file"' in page.text


def test_an_upload_changes_the_ground_and_says_how_much(signed_in, ground):
    client = signed_in("sys_admin")

    answer = client.post("/grid/", upload(one_feature(population=2600)), follow=True)

    assert answer.redirect_chain == [("/grid/", 302)]
    assert Community.objects.get(code="330109003001").population == 2600


@pytest.mark.parametrize("file", [b"", b"{", b"\xff\xfe", one_feature(code="12"), one_feature(name="")])
def test_a_wrong_file_is_answered_beside_the_field(signed_in, ground, file):
    page = signed_in("sys_admin").post("/grid/", upload(file))

    assert page.status_code == 422
    assert "errorlist" in page.text


def test_what_is_downloaded_is_what_can_be_imported(signed_in, ground):
    answer = signed_in("shift_lead").get("/grid/ground.geojson")

    assert answer.content.decode() == export_ground()
    assert "attachment" in answer["Content-Disposition"]


# --- API ---


def test_grids_are_geojson_by_kind_and_community(signed_in, ground):
    api = signed_in("seat_operator").api

    grids = api.get("/api/v1/grid/grids/", {"kind": "social", "community": "330109003015"})
    communities = api.get("/api/v1/grid/communities/", {"kind": "village"})

    assert grids["Content-Type"] == "application/geo+json"
    assert [f["properties"]["name"] for f in grids.json()["features"]] == [f"朝阳社区第{n}网格" for n in range(1, 6)]
    assert len(communities.json()["features"]) == 8
    assert communities.json()["approximate"] is True


def test_a_map_that_has_this_edition_is_not_sent_it_again(signed_in, ground):
    api = signed_in("sys_admin").api
    first = api.get("/api/v1/grid/communities/")

    assert api.get("/api/v1/grid/communities/", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert api.post("/api/v1/grid/import/", one_feature(population=1), format="json").status_code == 200
    again = api.get("/api/v1/grid/communities/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 200
    assert again.json()["features"][0]["properties"]["population"] == 1


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("communities", {"kind": "planet"}, "kind"),
        ("grids", {"kind": "planet"}, "kind"),
        ("grids", {"community": "330109003999"}, "community"),
        ("grids", {"community": "\x00"}, "community"),
    ],
)
def test_a_wrong_filter_is_named(signed_in, ground, path, query, field):
    answer = signed_in("seat_operator").api.get(f"/api/v1/grid/{path}/", query)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_import_answers_with_counts_and_the_edition(signed_in, ground):
    answer = signed_in("sys_admin").api.post("/api/v1/grid/import/", one_feature(population=1), format="json")

    assert answer.json() == {"added": 0, "changed": 1, "removed": 0, "edition": 2}


def test_the_import_names_each_wrong_feature_and_field(signed_in, ground):
    api = signed_in("sys_admin").api

    answer = api.post("/api/v1/grid/import/", one_feature(code="12", name=""), format="json")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert {e["field"] for e in answer.json()["errors"]} == {
        "features[0].properties.code",
        "features[0].properties.name",
    }
    for body in ("", "{", "7", "null", '{"type":"FeatureCollection","features":{}}', "\x00"):
        assert api.generic("POST", "/api/v1/grid/import/", body, "application/geo+json").status_code == 422


@pytest.mark.parametrize(
    "feature",
    [
        None,
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature", "properties": {"code": {"a": 1}, "kind": [], "name": 3}, "geometry": 4},
        {"type": "Feature", "properties": {"code": 1, "kind": "social"}, "geometry": {"type": "Polygon"}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[[[1, 2]]]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[1, "2"]] * 4]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[1, 2, 3]] * 4]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[[1e300, 2]] * 4]}},
    ],
)
def test_nonsense_is_refused_without_a_server_error(signed_in, ground, feature):
    file = {"type": "FeatureCollection", "features": [feature]}

    assert signed_in("sys_admin").api.post("/api/v1/grid/import/", file, format="json").status_code == 422
