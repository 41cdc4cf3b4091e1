"""What the door does with bodies: believed or not, stored once, bad items named, nothing lost, never a 5xx."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
import redis
from django.db import connection, connections
from django.test import override_settings

from incidents.intake import limits, nudging, rates, receiving, senders
from incidents.models import Alert, Source
from tests.incidents.intake_fixtures import ADDRESS, Camera, an_alert

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def camera():
    return Camera()


def test_an_alert_is_stored_whole_and_answered_with_202(camera):
    answer = camera.send(
        an_alert(external_id="a1", payload={"boxes": [[1, 2, 3, 4]]}, correlation="heap-7"), **{"X-Request-Id": "req-1"}
    )
    assert answer.status_code == 202
    alert = Alert.objects.get()
    assert answer.json() == {
        "accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0, "ids": {"a1": alert.pk},
    }  # fmt: skip
    assert answer["X-Request-Id"] == alert.trace == "req-1"
    assert (alert.payload, alert.state, alert.correlation) == ({"boxes": [[1, 2, 3, 4]]}, "new", "heap-7")


def test_sending_again_changes_nothing(camera):
    alert = an_alert(external_id="a1")
    first, again = camera.send(alert), camera.send(alert)
    assert again.status_code == 202
    assert (again.json()["accepted"], again.json()["duplicates"]) == (0, 1)
    assert again.json()["ids"] == first.json()["ids"]
    assert Alert.objects.count() == 1


def test_the_same_id_with_other_content_is_a_conflict(camera):
    camera.send(an_alert(external_id="a1"))
    answer = camera.send(an_alert(external_id="a1", title="other"))
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "external_id"
    batch = camera.send([an_alert(external_id="a1", title="other"), an_alert(), an_alert(external_id="a1", title="no")])
    assert batch.status_code == 202
    assert [(bad["index"], bad["code"]) for bad in batch.json()["rejected"]] == [(0, "conflict"), (2, "conflict")]
    assert Alert.objects.get(external_id="a1").title == ""


def test_two_sources_may_use_the_same_id(camera):
    alert = an_alert(external_id="1")
    assert camera.send(alert).json()["accepted"] == Camera("other").send(alert).json()["accepted"] == 1


def test_a_batch_keeps_the_good_and_names_the_bad(camera):
    answer = camera.send(
        [an_alert(), an_alert(external_id="b", lat=99), an_alert(crs=None, external_id="c"), an_alert()]
    )
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [(bad["index"], bad["field"], bad["external_id"]) for bad in answer.json()["rejected"]] == [
        (1, "lat", "b"),
        (2, "crs", "c"),
    ]


def test_a_batch_of_only_bad_ones_is_422(camera):
    answer = camera.send({"alerts": [an_alert(lat=99), an_alert(kind="")]})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["alerts[0].lat", "alerts[1].kind"]
    assert not Alert.objects.exists()


def test_a_single_bad_alert_is_422_and_names_the_field(camera):
    answer = camera.send(an_alert(occurred_at="yesterday"))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "occurred_at"


@pytest.mark.parametrize("missing", ["X-Source", "X-Timestamp", "X-Signature"])
def test_an_unsigned_alert_is_401_and_says_what_is_missing(camera, missing):
    answer = camera.send(an_alert(), **{missing: ""})
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["field"] == missing
    assert answer["WWW-Authenticate"]


def test_a_wrong_signature_is_401(camera):
    raw = json.dumps(an_alert()).encode()
    right = camera.headers(raw)
    for wrong in (
        right | {"X-Signature": "v1=" + "0" * 64},
        right | {"X-Signature": "v1=zz"},
        right | {"X-Signature": right["X-Signature"].removeprefix("v1=")},
        right | {"X-Signature": "v1=" + "é" * 64},
        right | {"X-Timestamp": str(int(right["X-Timestamp"]) + 1)},
        right | {"X-Timestamp": "now"},
        right | {"X-Timestamp": "-5"},
        right | {"X-Source": "nobody"},
    ):
        assert camera.post(raw, wrong).status_code == 401
    assert camera.post(raw + b" ", right).status_code == 401
    assert not Alert.objects.exists()


def test_a_replay_inside_the_window_is_harmless_and_later_refused(camera):
    raw = json.dumps(an_alert()).encode()
    headers = camera.headers(raw)
    assert [camera.post(raw, headers).json()["accepted"] for _ in range(3)] == [1, 0, 0]
    for age in (limits.SIGNATURE_WINDOW_S + 2, -limits.SIGNATURE_WINDOW_S - 2):
        assert camera.post(raw, camera.headers(raw, int(time.time()) - age)).status_code == 401
    assert Alert.objects.count() == 1


def test_a_source_that_is_switched_off_is_not_believed(camera):
    Source.objects.update(is_active=False)
    senders.forget()
    assert camera.send(an_alert()).status_code == 401


def test_a_new_source_is_known_within_a_moment(camera):
    camera.send(an_alert())
    with patch.object(senders, "forget"):
        newcomer = Camera("newcomer")
    time.sleep(senders.RETRY_S + 0.1)
    assert newcomer.send(an_alert()).status_code == 202


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400), (b"{", 400), (b"[]", 422), (b'"x"', 400), (b"\xff\xfe", 400), (b"[" * 300_000, 400),
        (b'{"a":' * 100_000, 400), (b"[7]", 422), (b"{}", 422), (b'{"alerts":"x"}', 422), (b"[1e999]", 422),
    ],
)  # fmt: skip
def test_a_body_that_is_no_alert_is_told_clearly(camera, body, status):
    answer = camera.send(body)
    assert answer.status_code == status
    assert answer.json()["status"] == status and answer.json()["detail"]


def test_too_large_a_body_is_413(camera):
    assert camera.send(b"[" + b" " * limits.MAX_JSON_BYTES + b"]").status_code == 413
    assert camera.send([an_alert() for _ in range(1001)]).status_code == 413


def test_what_is_not_json_is_415(camera):
    raw = b"a=1"
    answer = camera.client.post(
        ADDRESS, raw, content_type="application/x-www-form-urlencoded", headers=camera.headers(raw)
    )
    assert answer.status_code == 415


def test_no_text_whatever_reaches_the_database_as_an_error(camera):
    strange = [
        "\u0001",
        "\x7f",
        "\u2028",
        "𝟛",
        "\ufffe",
        "'; drop table incidents_alert; --",
        "%s %(x)s",
        "\\u0000",
        "\\",
    ]
    answer = camera.send([an_alert(title=text, text=text, payload={text: [text]}, kind=f"k{text}") for text in strange])
    assert (answer.status_code, answer.json()["accepted"]) == (202, len(strange))
    stored = list(Alert.objects.order_by("id"))
    assert {alert.title for alert in stored} == set(strange)
    assert all(alert.payload == {alert.title: [alert.title]} for alert in stored)


def test_lines_are_stored_as_they_come_and_the_bad_named_by_line(camera):
    lines = [an_alert(external_id=f"n{i}") for i in range(2500)]
    lines[7] = {"external_id": "n7"}
    answer = camera.send(lines, lines=True)
    assert answer.status_code == 202
    assert (answer.json()["accepted"], answer.json()["ids"]) == (2499, {})
    assert [(bad["index"], bad["external_id"]) for bad in answer.json()["rejected"]] == [(7, "n7")]
    assert camera.send(lines, lines=True).json()["duplicates"] == 2499


def test_nothing_of_an_unsigned_stream_is_stored(camera):
    raw = b"\n".join(json.dumps(an_alert()).encode() for _ in range(1500))
    headers = camera.headers(raw) | {"X-Signature": "v1=" + "0" * 64}
    assert camera.post(raw, headers, lines=True).status_code == 401
    assert not Alert.objects.exists()


def test_a_line_without_end_is_one_bad_line(camera):
    long = b'{"external_id":"' + b"x" * (2 * limits.MAX_LINE_BYTES) + b'"}'
    raw = json.dumps(an_alert()).encode() + b"\n" + long + b"\n" + json.dumps(an_alert()).encode()
    answer = camera.send(raw, lines=True)
    assert answer.json()["accepted"] == 2
    assert [bad["index"] for bad in answer.json()["rejected"]] == [1]


def test_a_source_that_sends_too_fast_is_told_when_to_come_back():
    camera = Camera(rate=60)
    answers = [camera.send([an_alert() for _ in range(30)]) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 61
    assert Alert.objects.count() == 60


def test_alerts_come_in_while_redis_is_dead(camera):
    nowhere = redis.Redis(port=1, socket_timeout=0.1, socket_connect_timeout=0.1, retry=None)
    rates.forget()
    with (
        patch.object(rates.redis.Redis, "from_url", return_value=nowhere),
        patch.object(nudging.current_app, "send_task", side_effect=OSError("no broker")),
    ):
        begun = time.monotonic()
        answers = [camera.send(an_alert()).status_code for _ in range(20)]
    rates.forget()
    assert answers == [202] * 20
    assert time.monotonic() - begun < 2
    assert Alert.objects.count() == 20


def test_a_lost_database_connection_is_replaced_without_losing_the_alert(camera):
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def kill():
        with connections["default"].cursor() as cursor:
            cursor.execute("select pg_terminate_backend(%s)", [pid])
        connections.close_all()

    thread = threading.Thread(target=kill)
    thread.start()
    thread.join()
    assert camera.send(an_alert()).status_code == 202
    assert Alert.objects.count() == 1


def test_a_database_that_is_away_is_503_with_a_time_to_come_back(camera):
    from django.db import OperationalError

    with patch.object(receiving, "_insert", side_effect=OperationalError("gone")):
        answer = camera.send(an_alert())
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")


def test_sixty_four_senders_of_the_same_alert_store_one(camera):
    alert = an_alert(external_id="same")

    def send(_):
        try:
            return camera.send(alert)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json()["accepted"] for answer in answers) == 1
    assert sum(answer.json()["duplicates"] for answer in answers) == 63


def test_overlapping_batches_in_opposite_order_do_not_lock_each_other_out(camera):
    alerts = [an_alert() for _ in range(400)]

    def send(batch):
        try:
            return camera.send(batch)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, [alerts, alerts[::-1]] * 4))
    assert {answer.status_code for answer in answers} == {202}
    assert Alert.objects.count() == 400


def test_the_straight_way_says_what_the_layers_say(camera):
    from shushanwei.straight import machines_first
    from tests.incidents.wsgi_client import call

    raw = json.dumps(an_alert(external_id="s1")).encode()
    passed_on = []
    door = machines_first(lambda environ, start: passed_on.append(environ) or [b""])
    status, headers, body = call(door, raw, camera.headers(raw))
    assert (status, json.loads(body)["accepted"]) == (202, 1)
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Request-Id"]
    assert int(headers["Content-Length"]) == len(body)
    status, _, _ = call(door, raw, {})
    assert status == 401 and not passed_on
    with override_settings(SECURE_SSL_REDIRECT=True):
        call(door, raw, camera.headers(raw))
    assert passed_on


def test_a_body_sent_in_chunks_is_read_to_its_end(camera):
    from shushanwei.straight import machines_first
    from tests.incidents.wsgi_client import call

    raw = b"\n".join(json.dumps(an_alert()).encode() for _ in range(20))
    door = machines_first(lambda environ, start: [b""])
    status, _, body = call(door, raw, camera.headers(raw), chunked=True, kind="application/x-ndjson")
    assert (status, json.loads(body)["accepted"]) == (202, 20)
