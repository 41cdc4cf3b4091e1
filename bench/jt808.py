"""One gateway of JT/T 808: `python -m bench.jt808 [--clients 500] [--frames 100] [--idle 5000]`.

Each client sends positions, a fifth of the rows in batches, as fast as they are confirmed; the floor is a raw COPY of
as many rows into the same table in the same run. Then idle connections with heartbeats: memory and CPU of the gateway.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psutil

from bench.common import machine, system, table
from shushanwei.config import BASE_DIR
from tests.stack import free_port
from tests.worksites.terminal import TestTerminal
from worksites.jt808 import messages

MAKE = """
import json
from shushanwei.common.clock import db_now
from shushanwei.common.secrets import seal
from worksites.models import Company, Terminal, Truck
company = Company.objects.create(name="bench", kind="haulier")
count, idle, token = {clients}, {idle}, seal("bench")
trucks = Truck.objects.bulk_create([Truck(plate=f"浙A{{n:05d}}", company=company, terminal_id=f"1380000{{n:04d}}")
                                    for n in range(count)])
Terminal.objects.bulk_create([Terminal(phone=f"1380000{{n:04d}}", registered_at=db_now(), token_sealed=token,
    truck=trucks[n] if n < count else None) for n in range(max(count, idle))])
"""
FLOOR = """
import io, time
from django.db import connection
from worksites.models import Truck
ids = list(Truck.objects.values_list("pk", flat=True))
text = io.StringIO("".join(f"{{t}}\\t2026-01-01 {{n // 3600:02d}}:{{n // 60 % 60:02d}}:{{n % 60:02d}}+00\\t2026-01-01"
    f"\\t120.2\\t30.1\\t30\\t1\\t2026-01-01\\n" for t in ids for n in range({each})))
began = time.perf_counter()
with connection.cursor() as c:
    names = "truck_id, at, day, lon, lat, speed_kmh, source, received_at"
    c.copy_expert(f"copy worksites_truckfix ({{names}}) from stdin", text)
print("JSON", time.perf_counter() - began)
"""


async def drive(number: int, port: int, frames: int) -> int:
    """One client: 0x0200 one after the other, every fifth message a batch of five; returns its rows."""
    terminal = await TestTerminal(f"1380000{number:04d}").connect(port)
    await terminal.sign_in("bench")
    now, rows, open_ = datetime.now(UTC), 0, 0
    for n in range(frames):
        bodies = [
            messages.write_position(lon=120.2, lat=30.1, speed_kmh=30, at=now - timedelta(seconds=n * 5 + m))
            for m in range(5 if n % 20 == 0 else 1)
        ]
        if len(bodies) > 1:
            terminal.send(messages.POSITIONS, messages.write_positions(bodies))
        else:
            terminal.send(messages.POSITION, bodies[0])
        rows, open_ = rows + len(bodies), open_ + 1
        while open_ > 20:
            await terminal.next()
            open_ -= 1
    for _n in range(open_):
        await terminal.next()
    terminal.close()
    return rows


async def rest(count: int, port: int, gateway: psutil.Process) -> tuple[float, float, float]:
    """Idle connections, one heartbeat a minute each: (MB, kB more for each, share of a core) of the gateway in 20 s."""
    lines, alone = [], gateway.memory_info().rss
    for n in range(count):
        terminal = await TestTerminal(f"1380000{n:04d}").connect(port)
        terminal.send(messages.AUTHENTICATE, messages.write_token("bench"))
        lines.append(terminal)
    await asyncio.sleep(10)
    before, began = sum(gateway.cpu_times()[:2]), time.monotonic()
    for terminal in lines[: count // 3]:
        terminal.send(messages.HEARTBEAT)
        await asyncio.sleep(20 / (count // 3))
    used = (sum(gateway.cpu_times()[:2]) - before) / (time.monotonic() - began)
    memory = gateway.memory_info().rss
    return memory / 1e6, (memory - alone) / count / 1e3, used


def main() -> None:
    """Start a system and a gateway beside it, drive, rest, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--idle", type=int, default=5_000)
    options = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"jt808: {machine()}")
    with system() as stack:
        stack.django(MAKE.format(clients=options.clients, idle=options.idle))
        port = free_port()
        words = [sys.executable, "manage.py", "jt808", "--port", str(port), "--per-address", "20000"]
        process = subprocess.Popen(words, cwd=BASE_DIR, env=stack.full_env(), stdout=subprocess.PIPE)
        try:
            process.stdout.readline()  # type: ignore[union-attr]
            gateway = psutil.Process(process.pid)
            before, began = sum(gateway.cpu_times()[:2]), time.monotonic()

            async def all_of_them() -> int:
                return sum(await asyncio.gather(*(drive(n, port, options.frames) for n in range(options.clients))))

            rows = asyncio.run(all_of_them())
            took, used = time.monotonic() - began, sum(gateway.cpu_times()[:2]) - before
            floor = float(stack.django(FLOOR.format(each=rows // options.clients)).split("JSON")[-1])
            frames = options.frames * options.clients
            heads = ["what", "frames/s", "rows/s", "seconds", "gateway CPU s"]
            lines = [["floor: raw COPY", "–", rows / floor, floor, 0.0]]
            lines.append(["gateway", frames / took, rows / took, took, used])
            table(f"{options.clients} clients, {frames:,} frames, {rows:,} rows", heads, lines)
            memory, each, share = asyncio.run(rest(options.idle, port, gateway))
            print(f"{options.idle:,} idle connections: {memory:.0f} MB, {each:.1f} kB each, {share:.1%} of a core")
            print(f"load after {os.getloadavg()[0]:.1f}")
        finally:
            process.terminate()
            print(json.dumps({"ended": process.wait(30)}))


if __name__ == "__main__":
    main()
