"""How many alerts a second are durably stored through the door, against raw INSERTs in the same run.

`python bench/intake.py [--rounds 3]`: starts a private PostgreSQL, Redis and the web server (gunicorn, gthread, as in
production, no workers), and prints a table. Ratios are of the batch figure to the floor.
"""

import argparse
import hashlib
import hmac
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SECRET, SOURCE = "bench-secret", "bench"
FLOOR_COLUMNS = (
    "source_id, external_id, kind, correlation, title, text, lon, lat, crs, accuracy_m, occurred_at, confidence,"
    " media_url, payload, trace, digest"
)


def alert(name: str) -> dict:
    """An alert as a camera sends it, about 330 bytes."""
    return {
        "external_id": name, "kind": "garbage_overflow", "lon": 120.236927, "lat": 30.123588, "crs": "wgs84",
        "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "confidence": 0.91, "title": "垃圾满溢",
        "media_url": "https://cameras.example/2026/11/23/0001.jpg",
        "payload": {"camera": "C-0112", "boxes": [[11, 22, 33, 44]], "model": "v3"},
    }  # fmt: skip


def request(port: int, body: bytes, kind: str = "application/json") -> bytes:
    """One signed POST as bytes on the wire: making it must not count."""
    now = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /api/v1/alerts/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: {kind}\r\nX-Source: {SOURCE}\r\n"
        f"X-Timestamp: {now}\r\nX-Signature: v1={mac}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_answer(line: socket.socket) -> bytes:
    answer = line.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += line.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65536)
    if not head.startswith(b"HTTP/1.1 202"):
        raise SystemExit(f"refused: {(head + body)[:500]!r}")
    return body


def drive(port: int, connections: int, requests: int, size: int, kind: str = "application/json") -> tuple[float, list]:
    """(alerts a second, latencies in seconds) of persistent connections that each send one after the other."""
    mark = time.time_ns()
    plans = []
    for line in range(connections):
        plan = []
        for number in range(requests):
            alerts = [alert(f"{mark}-{line}-{number}-{item}") for item in range(size)]
            if kind == "application/json":
                body = json.dumps(alerts if size > 1 else alerts[0], ensure_ascii=False).encode()
            else:
                body = "\n".join(json.dumps(item, ensure_ascii=False) for item in alerts).encode()
            plan.append(request(port, body, kind))
        plans.append(plan)
    latencies: list[float] = []
    start = threading.Barrier(connections + 1)

    def send(plan: list[bytes]) -> None:
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        mine = []
        start.wait()
        for raw in plan:
            begun = time.perf_counter()
            line.sendall(raw)
            read_answer(line)
            mine.append(time.perf_counter() - begun)
        latencies.extend(mine)
        line.close()

    threads = [threading.Thread(target=send, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return connections * requests * size / (time.perf_counter() - begun), sorted(latencies)


def floor(rounds: int = 12) -> float:
    """Rows a second of prepared 1,000-row INSERT … VALUES, committed each, into a bare table of the same columns."""
    from django.db import connection

    from incidents.models import Source

    source = Source.objects.get(code=SOURCE).pk
    times = []
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_floor")
        cursor.execute("create table bench_floor (like incidents_alert including defaults including identity)")
        for number in range(rounds):
            rows = []
            for item in range(1000):
                one = alert(f"{number}-{item}")
                values = (
                    source, one["external_id"], one["kind"], "", one["title"], "", one["lon"], one["lat"], "wgs84",
                    None, one["occurred_at"], 0.91, one["media_url"], json.dumps(one["payload"]), "t" * 32, "d" * 32,
                )  # fmt: skip
                rows.append(cursor.mogrify(f"({', '.join(['%s'] * 16)})", values))
            statement = f"insert into bench_floor ({FLOOR_COLUMNS}) values ".encode() + b",".join(rows)
            begun = time.perf_counter()
            cursor.execute(statement)
            times.append(time.perf_counter() - begun)
        cursor.execute("drop table bench_floor")
    return 1000 / statistics.median(times)


def wait_for(port: int, process: subprocess.Popen, patience_s: float = 60) -> None:
    until = time.monotonic() + patience_s
    while time.monotonic() < until and process.poll() is None:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/healthz")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the web server does not start")


def measure(port: int, rounds: int) -> None:
    """Print the table: the median of some rounds, floor and door in turn."""
    drive(port, 8, 50, 1)
    floors, singles, batches, streams = [], [], [], []
    for _ in range(rounds):
        floors.append(floor())
        singles.append(drive(port, 8, 400, 1))
        batches.append(drive(port, 2, 20, 1000))
        streams.append(drive(port, 1, 2, 20_000, "application/x-ndjson"))
    base = statistics.median(floors)
    print(f"{'what':<44}{'alerts/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'ratio':>8}")
    print(f"{'floor: raw INSERT of 1,000 rows':<44}{base:>10,.0f}{'':>27}{1:>8.2f}")
    for name, runs in (
        ("single, 8 connections", singles),
        ("batch of 1,000, 2 connections", batches),
        ("NDJSON of 20,000 lines, 1 connection", streams),
    ):
        rate, times = sorted(runs, key=lambda run: run[0])[len(runs) // 2]
        p99 = times[min(int(len(times) * 0.99), len(times) - 1)]
        spread = f"{times[len(times) // 2] * 1e3:>9.1f}{p99 * 1e3:>9.1f}{times[-1] * 1e3:>9.1f}"
        print(f"{name:<44}{rate:>10,.0f}{spread}{rate / base:>8.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--port", type=int, default=8199)
    given = options.parse_args()
    local = Path(tempfile.mkdtemp(prefix="ssw-bench-"))
    from shushanwei import devservices

    web = None
    try:
        services = devservices.ensure(local, keep=False)
        os.environ |= services.as_env() | {
            "LOCAL_DIR": str(local), "PORT": str(given.port), "DJANGO_SETTINGS_MODULE": "shushanwei.settings",
        }  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from incidents.intake.desk import make_source

        make_source(SOURCE, SOURCE, "analytics", rate_per_minute=100_000_000, secret=SECRET)
        from shushanwei.config import read
        from shushanwei.roles import web as web_program

        with (local / "web.log").open("wb") as log:
            web = subprocess.Popen(web_program(read()).command, cwd=ROOT, stdout=log, stderr=log)
        wait_for(given.port, web)
        measure(given.port, given.rounds)
    finally:
        if web is not None:
            web.terminate()
            web.wait(20)
        devservices.stop(local)
        shutil.rmtree(local, ignore_errors=True)


if __name__ == "__main__":
    main()
