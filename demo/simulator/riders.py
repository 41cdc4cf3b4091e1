"""A few riders on the road: they let themselves be asked, come to help, and now and then report what they see."""

import asyncio
import random
import uuid

import aiohttp

from demo.simulator.pictures import photo
from demo.simulator.world import World
from demo.street import places
from demo.street.riders import account

RIDERS = range(2, 8)  # `rider` itself is for a person
LOOK_S = 20.0
REPORTS_AN_HOUR = 0.6  # each
SEEN = ["road", "cover", "waste", "fire_lane", "charging", "wires"]  # nothing that would send everybody
DID = ["已陪同等候，交接给网格员", "已帮忙搬离车道", "已把走散的老人送到社区"]


class Couriers:
    """Each of the few lives on its own."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def run(self) -> None:
        """All at work until the end."""
        tasks = [asyncio.create_task(self._ride(number)) for number in RIDERS]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _ride(self, number: int) -> None:
        world, dice = self.world, random.Random(number)
        who = world.person(account(number))
        await world.pause(1, 30)
        await who.post("/api/v1/rider/agreement/", {"helps_nearby": True, "radius_m": 2_000})
        await who.post("/api/v1/rider/duty/", {"on_duty": True})
        x, y = world.roads.anywhere(world.rng, places.to_metres(120.2369, 30.1236), 2_500)
        while True:
            x, y = world.roads.anywhere(world.rng, (float(x), float(y)), 400)
            lon, lat = (float(value) for value in places.to_degrees(x, y))
            await who.post("/api/v1/rider/position/", {"lon": round(lon, 6), "lat": round(lat, 6)})
            await self._help(who, dice)
            if world.happens(REPORTS_AN_HOUR * LOOK_S / 3600 * world.speed):
                await self._report(who, lon, lat)
            await asyncio.sleep(LOOK_S * dice.uniform(0.8, 1.2))

    async def _help(self, who, dice: random.Random) -> None:
        state = await who.get("/api/v1/rider/")
        for part in (state or {}).get("parts", ()):
            step = {"asked": "accept", "accepted": "arrive", "arrived": "finish"}.get(part["status"])
            if step is None or part["ended_at"]:
                continue
            if step == "accept" and dice.random() < 0.3:
                step = "decline"
            body = {"did": dice.choice(DID), "people": 1} if step == "finish" else None
            answer = await who.post(f"/api/v1/rider/help/{part['id']}/{step}/", body)
            if not answer.ok and answer.status != 409:
                self.world.say(f"rider {step} refused: {answer.status} {answer.body}")

    async def _report(self, who, lon: float, lat: float) -> None:
        world = self.world
        hazard = world.dice.choice(SEEN)
        picture = await asyncio.to_thread(photo, "骑手随手拍", world.now(), tidy=False)
        form = aiohttp.FormData()
        for name, value in {"uuid": uuid.uuid4(), "photo_uuid": uuid.uuid4(), "hazard": hazard, "lon": f"{lon:.6f}",
                            "lat": f"{lat:.6f}", "found_at": world.now().isoformat()}.items():  # fmt: skip
            form.add_field(name, str(value))
        form.add_field("photo", picture, filename="photo.jpg", content_type="image/jpeg")
        answer = await who.call("POST", "/api/v1/rider/reports/", form=form)
        if not answer.ok:
            world.say(f"rider's report refused: {answer.status} {answer.body}")
