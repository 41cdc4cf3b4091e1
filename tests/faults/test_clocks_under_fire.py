"""Promises that fall due while the processes that watch them are killed, stopped or doubled."""

import random
import signal
import time
from datetime import datetime, timedelta
from urllib.request import Request, urlopen

import pytest

from tests.faults.checks import clocks_are_well, let_fall_due
from tests.stack import wait_for

KILLS = 50
SWEPT = "select now() - last_run_at < interval '1 second' from incidents_sweepstate"


def swept(stack) -> bool:
    """Whether the clocks have looked at what is due within the last second."""
    return stack.sql(SWEPT)[0][0]


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


@pytest.mark.timeout(900)
def test_a_thousand_promises_are_missed_exactly_once_through_fifty_kills_of_beat_and_workers(live_stack, template):
    draw, killed, rounds, groups = random.Random(30515), 0, 0, []
    while killed < KILLS:
        # They are killed at work, not while they start: most kills hit a sweep or the moment before it.
        wait_for(lambda: swept(live_stack), 120, "the clocks to be at work again")
        if rounds % 4 == 0:
            groups.append(let_fall_due(live_stack, 1_000, 0.2, template, 29.0 + len(groups) * 0.02))
        for name in draw.sample(["clocks", "beat", "worker"], 3):
            time.sleep(draw.uniform(0, 0.7))
            try:
                live_stack.kill(name)
                killed += 1
            except LookupError:
                pass  # it is just coming back
        rounds += 1
    for number, ids in enumerate(groups, 1):
        wait_for(lambda ids=ids: misses(live_stack, ids)["missed"] == 1_000, 120, "1,000 misses of each group")
        print(f"group {number}, {KILLS} kills in all: {misses(live_stack, ids)}, {lateness(live_stack, ids)}")
    live_stack.wait_ready(90)
    clocks_are_well(live_stack)
    for ids in groups:
        told = misses(live_stack, ids)
        assert (told["missed"], told["entries"]) == (1_000, 1_000)
        # Where nothing ran for longer than an outage takes, the digest tells of them instead of an alarm each.
        assert told["alarms"] + told["flagged"] == 1_000


def test_what_fell_due_during_an_outage_is_told_once_as_one_digest(live_stack, template):
    before = digests(live_stack)
    live_stack.kill("clocks", signal.SIGSTOP)
    try:
        ids = let_fall_due(live_stack, 40, 1.0, template)
        time.sleep(25)
    finally:
        live_stack.kill("clocks", signal.SIGCONT)
    wait_for(lambda: misses(live_stack, ids)["missed"] == 40, 30, lambda: f"40 misses, {misses(live_stack, ids)}")
    wait_for(lambda: len(digests(live_stack)) == len(before) + 1, 15, "the digest")
    assert misses(live_stack, ids) == {"missed": 40, "flagged": 40, "entries": 40, "alarms": 0}
    assert digests(live_stack)[-1]["counts"]["R30"] >= 40
    time.sleep(3)
    assert len(digests(live_stack)) == len(before) + 1
    live_stack.wait_ready(30)


def test_after_half_an_hour_without_beat_a_thousand_misses_are_one_digest_that_names_the_gap(live_stack, template):
    before = digests(live_stack)
    live_stack.kill("beat", signal.SIGSTOP)
    try:
        idle = "select now() - last_run_at > interval '3 seconds' from incidents_sweepstate"
        wait_for(lambda: live_stack.sql(idle)[0][0], 30, "the clocks to be idle")
        live_stack.sql("update incidents_sweepstate set last_run_at = now() - interval '30 minutes'")
        ids = let_fall_due(live_stack, 1_000, -1_790, template, within_s=1_780)
    finally:
        live_stack.kill("beat", signal.SIGCONT)
    wait_for(lambda: misses(live_stack, ids)["missed"] == 1_000, 60, lambda: f"1,000 misses, {misses(live_stack, ids)}")
    wait_for(lambda: len(digests(live_stack)) == len(before) + 1, 30, "the digest")
    assert misses(live_stack, ids) == {"missed": 1_000, "flagged": 1_000, "entries": 1_000, "alarms": 0}
    (told,) = digests(live_stack)[len(before) :]
    assert told["counts"]["R30"] >= 1_000
    gap = datetime.fromisoformat(told["to"]) - datetime.fromisoformat(told["from"])
    assert timedelta(minutes=30) <= gap < timedelta(minutes=32)
    live_stack.wait_ready(30)


def digests(stack) -> list[dict]:
    """What each digest of an outage says, the oldest first."""
    return [data for (data,) in stack.sql("select data from incidents_alarm where kind = 'outage_digest' order by id")]


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
