"""How fast a source may send: counted across processes, exact enough, and never in the way when Redis is not there."""

import threading

import pytest
from django.conf import settings

from incidents.intake import rates as door
from incidents.intake.rates import Rates


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A busy machine may answer late; here that must not count as a Redis that is away."""
    monkeypatch.setattr(door, "PATIENCE_S", 10)


@pytest.fixture
def rates():
    return Rates(settings.REDIS_URL)


def _now_s(rates):
    seconds, micros = rates.redis.time()
    return seconds + micros / 1e6


def test_a_minutes_allowance_may_be_used_at_once_and_then_flows_back(rates):
    assert [rates.wait_s("a", 30, 60) for _ in range(2)] == [0, 0]
    assert 28 < rates.wait_s("a", 30, 60) <= 30
    assert 0 < rates.wait_s("a", 1, 60) <= 1


def test_two_processes_share_one_allowance(rates):
    other = Rates(settings.REDIS_URL)
    assert rates.wait_s("b", 40, 60) == 0
    assert other.wait_s("b", 40, 60) > 0
    assert other.wait_s("b", 20, 60) == 0


def test_what_many_processes_have_leased_is_a_hundredth_each(rates):
    admitted = 0
    processes = [Rates(settings.REDIS_URL) for _ in range(4)]
    began = _now_s(rates)
    for number in range(2000):
        admitted += processes[number % 4].wait_s("c", 1, 1000) == 0
    flowed_back = 1000 * (_now_s(rates) - began) / 60
    assert 1000 <= admitted <= 1040 + flowed_back


def test_sources_do_not_eat_from_each_other(rates):
    assert rates.wait_s("d", 60, 60) == 0
    assert rates.wait_s("e", 60, 60) == 0


def test_a_body_larger_than_a_minutes_allowance_comes_in_once(rates):
    assert rates.wait_s("f", 500, 60) == 0
    assert 100 < rates.wait_s("f", 500, 60) <= 121


def test_many_threads_never_get_more_than_there_is(rates):
    admitted = []

    def take():
        for _ in range(50):
            if rates.wait_s("g", 1, 120) == 0:
                admitted.append(1)

    began = _now_s(rates)
    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flowed_back = 120 * (_now_s(rates) - began) / 60
    assert 120 <= len(admitted) <= 121 + flowed_back
