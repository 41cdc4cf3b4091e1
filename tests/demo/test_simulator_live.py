"""The simulator against the running system, as `make run` starts it: through HTTP and the live line only."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.stack import wait_for

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture
def simulator(live_stack, tmp_path):
    """The street loaded and moving; the process and its output."""
    live_stack.manage("load_street", "--history-days", "0")
    output = tmp_path / "simulator.log"
    command = [sys.executable, "manage.py", "simulate", "--scenario", "evening", "--speed", "3", "--seed", "5"]
    with output.open("w") as log:
        process = subprocess.Popen(
            [*command, "--url", live_stack.url, "--ws-url", live_stack.ws_url],
            cwd=settings.BASE_DIR, env=live_stack.full_env(), stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    yield process, output
    if process.poll() is None:
        process.kill()
        process.wait()


def count(stack, query: str) -> int:
    return stack.sql(f"select count(*) from {query}")[0][0]


def test_the_street_comes_alive_works_through_a_restart_and_stops_at_once(live_stack, simulator):
    process, output = simulator
    before = count(live_stack, "incidents_incident")

    wait_for(lambda: count(live_stack, "incidents_incident") > before, 30, "a first incident")
    wait_for(lambda: count(live_stack, "dispatch_unit where on_duty_since is not null") >= 12, 60, "units on duty")
    wait_for(
        lambda: count(live_stack, "dispatch_assignment where accepted_at is not null") > 0, 90, "an accepted order"
    )
    old = live_stack.kill("web")
    live_stack.wait_restarted("web", old)
    wait_for(lambda: count(live_stack, "dispatch_assignment where arrived_at is not null") > 0, 150, "an arrival")
    method = live_stack.sql("select method from dispatch_arrivalproof")
    assert ("geofence",) in method
    closed = "incidents_incident where status = 'closed'"
    wait_for(lambda: count(live_stack, closed) > 0, 240, "a closed incident: " + output.read_text()[-1500:])
    assert process.poll() is None

    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(5)

    assert time.monotonic() - asked < 2
    tokens = Path(live_stack.local) / "demo_tokens.json"
    assert os.stat(tokens).st_mode & 0o777 == 0o600
    assert "seat4" in json.loads(tokens.read_text())[live_stack.url]
