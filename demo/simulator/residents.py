"""A few residents with their phones, and the workers of the communities who answer them: through the pages, seldom."""

import asyncio
import json
import random
import re
import uuid
from typing import Any

import aiohttp

from demo.residents import words
from demo.residents.people import phone
from demo.residents.pictures import place_dice, sight
from demo.simulator.client import Away
from demo.simulator.pages import Browser
from demo.simulator.world import World
from demo.street import places

PEOPLE = range(106, 112)  # those whom the demonstration names are for people
DESK = "seat4"  # sees every call of the street
LOOK_S = 75.0
AN_HOUR = {"report": 1.2, "call": 1.6, "redeem": 0.6}  # of all residents together
AWAKE = range(7, 22)
KINDS = ("waste", "cover", "road", "parking", "stalls")  # nothing that would send everybody
ANSWER_AFTER_S = (90.0, 900.0)  # the promise is half an hour
DONE_AFTER_S = (900.0, 3_600.0)
RESULT = "已处理完毕，居民已知悉。"
CALL = re.compile(r'/residents/calls/([0-9a-f-]{36})/"[^>]*>([^<]*)</a>.*?<td>([^<]*)</td>', re.S)
REWARD = re.compile(r'href="(/m/mall/[0-9a-f-]{36}/)"')
COMMUNITY = re.compile(r'<option value="\d*?(\d{3})"[^>]*>([^<]+)</option>')


class Phone(Browser):
    """A resident's phone, signed in at `/m/` with the code that the page shows where no SMS gateway is set."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(world)
        self.number = number
        self.is_in = False

    async def _open(self) -> aiohttp.ClientSession:
        session = await super()._open()
        if not self.is_in:
            self.is_in = True  # the form below opens the same session
            try:
                await self._sign_in()
            except Away:
                self.is_in = False
                await self.close()
                raise
        return session

    async def close(self) -> None:
        """Let the session go; the next form signs in anew."""
        self.is_in = False
        await super().close()

    async def _sign_in(self) -> None:
        page = "/m/sign-in/"
        number = phone(self.number)
        shown = json.loads(await self.post(page, "/m/code/", {"phone": number})).get("code")
        if not shown:
            raise Away("codes are sent to real phones here: no resident is simulated")
        await self.post(page, page, {"phone": number, "code": shown, "agreed": "on"})


class Neighbours:
    """Residents who report, call and redeem now and then, and who answers them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.phones = {number: Phone(world, number) for number in PEOPLE}
        self.desk = Browser(world, DESK)
        self.leaders: dict[str, str] = {}  # name of a community → the account that leads its grids
        self.due: dict[str, tuple[float, str]] = {}  # call → when it is answered, in which community
        self.held: dict[str, tuple[float, str]] = {}

    async def run(self) -> None:
        """Look around every minute or so."""
        try:
            while True:
                await self._live()
                await self._answer()
                await asyncio.sleep(LOOK_S * random.uniform(0.8, 1.2))
        finally:
            for browser in (self.desk, *self.phones.values()):
                await browser.close()

    async def _live(self) -> None:
        """What comes about in this while, by day."""
        world = self.world
        if world.hour() not in AWAKE:
            return
        deeds = {"report": self._report, "call": self._call, "redeem": self._redeem}
        for name, often in AN_HOUR.items():
            if world.happens(often * LOOK_S / 3600 * world.speed):
                await deeds[name](self.phones[world.dice.choice(list(PEOPLE))])

    async def _report(self, who: Phone) -> None:
        world, kind = self.world, self.world.dice.choice(KINDS)
        x, y = world.roads.anywhere(world.rng, (0.0, 0.0), 2_000)
        lon, lat = (float(value) for value in places.to_degrees(x, y))
        shot = await asyncio.to_thread(sight, kind, world.now(), place_dice(lon, lat))
        fields = {
            "uuid": str(uuid.uuid4()), "kind": kind, "place_by": "map", "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
            "crs": "wgs84", "text": world.dice.choice(words.REPORT_TEXTS[kind]),
        }  # fmt: skip
        await who.post("/m/report/", "/m/report/", fields, {"photo": shot})

    async def _call(self, who: Phone) -> None:
        kind = self.world.dice.choice(list(words.CALLS))
        text, address, *_rest = self.world.dice.choice(words.CALLS[kind])
        fields = {"uuid": str(uuid.uuid4()), "kind": kind, "text": text, "address": address}
        await who.post("/m/calls/new/", "/m/calls/new/", fields)

    async def _redeem(self, who: Phone) -> None:
        """Take the first thing that the points reach for, if there is one."""
        shown = REWARD.findall(await who.read("/m/mall/"))
        for page in self.world.dice.sample(shown, min(3, len(shown))):
            if f'action="{page}redeem/"' in await who.read(page):
                await who.post(page, f"{page}redeem/", {"uuid": str(uuid.uuid4())})
                return

    # the workers

    async def _answer(self) -> None:
        """Each call is answered by its own community within minutes, and done within the hour."""
        loop = asyncio.get_running_loop()
        waiting = dict(_calls(await self.desk.read("/residents/calls/?state=waiting")))
        for call, (_text, place) in waiting.items():
            if call not in self.due:
                # What waited while nobody simulated is answered at once.
                self.due[call] = (loop.time() + self._later(ANSWER_AFTER_S), place)
        self.due = {call: told for call, told in self.due.items() if call in waiting}
        for call, (at, place) in list(self.due.items()):
            if at <= loop.time():
                said = _said(waiting[call][0])
                await self._step(call, place, "answer", {"reply": said[2]})
                self.held[call] = (loop.time() + self._later(DONE_AFTER_S), place)
        for call, (at, place) in list(self.held.items()):
            if at <= loop.time():
                del self.held[call]
                await self._step(
                    call, place, "finish", {"uuid": str(uuid.uuid4()), "result": "已处理完毕，居民已知悉。"}
                )

    async def _step(self, call: str, place: str, step: str, fields: dict[str, str]) -> None:
        page = f"/residents/calls/{call}/"
        worker = Browser(self.world, await self._leader(place))
        try:
            await worker.post(page, f"{page}{step}/", fields)
        except Away as error:
            if "409" not in str(error) and "422" not in str(error):
                raise  # a person was faster: good
        finally:
            await worker.close()

    async def _leader(self, place: str) -> str:
        if not self.leaders:
            page = await self.phones[PEOPLE[0]].read("/m/calls/new/")
            self.leaders = {name.strip(): f"grid-{number}" for number, name in COMMUNITY.findall(page)}
        return self.leaders.get(place, DESK)

    def _later(self, between: tuple[float, float]) -> float:
        return self.world.dice.uniform(*between) / max(self.world.speed, 1)


def _calls(text: str) -> list[tuple[str, tuple[str, str]]]:
    """(id, (what is said, community)) of the rows of a queue."""
    return [(call, (said, place.strip())) for call, said, place in CALL.findall(text)]


def _said(text: str) -> tuple[Any, ...]:
    """What belongs to a call by its words; for what a person wrote, words that fit everything."""
    every = [row for rows in words.CALLS.values() for row in rows]
    start = text.strip().rstrip("…")
    return next((row for row in every if row[0].startswith(start)), ("", "", "您好，已收到，马上为您跟进。", ""))
