"""Everybody who works off what is pushed to them: departments, collectors, and grid workers who follow up."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import aiohttp

from demo.simulator.afterwards import put_right
from demo.simulator.world import World
from demo.street import wording

RETURNS = 0.06  # share of cases that a department sends back
FORGETS_FOLLOW_UP = 0.04
AGAIN_AFTER_S = 45.0


class Desk:
    """Starts each piece of work once, and again some time later if it is still there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.begun: dict[tuple, float] = {}
        self.tasks: set[asyncio.Task] = set()

    def pieces(self) -> Iterable[tuple[tuple, Callable[[], Awaitable[None]]]]:
        """(key, work) of all that is waiting."""
        raise NotImplementedError

    async def run(self) -> None:
        """Look whenever something changed."""
        try:
            while True:
                now = time.monotonic()
                self.begun = {key: at for key, at in self.begun.items() if at > now - AGAIN_AFTER_S or at > now}
                for key, work in self.pieces():
                    if key not in self.begun:
                        self.begun[key] = now + 3600  # until it ends, see `_do`
                        task = asyncio.create_task(self._do(key, work))
                        self.tasks.add(task)
                        task.add_done_callback(self.tasks.discard)
                try:
                    await asyncio.wait_for(self.world.fresh.wait(), 8)
                    await asyncio.sleep(0.7)
                except TimeoutError:
                    continue
        finally:
            for task in self.tasks:
                task.cancel()

    async def _do(self, key: tuple, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:
            self.world.say(f"{key}: {type(error).__name__}: {error}")
        finally:
            self.begun[key] = time.monotonic()

    async def _photo_form(self, incident: dict) -> aiohttp.FormData:
        world = self.world
        shot = world.now() - timedelta(seconds=4)
        picture = await asyncio.to_thread(put_right, incident, shot)
        form = aiohttp.FormData()
        form.add_field("uuid", str(uuid.uuid4()))
        form.add_field("lon", f"{incident['lon'] + world.dice.uniform(-1e-4, 1e-4):.6f}")
        form.add_field("lat", f"{incident['lat'] + world.dice.uniform(-1e-4, 1e-4):.6f}")
        form.add_field("shot_at", shot.isoformat())
        form.add_field("photo", picture, filename="after.jpg", content_type="image/jpeg")
        return form


class Departments(Desk):
    """All departments at their desks: accept or return, handle with a photo, confirm."""

    def pieces(self):
        for order in self.world.orders.values():
            if order["department"] and not order["ended_at"]:
                work = {"offered": self.accept, "accepted": self.handle, "finished": self.confirm}.get(order["status"])
                if work is not None:
                    yield (order["id"], order["status"]), lambda work=work, order=order: work(order)

    async def accept(self, order: dict) -> None:
        world = self.world
        await world.pause(10, 70, scaled=True)
        if world.happens(RETURNS):
            reason = world.dice.choice(list(wording.RETURN_NOTES))
            await self._post(order, "return", {"reason": reason, "note": wording.RETURN_NOTES[reason]})
        else:
            await self._post(order, "accept")

    async def handle(self, order: dict) -> None:
        world = self.world
        await world.pause(600, 2400, scaled=True)
        incident = world.incidents.get(order["incident"])
        if incident is None:
            return
        form = await self._photo_form(incident)
        form.add_field("done", wording.department_done(world.dice, incident["category"]["code"]))
        who = self._who(order)
        answer = await who.call("POST", f"/api/v1/assignments/{order['id']}/handle/", form=form)
        self._tell(order, "handle", answer)

    async def confirm(self, order: dict) -> None:
        await self.world.pause(10, 60, scaled=True)
        await self._post(order, "confirm")

    def _who(self, order: dict):
        return self.world.person(f"dept-{order['department']['code'].lower()}")

    async def _post(self, order: dict, step: str, body: dict | None = None) -> None:
        answer = await self._who(order).post(f"/api/v1/assignments/{order['id']}/{step}/", body)
        self._tell(order, step, answer)

    def _tell(self, order: dict, step: str, answer) -> None:
        if not answer.ok and answer.status not in (404, 409):
            self.world.say(f"department {step} of {order['case_no']} refused: {answer.status} {answer.body}")


class Collectors(Desk):
    """Collectors look before filing (核实) and before closing (核查)."""

    def pieces(self):
        for incident in self.world.incidents.values():
            if incident["status"] in ("verifying", "checking") and not incident["ended_at"] and incident["community"]:
                key = (incident["id"], incident["status"], incident["rework_count"])
                yield key, lambda incident=incident: self.look(incident)

    async def look(self, incident: dict) -> None:
        world = self.world
        await world.pause(60, 300, scaled=True)
        who = world.person(f"collector-{incident['community']['code'][-3:]}")
        if incident["status"] == "verifying":
            result = world.dice.choices(["true", "not_found", "cannot_judge"], [90, 7, 3])[0]
            body, step = {"result": result, "note": "已到点位查看并拍照"}, "finish-verification"
        else:
            passed = world.happens(0.96)
            body, step = (
                {"passed": passed, "note": "现场与照片一致" if passed else "现场仍有残留，未达结案条件"},
                "finish-check",
            )
        answer = await who.post(f"/api/v1/incidents/{incident['id']}/{step}/", body)
        if not answer.ok and answer.status not in (404, 409):
            world.say(f"collector {step} of {incident['case_no']} refused: {answer.status} {answer.body}")


class GridWorkers(Desk):
    """The community calls on the parties after the scene is closed (跟进)."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.forgotten: set[int] = set()

    def pieces(self):
        for incident in self.world.incidents.values():
            if not (incident["need_followup"] and incident["scene_closed_at"] and incident["community"]):
                continue
            if incident["followup_done_at"] or incident["id"] in self.forgotten:
                continue
            yield (incident["id"], "follow-up"), lambda incident=incident: self.call_on(incident)

    async def call_on(self, incident: dict) -> None:
        world = self.world
        if world.happens(FORGETS_FOLLOW_UP):
            self.forgotten.add(incident["id"])
            return
        await world.pause(90, 420, scaled=True)
        method, result = world.dice.choice(wording.FOLLOW_UP)
        who = world.person(f"grid-{incident['community']['code'][-3:]}")
        answer = await who.post(f"/api/v1/incidents/{incident['id']}/follow-up/", {"method": method, "result": result})
        if not answer.ok and answer.status not in (404, 409):
            world.say(f"follow-up of {incident['case_no']} refused: {answer.status} {answer.body}")
