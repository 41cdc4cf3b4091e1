"""The real processes: ready when all are at work, and back by themselves when one is killed."""

import signal
import time
from datetime import UTC, datetime

import psycopg2
import pytest

from tests.stack import slowness, wait_for


def test_the_system_is_ready_with_all_its_parts(live_stack):
    assert live_stack.readiness() == {
        "ready": True,
        "redis": "ok",
        "database": "ok",
        "worker": "ok",
        "clocks": "ok",
        "beat": "ok",
    }


def all_seen_since(stack, instant):
    """Whether the database answers and every part has worked after `instant`."""
    try:
        return stack.sql("SELECT count(*) = 3 FROM common_heartbeat WHERE at > %s", instant)[0][0]
    except psycopg2.OperationalError:
        return False


@pytest.mark.parametrize("name", ["web", "ws", "worker", "clocks", "beat", "redis", "postgres"])
def test_a_killed_program_comes_back_and_all_work_again_within_ten_seconds(live_stack, name):
    began = time.monotonic()
    old = live_stack.kill(name)

    live_stack.wait_restarted(name, old)
    back = datetime.now(UTC)
    wait_for(lambda: all_seen_since(live_stack, back), 60, "every part at work")
    live_stack.wait_ready()
    took = time.monotonic() - began
    print(f"{name}: all at work again after {took:.1f} s (the machine is {slowness():.1f} times slower)")
    assert took < 10 * slowness()


@pytest.mark.parametrize("name", ["worker", "clocks", "beat"])
def test_a_part_that_hangs_is_named_by_readyz(live_stack, name):
    live_stack.kill(name, signal.SIGSTOP)
    try:
        wait_for(lambda: live_stack.readiness().get(name, "").startswith("not seen"), 30, f"{name} to be missed")
    finally:
        live_stack.kill(name, signal.SIGCONT)
    live_stack.wait_ready()


def test_an_emptied_redis_stops_nobody(live_stack):
    emptied = datetime.now(UTC)
    live_stack.redis().flushall()

    wait_for(lambda: all_seen_since(live_stack, emptied), 10 * slowness(), "every part at work")
