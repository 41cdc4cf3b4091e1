"""A phone's position on the straight way: the same rules as through the layers, and all doubt goes through them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test import Client, override_settings
from knox.models import AuthToken

from dispatch.models import Assignment, UnitPosition
from grid.models import PositionFix, SignOn
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.straight import POSITIONS, machines_first
from shushanwei.wsgi import pages
from tests.dispatch.conftest import CENTRE
from tests.incidents.wsgi_client import call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def layers():
    """The bodies that went on through the layers."""
    return []


@pytest.fixture
def send(layers):
    """POST a body as the web server hands it over: (status, headers, answer); status None through the layers."""

    def through(environ, start_response):
        layers.append(environ["wsgi.input"].read())
        return [b"null"]

    def post(body, token="", **headers):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers |= {"Authorization": f"Token {token}"} if token else {}
        status, told, answer = call(machines_first(through), raw, headers, path=POSITIONS)
        return status, told, json.loads(answer)

    return post


@pytest.fixture
def phone(unit):
    made = unit()
    return made, AuthToken.objects.create(user=made.crew)[1]


def one_fix(**values) -> dict:
    fix = {"lon": CENTRE[0], "lat": CENTRE[1], "accuracy_m": 9, "speed_kmh": 20, "fix_at": db_now().isoformat()}
    return {"fixes": [fix | values]}


def test_a_whole_fix_is_kept_and_answered_without_the_layers(phone, send, layers):
    unit, token = phone
    status, headers, answer = send(one_fix(lat=CENTRE[1] + 0.0045), token)
    assert (status, layers) == (200, [])
    assert answer == {"taken": 1, "late": 0, "flagged": 0, "old": 0, "arrived": False}
    assert headers["X-Request-Id"] and headers["X-Content-Type-Options"] == "nosniff"
    assert UnitPosition.objects.get(unit=unit).lat == pytest.approx(CENTRE[1] + 0.0045)
    assert PositionFix.objects.filter(subject_id=unit.pk).count() == 1


def test_a_fix_sent_twice_is_kept_once(phone, send):
    unit, token = phone
    body = one_fix(lat=CENTRE[1] + 0.0045)
    send(body, token)
    status, _headers, answer = send(body, token)
    assert (status, answer["old"]) == (200, 1)
    assert PositionFix.objects.filter(subject_id=unit.pk).count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {"fixes": []},
        {"fixes": [{"lon": 1}]},
        {"fixes": [{"lon": 999, "lat": 30, "accuracy_m": 1, "fix_at": "2026-11-27T00:00:00Z"}]},
        {"fixes": [{"lon": 120, "lat": 30, "accuracy_m": -1, "fix_at": "2026-11-27T00:00:00Z"}]},
        {"fixes": [{"lon": 120, "lat": 30, "accuracy_m": 1, "fix_at": "1970-01-01T00:00:00Z"}]},
        {"fixes": [{"lon": 120, "lat": 30, "accuracy_m": 1, "fix_at": "2026-11-27T00:00:00Z", "crs": "moon"}]},
        {"fixes": [{"lon": 120, "lat": 30, "accuracy_m": 1, "fix_at": "yesterday"}]},
    ],
)
def test_what_is_not_whole_goes_on_unchanged_to_be_refused_by_name(phone, send, layers, body):
    _unit, token = phone
    status, _headers, _answer = send(body, token)
    assert status is None
    assert layers == [body if isinstance(body, bytes) else json.dumps(body).encode()]


def test_the_layers_name_the_field_of_a_fix_that_came_the_straight_way(phone):
    _unit, token = phone
    raw = json.dumps({"fixes": [{"lon": 999, "lat": 30, "accuracy_m": 1, "fix_at": "2026-11-27T00:00:00Z"}]}).encode()
    status, _headers, body = call(
        machines_first(pages), raw, {"Authorization": f"Token {token}", "Host": "localhost"}, path=POSITIONS
    )
    assert status == 422
    assert json.loads(body)["errors"][0]["field"] == "fixes[0].lon"


def test_a_stranger_goes_through_the_layers(phone, send, layers, person):
    unit, token = phone
    body = one_fix()
    send(body)
    send(body, "0" * 64)
    send(body, AuthToken.objects.create(user=person("seat_operator", "other"))[1])
    send(body, AuthToken.objects.create(user=person("responder", "unitless"))[1])
    unit.crew.is_active = False
    unit.crew.save()
    send(body, token)
    assert len(layers) == 5
    assert not PositionFix.objects.exists()


def test_a_token_given_back_is_worth_nothing_at_once(phone, send, layers):
    _unit, token = phone
    assert send(one_fix(), token)[0] == 200
    AuthToken.objects.all().delete()
    send(one_fix(), token)
    assert len(layers) == 1


def test_two_fixes_at_the_scene_are_the_arrival_on_this_way_too(phone, send, opened, seat):
    from dispatch.services import accept, order_unit

    unit, token = phone
    incident = opened()
    order = order_unit(incident.pk, unit.pk, actor=seat)
    accept(order.pk, actor=unit.crew)
    UnitPosition.objects.all().delete()
    assert send(one_fix(), token)[2]["arrived"] is False
    assert send(one_fix(), token)[2]["arrived"] is True
    assert Assignment.objects.get(pk=order.pk).arrived_at is not None


def test_where_only_https_is_served_a_plain_fix_goes_through_the_layers(phone, send, layers):
    _unit, token = phone
    with override_settings(SECURE_SSL_REDIRECT=True):
        send(one_fix(), token)
    assert len(layers) == 1


def test_both_ways_answer_alike(phone, send):
    _unit, token = phone
    client = Client(HTTP_AUTHORIZATION=f"Token {token}")
    body = one_fix()
    straight = send(body, token)[2]
    layered = client.post(POSITIONS, json.dumps(one_fix()), content_type="application/json")
    assert layered.status_code == 200
    assert layered.json().keys() == straight.keys()


def plain_fix(second: int, metres: float = 500) -> dict:
    at = db_now() + timedelta(seconds=second - 600)
    return one_fix(lat=CENTRE[1] + metres / 111_195, fix_at=at.isoformat())


def test_the_plain_case_keeps_the_same_rows_as_the_rules_do(unit, send, layers):
    from dispatch.services import RawFix, take_positions

    plain, ruled = unit("快", age_s=700), unit("全", age_s=700)
    token = AuthToken.objects.create(user=plain.crew)[1]
    for second in range(0, 40, 5):
        body = plain_fix(second, 500 + second)
        fix = body["fixes"][0]
        answer = send(body, token)[2]
        raw = RawFix(fix["lon"], fix["lat"], 9.0, datetime.fromisoformat(fix["fix_at"]), "wgs84", 20.0)
        assert answer == asdict(take_positions(ruled.crew, [raw]))
    columns = ["lon", "lat", "accuracy_m", "speed_kmh", "fix_at", "mocked", "believed", "device", "subject_kind"]
    rows = [list(PositionFix.objects.filter(subject_id=one.pk).order_by("fix_at").values_list(*columns))
            for one in (plain, ruled)]  # fmt: skip
    assert rows[0] == rows[1] and len(rows[0]) == 8
    last = [UnitPosition.objects.values_list("lon", "lat", "fix_at", "believed", "flag").get(unit=one)
            for one in (plain, ruled)]  # fmt: skip
    assert last[0] == last[1]
    assert layers == []


def test_one_fix_sent_by_eight_threads_at_once_is_kept_once(phone, send):
    unit, token = phone
    body = one_fix(lat=CENTRE[1] + 0.0045)

    def at_once(_number):
        try:
            return send(body, token)[2]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(at_once, range(8)))
    assert sorted((one["taken"], one["old"]) for one in answers) == [(0, 1)] * 7 + [(1, 0)]
    assert PositionFix.objects.filter(subject_id=unit.pk).count() == 1


def test_a_jump_a_mocked_fix_and_one_about_to_set_off_are_judged_by_the_rules(phone, send, opened, seat):
    from dispatch.services import accept, order_unit

    unit, token = phone
    assert send(one_fix(lat=CENTRE[1] + 0.2), token)[2]["flagged"] == 1
    assert send(one_fix(lat=CENTRE[1] + 0.0045, mocked=True), token)[2]["flagged"] == 1
    order = order_unit(opened().pk, unit.pk, actor=seat)
    accept(order.pk, actor=unit.crew)
    send(one_fix(lat=CENTRE[1] + 0.0044, speed_kmh=30), token)
    assert Assignment.objects.get(pk=order.pk).departed_at is not None


def test_the_plain_case_hears_the_unit_and_its_member_on_duty(phone, send):
    unit, token = phone
    old = db_now() - timedelta(minutes=5)
    mine = SignOn.objects.create(user=unit.crew, post="unit", at=old, heard_at=old)
    other = SignOn.objects.create(user=User.objects.create(username="other"), post="unit", at=old, heard_at=old)
    type(unit).objects.update(seen_at=old)
    send(one_fix(lat=CENTRE[1] + 0.0045), token)
    unit.refresh_from_db(), mine.refresh_from_db(), other.refresh_from_db()
    assert unit.seen_at == mine.heard_at > old
    assert other.heard_at == old
