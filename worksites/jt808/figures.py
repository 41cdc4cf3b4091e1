"""What the gateway counts, for Prometheus: collected in memory and told once a second."""

import os
from collections import Counter

from prometheus_client import REGISTRY, CollectorRegistry, Gauge, Histogram, start_http_server
from prometheus_client import Counter as Told
from prometheus_client.multiprocess import MultiProcessCollector

from worksites.jt808 import messages

CONNECTIONS = Gauge("jt808_connections", "Open connections of terminals", multiprocess_mode="mostrecent")
WAITING = Gauge("jt808_waiting_rows", "Positions that wait for their commit", multiprocess_mode="mostrecent")
FRAMES = Told("jt808_frames_total", "Whole frames by message", ["message"])
BAD = Told("jt808_bad_frames_total", "What could not be read or believed", ["kind"])
ROWS = Told("jt808_rows_total", "Positions by what became of them", ["outcome"])
CLOSED = Told("jt808_closed_total", "Connections closed by the gateway", ["why"])
LAG = Histogram(
    "jt808_commit_seconds", "From the first waiting byte to the commit", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60)
)
NAMED = {messages.HEARTBEAT, messages.LOG_OUT, messages.REGISTER, messages.AUTHENTICATE, messages.POSITION,
         messages.POSITIONS, messages.TERMINAL_ANSWER}  # fmt: skip


def tell_figures(host: str, port: int) -> None:
    """Serve this process's figures to Prometheus on a port of its own, in a thread; raises OSError."""
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    start_http_server(port, host, registry)


class Figures:
    """Counts since the last `tell()`; writing each frame to the shared file would cost more than reading it."""

    def __init__(self) -> None:
        self.frames: Counter[int] = Counter()
        self.bad: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.closed: Counter[str] = Counter()
        self.total: Counter[str] = Counter()

    def tell(self, connections: int, waiting: int) -> None:
        """Hand everything to Prometheus."""
        CONNECTIONS.set(connections)
        WAITING.set(waiting)
        for number, count in self.frames.items():
            FRAMES.labels(f"0x{number:04x}" if number in NAMED else "other").inc(count)
        for family, counts in ((BAD, self.bad), (ROWS, self.rows), (CLOSED, self.closed)):
            for name, count in counts.items():
                family.labels(name).inc(count)
                self.total[name] += count
            counts.clear()
        self.total["frames"] += self.frames.total()
        self.frames.clear()
