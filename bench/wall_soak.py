"""A wall that runs for long: `python -m bench.wall_soak [--minutes 10]`; fails when it goes on growing.

The wall runs in a real browser while a street of many weeks passes in minutes: alerts flow, a shift works them off,
units drive. Each minute the heap is read after a forced collection, with the number of nodes in the page. The first
half fills what the page may hold; in the second half neither may grow by more than a tenth, nor may what is held
without being shown.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from statistics import mean

from playwright.sync_api import CDPSession, Page

from bench.common import machine, system, table
from tests.browser.cutting import Alerts, Shift, signed_in
from tests.browsing import chromium
from tests.outside import Sender

ALLOWED = 0.10


def main() -> None:
    """Start, let time pass, measure, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--every", type=float, default=60, help="seconds between two measurements")
    parser.add_argument("--rate", type=float, default=2, help="alerts a second")
    parser.add_argument("--seed", type=int, default=30515)
    options = parser.parse_args()
    print(f"wall soak: {machine()}", flush=True)
    with system() as stack, chromium() as browser:
        shift, sender = Shift(stack), Sender(stack, "wall-soak")
        page = signed_in(stack, browser, "page-wall", "/screen/", width=1920, height=1080)
        page.locator("#map canvas").first.wait_for(timeout=120_000)
        probe = page.context.new_cdp_session(page)
        shift.begin(options.minutes * 60, options.seed)
        alerts = Alerts(sender, 500_000, options.rate, options.seed)
        rows = [measured(page, probe, 0.0, 0)]
        began = time.monotonic()
        while time.monotonic() - began < options.minutes * 60:
            page.wait_for_timeout(options.every * 1_000)
            rows.append(measured(page, probe, (time.monotonic() - began) / 60, alerts.sent))
            print("  ".join(f"{value:,.1f}" for value in rows[-1]), flush=True)
        alerts.stop()
        steps = shift.end()
    table(
        "The wall, after a forced collection", ["minute", "alerts", "heap MB", "nodes", "held nodes", "listeners"], rows
    )
    print(f"{sum(steps.values()):,} steps of the shift, {steps.get('refused', 0)} of them refused")
    heap, nodes, held = ([row[column] for row in rows] for column in (2, 3, 4))
    print(
        f"second half: heap {growth(heap):+.1%}, nodes {growth(nodes):+.1%}; held nodes {excess(held):+.1%} of before"
    )
    if max(growth(heap), growth(nodes), excess(held)) > ALLOWED:
        sys.exit("the wall goes on growing")


def measured(page: Page, probe: CDPSession, minute: float, sent: int) -> tuple[float, int, float, int, int, int]:
    """(minute, alerts, heap MB, elements in the page, nodes that are held at all, listeners) after a collection."""
    for _ in range(2):  # what the first one finalises, the second one frees
        probe.send("HeapProfiler.collectGarbage")
    heap = probe.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    held = probe.send("Memory.getDOMCounters")
    shown = page.evaluate("document.querySelectorAll('*').length")
    return minute, sent, heap, shown, held["nodes"], held["jsEventListeners"]


def growth(values: Sequence[float]) -> float:
    """By which part of itself the second half of the values grew: its last third against its first."""
    half = values[len(values) // 2 :]
    third = max(1, len(half) // 3)
    return mean(half[-third:]) / mean(half[:third]) - 1


def excess(values: Sequence[float]) -> float:
    """By how much the end lies above all that the first half saw: for what goes up and down with what happens."""
    middle = len(values) // 2
    return mean(values[-max(1, middle // 2) :]) / max(values[: middle + 1]) - 1


if __name__ == "__main__":
    main()
