"""What everybody in the exercise shares: the dice, the pace, the known cases and orders, the people."""

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from demo.simulator.client import Away, Door, Person, Tokens
from demo.simulator.roads import RoadMap
from demo.street.happenings import HAPPENINGS, STORM, Happening
from shushanwei.common.clock import STREET

DEEDS_KEPT_S = 86_400
FASTEST_DRIVE = 3.0  # a car that jumps further between two fixes is not believed (150 km/h)


class Deed(NamedTuple):
    """What a truck did wrong: which rule is for it, from and until when (seconds)."""

    rule: str
    plate: str
    since: float
    until: float


@dataclass(frozen=True)
class Scenario:
    """How much happens: items an hour at speed 1, from which table, at which hour of the day (None: the clock's)."""

    items_per_hour: float
    table: tuple[Happening, ...]
    hour: int | None = None
    mad_camera_per_minute: float = 0.0
    first_burst: int = 6


SCENARIOS = {
    "normal": Scenario(80, HAPPENINGS),
    "evening": Scenario(130, HAPPENINGS, hour=20, first_burst=7),
    "storm": Scenario(300, STORM * 2 + HAPPENINGS[:12], hour=18, mad_camera_per_minute=500, first_burst=10),
}


@dataclass
class World:
    """The state of one run."""

    door: Door
    tokens: Tokens
    scenario: Scenario
    speed: float
    rng: np.random.Generator
    dice: random.Random
    secrets: dict[str, str]
    roads: RoadMap
    say: Callable[[str], None]
    homes: list[tuple[str, float, float]] = field(default_factory=list)  # name, lon, lat of buildings
    incidents: dict[int, dict] = field(default_factory=dict)
    orders: dict[int, dict] = field(default_factory=dict)
    alerts: dict[int, dict] = field(default_factory=dict)  # of trucks, that nobody has judged
    deeds: list[Deed] = field(default_factory=list)  # what trucks have done wrong today, whoever has noticed
    people: dict[str, Person] = field(default_factory=dict)
    fresh: asyncio.Event = field(default_factory=asyncio.Event)
    sent_alerts: int = 0
    for_people: set[int] = field(default_factory=set)  # cases that the simulated seats leave to somebody real

    def person(self, username: str) -> Person:
        """The account at work, made on first use."""
        if username not in self.people:
            self.people[username] = Person(self.door, self.tokens, username)
        return self.people[username]

    def now(self) -> datetime:
        """The street's time."""
        return datetime.now(STREET)

    def hour(self) -> int:
        """The hour of the day that decides what happens."""
        return self.now().hour if self.scenario.hour is None else self.scenario.hour

    async def pause(self, low_s: float, high_s: float, *, scaled: bool = False) -> None:
        """Wait a while between two bounds; `scaled` waits shrink with the speed."""
        await asyncio.sleep(self.dice.uniform(low_s, high_s) / (max(self.speed, 0.05) if scaled else 1.0))

    def happens(self, chance: float) -> bool:
        """Whether something of this probability comes about now."""
        return self.dice.random() < chance

    def drive_factor(self) -> float:
        """How much faster than usual units drive."""
        return min(max(self.speed, 1.0), FASTEST_DRIVE)

    # --- what the centre knows, kept current by `demo.simulator.live` ---

    def take_snapshot(self, incidents: list[dict], orders: list[dict], alerts: Iterable[dict] = ()) -> None:
        """Begin anew with these shapes."""
        self.alerts = {shape["id"]: shape for shape in alerts}
        self.incidents = {shape["id"]: shape for shape in incidents}
        self.orders = {shape["id"]: shape for shape in orders}
        self._tell()

    def take_change(self, subject: str, shape: dict) -> None:
        """Apply one pushed shape unless a newer one is known."""
        shelf = {"incident": self.incidents, "assignment": self.orders, "truckalert": self.alerts}.get(subject)
        if shelf is None:
            return
        known = shelf.get(shape["id"])
        if known is None or shape.get("rev", 0) >= known.get("rev", 0):
            shelf[shape["id"]] = shape
            self._tell()

    def forget_ended(self, kept: timedelta = timedelta(minutes=10)) -> None:
        """Let go of what has ended: a simulator runs for weeks."""
        since = (self.now() - kept).isoformat()
        for shelf in (self.incidents, self.orders):
            for key in [k for k, shape in shelf.items() if _later(since, shape.get("ended_at"))]:
                del shelf[key]
        self.for_people &= set(self.incidents)
        self.alerts = {key: shape for key, shape in self.alerts.items() if not shape["decided_at"]}
        self.deeds = [deed for deed in self.deeds if deed.until > self.now().timestamp() - DEEDS_KEPT_S]

    def order_of(self, unit_code: str) -> dict | None:
        """The unit's live order as the centre last told it."""
        for order in self.orders.values():
            if order["unit"] and order["unit"]["code"] == unit_code and not order["ended_at"]:
                return order
        return None

    def _tell(self) -> None:
        self.fresh.set()
        self.fresh = asyncio.Event()


def _later(instant: str, ended_at: str | None) -> bool:
    if ended_at is None:
        return False
    return datetime.fromisoformat(ended_at) < datetime.fromisoformat(instant)


async def forever(name: str, world: World, work: Callable[[], Any]) -> None:
    """Run an actor for good: a refusal or a dead line makes it begin again a little later."""
    while True:
        try:
            await work()
        except Away as error:
            world.say(f"{name}: {error}")
        except Exception as error:
            world.say(f"{name} stumbled: {type(error).__name__}: {error}")
        await asyncio.sleep(3 + random.random() * 4)
