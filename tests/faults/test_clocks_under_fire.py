"""Promises that fall due while the processes that watch them are killed, stopped or doubled."""

import random
import signal
import time
from urllib.request import Request, urlopen

from tests.faults.checks import clocks_are_well, let_fall_due
from tests.stack import wait_for


def misses(stack, ids: tuple[int, int]) -> dict[str, int]:
    """Deadlines missed, entries and alarms of these incidents, and how many fell into an outage."""
    missed, flagged = stack.sql(
        "select count(missed_at), count(*) filter (where during_outage) from incidents_deadline"
        " where incident_id between %s and %s",
        *ids,
    )[0]
    entries = stack.sql(
        "select count(*) from journal_entry where subject_type = 'incident' and verb = 'incident.deadline_missed'"
        " and subject_id between %s and %s",
        *ids,
    )[0][0]
    alarms = stack.sql(
        "select count(*) from incidents_alarm where kind = 'r30_missed' and incident_id between %s and %s", *ids
    )[0][0]
    return {"missed": missed, "flagged": flagged, "entries": entries, "alarms": alarms}


def lateness(stack, ids: tuple[int, int]) -> str:
    """p50, p99 and maximum of the announcement, in words."""
    row = stack.sql(
        "select percentile_cont(array[0.5, 0.99, 1]) within group (order by extract(epoch from announced_at - due_at))"
        " from incidents_deadline where incident_id between %s and %s",
        *ids,
    )[0][0]
    return "p50 {:.2f} s, p99 {:.2f} s, max {:.2f} s".format(*row)


def test_a_thousand_promises_are_missed_exactly_once_while_beat_and_clocks_are_killed(live_stack, template):
    draw = random.Random(30515)
    ids = let_fall_due(live_stack, 1_000, 2.0, template)
    for _ in range(3):
        time.sleep(draw.random() * 1.5)
        for name in draw.sample(["clocks", "beat"], draw.choice([1, 2])):
            try:
                live_stack.kill(name)
            except LookupError:
                pass  # it is just coming back
    wait_for(lambda: misses(live_stack, ids)["missed"] == 1_000, 60, lambda: f"1,000 misses, {misses(live_stack, ids)}")
    time.sleep(1)
    assert misses(live_stack, ids) == {"missed": 1_000, "flagged": 0, "entries": 1_000, "alarms": 1_000}
    print(f"1,000 promises, three rounds of kills: {lateness(live_stack, ids)}")
    clocks_are_well(live_stack)
    live_stack.wait_ready(60)


def test_what_fell_due_during_an_outage_is_told_once_as_one_digest(live_stack, template):
    before = live_stack.sql("select count(*) from incidents_alarm where kind = 'outage_digest'")[0][0]
    live_stack.kill("clocks", signal.SIGSTOP)
    try:
        ids = let_fall_due(live_stack, 40, 1.0, template)
        time.sleep(25)
    finally:
        live_stack.kill("clocks", signal.SIGCONT)
    wait_for(lambda: misses(live_stack, ids)["missed"] == 40, 30, lambda: f"40 misses, {misses(live_stack, ids)}")
    digests = "select data from incidents_alarm where kind = 'outage_digest' order by id"
    wait_for(lambda: len(live_stack.sql(digests)) == before + 1, 15, "the digest")
    assert misses(live_stack, ids) == {"missed": 40, "flagged": 40, "entries": 40, "alarms": 0}
    assert live_stack.sql(digests)[-1][0]["counts"]["R30"] >= 40
    time.sleep(3)
    assert len(live_stack.sql(digests)) == before + 1
    live_stack.wait_ready(30)


def late_by_metric(stack) -> float:
    with urlopen(f"{stack.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith("deadline_oldest_late_seconds ")).split()[1])


def late_by_snapshot(stack, cookie: str) -> float:
    import json

    with urlopen(Request(f"{stack.url}/api/v1/console/snapshot/", headers={"Cookie": cookie}), timeout=10) as answer:
        return json.load(answer)["late_s"]


def test_late_clocks_show_on_the_console_in_the_figures_and_in_readyz(live_stack, template, cookie):
    assert late_by_metric(live_stack) < 2
    live_stack.kill("clocks", signal.SIGSTOP)
    try:
        let_fall_due(live_stack, 1, 0.5, template)
        wait_for(lambda: late_by_metric(live_stack) > 2, 15, "the figure to show that clocks are late")
        wait_for(lambda: late_by_snapshot(live_stack, cookie) > 2, 15, "the console to show its bar")
        wait_for(lambda: live_stack.readiness()["clocks"].startswith("not seen"), 20, "readyz to name the clocks")
    finally:
        live_stack.kill("clocks", signal.SIGCONT)
    wait_for(lambda: late_by_metric(live_stack) < 2, 20, "the clocks to catch up")
    wait_for(lambda: late_by_snapshot(live_stack, cookie) < 2, 20, "the bar to go")
    live_stack.wait_ready(30)
