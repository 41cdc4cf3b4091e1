"""Car terminals report through a gateway; every believed fix of a unit is kept as its track."""

from datetime import timedelta

import pytest

from dispatch.models import UnitPosition
from grid.services.positions import track_of
from shushanwei.common.clock import db_now
from tests.dispatch.conftest import CENTRE, north

ADDRESS = "/api/v1/units/positions/"


@pytest.fixture
def gateway(person, client):
    client.force_login(person("car_gateway"))

    def send(*fixes, **more):
        return client.post(ADDRESS, {"fixes": list(fixes), **more}, content_type="application/json")

    return send


def fix(unit, north_m=500, ago_s=0, **more):
    at = (db_now() - timedelta(seconds=ago_s)).isoformat()
    return {"unit": unit.code, "lon": CENTRE[0], "lat": north(north_m), "accuracy_m": 8, "fix_at": at, **more}


def test_one_batch_moves_many_cars(unit, gateway):
    first, second = unit("一班", age_s=None), unit("二班", age_s=None)

    answer = gateway(fix(first, 100, 6), fix(first, 130, 1), fix(second, 900, 2, terminal="T-2"))

    assert answer.json() == {"taken": 3, "flagged": 0, "old": 0, "errors": []}
    assert UnitPosition.objects.get(unit=first).lat == pytest.approx(north(130))
    assert [kept.device for kept in track_of("unit", second.pk)] == ["T-2"]


def test_a_wrong_fix_is_named_and_the_good_ones_are_kept(unit, gateway):
    good = unit("一班", age_s=None)

    answer = gateway(fix(good), {**fix(good), "unit": "NOBODY"}, {**fix(good, ago_s=3), "lon": 0, "lat": 0})

    assert answer.status_code == 200
    assert answer.json()["taken"] == 1
    assert [(error["index"], error["field"]) for error in answer.json()["errors"]] == [(1, "unit"), (2, "lon")]


def test_a_batch_that_is_sent_again_changes_nothing(unit, gateway):
    one = unit("一班", age_s=None)
    batch = [fix(one, 100, 9), fix(one, 120, 4)]

    gateway(*batch)
    again = gateway(*batch)

    assert (again.json()["taken"], again.json()["old"]) == (0, 2)
    assert len(track_of("unit", one.pk)) == 2


def test_an_impossible_fix_stays_in_the_track_but_is_not_believed(unit, gateway):
    one = unit("一班", age_s=None)
    gateway(fix(one, 100, 9))

    gateway(fix(one, 9_000, 1))

    assert [kept.believed for kept in track_of("unit", one.pk)] == [True, False]
    assert UnitPosition.objects.get(unit=one).flag == "jump"


def test_the_gateway_sees_nothing_else(unit, gateway, client):
    unit("一班")

    assert client.get("/api/v1/units/").status_code == 403
    assert client.get("/console/").status_code == 403


def test_a_phone_cannot_speak_for_another_car(unit, client):
    one, other = unit("一班"), unit("二班")
    client.force_login(one.crew)

    assert client.post(ADDRESS, {"fixes": [fix(other)]}, content_type="application/json").status_code == 403
