"""The gateway in trouble: a slow or lost database, full queues, hostile peers, an end in the middle of work."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.worksites.fleet import make_terminal, make_truck
from tests.worksites.gateway import PHONE, Slow, at, signed_in, talk
from tests.worksites.terminal import TestTerminal
from worksites.jt808 import messages
from worksites.jt808.messages import NO_TERMINAL, OK, WRONG
from worksites.jt808.server import Gateway, Limits
from worksites.models import HeldFix, Terminal, TruckFix
from worksites.services import terminals
from worksites.services.gateway import Keeper

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_database_that_is_away_delays_the_answer_and_loses_nothing():
    make_truck(terminal_id=PHONE)
    keeper = Slow(away=2)
    keeper.gate.set()

    async def work(gateway):
        terminal = await signed_in(gateway)
        assert await terminal.ask(messages.POSITION, at()) == OK

    talk(work, keeper=keeper, retry_s=0.1)
    assert TruckFix.objects.count() + HeldFix.objects.count() == 1


def test_a_full_queue_stops_reading_and_goes_on_later():
    make_truck(terminal_id=PHONE)
    keeper = Slow()

    async def work(gateway):
        terminal = await signed_in(gateway)
        now = datetime.now(UTC)
        for n in range(3000):
            terminal.send(messages.POSITION, at(at=now - timedelta(seconds=n)))
        await asyncio.sleep(0.5)
        assert 10 < gateway.rows < 3000 and gateway.paused
        keeper.gate.set()
        for _n in range(3000):
            assert (await terminal.next(30)) is not None
        await asyncio.sleep(0.2)
        assert not gateway.paused and gateway.rows == 0

    talk(work, keeper=keeper, rows_waiting=10)
    assert TruckFix.objects.count() + HeldFix.objects.count() == 3000


def test_at_the_end_what_was_read_is_committed_and_answered():
    make_truck(terminal_id=PHONE)
    keeper = Slow()

    async def work(gateway):
        terminal = await signed_in(gateway)
        for n in range(100):
            terminal.send(messages.POSITION, at(n))
        await asyncio.sleep(0.3)
        gateway.loop.call_soon_threadsafe(gateway.stop)
        await asyncio.sleep(0.1)
        keeper.gate.set()
        answers = 0
        while await terminal.next() is not None:
            answers += 1
        return answers

    assert talk(work, keeper=keeper) == 100
    assert TruckFix.objects.count() + HeldFix.objects.count() == 100


def test_killed_between_commit_and_answer_sending_again_is_harmless():
    make_truck(terminal_id=PHONE)
    keeper, said = Slow(dies=True), at()
    keeper.gate.set()

    async def first(gateway):
        terminal = await signed_in(gateway)
        terminal.send(messages.POSITION, said)
        while not keeper.kept:
            await asyncio.sleep(0.01)
        return terminal.token

    token = talk(first, keeper=keeper, retry_s=0.05, drain_s=0.2)

    async def again(gateway):
        terminal = await TestTerminal(PHONE).connect(gateway.port)
        assert await terminal.sign_in(token) == OK
        assert await terminal.ask(messages.POSITION, said) == OK

    talk(again)
    assert TruckFix.objects.count() + HeldFix.objects.count() in (1, 2)
    assert TruckFix.objects.count() <= 1 and HeldFix.objects.count() <= 1


def test_a_full_queue_stops_reading_from_all_and_from_who_comes_later():
    make_truck(terminal_id=PHONE)
    keeper = Slow()

    async def work(gateway):
        loud, quiet = await signed_in(gateway), await signed_in(gateway, "13900000001")
        now = datetime.now(UTC)
        for n in range(200):
            loud.send(messages.POSITION, at(at=now - timedelta(seconds=n)))
        await asyncio.sleep(0.5)
        late = await TestTerminal("13900000002").connect(gateway.port)
        quiet.send(messages.HEARTBEAT)
        late.send(messages.ASK_TIME)
        await asyncio.sleep(0.3)
        assert len(gateway.paused) == 3 and not quiet.read and not late.read
        keeper.gate.set()
        assert (await quiet.next(10)).message == messages.ANSWER
        assert (await late.next(10)).message == messages.TIME

    talk(work, keeper=keeper, rows_waiting=10)


def test_what_could_never_be_kept_is_not_confirmed():
    make_truck(terminal_id=PHONE)

    async def work(gateway):
        terminal = await signed_in(gateway)
        await asyncio.sleep(0.5)
        assert await terminal.ask(messages.POSITION, at(200 * 86_400)) == WRONG
        assert await terminal.ask(messages.POSITION, at(lon=0.0, lat=0.0)) == WRONG
        assert await terminal.ask(messages.POSITION, at(5, lon=0.0, lat=0.0, status=messages.IGNITION)) == OK
        assert await terminal.ask(messages.POSITIONS, messages.write_positions([at(200 * 86_400), at()])) == OK
        return gateway.figures.bad["past"] + gateway.figures.total["past"]

    assert talk(work) == 2 and TruckFix.objects.count() == 2


def test_a_byte_now_and_then_does_not_keep_a_connection():
    async def work(gateway):
        terminal = await signed_in(gateway)
        began = time.monotonic()
        while time.monotonic() - began < 5:
            terminal.writer.write(b"\x00")
            try:
                data = await asyncio.wait_for(terminal.reader.read(100), 0.1)
            except TimeoutError:
                continue
            assert data == b""
            return gateway.figures.closed["idle"] + gateway.figures.total["idle"]
        raise AssertionError("still connected")

    assert talk(work, idle_s=0.6) == 1


def test_unfinished_messages_of_all_connections_have_one_limit():
    async def work(gateway):
        gateway.budget.most = 1_500
        one, other = await signed_in(gateway), await signed_in(gateway, "13900000001")
        for terminal, result in ((one, OK), (other, WRONG)):
            terminal.send(messages.POSITIONS, bytes(1_000), total=4, number=1)
            assert messages.read_answer((await terminal.next()).body)[2] == result
        one.close()
        await asyncio.sleep(0.2)
        assert gateway.budget.taken == 0
        other.send(messages.POSITIONS, bytes(1_000), total=4, number=1)
        assert messages.read_answer((await other.next()).body)[2] == OK

    talk(work)


def test_a_terminal_that_sends_and_never_listens_is_hung_up_on(monkeypatch):
    monkeypatch.setattr("worksites.jt808.line.MOST_UNSENT", 4_096)

    async def work(gateway):
        terminal = await signed_in(gateway)
        terminal.writer.transport.pause_reading()
        gone = asyncio.Event()

        async def flood():
            try:
                while True:
                    terminal.send(messages.HEARTBEAT)
                    await terminal.writer.drain()
            except ConnectionError:
                gone.set()

        flooding = asyncio.create_task(flood())
        await asyncio.wait_for(gone.wait(), 60)
        flooding.cancel()
        return gateway.figures.closed["deaf"] + gateway.figures.total["deaf"]

    assert talk(work) == 1


def test_a_gateway_whose_part_breaks_ends_instead_of_going_deaf():
    class Broken(Keeper):
        def __init__(self):
            super().__init__(heartbeat=False)
            self.asked = 0

        def book(self):
            self.asked += 1
            if self.asked > 1:
                raise TypeError("no book")
            return super().book()

    with pytest.raises(TypeError):
        asyncio.run(Gateway(Broken(), Limits(book_s=0.05)).run("127.0.0.1", 0))


def test_a_known_trucks_terminal_gets_in_however_many_strangers_there_are(monkeypatch):
    make_truck(terminal_id=PHONE)
    make_terminal("13900000001", registered_at=datetime.now(UTC))
    monkeypatch.setattr("worksites.services.terminals.MOST_STRANGERS", 1)

    async def work(gateway):
        stranger = await TestTerminal("13900000002").connect(gateway.port)
        assert await stranger.register() == NO_TERMINAL
        await signed_in(gateway)

    talk(work)
    assert Terminal.objects.get(phone=PHONE).truck_id


def test_strangers_that_fell_silent_are_forgotten_and_those_of_trucks_stay():
    long_ago = datetime.now(UTC) - timedelta(days=40)
    make_terminal("1", registered_at=long_ago, seen_at=long_ago)
    make_terminal("2", registered_at=long_ago, seen_at=datetime.now(UTC))
    make_terminal("3", registered_at=long_ago, blocked_at=long_ago)
    make_terminal("4", truck=make_truck(), registered_at=long_ago, seen_at=long_ago)
    assert terminals.forget_strangers() == 1
    assert sorted(Terminal.objects.values_list("phone", flat=True)) == ["2", "3", "4"]
