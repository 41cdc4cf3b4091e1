"""Grid workers who patrol: each grid at its time of the day, over the same API as the phones."""

import asyncio
import uuid
from datetime import date, timedelta

import numpy as np

from demo.simulator.world import World
from demo.street.accounts import PEOPLES, worker_of
from demo.street.patrolling import plan_of, steps
from demo.street.places import to_degrees, to_metres

LOOK_S = 30
AT_ONCE = 12
EVERY_S = 10
BATCH_S = 60
KMH = 4.2
LEADER_FROM = 20 * 60 + 10  # after the second alarm the grid leader walks what people have left open


class Patrollers:
    """Looks twice a minute which grids are due; each due one is walked by its worker in real time."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.walking: dict[str, asyncio.Task] = {}
        self.done: set[tuple[str, date]] = set()

    async def run(self) -> None:
        """Send out who is due."""
        world = self.world
        try:
            while True:
                now = world.now()
                self.walking = {code: task for code, task in self.walking.items() if not task.done()}
                self.done = {key for key in self.done if key[1] == now.date()}
                body = await world.person("dispatcher").get("/api/v1/patrols/day/")
                for grid in (body or {}).get("grids", ()):
                    if len(self.walking) >= AT_ONCE:
                        break
                    self._send_out(grid, now.date(), now.hour * 60 + now.minute)
                await asyncio.sleep(LOOK_S)
        finally:
            for task in self.walking.values():
                task.cancel()

    def _send_out(self, grid: dict, day: date, minute: int) -> None:
        code = grid["code"]
        if grid["state"] != "open" or code in self.walking or (code, day) in self.done:
            return
        plan = plan_of(code, day)
        of_people = (code[9:12], code[12:14]) in PEOPLES
        if of_people and minute < LEADER_FROM or minute < plan.minute or not plan.covered:
            return
        self.done.add((code, day))
        who = f"grid-{code[9:12]}" if of_people else worker_of(code)
        self.walking[code] = asyncio.create_task(self._walk(code, who, plan.minutes))

    async def _walk(self, code: str, username: str, minutes: int) -> None:
        try:
            await self._round(code, username, minutes)
        except Exception as error:
            self.world.say(f"patrol of {code}: {type(error).__name__}: {error}")

    async def _round(self, code: str, username: str, minutes: int) -> None:
        world = self.world
        who = world.person(username)
        mine = await who.get("/api/v1/patrols/mine/")
        grid = next((one for one in (mine or {}).get("grids", ()) if one["code"] == code), None)
        if grid is None:
            return
        ring = [to_metres(point["lon"], point["lat"]) for point in grid["points"]]
        ring = ring or [to_metres(grid["label_lon"], grid["label_lat"])]
        way = steps(ring, (minutes + 2) * 60, EVERY_S, KMH) + world.rng.normal(0, 1.5, (1, 2))
        patrol, device, began = str(uuid.uuid4()), f"sim-{username}", world.now()
        started = {"uuid": patrol, "grid": code, "device": device, "started_at": began.isoformat()}
        answer = await who.post("/api/v1/patrols/", started)
        if not answer.ok:
            world.say(f"patrol of {code} refused: {answer.status} {answer.body}")
            return
        per_batch = BATCH_S // EVERY_S
        for n in range(0, len(way), per_batch):
            await asyncio.sleep(BATCH_S)
            fixes = [
                self._fix(xy, began + timedelta(seconds=(n + k) * EVERY_S))
                for k, xy in enumerate(way[n : n + per_batch])
            ]
            await who.post(f"/api/v1/patrols/{patrol}/track/", {"device": device, "fixes": fixes})
        await who.post(f"/api/v1/patrols/{patrol}/finish/", {"ended_at": world.now().isoformat(), "normal": True})

    def _fix(self, xy: np.ndarray, at) -> dict:
        jitter = self.world.rng.normal(0, 2, 2)
        lon, lat = to_degrees(xy[0] + jitter[0], xy[1] + jitter[1])
        accuracy = round(float(self.world.rng.uniform(4, 14)), 1)
        return {"lon": round(lon, 6), "lat": round(lat, 6), "accuracy_m": accuracy, "fix_at": at.isoformat()}
