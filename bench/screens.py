"""Many screens in one process: `python -m bench.screens URL COOKIE COUNT FILE` listens until it is told to stop.

It writes the word `ready` when all have heard hello; at SIGTERM a pickle: for each screen a list of (rev, instant)
of the changes it heard, and for the first screen rev → trace. Frames are read by hand: a general client costs ten
times as much as the hub it is to measure.
"""

import asyncio
import base64
import os
import pickle
import re
import signal
import sys
import time
from urllib.parse import urlsplit

import uvloop

REV = re.compile(rb'"rev":(\d+)')
TRACE = re.compile(rb'"trace":"([^"]*)"')


class Screen(asyncio.Protocol):
    """One connection: shakes hands, then reads text frames."""

    def __init__(self, host: str, path: str, cookie: str, keeps_traces: bool, ready: asyncio.Future) -> None:
        self.host, self.path, self.cookie, self.ready = host, path, cookie, ready
        self.keeps_traces = keeps_traces
        self.buffer = bytearray()
        self.open = False
        self.heard: list[tuple[int, float]] = []
        self.traces: dict[int, str] = {}
        self.resyncs = 0

    def connection_made(self, transport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self.path} HTTP/1.1", f"Host: {self.host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "Origin: http://127.0.0.1",
            f"Cookie: {self.cookie}", "", "",
        ]  # fmt: skip
        transport.write("\r\n".join(lines).encode())

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.buffer += data
        if not self.open:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.buffer.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(RuntimeError(bytes(self.buffer[:200])))
                return
            del self.buffer[: end + 4]
            self.open = True
        buffer, at = self.buffer, 0
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1] & 0x7F, at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
            if len(buffer) < start + size:
                break
            self.frame(buffer[at] & 0x0F, bytes(buffer[start : start + size]), now)
            at = start + size
        del buffer[:at]

    def frame(self, code: int, text: bytes, now: float) -> None:
        if code == 9:  # ping → pong, masked with nothing
            self.transport.write(bytes([0x8A, 0x80 | len(text)]) + b"\0\0\0\0" + text)
        elif text.startswith(b'{"type":"change"'):
            rev = int(REV.search(text)[1])
            self.heard.append((rev, now))
            if self.keeps_traces and (trace := TRACE.search(text)):
                self.traces[rev] = trace[1].decode()
        elif text.startswith(b'{"type":"hello"'):
            self.ready.set_result(None)
        elif text.startswith(b'{"type":"resync"'):
            self.resyncs += 1


async def main(url: str, cookie: str, count: int, file: str) -> None:
    """Connect, say ready, listen, write down."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    screens = []
    for number in range(count):
        ready = loop.create_future()
        _, screen = await loop.create_connection(
            lambda n=number, r=ready: Screen(parts.netloc, parts.path, cookie, n == 0, r), parts.hostname, parts.port
        )
        await asyncio.wait_for(ready, 20)
        screens.append(screen)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)
    await stop.wait()
    with open(file, "wb") as out:
        told = {
            "heard": [s.heard for s in screens],
            "traces": screens[0].traces,
            "resyncs": sum(s.resyncs for s in screens),
        }
        pickle.dump(told, out)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
