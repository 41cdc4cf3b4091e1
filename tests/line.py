"""A line between a browser and the running system that breaks as real ones do: reset, hanging, or quietly dead."""

import asyncio
import struct
import threading
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET

WHOLE = ""
RESET = "reset"  # the cable is out: everything breaks at once, nothing new is answered
HANG = "hang"  # everything stops, and goes on where it stopped
SWALLOW = "swallow"  # a router forgot: what was open stays dead for ever and nobody is told
WAYS = (RESET, HANG, SWALLOW)


class Line:
    """A SOCKS 5 relay to this machine: `cut(HANG)`, `mend()`; `proxy` is what a browser context is given.

    `cut(how, only=port)` breaks only the way to that port, as when the pages answer and the sockets do not.
    """

    def __init__(self) -> None:
        self.how, self.only = WHOLE, 0
        self.calls: set[_Call] = set()
        self.loop = asyncio.new_event_loop()
        self.server: asyncio.Server | None = None
        self.thread = threading.Thread(target=self.loop.run_forever, name="line", daemon=True)
        self.thread.start()
        self.port = self._do(self._open())
        self.proxy = {"server": f"socks5://127.0.0.1:{self.port}", "bypass": "<-loopback>"}

    def cut(self, how: str, only: int = 0) -> None:
        """From now on nothing passes (to `only`, or at all)."""
        self._do(self._become(how, only))

    def mend(self) -> None:
        """From now on everything passes, but for what was swallowed."""
        self._do(self._become(WHOLE, 0))

    def stop(self) -> None:
        self._do(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    def broken(self, port: int) -> str:
        """How the way to this port is broken at this moment."""
        return self.how if not self.only or self.only == port else WHOLE

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _open(self) -> int:
        self.whole = asyncio.Event()
        self.whole.set()
        self.never = asyncio.Event()
        self.server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def _become(self, how: str, only: int) -> None:
        self.how, self.only = how, only
        (self.whole.clear if how == HANG else self.whole.set)()
        for call in [call for call in self.calls if self.broken(call.port)]:
            call.dead = call.dead or how == SWALLOW
            if how == RESET:
                call.reset()

    async def _close(self) -> None:
        assert self.server is not None
        self.server.close()
        for call in list(self.calls):
            call.reset()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = _Call(self, reader, writer)
        self.calls.add(call)
        try:
            await call.run()
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # an end like any other: asyncio would print it
        finally:
            call.reset()
            self.calls.discard(call)


class _Call:
    """One connection from the browser and its continuation."""

    def __init__(self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.line, self.reader, self.writer = line, reader, writer
        self.writers = [writer]
        self.port = 0
        self.dead = False

    async def run(self) -> None:
        _version, count = await self.reader.readexactly(2)
        await self.reader.readexactly(count)
        self.writer.write(b"\x05\x00")
        *_head, kind = await self.reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await self.reader.readexactly(1))[0]
        await self.reader.readexactly(size)
        self.port = int.from_bytes(await self.reader.readexactly(2), "big")
        if self.line.broken(self.port) == RESET:
            return
        self.dead = self.line.broken(self.port) == SWALLOW
        await self._may_pass()
        there, here = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(here)
        self.writer.write(b"\x05\x00\x00\x01" + bytes(6))
        await asyncio.gather(self._pass(self.reader, here), self._pass(there, self.writer))

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(1 << 16):
            await self._may_pass()
            target.write(data)
            await target.drain()
        await self._may_pass()
        with suppress(OSError, RuntimeError):
            target.write_eof()

    async def _may_pass(self) -> None:
        while how := (SWALLOW if self.dead else self.line.broken(self.port)):
            if how == RESET:
                raise ConnectionResetError
            await (self.line.never if how == SWALLOW else self.line.whole).wait()

    def reset(self) -> None:
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            with suppress(OSError, AttributeError):
                raw.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
