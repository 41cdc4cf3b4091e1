"""The simulator without a server: roads, dice and words."""

import asyncio
import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from demo.residents.pictures import place_dice, sight
from demo.simulator import duty
from demo.simulator.afterwards import put_right
from demo.simulator.callers import Callers
from demo.simulator.client import Away, Door, Person, Tokens
from demo.simulator.pictures import photo
from demo.simulator.roads import RoadMap
from demo.simulator.units import Drive
from demo.simulator.world import SCENARIOS, World
from demo.street import wording
from demo.street.sources import cameras
from dispatch.police.serializers import OfferInput
from incidents.intake.parsing import parse_json
from incidents.pictures import clean

ROADS = RoadMap()


def world(**changes) -> World:
    parts = {
        "door": None,
        "tokens": None,
        "scenario": SCENARIOS["normal"],
        "speed": 1.0,
        "rng": np.random.default_rng(1),
        "dice": random.Random(1),
        "secrets": {source.code: "s" for source in cameras()}
        | dict.fromkeys(["police-110", "hotline", "grid-reports", "residents", "riders", "video-patrol"], "s"),
        "roads": ROADS,
        "say": print,
    }
    return World(**(parts | changes))


@pytest.mark.parametrize("seed", range(8))
def test_a_way_ends_where_it_should_and_is_never_much_longer_than_the_beeline(seed):
    rng = np.random.default_rng(seed)
    start, goal = ROADS.anywhere(rng, (0, 0), 1500), ROADS.anywhere(rng, (800, 300), 1500)

    way = ROADS.way(start, goal)

    beeline = np.hypot(goal[0] - start[0], goal[1] - start[1])
    assert way.coords[-1] == pytest.approx(goal)
    assert way.length <= max(1.75 * beeline, 5)


def test_a_car_that_drives_36_km_h_is_ten_metres_further_each_second():
    drive = Drive(ROADS.way((0, 0), (900, 500)), kmh=36)

    x1, y1 = drive.go_on(20)
    x2, y2 = drive.go_on(1)

    assert np.hypot(x2 - x1, y2 - y1) == pytest.approx(10, abs=2)
    assert drive.gone_m == pytest.approx(210)


def test_what_cameras_and_callers_send_is_accepted_at_the_door():
    bodies, calls = [], []

    async def post(path, call):
        calls.append(OfferInput(data=call))
        return SimpleNamespace(ok=True)

    async def alert(source, secret, alerts):
        bodies.append(json.dumps({"alerts": alerts}).encode())
        return SimpleNamespace(ok=True)

    here = world(door=SimpleNamespace(alert=alert))
    here.people["police"] = SimpleNamespace(post=post)
    callers = Callers(here)

    async def some():
        for _each in range(60):
            await callers.something()
        for task in list(callers.repeats):
            task.cancel()

    here.pause = _at_once
    asyncio.run(some())

    parsed = [parse_json(body, datetime.now(UTC)) for body in bodies]
    assert len(parsed) + len(calls) >= 60
    assert calls and all(call.is_valid() for call in calls)
    assert not any(body.bad for body in parsed)
    assert {row.crs for body in parsed for _index, row in body.rows} == {"wgs84", "gcj02"}


def test_an_older_push_does_not_overwrite_a_newer_one():
    here = world()

    here.take_change("incident", {"id": 7, "rev": 20, "status": "handling"})
    here.take_change("incident", {"id": 7, "rev": 12, "status": "dispatched"})

    assert here.incidents[7]["status"] == "handling"


SHAPES = ("J0527", "J1007", "J0429", *wording.MATTERS)


def test_closing_texts_are_never_too_brief():
    shapes = [{"category": {"code": code}, "level": level} for code in SHAPES for level in (1, 3)]

    for seed, shape in itertools.product(range(40), shapes):
        said = wording.facts(random.Random(seed), shape)
        assert sum(map(len, said.values())) >= 30, said


def test_what_is_put_right_is_painted_of_the_place_that_the_resident_showed():
    incident = {"source_kind": "resident", "category": {"code": "J0418"}, "title": "垃圾", "lon": 120.25, "lat": 30.12}
    at = datetime.now(UTC)

    shown = sight("waste", at, place_dice(120.25, 30.12), tidy=True)

    assert put_right(incident, at) == shown
    assert put_right(incident | {"lat": 30.13}, at) != shown


def test_a_painted_photo_is_one_that_the_product_takes():
    picture = clean(photo("处置后 湖山社区", datetime.now(UTC), tidy=True))

    assert picture is not None


def test_nobody_signs_on_for_a_shift_that_ends_while_he_comes():
    midnight = datetime(2026, 11, 27, 16, tzinfo=UTC)
    line = {"post": "seat", "until": "2026-11-28T00:00:00+08:00"}
    lines = [
        line | {"username": "seat3"},
        line | {"username": "seat4"},
        line | {"username": "boss", "post": "commander"},
    ]

    def told(before, on):
        return duty.steps(lines, on, midnight - timedelta(seconds=before))

    assert told(600, {"seat1"}) == [("seat1", "sign-off"), ("seat3", "sign-on"), ("seat4", "sign-on")]
    assert told(5, {"seat4"}) == [("seat4", "here")]


def test_a_server_that_is_busy_is_asked_again_until_it_answers(tmp_path):
    answers = iter([503, 429, 200])

    async def handler(request):
        status = next(answers)
        return web.json_response({"status": status}, status=status, headers={"Retry-After": "0"})

    answer = asyncio.run(_with_server(handler, lambda door: door.call("GET", "/x")))

    assert answer.body == {"status": 200}


def test_a_server_that_stays_away_is_given_up_without_hanging(tmp_path):
    async def handler(request):
        return web.json_response({}, status=500)

    with pytest.raises(Away):
        asyncio.run(_with_server(handler, lambda door: door.call("GET", "/x", patience_s=0.1)))


def test_an_expired_token_is_renewed_once(tmp_path):
    seen = []

    async def handler(request):
        if request.path == "/api/v1/token/":
            return web.json_response({"token": "new", "expiry": None}, status=201)
        seen.append(request.headers["Authorization"])
        return web.json_response({}, status=200 if seen[-1] == "Token new" else 401)

    async def ask(door):
        tokens = Tokens(tmp_path / "tokens.json", door.url, "password")
        tokens.known["seat1"] = "old"
        return await Person(door, tokens, "seat1").post("/api/v1/x/")

    answer = asyncio.run(_with_server(handler, ask))

    assert answer.ok
    assert seen == ["Token old", "Token new"]


async def _with_server(handler, ask):
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        async with aiohttp.ClientSession() as session:
            return await ask(Door(f"http://127.0.0.1:{port}", session, print))
    finally:
        await runner.cleanup()


async def _at_once(*_bounds, **_options) -> None:
    """A pause that takes no time."""
