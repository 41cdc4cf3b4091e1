"""The gateway on real connections: what it confirms is committed, what is bad is answered, nothing takes it down."""

import asyncio

import pytest

from tests.worksites.fleet import make_terminal, make_truck
from tests.worksites.gateway import PHONE, at, quietly, signed_in, talk
from tests.worksites.terminal import TestTerminal
from worksites.jt808 import messages
from worksites.jt808.messages import FAILED, NO_TERMINAL, OK, TERMINAL_TAKEN, UNSUPPORTED, WRONG
from worksites.models import HeldFix, Terminal, Truck, TruckFix, TruckState, VendorItem
from worksites.services import terminals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("version", [2013, 2019])
def test_a_terminal_registers_signs_in_and_reports(version):
    truck = make_truck(terminal_id=PHONE)

    async def work(gateway):
        terminal = await signed_in(gateway, version=version)
        await asyncio.sleep(0.5)  # the book is read again
        assert await terminal.ask(messages.HEARTBEAT) == OK
        said = at(status=0x80303, altitude_m=12, speed_kmh=42.5, heading=90)
        assert await terminal.ask(messages.POSITION, said) == OK
        # Confirmed is committed: seen from another connection at this instant.
        assert await asyncio.to_thread(quietly, TruckFix.objects.count) == 1
        assert await terminal.ask(messages.POSITION, said) == OK

    talk(work)
    row = TruckFix.objects.get()
    assert (row.truck_id, row.load, row.speed_kmh, row.source) == (truck.pk, 3, 42.5, TruckFix.Source.JT808)
    assert TruckState.objects.get().engine_work_at is not None
    kept = Terminal.objects.get()
    assert (kept.truck_id, kept.version, kept.plate_told) == (truck.pk, version, "浙A1D234")
    assert kept.frames >= 3 and kept.seen_at is not None and PHONE not in kept.token_sealed


def test_a_batch_of_positions_is_confirmed_once_and_its_bad_ones_are_counted():
    make_truck(terminal_id=PHONE)
    broken = at(9)[:22] + bytes.fromhex("261399000000")

    async def work(gateway):
        terminal = await signed_in(gateway)
        await asyncio.sleep(0.5)
        body = messages.write_positions([at(3), broken, at(2), at(1)], late=True)
        assert await terminal.ask(messages.POSITIONS, body) == OK
        assert await terminal.ask(messages.POSITIONS, messages.write_positions([broken])) == WRONG
        return gateway.figures.total["time"] + gateway.figures.bad["time"]

    assert talk(work) == 2 and TruckFix.objects.count() == 3


def test_a_batch_in_pieces_is_put_together_and_what_is_missing_asked_for(monkeypatch):
    make_truck(terminal_id=PHONE)
    monkeypatch.setattr("worksites.jt808.packets.ASK_AFTER_S", 0.1)

    async def work(gateway):
        terminal = await signed_in(gateway)
        await asyncio.sleep(0.5)
        body = messages.write_positions([at(n) for n in range(40)])
        parts = [body[n : n + 500] for n in range(0, len(body), 500)]
        first = terminal.serial + 1
        for number, part in enumerate(parts, 1):
            if number == 2:
                terminal.serial += 1  # lost on the way
            else:
                terminal.send(messages.POSITIONS, part, total=len(parts), number=number)
                assert (await terminal.next()).message == messages.ANSWER
        asked = await terminal.next()
        assert asked.message == messages.RESEND and asked.body == messages.resend_body(first, [2], 2013)
        assert gateway.rows == 0
        terminal.serial = first
        terminal.send(messages.POSITIONS, parts[1], total=len(parts), number=2)
        assert (await terminal.next()).message == messages.ANSWER

    talk(work)
    assert TruckFix.objects.count() == 40


def test_who_has_not_signed_in_is_not_believed():
    make_truck(terminal_id=PHONE)

    async def work(gateway):
        terminal = await TestTerminal(PHONE).connect(gateway.port)
        assert await terminal.ask(messages.POSITION, at()) == FAILED
        assert await terminal.sign_in("guessed") == FAILED
        assert await terminal.register() == OK
        assert await terminal.sign_in("guessed") == FAILED
        assert await terminal.ask(messages.POSITION, at()) == FAILED
        assert await terminal.sign_in() == OK
        other = await TestTerminal("13900000000").connect(gateway.port)
        other.token = terminal.token
        assert await other.sign_in() == FAILED

    talk(work)
    assert not TruckFix.objects.exists() and not HeldFix.objects.exists()


def test_a_position_right_behind_the_token_is_not_lost():
    make_truck(terminal_id=PHONE)

    async def work(gateway):
        terminal = await TestTerminal(PHONE).connect(gateway.port)
        await terminal.register()
        await asyncio.sleep(0.5)
        terminal.send(messages.AUTHENTICATE, messages.write_token(terminal.token))
        for n in range(20):
            terminal.send(messages.POSITION, at(n))
        results = [messages.read_answer((await terminal.next()).body)[2] for _n in range(21)]
        assert results == [OK] * 21

    talk(work)
    assert TruckFix.objects.count() == 20


def test_a_terminal_that_nobody_knows_waits_and_then_belongs_to_its_truck():
    async def work(gateway):
        terminal = await signed_in(gateway)
        assert await terminal.ask(messages.POSITION, at(60)) == OK

    talk(work)
    assert HeldFix.objects.get().phone == PHONE
    truck = make_truck()
    _terminal, kept = terminals.bind(Terminal.objects.get().pk, truck.pk, actor=None)
    assert kept.new == 1 and TruckFix.objects.get().truck_id == truck.pk
    assert Truck.objects.get().terminal_id == PHONE and not HeldFix.objects.exists()


def test_another_device_with_the_same_number_is_refused_until_it_is_released(person_actor):
    async def work(gateway):
        terminal = await TestTerminal(PHONE).connect(gateway.port)
        assert await terminal.register() == OK
        token = terminal.token
        assert await terminal.register() == OK and terminal.token == token
        assert await terminal.register(serial="OTHER") == TERMINAL_TAKEN and terminal.token == ""
        await asyncio.to_thread(quietly, lambda: terminals.release(Terminal.objects.get().pk, actor=person_actor))
        assert await terminal.register(serial="OTHER") == OK and terminal.token not in ("", token)
        await asyncio.to_thread(
            quietly, lambda: terminals.block(Terminal.objects.get().pk, blocked=True, actor=person_actor)
        )
        assert await terminal.register(serial="OTHER") == NO_TERMINAL

    talk(work)


def test_a_device_that_logs_out_gives_its_number_back():
    async def work(gateway):
        terminal = await signed_in(gateway)
        assert await terminal.ask(messages.LOG_OUT) == OK
        assert await terminal.ask(messages.POSITION, at()) == FAILED
        assert await terminal.register(serial="NEW") == OK

    talk(work)


def test_bad_frames_are_answered_as_the_protocol_says_and_cost_only_themselves():
    make_truck(terminal_id=PHONE)

    async def work(gateway):
        terminal = await signed_in(gateway)
        await asyncio.sleep(0.5)
        assert await terminal.ask(messages.POSITION, b"short") == WRONG
        assert await terminal.ask(messages.POSITION, at(-100_000)) == WRONG  # more than a day ahead
        assert await terminal.ask(0x0F0F, b"?") == UNSUPPORTED
        assert await terminal.ask(0x0104, b"") == OK  # an answer that we never asked for
        terminal.send(messages.TERMINAL_ANSWER, messages.answer_body(1, 0x8103, 0))
        terminal.writer.write(b"\x7ejunk\x7e\x7e\x02\x00\x7d\x09\x7e")
        assert await terminal.ask(messages.POSITION, at()) == OK
        terminal.send(messages.ASK_TIME)
        assert (await terminal.next()).message == messages.TIME

    talk(work)
    assert TruckFix.objects.count() == 1 and Terminal.objects.get().bad_frames >= 4


def test_a_stranger_who_speaks_another_language_is_hung_up_on():
    async def work(gateway):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"\x7e\x00\x7e" * 1000)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        silent, _writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        assert await asyncio.wait_for(silent.read(), 5) == b""

    talk(work, sign_in_s=0.3, idle_s=2)


def test_one_address_cannot_take_all_connections():
    async def work(gateway):
        lines = [await asyncio.open_connection("127.0.0.1", gateway.port) for _n in range(4)]
        assert await asyncio.wait_for(lines[3][0].read(), 5) == b""
        assert len(gateway.lines) == 3

    talk(work, per_address=3)


def test_the_newest_connection_of_a_terminal_counts():
    async def work(gateway):
        first = await signed_in(gateway)
        second = await signed_in(gateway)
        assert await first.next() is None
        assert await second.ask(messages.HEARTBEAT) == OK

    talk(work)


def test_vendor_items_and_gcj02_are_read_as_the_terminal_is_set_up():
    truck = make_truck(terminal_id=PHONE)
    VendorItem.objects.create(vendor="天眼", item_id=0xE1, meaning="lift", values={"1": 1, "2": 2})
    VendorItem.objects.create(vendor="天眼", item_id=0xE1, offset=1, meaning="cover", values={"1": 1, "2": 2})

    async def work(gateway):
        terminal = await signed_in(gateway)
        await asyncio.to_thread(quietly, lambda: Terminal.objects.update(vendor="天眼", crs="gcj02"))
        await asyncio.sleep(0.6)
        said = at(lon=120.241404, lat=30.121130, items=[(0xE1, b"\x02\x02")])
        assert await terminal.ask(messages.POSITION, said) == OK

    talk(work)
    row = TruckFix.objects.get(truck_id=truck.pk)
    assert (row.lift, row.cover) == (2, 2) and row.load == 0  # zero bits without a sensor do not mean empty
    assert (row.lon, row.lat) == (pytest.approx(120.236927, abs=2e-6), pytest.approx(30.123588, abs=2e-6))


def test_two_hundred_terminals_at_once():
    trucks = [make_truck(f"浙A{n:05d}", terminal_id=f"1380000{n:04d}") for n in range(200)]

    async def one(gateway, truck):
        terminal = await TestTerminal(truck.terminal_id).connect(gateway.port)
        assert await terminal.register(truck.plate) == OK and await terminal.sign_in() == OK
        for n in range(10):
            terminal.send(messages.POSITION, at(n * 30))
        for _n in range(10):
            assert messages.read_answer((await terminal.next(30)).body)[2] == OK

    async def work(gateway):
        await asyncio.gather(*(one(gateway, truck) for truck in trucks))

    talk(work)
    assert TruckFix.objects.count() + HeldFix.objects.count() == 2000


@pytest.fixture
def person_actor():
    from shushanwei.people.models import User

    return User.objects.create(username="lead", display_name="lead")


def test_what_a_terminal_is_called_with_zeros_in_front_is_the_same_number():
    make_terminal("13812345678")
    assert list(terminals.book()) == ["13812345678"]
