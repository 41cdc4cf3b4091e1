"""What supervisors see of patrols: within their scope, with whom to call; points and their codes on paper."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from grid import selectors_patrols as selectors
from grid.models import Grid, PatrolPoint
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.grid.conftest import CODE, a_round, covered_on

BACKEND = "shushanwei.people.backends.RoleBackend"


@pytest.fixture
def signed_in(home, client):
    """A client of page and API: `signed_in("shift_lead")`, `signed_in("grid_leader", area=…)`."""

    def make(role, **bounds):
        user = User.objects.create_user(f"{role}-1", password="Shushan-30515")
        grant(user, role, **bounds)
        client.force_login(user, backend=BACKEND)
        client.api = APIClient()
        client.api.force_login(user, backend=BACKEND)
        return client

    return make


def test_the_day_names_open_grids_with_those_who_answer(signed_in, worker, home):
    user = worker()
    a_round(user, home, selectors.db_now() - timedelta(hours=1), normal=False)
    body = signed_in("shift_lead").api.get("/api/v1/patrols/day/").json()
    (grid,) = [one for one in body["grids"] if one["code"] == CODE]
    assert len(body["grids"]) == 150
    assert (grid["state"], grid["patrols"][0]["failed"]) == ("open", ["result"])
    assert [(one["duty"], one["name"]) for one in grid["keepers"]] == [("worker", "worker-1")]
    a_round(user, home, selectors.db_now() - timedelta(minutes=20))
    body = signed_in("commander").api.get(f"/api/v1/patrols/day/?grid={CODE}").json()
    assert [one["state"] for one in body["grids"]] == ["covered"]


def test_the_day_of_a_whole_street_costs_a_handful_of_queries(signed_in, worker):
    user, day = worker(), selectors.today()
    for grid in Grid.objects.filter(kind="social"):
        covered_on(grid, user, day)
    api = signed_in("shift_lead").api
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert api.get("/api/v1/patrols/day/").status_code == 200
    assert len(queries) < 20


def test_a_grid_leader_sees_own_grids_only(signed_in, worker, home):
    patrol = a_round(worker(), home, selectors.db_now() - timedelta(minutes=20))
    api = signed_in("grid_leader", area="330109003001").api
    body = api.get("/api/v1/patrols/day/").json()
    assert {one["community"]["code"] for one in body["grids"]} == {"330109003001"}
    assert api.get(f"/api/v1/patrols/{patrol.uuid}/").status_code == 404
    assert api.get(f"/api/v1/patrols/?grid={CODE}").status_code == 404
    wrong = api.post(
        "/api/v1/patrols/points/", {"grid": CODE, "name": "x", "lon": home.label_lon, "lat": home.label_lat}
    )
    assert wrong.status_code == 404


def test_the_calendar_counts_the_scope(signed_in, worker, home):
    user, day = worker(), selectors.today() - timedelta(days=1)
    covered_on(home, user, day)
    api = signed_in("grid_leader", area=CODE[:12]).api
    mine = api.get("/api/v1/patrols/calendar/").json()
    one = api.get(f"/api/v1/patrols/calendar/?grid={CODE}").json()
    assert mine["days"] == [[day.isoformat(), 1]]
    assert (one["grids"], one["attainment"], one["full_days"]) == (1, 1.0, 1)


def test_points_are_added_moved_and_taken_out_within_the_grid(signed_in, home):
    api = signed_in("shift_lead").api
    here = {"grid": CODE, "name": "菜场口", "lon": home.label_lon, "lat": home.label_lat, "place": 9}
    made = api.post("/api/v1/patrols/points/", here)
    assert made.status_code == 201, made.content
    address = f"/api/v1/patrols/points/{made.json()['id']}/"
    assert api.patch(address, {"name": "农贸市场", "radius_m": 50}).json()["radius_m"] == 50
    away = api.patch(address, {"lon": home.label_lon + 0.1})
    assert (away.status_code, away.json()["errors"][0]["field"]) == (422, "lon")
    before = PatrolPoint.objects.get(pk=made.json()["id"]).token
    assert api.post(f"{address}new-code/").status_code == 200
    assert PatrolPoint.objects.get(pk=made.json()["id"]).token != before
    assert api.delete(address).status_code == 204
    listed = api.get(f"/api/v1/patrols/points/?grid={CODE}").json()["grids"][0]["points"]
    assert "农贸市场" not in [point["name"] for point in listed]
    verbs = Entry.objects.filter(subject_type="patrolpoint", subject_id=made.json()["id"]).order_by("id")
    assert list(verbs.values_list("verb", flat=True))[-1] == "patrol_point.changed"


def test_a_route_is_a_line_and_nothing_else(signed_in, home):
    api = signed_in("shift_lead").api
    address = f"/api/v1/patrols/routes/{CODE}/"
    line = {
        "type": "LineString",
        "coordinates": [[home.label_lon, home.label_lat], [home.label_lon + 1e-3, home.label_lat]],
    }
    assert api.put(address, {"line": line}, format="json").status_code == 200
    for wrong in ({"type": "Point"}, {"type": "LineString", "coordinates": [[1]]}, [], "x"):
        assert api.put(address, {"line": wrong}, format="json").status_code == 422
    assert api.put(address, {"line": None}, format="json").json() == {"line": None}


def test_the_codes_are_printed_with_names_and_open_the_phone(signed_in, home):
    page = signed_in("shift_lead").get(f"/patrols/codes/?grid={CODE}")
    assert page.status_code == 200
    assert page.text.count("<svg") == 4
    assert "1号点" in page.text and CODE in page.text
    point = home.patrol_points.first()
    assert point.token not in page.text  # only the picture says it
    assert signed_in("dispatcher").get("/patrols/codes/").status_code == 403


@pytest.mark.parametrize("view", ["today", "year", "points", "nonsense"])
def test_each_view_of_the_page_opens(signed_in, view):
    assert signed_in("shift_lead").get(f"/patrols/?view={view}").status_code == 200


def test_what_is_no_code_finds_nothing_and_breaks_nothing(signed_in):
    api = signed_in("shift_lead").api
    for text in ("%00", "x" * 300, "一", "-1"):
        assert api.get(f"/api/v1/patrols/day/?community={text}").json()["grids"] == []
    assert api.get("/api/v1/patrols/day/?day=yesterday").status_code == 422


def test_impossible_times_are_named(signed_in, worker, home):
    from uuid import uuid4

    api = APIClient()
    api.force_login(worker(), backend=BACKEND)
    begin = {"uuid": str(uuid4()), "grid": CODE, "device": "d", "started_at": "0001-01-02T00:00:00Z"}
    wrong = api.post("/api/v1/patrols/", begin | {"sent_at": "0001-01-02T00:00:00Z"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "sent_at")
    assert api.post("/api/v1/patrols/", begin).json()["errors"][0]["field"] == "started_at"
