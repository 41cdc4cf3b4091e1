"""What load balancers and Prometheus are told."""

import re

import pytest
from django.test import RequestFactory

from shushanwei.common import health, tasks
from shushanwei.common.models import Heartbeat

ask = RequestFactory().get


def body(response):
    import json

    return json.loads(response.content)


@pytest.fixture
def all_seen(db):
    tasks.note_heartbeat("worker")
    tasks.note_heartbeat("clocks")


def test_a_process_that_answers_is_alive():
    assert body(health.healthz(ask("/healthz"))) == {"alive": True}


def test_ready_when_everything_was_seen_just_now(all_seen):
    response = health.readyz(ask("/readyz"))

    assert response.status_code == 200
    assert body(response)["ready"] is True


def test_not_ready_before_the_first_heartbeat(db):
    response = health.readyz(ask("/readyz"))

    assert response.status_code == 503
    assert body(response)["worker"] == "never seen"


def test_a_part_not_seen_for_ten_seconds_is_named(all_seen):
    from datetime import timedelta

    from django.db.models.functions import Now

    Heartbeat.objects.filter(part="clocks").update(at=Now() - timedelta(seconds=12))
    response = health.readyz(ask("/readyz"))

    assert response.status_code == 503
    assert body(response)["clocks"] == "not seen for 12 s"
    assert body(response)["worker"] == "ok"


def test_a_dead_redis_is_named_and_its_address_is_not(all_seen, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    response = health.readyz(ask("/readyz"))

    assert response.status_code == 503
    assert body(response)["redis"] == "no answer (ConnectionError)"
    assert b"secret" not in response.content


def test_a_dead_database_is_named(monkeypatch):
    from django.db import OperationalError

    def fail():
        raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(health, "ages", fail)
    response = health.readyz(ask("/readyz"))

    assert response.status_code == 503
    assert body(response)["database"] == "no answer (OperationalError)"
    assert b"10.0.0.1" not in response.content


def test_figures_are_read_on_the_same_machine(all_seen):
    text = health.metrics(ask("/metrics")).content.decode()

    assert re.search(r'ssw_heartbeat_age_seconds\{part="beat"\} [0-9.]+', text)


def test_figures_are_refused_to_other_machines_and_through_a_proxy(db):
    assert health.metrics(ask("/metrics", REMOTE_ADDR="10.0.0.8")).status_code == 403
    assert health.metrics(ask("/metrics", headers={"X-Forwarded-For": "10.0.0.8"})).status_code == 403


def test_a_token_opens_the_figures_from_anywhere_and_nothing_else_does(db, settings):
    settings.METRICS_TOKEN = "s3cret"

    def status(**headers):
        return health.metrics(ask("/metrics", headers=headers, REMOTE_ADDR="10.0.0.8")).status_code

    assert status(Authorization="Bearer s3cret") == 200
    assert status(Authorization="Bearer wrong") == 403
    assert status(Authorization="Bearer ü") == 403
    assert health.metrics(ask("/metrics")).status_code == 403


def test_one_failing_source_leaves_the_others(all_seen, settings):
    settings.METRIC_SOURCES = ["tests.start.test_health.broken_source", "shushanwei.common.health.heartbeat_ages"]

    assert b"ssw_heartbeat_age_seconds{" in health.metrics(ask("/metrics")).content


def broken_source():
    from django.db import OperationalError

    raise OperationalError
