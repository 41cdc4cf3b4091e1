"""Cameras and gateways: they notice something and send signed alerts, some of them more than once."""

import asyncio
import time
import uuid
from datetime import timedelta

import numpy as np

from demo.simulator.world import World
from demo.street import places
from demo.street.happenings import CHANNELS, HOURS, UNKNOWN_KINDS, Happening, chances, title_of
from demo.street.sources import SourcePlan, cameras
from shushanwei.common.geo import wgs84_to_gcj02

USUAL_HOUR = sum(HOURS) / 24
# A tablet of the hotline sends the datum of its map; everybody else sends WGS-84.
GCJ_CHANNELS = {"hotline"}
TRANSFERRED = "p110_"  # of the calls that come in at 110, those with a category of their own
CALL_TEXTS = ["来电人反映{what}，希望尽快到场处理。", "群众反映{what}，现场有人等候。", "{what}，请尽快派人查看。"]


class Callers:
    """Makes things happen at the pace of the scenario."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cameras = cameras()
        self.repeats: set[asyncio.Task] = set()

    async def run(self) -> None:
        """Something at once, so that the pages are alive, then one thing after another."""
        world = self.world
        for _each in range(world.scenario.first_burst):
            await self.something()
            await asyncio.sleep(world.dice.uniform(0.3, 2.2))
        while True:
            share = 1.0 if world.scenario.hour is not None else max(HOURS[world.hour()] / USUAL_HOUR, 0.7)
            mean_s = 3600 / (world.scenario.items_per_hour * share * world.speed)
            await asyncio.sleep(min(world.dice.expovariate(1 / mean_s), 2.5 * mean_s))
            await self.something()

    async def something(self) -> None:
        """One item on a channel drawn by its share."""
        world = self.world
        names = list(CHANNELS)
        table = world.scenario.table
        weekend = world.now().weekday() >= 5
        for _try in range(5):
            channel = world.dice.choices(names, [CHANNELS[name] for name in names])[0]
            likely = chances(table, channel, world.hour(), weekend)
            if likely.sum() > 0:
                row = table[int(world.rng.choice(len(table), p=likely))]
                await (self.seen(row) if channel == "cameras" else self.told(row, channel))
                return

    async def seen(self, row: Happening) -> None:
        """A camera sees it, and sees it again until it is gone."""
        world = self.world
        camera = world.dice.choice(self.cameras)
        kind = world.dice.choice(UNKNOWN_KINDS) if world.happens(0.015) else row.kind
        lon, lat = _near(world, camera.lon, camera.lat, 55)
        key = f"{camera.code}:{kind}:{uuid.uuid4().hex[:8]}"
        title = title_of(world.rng, row, camera.spot_name)
        await self.send(camera.code, kind, lon, lat, title=title, correlation=key, confidence=True)
        if world.happens(0.5):
            task = asyncio.create_task(self.again(camera, kind, lon, lat, title, key, world.dice.randint(1, 4)))
            self.repeats.add(task)
            task.add_done_callback(self.repeats.discard)

    async def again(
        self, camera: SourcePlan, kind: str, lon: float, lat: float, title: str, key: str, times: int
    ) -> None:
        """The same thing reported again every half minute or so."""
        try:
            for _each in range(times):
                await self.world.pause(12, 50)
                here = _near(self.world, lon, lat, 6)
                await self.send(camera.code, kind, *here, title=title, correlation=key, confidence=True)
        except Exception as error:
            self.world.say(f"{camera.code}: {error}")

    async def told(self, row: Happening, channel: str) -> None:
        """Somebody calls, or writes, through a gateway."""
        world = self.world
        name, lon, lat = self._place(row)
        title = title_of(world.rng, row, name)
        text = world.dice.choice(CALL_TEXTS).format(what=title)
        if channel == "police-110" and row.kind.startswith(TRANSFERRED):
            await self.hand_over(row.kind.removeprefix(TRANSFERRED), name, lon, lat, text)
            return
        await self.send(channel, row.kind, lon, lat, title=title, text=text)
        if world.happens(0.06):  # a second caller, for the same thing, through another channel
            await world.pause(2, 20)
            await self.send("residents", row.kind, *_near(world, lon, lat, 8), title=title)

    async def hand_over(self, code: str, address: str, lon: float, lat: float, text: str) -> None:
        """The police hand a call of theirs to the street: a transfer that a seat has to answer."""
        world, now = self.world, self.world.now()
        call = {
            "police_no": f"JJ{now:%Y%m%d%H%M%S}{uuid.uuid4().int % 1000:03d}",
            "call_time": (now - timedelta(seconds=world.dice.uniform(60, 240))).isoformat(timespec="seconds"),
            "alarm_code": code,
            "channel": world.dice.choice(["order", "order", "one_key"]),
            "urgency": "urgent" if world.happens(0.08) else "non_urgent",
            "address": address,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "description": text,
            "caller_name": world.dice.choice("王李张刘陈杨赵黄周吴") + world.dice.choice(["某", "先生", "女士"]),
            "caller_phone": f"100{world.dice.randrange(10**8):08d}",
        }
        answer = await world.person("police").post("/api/v1/transfers/", call)
        if not answer.ok:
            world.say(f"the transfer was refused: {answer.status} {answer.body}")

    async def mad_camera(self) -> None:
        """One camera that reports the same puddle hundreds of times a minute."""
        per_minute = self.world.scenario.mad_camera_per_minute
        if not per_minute:
            await asyncio.Event().wait()
        camera = self.cameras[7]
        while True:
            batch = [
                self._alert("road_flood", *_near(self.world, camera.lon, camera.lat, 4),
                            title=f"{camera.spot_name}道路积水", correlation=f"{camera.code}:mad", confidence=True)
                for _each in range(25)
            ]  # fmt: skip
            await self.world.door.alert(camera.code, self.world.secrets[camera.code], batch)
            self.world.sent_alerts += len(batch)
            await asyncio.sleep(60 * 25 / per_minute)

    async def send(self, source: str, kind: str, lon: float, lat: float, **more) -> None:
        """One signed alert; what the server refuses is said, not repeated."""
        alert = self._alert(kind, lon, lat, gcj=source in GCJ_CHANNELS, **more)
        answer = await self.world.door.alert(source, self.world.secrets[source], [alert])
        self.world.sent_alerts += 1
        if not answer.ok:
            self.world.say(f"{source} was refused: {answer.status} {answer.body}")

    def _alert(self, kind: str, lon: float, lat: float, *, title: str, text: str = "", correlation: str = "",
               confidence: bool = False, gcj: bool = False) -> dict:  # fmt: skip
        world = self.world
        if gcj:
            lon, lat = wgs84_to_gcj02(lon, lat)
        alert = {
            "external_id": f"{int(time.time())}-{uuid.uuid4().hex[:12]}",
            "kind": kind,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "crs": "gcj02" if gcj else "wgs84",
            "occurred_at": (world.now() - timedelta(seconds=world.dice.uniform(0.2, 2))).isoformat(
                timespec="milliseconds"
            ),
            "title": title,
            "text": text,
        }
        if correlation:
            alert["correlation"] = correlation
        if confidence:
            alert["confidence"] = round(world.dice.uniform(0.72, 0.99), 2)
        return alert

    def _place(self, row: Happening) -> tuple[str, float, float]:
        world = self.world
        if row.indoors and world.homes:
            return world.dice.choice(world.homes)
        camera = world.dice.choice(self.cameras)
        x, y = world.roads.anywhere(world.rng, _metres(camera.lon, camera.lat), 400)
        lon, lat = places.to_degrees(x, y)
        return f"{camera.spot_name}附近", float(lon), float(lat)


def _near(world: World, lon: float | None, lat: float | None, metres: float) -> tuple[float, float]:
    x, y = _metres(lon, lat)
    angle, away = world.dice.uniform(0, 2 * np.pi), metres * world.dice.random()
    lon, lat = places.to_degrees(x + away * np.cos(angle), y + away * np.sin(angle))
    return float(lon), float(lat)


def _metres(lon, lat) -> tuple[float, float]:
    x, y = places.to_metres(lon, lat)
    return float(x), float(y)
