"""One connection of a terminal: its frames taken in, its answers sent."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from worksites.jt808 import messages
from worksites.jt808.frames import Bad, Frame, Splitter, write_frame
from worksites.jt808.messages import BadBody, Position
from worksites.jt808.packets import Piles
from worksites.jt808.vendors import NOTHING, Told, told

if TYPE_CHECKING:
    from worksites.jt808.server import Gateway

MOST_BAD = 200  # in a row: this is no terminal
MOST_UNSENT = 64 * 1024


@dataclass(slots=True)
class Report:
    """The positions of one message on their way to the commit, and who is to be answered afterwards."""

    line: "Line"
    frame: Frame
    fixes: list[tuple[Position, Told]]
    phone: str
    truck_id: int | None
    crs: str
    load_known: bool  # that it says "empty" means something
    began: float
    result: int = messages.OK


class Line(asyncio.Protocol):
    """What the gateway knows of one connection. Messages are worked off in the order they come."""

    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self.splitter = Splitter()
        self.piles: Piles | None = None
        self.host = self.phone = ""
        self.trusted = False
        self.asking = False  # a question to the keeper is under way; what came after it waits in `later`
        self.later: list[Frame | Bad] = []
        self.load_seen = False
        self.serial = 0
        self.bad_in_a_row = 0
        self.since = self.heard = self.read_at = time.monotonic()
        self.ended = False

    # ── the connection ──

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=MOST_UNSENT)
        peer = self.transport.get_extra_info("peername")
        self.host = peer[0] if isinstance(peer, tuple) else ""
        if why := self.gateway.admits(self):
            self.end(why)
        else:
            self.gateway.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        if self.piles is not None:
            self.piles.close()
        self.gateway.closed(self)

    def pause_writing(self) -> None:
        self.end("deaf")  # it sends and does not listen: its answers must not pile up here

    def data_received(self, data: bytes) -> None:
        if self.ended:
            return
        self.read_at = time.monotonic()
        found = self.splitter.feed(data)
        if any(isinstance(one, Frame) for one in found):
            self.heard = self.read_at  # a byte now and then is no sign of life
        if self.asking:
            self.later += found
        else:
            self._take_all(found)

    def _take_all(self, found: list[Frame | Bad]) -> None:
        for place, one in enumerate(found):
            if isinstance(one, Bad):
                self.refuse(one.kind, one.frame)
                if self.bad_in_a_row > MOST_BAD:
                    self.end("noise")
            else:
                self.gateway.figures.frames[one.message] += 1
                self.take(one)
            if self.ended:
                return
            if self.asking:
                self.later = found[place + 1 :]
                return

    def end(self, why: str) -> None:
        """Close from our side."""
        if self.ended:
            return
        self.ended = True
        self.gateway.figures.closed[why] += 1
        if why == "deaf":
            self.transport.abort()
        else:
            self.transport.close()

    def look(self, now: float, idle_s: float, sign_in_s: float) -> None:
        """Once in a while: end what is silent or nameless, ask for missing pieces."""
        if self in self.gateway.paused:
            self.heard = now  # it is us who do not listen
        if now - self.heard > idle_s:
            self.end("idle")
        elif not self.trusted and now - self.since > sign_in_s:
            self.end("nameless")
        elif self.piles is not None and self.piles.open:
            before = self.piles.dropped
            for pile in self.piles.stale(now):
                body = messages.resend_body(pile.first, pile.missing(), pile.newest.version)
                self.say(messages.RESEND, body, pile.newest)
            self.gateway.figures.bad["pieces"] += self.piles.dropped - before

    # ── messages ──

    def take(self, frame: Frame) -> None:
        """One whole frame."""
        if frame.encrypted:
            self.refuse("encrypted", frame, messages.UNSUPPORTED)
            return
        if frame.total:
            if not self.trusted:
                self.refuse("not_signed_in", frame, messages.FAILED)
                return
            try:
                whole = self._pile(frame)
            except BadBody as error:
                self.refuse(error.kind, frame)
                return
            if whole is None:
                return
            frame = whole
        self.bad_in_a_row = 0
        message = frame.message
        if message == messages.REGISTER:
            self._register(frame)
        elif message == messages.AUTHENTICATE:
            self._authenticate(frame)
        elif message == messages.ASK_TIME:
            self.say(messages.TIME, messages.time_body(datetime.now(UTC)), frame)
        elif not self.trusted or frame.phone != self.phone:
            self.refuse("not_signed_in", frame, messages.FAILED)
        else:
            self.gateway.hear(self.phone)
            self._trusted(message, frame)

    def _trusted(self, message: int, frame: Frame) -> None:
        if message == messages.POSITION:
            try:
                self._queue(frame, [messages.read_position(frame.body)])
            except BadBody as error:
                self.refuse(error.kind, frame)
        elif message == messages.POSITIONS:
            try:
                good, bad = messages.read_positions(frame.body)
            except BadBody as error:
                self.refuse(error.kind, frame)
                return
            self.gateway.figures.bad.update(bad)
            self._queue(frame, good)
        elif message == messages.HEARTBEAT:
            self.answer(frame, messages.OK)
        elif message == messages.LOG_OUT:
            self.trusted = False
            self._ask(frame, self.gateway.keeper.log_out, self.phone)
        elif message == messages.TERMINAL_ANSWER:
            pass  # an answer is not answered
        elif message in messages.PASSED_OVER:
            self.answer(frame, messages.OK)
        else:
            self.gateway.figures.bad["unsupported"] += 1
            self.answer(frame, messages.UNSUPPORTED)

    def _queue(self, frame: Frame, positions: list[Position]) -> None:
        # What could never be kept must not be confirmed as if it were.
        earliest, latest = self.gateway.limits.instants_us(time.time())
        good = []
        for position in positions:
            if not earliest <= position.at_us <= latest:
                self.gateway.figures.bad["future" if position.at_us > latest else "past"] += 1
            elif position.positioned and not position.lon and not position.lat:
                self.gateway.figures.bad["nowhere"] += 1
            else:
                good.append(position)
        if not good:
            self.refuse("positions", frame)
            return
        known = self.gateway.book.get(self.phone)
        if known is None:
            fixes, truck, crs, has_load = [(position, NOTHING) for position in good], None, "wgs84", False
        else:
            fixes = [(position, told(known.rules, position.items)) for position in good]
            truck, crs, has_load = known.truck_id, known.crs, known.has_load
        if not self.load_seen and (has_load or any(position.status & 0x300 for position in good)):
            self.load_seen = True
        self.gateway.queue(Report(self, frame, fixes, self.phone, truck, crs, self.load_seen, self.read_at))

    def _pile(self, frame: Frame) -> Frame | None:
        if self.piles is None:
            self.piles = Piles(self.gateway.budget)
        before = self.piles.dropped
        whole = self.piles.add(frame, self.read_at)
        dropped = self.piles.dropped - before
        if dropped:
            self.gateway.figures.bad["pieces"] += dropped
        if whole is None:
            # Each piece is confirmed at once, for many terminals wait for it; the last one only after the commit.
            self.answer(frame, messages.OK)
        return whole

    # ── who it is ──

    def _register(self, frame: Frame) -> None:
        try:
            said = messages.read_registration(frame.body, frame.version)
        except BadBody as error:
            self.refuse(error.kind, frame)
            return
        self._ask(frame, self.gateway.keeper.register, frame.phone, frame.version, said)

    def _authenticate(self, frame: Frame) -> None:
        try:
            token = messages.read_token(frame.body, frame.version)
        except BadBody as error:
            self.refuse(error.kind, frame)
            return
        self._ask(frame, self.gateway.keeper.token_fits, frame.phone, token)

    def _ask(self, frame: Frame, work: Any, *values: Any) -> None:
        """Put a question to the keeper; nothing more is read from this terminal until it is answered."""
        self.asking = True
        self.transport.pause_reading()
        self.gateway.ask(work, *values).add_done_callback(lambda done: self._told(frame, done))

    def _told(self, frame: Frame, done: "asyncio.Future[Any]") -> None:
        self.asking = False
        if self.ended or done.cancelled():
            return
        if done.exception() is not None:
            self.answer(frame, messages.FAILED)  # it tries again later
        else:
            self._tell(frame, done)
        later, self.later = self.later, []
        if not self.gateway.ending:
            self._take_all(later)
            if not self.asking and not self.ended and self not in self.gateway.paused:
                self.transport.resume_reading()

    def _tell(self, frame: Frame, done: "asyncio.Future[Any]") -> None:
        if frame.message == messages.REGISTER:
            result, token = done.result()
            if result != messages.REGISTERED_OK:
                self.gateway.figures.bad["not_registered"] += 1
            self.say(messages.REGISTERED, messages.registered_body(frame.serial, result, token), frame)
        elif frame.message == messages.LOG_OUT:
            self.answer(frame, messages.OK)
        elif done.result():
            if self.phone and self.phone != frame.phone and self.gateway.by_phone.get(self.phone) is self:
                del self.gateway.by_phone[self.phone]
            self.phone, self.trusted = frame.phone, True
            self.gateway.signed_in(self)
            self.gateway.hear(self.phone)
            self.answer(frame, messages.OK)
        else:
            self.refuse("token", frame, messages.FAILED)

    # ── answers ──

    def refuse(self, kind: str, frame: Frame | None, result: int = messages.WRONG) -> None:
        """Count what is bad, and say so where its header can be believed."""
        self.gateway.figures.bad[kind] += 1
        self.bad_in_a_row += 1
        if self.trusted:
            self.gateway.hear(self.phone, bad=True)
        if frame is not None:
            self.answer(frame, result)

    def confirm(self, report: Report) -> None:
        """The positions are committed (or cannot be kept: `result`)."""
        if not self.ended:
            self.answer(report.frame, report.result)

    def answer(self, frame: Frame, result: int) -> None:
        """The general answer 0x8001."""
        self.say(messages.ANSWER, messages.answer_body(frame.serial, frame.message, result), frame)

    def say(self, message: int, body: bytes, to: Frame) -> None:
        """One frame to the terminal, in the version that it speaks."""
        if self.transport.is_closing():
            return
        self.serial = (self.serial + 1) & 0xFFFF
        self.transport.write(write_frame(message, body, address=to.address, serial=self.serial, version=to.version))
