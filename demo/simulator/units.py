"""Units with a phone: they patrol along the roads, take orders, drive, tell what they see, and finish."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import numpy as np
from shapely import LineString

from demo.simulator.afterwards import put_right
from demo.simulator.roads import Spot
from demo.simulator.world import World
from demo.street import places, wording
from demo.street.units import UnitPlan

PARKED_EVERY_S = 12.0
PATROL_EVERY_S = 6.0
DRIVE_EVERY_S = 3.5
ASK_EVERY_S = 25.0  # what the push missed is asked for
PATROL_KMH = (14, 22)
DRIVE_KMH = (27, 40)
# How people are: chances for each order.
DECLINES, IGNORES, SLEEPY_PHONE, DAWDLES, ASKS_HELP = 0.025, 0.012, 0.025, 0.04, 0.03
LOSES_GPS, GOES_QUIET = 0.0012, 0.0004  # for each fix on patrol


@dataclass
class Drive:
    """On the way: a line in local metres, how far along, how fast."""

    line: LineString
    kmh: float
    gone_m: float = 0.0

    @property
    def done(self) -> bool:
        return self.gone_m >= self.line.length

    def go_on(self, seconds: float) -> Spot:
        self.gone_m = min(self.gone_m + self.kmh / 3.6 * seconds, self.line.length)
        here = self.line.interpolate(self.gone_m)
        return here.x, here.y


class UnitOnTheRoad:
    """One unit: a phone that reports where it is, and people who answer orders."""

    def __init__(self, world: World, plan: UnitPlan) -> None:
        self.world, self.plan = world, plan
        self.phone = world.person(f"{plan.username}-1")
        x, y = places.to_metres(plan.lon, plan.lat)
        self.spot: Spot = (float(x), float(y))
        self.home = self.spot
        self.drive: Drive | None = None
        self.poor_until = 0.0
        self.order_id: int | None = None
        self.asked_at = 0.0

    async def run(self) -> None:
        """Sign on duty, then patrol and answer until the end."""
        answer = await self.phone.post("/api/v1/units/me/duty/", {"on_duty": True})
        self._go_on_from(((answer.body or {}).get("unit") or {}).get("position") if answer.ok else None)
        await self.tell_position()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.move())
            tasks.create_task(self.answer_orders())

    def _go_on_from(self, position: dict | None) -> None:
        """Begin where the unit was last seen: a car that reappears at its post would have jumped."""
        if position is not None and position["age_s"] < 900:
            x, y = places.to_metres(position["lon"], position["lat"])
            self.spot = (float(x), float(y))

    # --- the wheels ---

    async def move(self) -> None:
        """Drive, and say where the phone believes to be."""
        last = time.monotonic()
        while True:
            await asyncio.sleep(self._interval() * self.world.dice.uniform(0.85, 1.15))
            now = time.monotonic()
            self._roll(now - last)
            last = now
            if self.order_id is None and self.world.happens(GOES_QUIET):
                await asyncio.sleep(self.world.dice.uniform(70, 150))  # a cellar, a dead battery
                last = time.monotonic()
            await self.tell_position()

    def _interval(self) -> float:
        if self.order_id is not None and self.drive is not None:
            return DRIVE_EVERY_S
        return PATROL_EVERY_S if self.drive is not None else PARKED_EVERY_S

    def _roll(self, seconds: float) -> None:
        if self.drive is not None:
            self.spot = self.drive.go_on(seconds)
            if self.drive.done:
                self.drive = None
        elif self.order_id is None and self.plan.kind in ("squad", "police", "enforcement") and self.world.happens(0.3):
            goal = self.world.roads.anywhere(self.world.rng, self.home, 650)
            self.set_off(goal, PATROL_KMH)

    def set_off(self, goal: Spot, kmh: tuple[float, float], factor: float = 1.0) -> None:
        self.drive = Drive(self.world.roads.way(self.spot, goal), self.world.dice.uniform(*kmh) * factor)

    async def tell_position(self) -> None:
        """One fix with the error of a phone; a lost fix says so by its accuracy."""
        world = self.world
        if world.happens(LOSES_GPS):
            self.poor_until = time.monotonic() + world.dice.uniform(25, 60)
        poor = time.monotonic() < self.poor_until
        accuracy = world.dice.uniform(90, 220) if poor else world.dice.uniform(6, 18)
        error = accuracy * (0.4 if poor else 0.35)
        x, y = self.spot[0] + world.rng.normal(0, error), self.spot[1] + world.rng.normal(0, error)
        lon, lat = places.to_degrees(x, y)
        now = world.now().isoformat(timespec="milliseconds")
        fix = {
            "lon": float(lon),
            "lat": float(lat),
            "accuracy_m": round(accuracy, 1),
            "speed_kmh": round(self.drive.kmh, 1) if self.drive else 0.0,
            "fix_at": now,
            "crs": "wgs84",
        }
        await self.phone.call(
            "POST", "/api/v1/units/me/positions/", body={"fixes": [fix], "sent_at": now}, patience_s=4
        )

    # --- the people ---

    async def answer_orders(self) -> None:
        """Wait for an order, work it off, go on."""
        await asyncio.sleep(self.world.dice.uniform(0, 3))
        while True:
            order = await self.next_order()
            self.order_id = order["id"]
            try:
                await self.work_off(order)
            finally:
                self.order_id, self.drive = None, None

    async def next_order(self) -> dict:
        """The live order: pushed, or asked for now and then."""
        while True:
            order = self.world.order_of(self.plan.code)
            if order is None and time.monotonic() - self.asked_at > ASK_EVERY_S:
                self.asked_at = time.monotonic()
                order = await self._asked_for()
            if order is not None:
                return order
            try:
                await asyncio.wait_for(self.world.fresh.wait(), 5)
            except TimeoutError:
                continue

    async def _asked_for(self) -> dict | None:
        me = await self.phone.get("/api/v1/units/me/")
        order = (me or {}).get("assignment")
        if order and "unit" in order and not order.get("ended_at"):
            self.world.take_change("assignment", order)
            return order
        return None

    async def work_off(self, order: dict) -> None:
        """From the offer to the end, however it ends; the server's view decides what comes next."""
        world, path = self.world, f"/api/v1/assignments/{order['id']}/"
        incident = await self._incident(order["incident"])
        if incident is None:
            await asyncio.sleep(5)
            return
        if order["status"] == "offered":
            await (world.pause(26, 48) if world.happens(SLEEPY_PHONE) else world.pause(0.8, 2.6))
            await self.phone.post(path + "delivered/")
            if world.happens(IGNORES):
                await self.wait_until(order["id"], lambda now: now["status"] != "offered", 90)
                return
            await world.pause(2, 14)
            if world.happens(DECLINES) and self.plan.kind == "squad":
                await self.phone.post(path + "decline/", {"reason": world.dice.choice(wording.DECLINE)})
                await asyncio.sleep(2)
                return
            if not (await self.phone.post(path + "accept/")).ok:
                return
            if world.happens(DAWDLES):
                await world.pause(60, 150)
        if not await self.drive_to(order, incident):
            return
        await self.on_scene(order, incident, path)

    async def drive_to(self, order: dict, incident: dict) -> bool:
        """Drive until the server saw us arrive; false when the order ended on the way."""
        goal = tuple(float(value) for value in places.to_metres(incident["lon"], incident["lat"]))
        self.set_off(goal, DRIVE_KMH, self.world.drive_factor())
        until = time.monotonic() + 1500
        while time.monotonic() < until:
            now = self.world.orders.get(order["id"], order)
            if now["ended_at"] or now["status"] not in ("offered", "accepted"):
                return now["status"] == "arrived" and not now["ended_at"]
            if self.drive is None and np.hypot(self.spot[0] - goal[0], self.spot[1] - goal[1]) > 60:
                self.set_off(goal, DRIVE_KMH, self.world.drive_factor())
            if time.monotonic() - self.asked_at > ASK_EVERY_S:
                self.asked_at = time.monotonic()
                await self._asked_for()
            try:
                await asyncio.wait_for(self.world.fresh.wait(), 4)
            except TimeoutError:
                continue
        return False

    async def on_scene(self, order: dict, incident: dict, path: str) -> None:
        """Say what there is, sometimes ask for help, put it right, show it."""
        world = self.world
        await world.pause(8, 30)
        await self.phone.post(
            path + "feedback/", {"uuid": str(uuid.uuid4()), "text": world.dice.choice(wording.FEEDBACK)}
        )
        if order["part"] == "main" and self.plan.kind == "squad" and world.happens(ASKS_HELP):
            force = world.dice.choice(["police", "police", "enforcement"])
            await self.phone.post(
                f"/api/v1/incidents/{incident['id']}/reinforcement/",
                {"force": force, "reason": "现场人员较多，请求支援"},
            )
        heavy = 2.2 if incident["level"] <= 2 else 1.0
        await asyncio.sleep(max(world.dice.uniform(60, 260) * heavy / world.speed, 20))
        for _try in range(3):
            now = world.orders.get(order["id"], order)
            if now["ended_at"]:
                return
            answer = await self.finish(order, incident, path)
            if answer.ok or answer.status in (404, 409):
                break
            world.say(f"{self.plan.code} could not finish: {answer.status} {answer.body}")
            await asyncio.sleep(10)
        await self.wait_until(order["id"], lambda now: bool(now["ended_at"]), 15)

    async def finish(self, order: dict, incident: dict, path: str):
        """The four facts and a picture made afterwards."""
        world = self.world
        form = aiohttp.FormData()
        for name, text in wording.facts(world.dice, incident).items():
            form.add_field(name, text)
        shot = world.now() - timedelta(seconds=3)
        lon, lat = places.to_degrees(*self.spot)
        picture = await asyncio.to_thread(put_right, incident, shot)
        form.add_field("uuid", str(uuid.uuid4()))
        form.add_field("lon", str(float(lon)))
        form.add_field("lat", str(float(lat)))
        form.add_field("shot_at", shot.isoformat())
        form.add_field("photo", picture, filename="after.jpg", content_type="image/jpeg")
        return await self.phone.call("POST", path + "finish/", form=form)

    async def wait_until(self, order_id: int, reached, most_s: float) -> None:
        """Wait for the centre to tell something about the order, at most `most_s` seconds."""
        until = time.monotonic() + most_s
        while time.monotonic() < until:
            now = self.world.orders.get(order_id)
            if now is None or now["ended_at"] or reached(now):
                return
            try:
                await asyncio.wait_for(self.world.fresh.wait(), 3)
            except TimeoutError:
                continue

    async def _incident(self, incident_id: int) -> dict | None:
        known = self.world.incidents.get(incident_id)
        if known is None:
            body = await self.phone.get(f"/api/v1/incidents/{incident_id}/")
            known = body["incident"] if body else None
        return known
