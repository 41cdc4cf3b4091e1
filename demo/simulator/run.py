"""One process that is everybody: starts the actors, and stops all of them within two seconds."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np

from demo.simulator.callers import Callers
from demo.simulator.client import Away, Door, Tokens
from demo.simulator.duty import keep_the_seats
from demo.simulator.field import Collectors, Departments, GridWorkers
from demo.simulator.inspectors import Brigade
from demo.simulator.judges import Judges
from demo.simulator.live import listen
from demo.simulator.patrols import Patrollers
from demo.simulator.police import Station, TransferSeat
from demo.simulator.residents import Neighbours
from demo.simulator.riders import Couriers
from demo.simulator.roads import RoadMap
from demo.simulator.seats import Shift
from demo.simulator.trucks import Platform
from demo.simulator.units import UnitOnTheRoad
from demo.simulator.world import SCENARIOS, World, forever
from demo.street.units import UNITS

SEATS = ["seat3", "seat4", "dispatcher"]  # seat1 and seat2 are for people
EAR = "seat4"
STOP_WITHIN_S = 1.5
SUMMARY_EVERY_S = 300


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    url: str
    ws_url: str
    password: str
    secrets_file: Path
    tokens_file: Path
    scenario: str = "normal"
    speed: float = 1.0
    seed: int | None = None
    with_seats: bool = True
    with_units: bool = True
    with_police: bool = True
    with_trucks: bool = True
    with_inspectors: bool = True
    with_residents: bool = True


def run(options: Options) -> int:
    """Run until SIGTERM or SIGINT."""
    try:
        asyncio.run(_run(options))
    except KeyboardInterrupt:
        pass
    return 0


async def _run(options: Options) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)
    timeout = aiohttp.ClientTimeout(total=20, connect=5)
    connector = aiohttp.TCPConnector(limit=10, keepalive_timeout=30)
    async with aiohttp.ClientSession(
        timeout=timeout, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        world = make_world(options, session)
        tasks = [asyncio.create_task(work, name=name) for name, work in _actors(world, options)]
        await stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
        sys.stdout.flush()
        os._exit(0)  # a thread that still paints a picture must not hold up the stop; nothing is left to be kept


def make_world(options: Options, session: aiohttp.ClientSession) -> World:
    """The shared state of a run; raises Away when the street was not loaded."""
    try:
        secrets = json.loads(options.secrets_file.read_text())
    except OSError as error:
        raise Away(f"{options.secrets_file} cannot be read; run `manage.py load_street` first.") from error
    url = options.url.rstrip("/")
    return World(
        door=Door(url, session, say),
        tokens=Tokens(options.tokens_file, url, options.password),
        scenario=SCENARIOS[options.scenario],
        speed=options.speed,
        rng=np.random.default_rng(options.seed),
        dice=random.Random(options.seed),
        secrets=secrets,
        roads=RoadMap(),
        say=say,
    )


def _actors(world: World, options: Options):
    """(name, coroutine) of everybody, in the order in which they come to work."""
    callers = Callers(world)
    yield "homes", _learn_homes(world)
    yield "ear", forever("live line", world, lambda: listen(world, options.ws_url, EAR))
    yield "callers", _after(1.5, forever("callers", world, callers.run))
    yield "mad camera", _after(20, forever("camera", world, callers.mad_camera))
    if options.with_units:
        for number, plan in enumerate(UNITS):
            unit = UnitOnTheRoad(world, plan)
            yield plan.code, _after(0.2 + 0.35 * number, forever(plan.code, world, unit.run))
    if options.with_seats:
        yield "duty", _after(3.0, forever("duty", world, lambda: keep_the_seats(world)))
        shift = Shift(world, SEATS)
        yield "shift", _after(2.0, forever("shift", world, shift.run))
        yield "transfers", _after(4.0, forever("transfers", world, TransferSeat(world, SEATS[0]).run))
    if options.with_police:
        yield "station", _after(4.0, forever("station", world, Station(world).run))
    for desk in (Departments(world), Collectors(world), GridWorkers(world)):
        yield type(desk).__name__, _after(4.0, forever(type(desk).__name__, world, desk.run))
    yield "patrols", _after(6.0, forever("patrols", world, Patrollers(world).run))
    yield "couriers", _after(8.0, forever("couriers", world, Couriers(world).run))
    if options.with_trucks:
        yield "judges", _after(15.0, forever("judges", world, Judges(world).run))
        yield "trucks", _after(9.0, forever("trucks", world, Platform(world).run))
    if options.with_inspectors:
        yield "brigade", _after(12.0, forever("brigade", world, Brigade(world).run))
    if options.with_residents:
        yield "neighbours", _after(18.0, forever("neighbours", world, Neighbours(world).run))
    yield "summary", _summary(world)


async def _after(seconds: float, work) -> None:
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        work.close()
        raise
    await work


async def _learn_homes(world: World) -> None:
    """Names and places of buildings, from the map that everybody can see."""
    while not world.homes:
        with contextlib.suppress(Away):
            body = await world.person(EAR).get("/api/v1/grid/layers/buildings/")
            for feature in (body or {}).get("features", ()):
                lon, lat = feature["geometry"]["coordinates"][0][0]
                world.homes.append((feature["properties"]["name"], lon, lat))
        await asyncio.sleep(5)


async def _summary(world: World) -> None:
    """A line now and then: what went on."""
    began = time.monotonic()
    while True:
        await asyncio.sleep(SUMMARY_EVERY_S)
        open_cases = sum(1 for incident in world.incidents.values() if not incident["ended_at"])
        minutes = (time.monotonic() - began) / 60
        say(f"{minutes:.0f} min: {world.sent_alerts} alerts sent, {open_cases} cases open, {world.door.sent} requests")


_said: dict[str, float] = {}


def say(line: str) -> None:
    """Print a line with the time; the same complaint at most once a minute."""
    key = line[:40]
    now = time.monotonic()
    if now - _said.get(key, -60) < 60:
        return
    if len(_said) > 500:
        _said.clear()
    _said[key] = now
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {line[:300]}\n")
    sys.stdout.flush()
