"""A gateway in a thread of the test, and conversations with it."""

import asyncio
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection

from tests.worksites.fleet import CENTRE
from tests.worksites.terminal import TestTerminal
from worksites.jt808 import messages
from worksites.jt808.messages import OK
from worksites.jt808.server import Gateway, Limits, Unavailable
from worksites.services.gateway import Keeper

PHONE = "13812345678"


@contextmanager
def listening(keeper=None, **limits):
    """A gateway in a thread of its own, as a process of its own would be."""
    gateway = Gateway(keeper or Keeper(heartbeat=False), Limits(**{"book_s": 0.2, "linger_s": 0.0, **limits}))
    ready = threading.Event()

    def serve():
        asyncio.run(gateway.run("127.0.0.1", 0, ready=ready.set))
        connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    assert ready.wait(10)
    try:
        yield gateway
    finally:
        gateway.loop.call_soon_threadsafe(gateway.stop)
        thread.join(20)
        assert not thread.is_alive()
        for pool in (gateway.writer, gateway.clerk):
            pool.shutdown(wait=True)


def at(seconds=0.0, **more) -> bytes:
    return messages.write_position(
        **{"lon": CENTRE[0], "lat": CENTRE[1], "at": datetime.now(UTC) - timedelta(seconds=seconds), **more}
    )


def talk(work, keeper=None, **limits):
    """Run the conversation `work(gateway)` with a gateway."""
    with listening(keeper, **limits) as gateway:
        return asyncio.run(work(gateway))


async def signed_in(gateway, phone=PHONE, version=2013) -> TestTerminal:
    terminal = await TestTerminal(phone, version).connect(gateway.port)
    assert await terminal.register() == OK and await terminal.sign_in() == OK
    return terminal


class Slow(Keeper):
    """Commits when it is allowed to; can lose the database, or die between commit and answer."""

    def __init__(self, *, away=0, dies=False):
        super().__init__(heartbeat=False)
        self.gate, self.away, self.dies, self.kept = threading.Event(), away, dies, 0

    def keep(self, reports):
        assert self.gate.wait(20)
        if self.away:
            self.away -= 1
            raise Unavailable("gone")
        outcome = super().keep(reports)
        self.kept += len(reports)
        if self.dies:
            raise Unavailable("the answer is never given")
        return outcome


def quietly(work):
    try:
        return work()
    finally:
        connection.close()
