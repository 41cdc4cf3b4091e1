"""The gateway of terminals: one process, thousands of connections; what it confirms is committed."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from worksites.jt808.figures import LAG, Figures
from worksites.jt808.line import Line, Report
from worksites.jt808.packets import Budget

log = structlog.get_logger(__name__)


class Unavailable(Exception):
    """Nothing can be stored now; the same may be tried again."""


class Keeper(Protocol):
    """What the gateway asks of the rest of the system; called in threads, never in the loop."""

    def book(self) -> Mapping[str, Any]: ...
    def register(self, phone: str, version: int, told: Any) -> tuple[int, str]: ...
    def token_fits(self, phone: str, token: str) -> bool: ...
    def log_out(self, phone: str) -> None: ...
    def keep(self, reports: Sequence[Report]) -> Mapping[str, int]: ...
    def note(self, heard: Mapping[str, tuple[int, int]]) -> None: ...
    def close(self) -> None: ...


@dataclass
class Limits:
    """How much one gateway takes. Seconds, rows, connections."""

    connections: int = 10_000
    per_address: int = 500
    idle_s: float = 360.0  # terminals send a heartbeat each minute or two
    sign_in_s: float = 60.0
    rows_waiting: int = 50_000  # above it nothing more is read
    rows_at_once: int = 20_000
    linger_s: float = 0.02  # so long one commit waits for company
    retry_s: float = 1.0
    drain_s: float = 8.0
    book_s: float = 3.0
    ahead_s: float = 24 * 3600  # positions from further ahead or longer ago are refused, for they would not be kept
    behind_s: float = 180 * 24 * 3600

    def instants_us(self, now: float) -> tuple[int, int]:
        """The earliest and the latest instant of a position that is taken at `now` (Unix seconds), in microseconds."""
        return int((now - self.behind_s) * 1e6), int((now + self.ahead_s) * 1e6)


@dataclass
class Gateway:
    """Listens, reads, has it kept, answers. `run()` until `stop()`."""

    keeper: Keeper
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.figures = Figures()
        self.book: Mapping[str, Any] = {}
        self.lines: set[Line] = set()
        self.by_phone: dict[str, Line] = {}
        self.by_address: Counter[str] = Counter()
        self.heard: dict[str, list[int]] = {}
        self.waiting: list[Report] = []
        self.rows = 0  # in `waiting` and in the hands of the keeper
        self.paused: set[Line] = set()
        self.budget = Budget()
        self.ending = False
        self.is_held = False  # after the end: a thread still waits for the database
        self.port = 0

    async def run(self, host: str, port: int, *, ready: Callable[[], None] | None = None,
                  tls: ssl.SSLContext | None = None) -> None:  # fmt: skip
        """Serve until `stop()`; then read nothing more, commit what was read, answer it, and return.

        Raises what broke one of its own parts: a gateway that only listens would be worse than one started anew.
        """
        self.loop = asyncio.get_running_loop()
        self.stopped, self.work = asyncio.Event(), asyncio.Event()
        # Two threads with a database connection each: a thousand terminals that sign in do not hold up the commits.
        self.writer, self.clerk = ThreadPoolExecutor(1, "jt808-rows"), ThreadPoolExecutor(1, "jt808-book")
        await self._read_book()
        server = await self.loop.create_server(lambda: Line(self), host, port, backlog=2048, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        log.info("jt808_listens", host=host, port=self.port)
        helpers = [asyncio.create_task(self._watch()), asyncio.create_task(self._account())]
        writing = asyncio.create_task(self._write())
        if ready:
            ready()
        stopping = asyncio.create_task(self.stopped.wait())
        parts = {stopping, writing, *helpers}
        done, _others = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        broken = next((task.exception() for task in done if task is not stopping and task.exception()), None)
        if broken is not None:
            log.error("jt808_broken", error=repr(broken))
        self.ending = True
        server.close()
        for line in self.lines:
            line.transport.pause_reading()
        self.work.set()
        done, _others = await asyncio.wait({writing}, timeout=self.limits.drain_s)
        if writing not in done:
            log.warning("jt808_not_drained", rows=self.rows)
        for helper in (writing, stopping, *helpers):
            helper.cancel()
        for line in list(self.lines):
            line.transport.close()  # what was answered still leaves
        await asyncio.sleep(0.05)
        await self._settle()
        # A database that hangs holds its thread; nobody waits for it.
        closing = [self.loop.run_in_executor(pool, self.keeper.close) for pool in (self.writer, self.clerk)]
        _done, held = await asyncio.wait(closing, timeout=2)
        self.is_held = bool(held)
        for pool in (self.writer, self.clerk):
            pool.shutdown(wait=False)
        log.info("jt808_ended", frames=self.figures.total["frames"], rows=self.figures.total["new"])
        if broken is not None:
            raise broken

    def stop(self) -> None:
        """Begin to end; from the loop's own thread."""
        self.stopped.set()

    # ── lines ──

    def admits(self, line: Line) -> str:
        """Why this connection may not stay, or nothing."""
        if self.ending or len(self.lines) >= self.limits.connections:
            return "full"
        return "address" if self.by_address[line.host] >= self.limits.per_address else ""

    def opened(self, line: Line) -> None:
        self.lines.add(line)
        self.by_address[line.host] += 1
        if self.paused:
            self._pause(line)

    def closed(self, line: Line) -> None:
        if line in self.lines:
            self.lines.discard(line)
            self.paused.discard(line)
            self.by_address[line.host] -= 1
            if not self.by_address[line.host]:
                del self.by_address[line.host]
        if line.phone and self.by_phone.get(line.phone) is line:
            del self.by_phone[line.phone]

    def signed_in(self, line: Line) -> None:
        """The newest line of a number counts: a device that lost its connection knows it before we do."""
        before = self.by_phone.get(line.phone)
        self.by_phone[line.phone] = line
        if before is not None and before is not line:
            before.end("replaced")

    def hear(self, phone: str, bad: bool = False) -> None:
        counts = self.heard.get(phone)
        if counts is None:
            counts = self.heard[phone] = [0, 0]
        counts[bad] += 1

    def ask(self, work: Callable[..., Any], *values: Any) -> "asyncio.Future[Any]":
        """Have the keeper do something beside the rows; raises Unavailable when it cannot now."""
        return self.loop.run_in_executor(self.clerk, work, *values)

    # ── rows ──

    def queue(self, report: Report) -> None:
        """Positions wait for their commit; a queue that is full stops reading from all.

        One by one would not do: of ten thousand connections each could still add what was read of it at a time.
        """
        self.waiting.append(report)
        self.rows += len(report.fixes)
        if self.rows > self.limits.rows_waiting and not self.paused:
            for line in self.lines:
                self._pause(line)
        if len(self.waiting) == 1:
            self.work.set()

    def _pause(self, line: Line) -> None:
        self.paused.add(line)
        line.transport.pause_reading()

    async def _write(self) -> None:
        while True:
            await self.work.wait()
            self.work.clear()
            if not self.ending:
                await asyncio.sleep(self.limits.linger_s)
            while self.waiting:
                await self._commit(self._take())
            if self.ending:
                return

    def _take(self) -> list[Report]:
        count = taken = 0
        for report in self.waiting:
            if count and taken + len(report.fixes) > self.limits.rows_at_once:
                break
            count += 1
            taken += len(report.fixes)
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        return batch

    async def _commit(self, batch: list[Report]) -> None:
        """Keep a batch and answer it. Who hung up meanwhile is kept all the same."""
        while True:
            try:
                outcome = await self.loop.run_in_executor(self.writer, self.keeper.keep, batch)
                break
            except Unavailable as error:
                log.warning("jt808_waits", rows=self.rows, error=str(error))
                await asyncio.sleep(self.limits.retry_s)
            except Exception as error:
                if len(batch) > 1:
                    # One of them cannot be kept: the others must not suffer for it.
                    for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                        await self._commit(half)
                    return
                log.error("jt808_not_kept", phone=batch[0].line.phone, error=str(error))
                outcome, batch[0].result = {"failed": len(batch[0].fixes)}, 1
                break
        LAG.observe(time.monotonic() - batch[0].began)
        self.figures.rows.update(outcome)
        for report in batch:
            self.rows -= len(report.fixes)
            report.line.confirm(report)
        if self.paused and self.rows < self.limits.rows_waiting // 2 and not self.ending:
            for line in self.paused:
                if not line.asking:
                    line.transport.resume_reading()
            self.paused.clear()

    # ── beside ──

    async def _read_book(self) -> None:
        while True:
            try:
                self.book = await self.loop.run_in_executor(self.clerk, self.keeper.book)
                return
            except Unavailable as error:
                if self.book:
                    return  # what was known goes on to hold
                log.warning("jt808_waits_for_database", error=str(error))
                await asyncio.sleep(self.limits.retry_s)

    async def _watch(self) -> None:
        """Who is silent for too long or never says who he is; pieces that are missing; who is shut out."""
        while True:
            await asyncio.sleep(min(1.0, self.limits.idle_s / 4))
            now = time.monotonic()
            for line in list(self.lines):
                line.look(now, self.limits.idle_s, self.limits.sign_in_s)
            self.figures.tell(len(self.lines), self.rows)

    async def _account(self) -> None:
        """The book is read again, and what was heard written down."""
        while True:
            await asyncio.sleep(self.limits.book_s)
            await self._read_book()
            for phone, line in list(self.by_phone.items()):
                known = self.book.get(phone)
                if known is not None and known.blocked:
                    line.end("blocked")
            await self._settle()

    async def _settle(self) -> None:
        counts, self.heard = {phone: (good, bad) for phone, (good, bad) in self.heard.items()}, {}
        noting = self.clerk.submit(self.keeper.note, counts)
        try:
            await asyncio.wait_for(asyncio.wrap_future(noting), 4)
        except (Unavailable, TimeoutError) as error:
            log.warning("jt808_counts_late", terminals=len(counts), error=repr(error))
            if isinstance(error, Unavailable) or noting.cancelled():  # else it is being written after all
                for phone, (good, bad) in counts.items():
                    again = self.heard.setdefault(phone, [0, 0])
                    again[0], again[1] = again[0] + good, again[1] + bad
        self.figures.tell(len(self.lines), self.rows)
