"""Live push to the screens: the only caller of the channel layer. It never blocks and never raises.

A push is a hint with a `rev`. What is lost on the way (a crash between commit and publish, a dead Redis) is
noticed by the hub, which compares what it heard with the journal and asks its clients to take a snapshot.
"""

import asyncio
import atexit
import os
import threading
import time
from collections.abc import Iterable

import msgspec
import structlog
from channels.layers import get_channel_layer
from django.db import transaction
from prometheus_client import Counter

log = structlog.get_logger(__name__)
GROUP = "live"
LIMIT = 50_000  # messages waiting in one process; past that the oldest are dropped and clients resync
PUSHED = Counter("live_pushed_total", "Messages handed to the channel layer")
LOST = Counter("live_lost_total", "Messages that could not be handed to the channel layer")


def announce(message: dict, audience: dict | None = None) -> None:
    """Publish `message` once the present transaction has committed."""
    announce_all([(message, audience)])


def announce_all(messages: Iterable[tuple[dict, dict | None]]) -> None:
    """Publish each (message, audience) in this order once the present transaction has committed."""
    told = [message if audience is None else message | {"audience": audience} for message, audience in messages]

    def publish_all() -> None:
        for message in told:
            publish(message)

    transaction.on_commit(publish_all, robust=True)


def publish(message: dict) -> None:
    """Hand `message` to this process's publisher thread; a dead Redis costs the caller nothing."""
    _publisher().put(message)


def packed(message: dict) -> dict:
    """What the hub needs to know of a message beside the text that it only passes on."""
    if message["type"] != "change":
        return message
    told = {name: value for name, value in message.items() if name != "audience"}
    return {
        "type": "change",
        "rev": message["rev"],
        "audience": message.get("audience"),
        "text": msgspec.json.encode(told).decode(),
    }


class Publisher:
    """A thread with its own event loop and one long-lived connection to the channel layer."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.queue: list[dict] = []
        self.lock = threading.Lock()
        self.wake = asyncio.Event()
        self.busy = False
        self.thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)
        self.thread.start()

    def put(self, message: dict) -> None:
        item = packed(message)
        with self.lock:
            if len(self.queue) >= LIMIT:
                del self.queue[: LIMIT // 10]
                LOST.inc(LIMIT // 10)
            self.queue.append(item)
            first = len(self.queue) == 1
        if first:  # for the others it is awake already
            self.loop.call_soon_threadsafe(self.wake.set)

    def flush(self, seconds: float = 2.0) -> None:
        """Wait until everything handed over so far has left, at most `seconds`."""
        until = time.monotonic() + seconds
        while (self.queue or self.busy) and time.monotonic() < until:
            time.sleep(0.005)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._work())

    async def _work(self) -> None:
        layer = get_channel_layer()
        while True:
            await self.wake.wait()
            self.wake.clear()
            while True:
                with self.lock:
                    batch, self.queue = self.queue[:200], self.queue[200:]
                    self.busy = bool(batch)
                if not batch:
                    break
                try:
                    # One publish carries many changes: a burst of 5,000 misses is 25 messages.
                    await asyncio.wait_for(layer.group_send(GROUP, {"type": "live.batch", "items": batch}), 5)
                    PUSHED.inc(len(batch))
                except Exception as error:
                    LOST.inc(len(batch))
                    log.warning("push_lost", count=len(batch), error=str(error) or type(error).__name__)
                    await asyncio.sleep(0.2)
            self.busy = False


_current: Publisher | None = None
_making = threading.Lock()


def _publisher() -> Publisher:
    global _current
    # A fork takes the object along but not the thread: each process makes its own at its first push.
    if _current is None or _current.pid != os.getpid():
        with _making:
            if _current is None or _current.pid != os.getpid():
                _current = Publisher()
                atexit.register(_current.flush)
    return _current


def flush(seconds: float = 2.0) -> None:
    """Wait until this process's pushes have left (for commands and tests)."""
    if _current is not None and _current.pid == os.getpid():
        _current.flush(seconds)
