"""Simulated seats: they answer, send, verify, file, check and close, and leave some work for people."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from demo.simulator.world import World
from demo.street import wording

FOR_PEOPLE = 0.10  # share of cases left to somebody real
FOR_PEOPLE_AT_ONCE = 6
LEFT_ALONE_S = 900  # after so long the shift takes it all the same
TRIES_AFTER_S = 20


class Shift:
    """Two seats and a dispatcher who work off whatever the live picture shows."""

    def __init__(self, world: World, seats: list[str]) -> None:
        self.world = world
        self.seats = [world.person(name) for name in seats]
        self.at_work: dict[tuple[int, str], asyncio.Task] = {}
        self.standards: dict[str, list[dict]] = {}
        self.departments: dict[str, int] = {}

    async def run(self) -> None:
        """Look at every case whenever something changed; each step is a task of its own."""
        await self._learn_catalogue()
        try:
            while True:
                for incident in list(self.world.incidents.values()):
                    self._look_at(incident)
                fresh = self.world.fresh
                try:
                    await asyncio.wait_for(fresh.wait(), 6)
                    await asyncio.sleep(0.5)
                except TimeoutError:
                    continue
        finally:
            for task in self.at_work.values():
                task.cancel()

    def _look_at(self, incident: dict) -> None:
        if incident["ended_at"]:
            return
        step = self._step_for(incident)
        key = (incident["id"], f"{incident['status']}:{incident['answered_by'] is not None}:{incident['rework_count']}")
        if step is None or key in self.at_work or self._is_for_people(incident):
            return
        task = asyncio.create_task(self._take(step, incident))
        self.at_work[key] = task
        task.add_done_callback(
            lambda _task: asyncio.get_running_loop().call_later(TRIES_AFTER_S, self.at_work.pop, key, None)
        )

    def _step_for(self, incident: dict) -> Callable[[dict], Awaitable[None]] | None:
        status, immediate = incident["status"], incident["level"] <= 3
        if immediate and incident["answered_by"] is None:
            return self.answer_and_send
        return {
            "reported": self.verify,
            "pending_filing": self.file,
            "pending_dispatch": self.send_unit if immediate else self.send_department,
            "returned": self.send_unit if immediate else self.send_department,
            "pending_check": self.check,
            "pending_close": self.close,
        }.get(status)

    def _is_for_people(self, incident: dict) -> bool:
        world = self.world
        age_s = (world.now() - datetime.fromisoformat(incident["opened_at"])).total_seconds()
        if incident["id"] in world.for_people:
            return age_s < LEFT_ALONE_S
        # The same cases at every look: drawn from the number, not from the dice.
        chosen = (incident["id"] * 2654435761 % 1000) / 1000 < FOR_PEOPLE
        if chosen and age_s < 60 and incident["level"] >= 3 and len(world.for_people) < FOR_PEOPLE_AT_ONCE:
            world.for_people.add(incident["id"])
            return True
        return False

    async def _take(self, step: Callable[[dict], Awaitable[None]], incident: dict) -> None:
        try:
            await step(incident)
        except Exception as error:
            self.world.say(f"seat: {incident['case_no']}: {type(error).__name__}: {error}")

    async def _post(self, incident: dict, step: str, body: dict | None = None) -> bool:
        """One step at a seat; somebody faster (409) is no trouble."""
        seat = self.seats[incident["id"] % len(self.seats)]
        answer = await seat.post(f"/api/v1/incidents/{incident['id']}/{step}/", body)
        if not answer.ok and answer.status not in (404, 409):
            self.world.say(f"{step} of {incident['case_no']} refused: {answer.status} {answer.body}")
        return answer.ok

    def _now(self, incident: dict) -> dict:
        return self.world.incidents.get(incident["id"], incident)

    # --- immediate incidents ---

    async def answer_and_send(self, incident: dict) -> None:
        """A takes it, D sends the proposed unit: a good seat needs six seconds, a busy one longer."""
        world = self.world
        await world.pause(2, 8) if world.happens(0.85) else await world.pause(10, 26)
        await self._post(incident, "answer")
        if self._now(incident)["status"] == "pending_dispatch":
            await world.pause(1, 4)
            if self._now(incident)["status"] == "pending_dispatch":
                await self._post(incident, "dispatch")
        if incident["level"] == 2:
            await world.pause(15, 70)
            if world.happens(0.6):
                await self._post(incident, "reinforcement", {"force": "police", "reason": "事态可能升级，请求增援"})
            else:
                await self._post(incident, "decline-reinforcement", {"reason": "现场可控，暂不需要增援"})

    async def send_unit(self, incident: dict) -> None:
        """Waiting again after a refusal; the system proposes by itself, the seat helps after a while."""
        await self.world.pause(8, 20)
        if self._now(incident)["status"] in ("pending_dispatch", "returned"):
            await self._post(incident, "dispatch")

    # --- the case file ---

    async def verify(self, incident: dict) -> None:
        """Clear pictures are verified at the desk, the rest goes to a collector; a few are not filed."""
        world = self.world
        await world.pause(10, 60, scaled=True)
        if incident["answered_by"] is None:
            await self._post(incident, "answer")
        if incident["source_kind"] in ("analytics", "video_patrol") and world.happens(0.7):
            body = {
                "result": "true" if world.happens(0.93) else "not_found",
                "note": "截图清晰，情况属实",
                "by_picture": True,
            }
            await self._post(incident, "finish-verification", body)
        elif incident["category"]["code"] == "J1303" or not incident["needs_field_action"]:
            await self._post(incident, "reject", {"reason": wording.REJECT[1]})
        else:
            await self._post(incident, "verify")

    async def file(self, incident: dict) -> None:
        """File under a standard of its class, or say why not."""
        world = self.world
        await world.pause(6, 30, scaled=True)
        codes = [incident[key]["code"] for key in ("szcg_category", "category") if incident[key]]
        found = next((self.standards[code] for code in codes if self.standards.get(code)), None)
        if found is None or world.happens(0.05):
            await self._post(incident, "reject", {"reason": world.dice.choice(wording.REJECT)})
        else:
            await self._post(incident, "file", {"standard": world.dice.choice(found)["id"]})

    async def send_department(self, incident: dict) -> None:
        """The department that the catalogue names; after a return, the brigade or the community."""
        world = self.world
        await world.pause(6, 30, scaled=True)
        code = (incident["department"] or {}).get("code") or "COM"
        if incident["status"] == "returned":
            code = "COM" if code != "COM" else "ENF"
        await self._post(incident, "dispatch", {"department": self.departments[code]})

    async def check(self, incident: dict) -> None:
        """Immediate matters and some others are checked by picture; the rest goes to a collector by itself."""
        world = self.world
        await world.pause(6, 35, scaled=True)
        in_time = self._now(incident)["status"] in ("pending_check", "checking")
        if in_time and (incident["level"] <= 3 or world.happens(0.4)):
            passed = world.happens(0.97)
            note = "照片与反馈一致" if passed else "照片未能看清处置结果，退回返工"
            await self._post(incident, "finish-check", {"passed": passed, "note": note, "by_picture": True})

    async def close(self, incident: dict) -> None:
        """Close with what was found, who was spoken to, what was done and what remains."""
        await self.world.pause(5, 30, scaled=True)
        await self._post(incident, "close", {"closing": wording.facts(self.world.dice, incident)})

    async def _learn_catalogue(self) -> None:
        seat = self.seats[0]
        self.departments = {row["code"]: row["id"] for row in _rows(await seat.get("/api/v1/departments/"))}
        for scheme in ("SZCG", "JCZZ"):
            body = await seat.get(f"/api/v1/categories/?scheme={scheme}")
            for row in _rows(body):
                self.standards[row["code"]] = row["standards"]


def _rows(body) -> list[dict]:
    return body.get("results", []) if isinstance(body, dict) else body or []
