"""How long a monthly report takes: `python bench/reports.py [incidents a month …]` prints a table.

A private PostgreSQL, the catalogue and the ground, two months of incidents (the report is compared with the month
before), then the whole report three times: the figures, the page's words, the workbook, and the list behind one.
"""

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
SIZES = [3_000, 30_000, 100_000]
ROUNDS = 3


def main(sizes: list[int]) -> None:
    """Start, fill, measure, print; everything that was started is stopped again."""
    from shushanwei import devservices

    local = Path(tempfile.mkdtemp(prefix="ssw-bench-"))
    try:
        services = devservices.ensure(local, durable=False, keep=False)
        os.environ |= services.as_env() | {"LOCAL_DIR": str(local), "DJANGO_SETTINGS_MODULE": "shushanwei.settings"}
        import django

        django.setup()
        measure(sizes)
    finally:
        devservices.stop(local)
        shutil.rmtree(local, ignore_errors=True)


def measure(sizes: list[int]) -> None:
    """One line for each size."""
    from django.core.management import call_command
    from django.db import connection

    from bench.report_rows import fill
    from dispatch.models import Unit
    from shushanwei.cockpit.reports import lists
    from shushanwei.cockpit.reports.compute import figures
    from shushanwei.cockpit.reports.frame import Frame
    from shushanwei.cockpit.reports.periods import parse

    for command in ("migrate", "load_catalogue", "load_ground"):
        call_command(command, verbosity=0)
    Unit.objects.bulk_create(Unit(code=f"S{n:02}", name=f"班组{n}") for n in range(12))
    period = parse("month:2026-11")
    frame = Frame(period, period.cutoff)
    written = 0
    print(f"{'incidents/month':>16}{'promises':>10}{'figures s':>11}{'page s':>8}{'list ms':>9}{'queries':>9}")
    for size in sizes:
        for month in (period.previous, period):
            fill(month.start, month.end, size - written, seed=size)
        written = size
        with connection.cursor() as cursor:
            cursor.execute("analyze")
        data = figures(frame)
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        figures(frame)
        queries = len(connection.queries_log)
        connection.force_debug_cursor = False
        took = [
            _median(lambda: figures(frame)),
            _median(partial(_words, data)),
            _median(lambda: list(lists.behind(frame, lists.Cell(lists.figure("A5.missed")))[:50])) * 1000,
        ]
        judged = sum(line["n"] for line in data["clocks"].values())
        print(
            f"{data['counts']['reported']:>16,}{judged:>10,}{took[0]:>11.2f}{took[1]:>8.2f}{took[2]:>9.1f}{queries:>9}"
        )


def _words(data: dict) -> None:
    from shushanwei.cockpit.reports import present

    for rows in (present.tables, present.clock_rows, present.count_rows):
        rows(data)


def _median(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return statistics.median(took)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or SIZES)
