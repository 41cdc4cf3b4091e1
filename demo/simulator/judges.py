"""Video patrol at the desk of truck alerts: takes one, looks at its replay, says true or false as it was."""

import asyncio
import uuid
from datetime import datetime
from typing import Any

from demo.simulator.client import Away
from demo.simulator.pages import Browser
from demo.simulator.world import World
from demo.street import wording_sites as words

JUDGE = "video"
LEFT_FOR_PEOPLE = 0.25  # share of the alerts that nobody simulated touches
SLACK_S = 600  # an alert belongs to what went on within so many seconds of it
LOOK_S = 20


class Judges:
    """One person who judges one alert after another."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.browser = Browser(world, JUDGE)
        self.left: set[int] = set()

    async def run(self) -> None:
        """The gravest first, as long as some wait."""
        world = self.world
        try:
            while True:
                waiting = [
                    one for one in world.alerts.values() if one["status"] == "new" and one["id"] not in self.left
                ]
                if waiting:
                    await self._judge(min(waiting, key=lambda one: (one["level"], one["raised_at"])))
                else:
                    self.left &= set(world.alerts)
                    await asyncio.sleep(LOOK_S)
        finally:
            await self.browser.close()

    async def _judge(self, alert: dict[str, Any]) -> None:
        world = self.world
        if world.happens(LEFT_FOR_PEOPLE):
            self.left.add(alert["id"])
            return
        page = f"/worksites/alerts/{alert['number']}/"
        await world.pause(30, 150, scaled=True)
        try:
            await self.browser.post(page, f"{page}take/", {})
            await world.pause(90, 420, scaled=True)
            await self.browser.post(page, f"{page}decide/", {"uuid": str(uuid.uuid4()), **self._word(alert)})
        except Away as error:
            world.say(f"alert {alert['number']}: {error}")  # somebody real was faster
            self.left.add(alert["id"])

    def _word(self, alert: dict[str, Any]) -> dict[str, str]:
        if self._was_so(alert):
            return {"act": "confirm", "reason": words.TRUE.get(alert["rule"], "核查属实")}
        untrue = words.UNTRUE.get(alert["rule"], [words.DRIFTED])
        return {"act": "false", "reason": self.world.dice.choice(untrue)}

    def _was_so(self, alert: dict[str, Any]) -> bool:
        """What the diaries say."""
        began, ended = (_second(alert[name] or alert["began_at"]) for name in ("began_at", "ended_at"))
        return any(
            deed.rule == alert["rule"] and deed.plate == alert["plate"] and deed.since - SLACK_S <= ended
            and deed.until + SLACK_S >= began for deed in self.world.deeds
        )  # fmt: skip


def _second(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()
