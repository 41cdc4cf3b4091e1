"""What all measurements share: a system of their own, a past written in bulk, quantiles and tables."""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from shushanwei.config import BASE_DIR
from tests.stack import Stack

TEMPLATE = """
from incidents.models import CaseCategory
from incidents.services import Draft, open_incident
category = CaseCategory.objects.select_related("department").get(scheme="JCZZ", code="J0510")
print(open_incident(Draft(category=category, level=3, source_kind="analytics", title="夜间施工噪声",
                          lon=120.236927, lat=30.123588)).pk)
"""


@contextmanager
def system(**env: str) -> Iterator[Stack]:
    """The whole system in real processes with durable writes, on a folder of its own that goes afterwards."""
    local = Path(tempfile.mkdtemp(prefix="ssw-bench-"))
    stack = Stack(local, LOG_LEVEL="WARNING", **env)
    try:
        yield stack.start()
    finally:
        stack.stop()
        shutil.rmtree(local, ignore_errors=True)


class Database:
    """One connection to the measured database: `run(query)` commits, `ask(query)` gives rows."""

    def __init__(self, stack: Stack) -> None:
        self.connection = psycopg2.connect(stack.services().database_url)
        self.connection.autocommit = True

    def run(self, query: str, *values: object) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.rowcount

    def ask(self, query: str, *values: object) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall()

    def one(self, query: str, *values: object):
        return self.ask(query, *values)[0][0]

    def copies(self, table: str, template: str, numbers: str, **columns: str) -> int:
        """Copy the row `template` (a condition) for each row of `numbers` (SQL giving n), some columns anew."""
        names = [
            name
            for (name,) in self.ask(
                "select column_name from information_schema.columns where table_name = %s order by ordinal_position",
                table,
            )
            if name != "id" or "id" in columns
        ]
        values = ", ".join(columns.get(name, f"t.{name}") for name in names)
        return self.run(
            f"insert into {table} ({', '.join(names)}) select {values} from {table} t, {numbers} where {template}"
        )


class Screens:
    """`count` screens in a process of their own; `stop()` gives {heard, traces, resyncs} (see bench.screens)."""

    def __init__(self, stack: Stack, cookie: str, count: int) -> None:
        self.file = stack.local / f"screens-{count}.pickle"
        command = [sys.executable, "-m", "bench.screens", stack.ws_url, cookie, str(count), str(self.file)]
        self.process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != "ready":
            self.process.kill()
            raise RuntimeError("the screens could not connect")

    def stop(self) -> dict:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return pickle.loads(self.file.read_bytes())


def template_incident(stack: Stack) -> int:
    """One incident opened by the product itself, whose rows the bulk copies."""
    return int(stack.django(TEMPLATE).split()[-1])


def quantiles(values: Sequence[float]) -> tuple[float, float, float]:
    """(p50, p99, max); raises ValueError for nothing."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], ordered[-1]


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(heads[i]), *(len(row[i]) for row in cells)) for i in range(len(heads))]
    print(f"\n{title}")
    print(
        "  ".join(
            head.ljust(width) if i == 0 else head.rjust(width)
            for i, (head, width) in enumerate(zip(heads, widths, strict=True))
        )
    )
    for row in cells:
        print(
            "  ".join(
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        )
    sys.stdout.flush()


def machine() -> str:
    """What it was measured on, in one line."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    load = os.getloadavg()
    before = " ".join(f"{one:.1f}" for one in load)
    return f"{os.cpu_count()} cores {model}, load before {before}, {time.strftime('%Y-%m-%d')}"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) < 1_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
