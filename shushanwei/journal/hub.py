"""One hub per socket process: a single subscription, fanned out in memory to every screen.

It owns the bounded queues (a slow screen is told to take a snapshot, the others never wait), the heartbeat
every 2 s, the coalescing of positions, and the watch for pushes that were lost between commit and here.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
import structlog
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.utils import timezone
from prometheus_client import Counter, Gauge

from shushanwei.journal import selectors
from shushanwei.journal.live import GROUP
from shushanwei.people.access import Reach

log = structlog.get_logger(__name__)
BEAT_S = 2.0
POSITIONS_S = 0.5
SUBSCRIBE_S = 3.0  # without Redis a screen is greeted all the same: what it misses, it is told to fetch
SESSION_CHECK_S = 60.0
QUEUE = 1_000
REMEMBERED = 200_000
CLIENTS = Gauge("live_clients", "Connected screens")
RESYNCS = Counter("live_resyncs_total", "Snapshots asked for", ["why"])


@dataclass(eq=False)
class Client:
    """One connected screen: what it may hear, and what waits to be sent to it."""

    user_id: int
    session_key: str | None
    reach: dict[str, Reach]
    queue: asyncio.Queue = field(default_factory=lambda: asyncio.Queue(QUEUE))
    lagging: bool = False

    def may_hear(self, audience: dict | None) -> bool:
        """An audience names the permission it needs and the areas, departments or users it concerns."""
        if not audience:
            return any(reach.street for code, reach in self.reach.items() if ".view_" in code)
        if self.user_id in audience.get("users", ()):
            return True
        reach = self.reach.get(audience.get("permission", ""))
        if not reach:
            return False
        return bool(
            reach.street
            or (reach.police and audience.get("police"))
            or not reach.areas.isdisjoint(audience.get("areas", ()))
            or not reach.departments.isdisjoint(audience.get("departments", ()))
        )

    def put(self, text: str | None) -> None:
        """Queue a message; a full queue is thrown away and the screen takes a snapshot instead."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            RESYNCS.labels("lagging").inc()
            self.queue.put_nowait('{"type":"resync","why":"lagging"}')


class Hub:
    """All screens of this process. Made once per event loop, by the first screen that connects."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self.heard: set[int] = set()
        self.heard_order: deque[int] = deque()
        self.positions: dict[int, dict] = {}
        self.rev = 0
        self.last_heard = self.listening_since = time.monotonic()
        self.deaf = False
        self.subscribed = asyncio.Event()
        self.tasks: list[asyncio.Task] = []

    def start(self) -> None:
        """Start listening, beating and watching; a task that ends by mistake is started again."""
        if not self.tasks:
            for work in (self._listen, self._beat, self._watch, self._send_positions, self._check_sessions):
                self.tasks.append(asyncio.create_task(self._forever(work), name=f"hub{work.__name__}"))

    async def join(self, client: Client) -> None:
        """Greet a screen and tell it everything from here on; hello comes first, and only when the hub listens."""
        self.start()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.subscribed.wait(), SUBSCRIBE_S)
        if not self.rev:
            self.rev = max(self.rev, await sync_to_async(selectors.newest_rev)())
        self.clients.add(client)
        CLIENTS.set(len(self.clients))
        client.put(_json({"type": "hello", "rev": self.rev, "now": timezone.now(), "beat_s": BEAT_S}))

    def leave(self, client: Client) -> None:
        self.clients.discard(client)
        CLIENTS.set(len(self.clients))

    async def _forever(self, work) -> None:
        while True:
            try:
                await work()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("hub_task_failed", task=work.__name__, error=repr(error))
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self.subscribed.set()
        while True:
            message = await layer.receive(channel)
            self.last_heard = time.monotonic()
            for item in message.get("items", ()):
                self.take(item)

    def take(self, item: dict) -> None:
        """Fan one message out to the screens that may hear it."""
        if item["type"] == "positions":
            self.positions.update((unit["id"], unit) for unit in item["units"])
            return
        self.remember(item["rev"])
        self.rev = max(self.rev, item["rev"])
        for client in self.clients:
            if client.may_hear(item["audience"]):
                client.put(item["text"])

    def remember(self, rev: int) -> None:
        if rev not in self.heard:
            self.heard.add(rev)
            self.heard_order.append(rev)
            if len(self.heard_order) > REMEMBERED:
                self.heard.discard(self.heard_order.popleft())

    def broadcast(self, message: dict) -> None:
        text = _json(message)
        for client in self.clients:
            client.put(text)

    def resync(self, why: str) -> None:
        """Ask every screen to take a snapshot."""
        log.info("resync", why=why, clients=len(self.clients))
        RESYNCS.labels(why).inc()
        self.broadcast({"type": "resync", "why": why})

    async def _beat(self) -> None:
        layer = get_channel_layer()
        while True:
            self.broadcast({"type": "beat", "rev": self.rev, "now": timezone.now(), "deaf": self.deaf})
            # The hub hears its own beat through Redis: silence means that the subscription is dead.
            try:
                await asyncio.wait_for(layer.group_send(GROUP, {"type": "live.batch", "items": []}), BEAT_S)
            except Exception as error:
                log.warning("beat_not_sent", error=repr(error))
            await asyncio.sleep(BEAT_S)
            # A new subscription gets as long as an old one before it is given up: a busy machine must not keep
            # tearing down what is just being built.
            if time.monotonic() - max(self.last_heard, self.listening_since) > 2.5 * BEAT_S:
                self.deaf = True
                await self._listen_anew()
            elif self.deaf and self.last_heard > self.listening_since:
                self.deaf = False
                self.resync("reconnected")

    async def _listen_anew(self) -> None:
        for task in self.tasks:
            if task.get_name() == "hub_listen":
                task.cancel()
                self.tasks.remove(task)
                break
        try:
            await asyncio.wait_for(get_channel_layer().flush(), 2)
        except Exception as error:
            log.warning("layer_not_flushed", error=repr(error))
        self.listening_since = time.monotonic()
        self.tasks.append(asyncio.create_task(self._forever(self._listen), name="hub_listen"))

    async def _watch(self) -> None:
        """Compare what was heard with the journal; what is still missing one beat later was lost."""
        since = await sync_to_async(selectors.settled_xid)()
        waiting: list[int] = []
        while True:
            await asyncio.sleep(BEAT_S)
            lost = [rev for rev in waiting if rev not in self.heard]
            if lost:
                for rev in lost:
                    self.remember(rev)
                self.resync("lost")
            until, waiting = await sync_to_async(selectors.live_revs_between)(since)
            since = until
            if waiting:
                self.rev = max(self.rev, waiting[-1])

    async def _send_positions(self) -> None:
        while True:
            await asyncio.sleep(POSITIONS_S)
            if self.positions:
                units, self.positions = list(self.positions.values()), {}
                text = _json({"type": "positions", "units": units})
                for client in self.clients:
                    if client.may_hear({"permission": "dispatch.view_unit"}):
                        client.put(text)

    async def _check_sessions(self) -> None:
        while True:
            await asyncio.sleep(SESSION_CHECK_S)
            keys = {client.session_key for client in self.clients if client.session_key}
            alive = await sync_to_async(selectors.sessions_alive)(keys)
            for client in [c for c in self.clients if c.session_key and c.session_key not in alive]:
                client.put(None)


def _json(message: dict) -> str:
    return msgspec.json.encode(message).decode()


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
