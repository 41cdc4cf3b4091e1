"""kill -9 of the real gateway in the middle of a flood: everything it confirmed is in the database, once."""

import asyncio
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from shushanwei import roles
from shushanwei.config import BASE_DIR
from shushanwei.processes import end, launch
from tests.stack import free_port, wait_for
from tests.worksites.terminal import TestTerminal
from worksites.jt808 import messages

TRUCKS, EACH, OPEN = 20, 300, 30
PHONES = [f"1390000{n:04d}" for n in range(TRUCKS)]
MAKE = f"""
from shushanwei.common.clock import db_now
from shushanwei.common.secrets import seal
from worksites.models import Company, Terminal, Truck
company = Company.objects.create(name="洪水运输", kind="haulier")
for n, phone in enumerate({PHONES!r}):
    truck = Truck.objects.create(plate=f"浙A{{n:05d}}", company=company, terminal_id=phone)
    Terminal.objects.create(phone=phone, truck=truck, registered_at=db_now(), token_sealed=seal("known"))
"""


class Run:
    """One life of the gateway in a process of its own, on the running system's database."""

    def __init__(self, stack):
        self.port = free_port()
        env = stack.full_env() | {"JT808_PORT": str(self.port)}
        with stack.log.open("ab") as log:
            self.process = launch(roles.manage("jt808"), env=env, cwd=BASE_DIR, output=log)
        wait_for(self._listens, 60, "the gateway to listen")

    def _listens(self) -> bool:
        async def knock():
            _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()

        try:
            asyncio.run(knock())
        except OSError:
            assert self.process.poll() is None, "the gateway ended"
            return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


async def flood(phone: str, port: int, since: datetime, left: set[int], confirmed: set[int]) -> None:
    """Send the positions that are left, single and in batches, as fast as they are confirmed, until the line breaks."""
    terminal, asked = TestTerminal(phone), {}
    try:
        await terminal.connect(port)
        assert await terminal.sign_in("known") == messages.OK
        waiting = sorted(left)
        while waiting or asked:
            while waiting and len(asked) < OPEN:
                count = 1 + len(waiting) % 3
                part, waiting = waiting[:count], waiting[count:]
                bodies = [
                    messages.write_position(lon=120.2, lat=30.1, at=since + timedelta(seconds=number))
                    for number in part
                ]
                if count == 1:
                    serial = terminal.send(messages.POSITION, bodies[0])
                else:
                    serial = terminal.send(messages.POSITIONS, messages.write_positions(bodies))
                asked[serial] = part
            answer = await terminal.next()
            if answer is None:
                return
            serial, _message, result = messages.read_answer(answer.body)
            assert result == messages.OK
            done = asked.pop(serial)
            confirmed.update(done)
            left.difference_update(done)
    except (ConnectionError, asyncio.IncompleteReadError):
        return


def rows(stack) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = {phone: [] for phone in PHONES}
    query = "select k.terminal_id, f.at from worksites_truckfix f join worksites_truck k on k.id = f.truck_id"
    for phone, at in stack.sql(f"{query} where k.terminal_id = any(%s)", PHONES):
        found[phone].append(at)
    return found


@pytest.mark.slow
def test_everything_confirmed_before_a_kill_is_there_once_and_the_rest_comes_by_sending_again(live_stack):
    live_stack.django(MAKE)
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    left = {phone: set(range(EACH)) for phone in PHONES}
    confirmed: dict[str, set[int]] = {phone: set() for phone in PHONES}
    kills = 0
    for life in range(6):
        run = Run(live_stack)
        began = sum(map(len, confirmed.values()))

        async def all_of_them(port=run.port):
            await asyncio.gather(*(flood(one, port, since, left[one], confirmed[one]) for one in PHONES))

        async def in_the_middle(run=run, began=began, deadly=life < 3):
            flooding = asyncio.create_task(all_of_them())
            while deadly and not flooding.done():
                if sum(map(len, confirmed.values())) > began + TRUCKS * EACH // 6:
                    await asyncio.to_thread(run.kill)
                    break
                await asyncio.sleep(0.001)
            await flooding

        asyncio.run(in_the_middle())
        killed = run.process.poll() is not None
        kills += killed
        kept = rows(live_stack)
        for phone in PHONES:
            instants = {since + timedelta(seconds=number) for number in confirmed[phone]}
            assert instants <= set(kept[phone]), f"{phone}: confirmed and not kept"
            assert len(kept[phone]) == len(set(kept[phone])), f"{phone}: kept twice"
        if not killed:
            end(run.process)
            assert run.process.returncode == 0
        if not any(left.values()):
            break
    assert kills >= 2, "the flood was over before the kill"
    assert all(len(kept[phone]) == EACH for phone in PHONES)


@pytest.mark.slow
def test_a_gateway_that_cannot_listen_says_so_in_one_sentence(live_stack):
    env = live_stack.full_env()
    for port, said in ((live_stack.port, "cannot be used"), (0, "Set JT808_PORT")):
        words = [sys.executable, "manage.py", "jt808", "--port", str(port)]
        done = subprocess.run(words, cwd=BASE_DIR, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.slow
def test_a_gateway_told_to_end_while_the_database_hangs_ends_in_its_time(live_stack):
    run = Run(live_stack)
    postgres = psutil.Process(live_stack.pid("postgres"))
    hung = [postgres, *postgres.children()]
    patience = roles.ALL[-1](None).patience_s
    try:
        for one in hung:
            one.suspend()
        time.sleep(4)  # its book is asked for meanwhile
        run.process.terminate()
        run.process.wait(patience)
    finally:
        for one in hung:
            one.resume()
        run.kill()
