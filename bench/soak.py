"""Hours under fire: `python -m bench.soak [--minutes 10] [--kills 50]`; ends with what must be true of the street.

Cameras send without a pause, a thousand promises fall due again and again, and every few seconds a process dies by
kill -9, Redis is emptied or away for two minutes, or the clocks are frozen past the outage limit. A second beat runs
beside the first all the time. Nothing may be lost, doubled or told twice.
"""

import argparse
import random
import signal
import sys
import time

from bench.common import machine, system, template_incident
from tests.faults.checks import Flow, all_is_well, clocks_are_well, let_fall_due, second_beat, without_redis
from tests.faults.test_clocks_under_fire import lateness, misses
from tests.outside import Listener, Sender, an_alert, cookie_of
from tests.stack import wait_for

VICTIMS = ["web", "ws", "worker", "clocks", "clocks", "beat", "beat", "redis", "postgres"]
PROMISES = 1_000


def main() -> None:
    """Start, torment, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, default=50, help="at least so many processes are killed")
    parser.add_argument("--seed", type=int, default=30515)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    print(f"soak: {machine()}")
    with system() as stack:
        stack.sql("update incidents_slaclock set target_s = 5 where code = 'R30'")
        template, sender = template_incident(stack), Sender(stack, "soak")
        second_beat(stack, stack.local / "second-beat")
        screen = Listener(stack.ws_url, cookie_of(stack))
        flow = Flow(sender, first_place=0, pause_s=0.5)
        groups = _torment(stack, draw, template, options)
        stack.wait_ready(60)
        flow.stop()
        _storm(stack, sender)
        for group in groups:
            wait_for(lambda g=group: misses(stack, g)["missed"] == PROMISES, 120, f"{PROMISES} misses of {group}")
        time.sleep(3)
        for group in groups:
            found = misses(stack, group)
            print(f"{PROMISES} promises: {found}, {lateness(stack, group)}")
            if found["missed"] != PROMISES or found["entries"] != PROMISES:
                sys.exit("a promise was missed or told twice")
        all_is_well(stack, flow, 300)
        clocks_are_well(stack)
        screen.stop()
        print(
            f"{len(flow.sent):,} alerts acknowledged, {flow.places:,} incidents, none lost, none twice; the screen was"
        )
        print(f"cut {screen.hellos - 1} times and told {len(screen.resyncs())} times to take a snapshot.")


def _torment(stack, draw: random.Random, template: int, options: argparse.Namespace) -> list[tuple[int, int]]:
    until, killed, groups, rounds = time.monotonic() + options.minutes * 60, 0, [], 0
    while time.monotonic() < until or killed < options.kills:
        rounds += 1
        if rounds % 5 == 1:
            groups.append(
                let_fall_due(stack, PROMISES, draw.uniform(2, 6), template, first_lat=28.0 + len(groups) * 0.02)
            )
        time.sleep(draw.uniform(2, 10))
        if rounds % 25 == 0:
            print("the clocks are frozen for 25 s")
            _freeze(stack, 25)
        elif rounds == 15:
            print("Redis is away for two minutes and loses everything")
            without_redis(stack, 120)
        elif rounds % 10 == 0:
            stack.redis().flushall()
        else:
            name = draw.choice(VICTIMS)
            try:
                stack.kill(name)
                killed += 1
            except LookupError:
                continue  # it is just coming back
            if name == "postgres":
                stack.wait_ready(60)
    print(f"{killed} processes killed in {rounds} rounds")
    return groups


def _freeze(stack, seconds: float) -> None:
    stack.wait_ready(60)
    stack.kill("clocks", signal.SIGSTOP)
    time.sleep(seconds)
    stack.kill("clocks", signal.SIGCONT)


def _storm(stack, sender: Sender) -> None:
    """10,000 alerts about one thing and 500 about others, within a minute: 501 incidents, all traceable."""
    began = time.monotonic()
    same = [an_alert(900_000) for _ in range(10_000)]
    others = [an_alert(800_000 + number) for number in range(500)]
    alerts = [alert for number, one in enumerate(others) for alert in (one, *same[number * 20 : number * 20 + 20])]
    for first in range(0, len(alerts), 1_000):
        sender.send_until_taken(alerts[first : first + 1_000])
    ids = [alert["external_id"] for alert in alerts]
    sent_s = time.monotonic() - began

    def found() -> tuple:
        return stack.sql(
            "select count(incident_id), count(distinct incident_id) from incidents_alert where external_id = any(%s)",
            ids,
        )[0]

    wait_for(lambda: found()[0] == len(ids), 300, lambda: f"the storm to be worked off, {found()}")
    worked_off_s = time.monotonic() - began
    print(f"storm: {found()[0]:,} alerts sent in {sent_s:.0f} s, {found()[1]} incidents after {worked_off_s:.0f} s")
    if found()[1] != 501:
        sys.exit("a storm of one thing and 500 others must be 501 incidents")


if __name__ == "__main__":
    main()
