"""kill -9 of each process while alerts flow: nothing lost, nothing twice, well again within ten seconds."""

import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tests.faults.checks import Flow, all_is_well, healed, let_fall_due, without_redis
from tests.faults.test_clocks_under_fire import misses
from tests.outside import an_alert
from tests.stack import slowness, wait_for

RECOVERY_S = 10


@pytest.fixture
def flow(sender, places):
    """Alerts that flow from before the fault until after the recovery."""
    made = Flow(sender, first_place=places)
    wait_for(lambda: len(made.sent) >= 6, 30, "alerts to flow")
    yield made
    made.stop()


@pytest.mark.parametrize("name", ["web", "ws", "worker", "clocks", "beat", "redis", "postgres"])
def test_a_killed_process_loses_nothing_and_doubles_nothing(live_stack, sender, listener, flow, places, name):
    wait_for(lambda: listener.hellos, 20, "the screen to connect")
    began = time.monotonic()
    old = live_stack.kill(name)

    live_stack.wait_restarted(name, old, patience_s=10 * slowness())
    healed(live_stack, sender, listener, places + 4_000)
    took = time.monotonic() - began
    live_stack.wait_ready(30)
    time.sleep(1)
    flow.stop()
    all_is_well(live_stack, flow)
    print(f"{name}: an alert sent after the kill stood on the screen {took:.1f} s after it; {len(flow.sent)} alerts")
    assert took < RECOVERY_S * slowness()


def test_an_emptied_redis_loses_nothing_and_doubles_nothing(live_stack, sender, listener, flow, places):
    for _ in range(5):
        live_stack.redis().flushall()
        time.sleep(0.5)
    assert healed(live_stack, sender, listener, places + 4_000) < RECOVERY_S * slowness()
    flow.stop()
    all_is_well(live_stack, flow)


@pytest.mark.timeout(900)
def test_a_minute_without_redis_and_all_of_it_lost_only_delays(live_stack, sender, listener, places, template):
    flow = Flow(sender, first_place=places, pause_s=2)
    ids = let_fall_due(live_stack, 200, 5, template)
    without_redis(live_stack, 60)
    took = healed(live_stack, sender, listener, places + 4_000, 60 * slowness())
    flow.stop()
    all_is_well(live_stack, flow, 90 * slowness())
    wait_for(lambda: misses(live_stack, ids)["missed"] == 200, 60, lambda: f"200 misses, {misses(live_stack, ids)}")
    told = misses(live_stack, ids)
    assert (told["missed"], told["entries"], told["alarms"] + told["flagged"]) == (200, 200, 200)
    print(f"a minute without Redis: {len(flow.sent)} alerts, none lost; on the screen {took:.1f} s after; {told}")


PATHS = ["/healthz", "/people/sign-in/", "/console/", "/screen/", "/api/v1/incidents/", "/api/v1/console/snapshot/",
         "/api/v1/categories/", "/api/v1/alarms/"]  # fmt: skip


def look(stack, cookie: str, path: str) -> tuple[int, float]:
    """(status, seconds) of one page."""
    began = time.monotonic()
    try:
        with urlopen(Request(stack.url + path, headers={"Cookie": cookie}), timeout=20) as answer:
            return answer.status, time.monotonic() - began
    except HTTPError as error:
        return error.code, time.monotonic() - began
    except (URLError, OSError, HTTPException) as error:
        raise AssertionError(f"{path}: no answer ({error})") from error


def test_a_dead_redis_turns_no_request_into_an_error(live_stack, cookie, sender, places):
    live_stack.kill("redis")
    until = time.monotonic() + 2
    number = 0
    while time.monotonic() < until:
        assert sender.send(an_alert(places + number % 50))[0] == 202
        path = PATHS[number % len(PATHS)]
        status, _ = look(live_stack, cookie, path)
        assert status < 500, path
        number += 1
    live_stack.wait_ready(30)


def test_a_redis_that_hangs_delays_no_request_for_long(live_stack, cookie, sender, places):
    import signal

    live_stack.kill("redis", signal.SIGSTOP)
    try:
        slowest = {}
        for path in PATHS:
            status, slowest[path] = look(live_stack, cookie, path)
            assert status < 500, path
        for number in range(10):
            began = time.monotonic()
            assert sender.send(an_alert(places + number))[0] == 202
            slowest["alert"] = max(slowest.get("alert", 0), time.monotonic() - began)
    finally:
        live_stack.kill("redis", signal.SIGCONT)
    print({path: round(seconds, 2) for path, seconds in slowest.items()})
    assert max(slowest.values()) < 5, slowest
    live_stack.wait_ready(30)
