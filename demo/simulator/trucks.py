"""The haulage platform: sixty trucks at work, told as a district's platform tells it: positions, passes, manifests.

What each truck does is in its diary of the day (`demo.street.truck_days`), told when the clock comes to it. The
street's rules find in it what they find.
"""

import asyncio
import heapq
import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from demo.simulator.world import World
from demo.street import haulage
from demo.street.truck_days import told_by, works_on
from demo.trucks.diary import Told
from demo.trucks.world import Hauler
from demo.trucks.world import World as TruckWorld
from shushanwei.common.clock import STREET
from worksites.trucks.tracks import SECOND, Fixes

SOURCE = "truck-platform"
EVERY_S = 15
CAUGHT_UP_S = 1_200  # a platform that was away tells so much of what it missed
AT_WORK = 0.7  # share of the trucks that are called to work on a day
UNLOADED_AFTER_S = (2_400, 5_400)  # so long after its issue the sink confirms a manifest
CARRIED_OFF = {"T03", "T04", "T05"}  # what makes that no sink ever does
NIGHT_ENDS = 7  # o'clock
MOST = 4_000  # items of one batch
LOADS = ["unknown", "empty", "half", "full"]
LIFTS = ["unknown", "down", "up"]
COVERS = ["unknown", "closed", "open"]


@dataclass
class Track:
    """One truck's diary of a day, told up to `next`."""

    plate: str
    fixes: Fixes
    arrived: np.ndarray
    next: int = 0

    def upto(self, second: float) -> list[dict[str, Any]]:
        """The positions that have arrived since last time."""
        end = int(np.searchsorted(self.arrived, second, "right"))
        due, self.next = range(self.next, end), max(self.next, end)
        return [_fix(self.plate, self.fixes, n) for n in due]


class Platform:
    """Sends every quarter of a minute what trucks, gates and manifests have to say."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tracks: list[Track] = []
        self.said: list[tuple[float, int, str, dict[str, Any]]] = []  # a heap: when, a number, passes or manifests
        self.numbers = itertools.count()
        self.sites: list[haulage.SitePlan] = []
        self.ground: TruckWorld | None = None
        self.days: set[date] = set()
        self.busy_until: dict[int, float] = {}

    async def run(self) -> None:
        """Learn the sites from the map, then play day after day."""
        world = self.world
        while self.ground is None:
            body = await world.person("dispatcher").get("/api/v1/grid/layers/worksites/")
            if body and body.get("features"):
                self.sites = haulage.site_plans(body["features"])
                self.ground = await asyncio.to_thread(haulage.world_of, self.sites, haulage.truck_plans(self.sites))
            else:
                await asyncio.sleep(10)
        while True:
            now = world.now()
            for day in self._days_of(now):
                await self._begin(day, now, self.ground)
            await self.tell(now.timestamp())
            await asyncio.sleep(EVERY_S)

    async def tell(self, second: float) -> None:
        """Send everything that is due."""
        items: dict[str, list[dict[str, Any]]] = {"fixes": [], "passes": [], "manifests": []}
        for track in self.tracks:
            items["fixes"] += track.upto(second)
        self.tracks = [track for track in self.tracks if track.next < len(track.arrived)]
        while self.said and self.said[0][0] <= second:
            _at, _number, kind, item = heapq.heappop(self.said)
            items[kind].append(item)
        for kind, all_of in items.items():
            for start in range(0, len(all_of), MOST):
                await self._send(kind, all_of[start : start + MOST])

    def _days_of(self, now: datetime) -> list[date]:
        """The days to begin with now; the night of the day before ends in the morning."""
        today = now.date()
        days = [today - timedelta(days=1), today] if now.hour < NIGHT_ENDS else [today]
        new = [day for day in days if day not in self.days]
        self.days = {*(day for day in self.days if day >= today - timedelta(days=1)), *new}
        return new

    async def _begin(self, day: date, now: datetime, ground: TruckWorld) -> None:
        after = now.timestamp() - CAUGHT_UP_S
        for hauler in ground.haulers:
            if works_on(hauler, day, AT_WORK):
                self.take(hauler, day, await asyncio.to_thread(told_by, ground, hauler, day), after)

    def take(self, hauler: Hauler, day: date, diary: Told, after: float) -> None:
        """Take a truck's diary of a day along; what is older than `after`, or still of the day before, is left out."""
        after = max(after, self.busy_until.get(hauler.id, 0.0))
        fixes, arrived = diary.fixes[0], diary.arrived[0]
        track = Track(hauler.plate, fixes, arrived, int(np.searchsorted(arrived, after, "right")))
        if track.next < len(arrived):
            self.tracks.append(track)
            self.busy_until[hauler.id] = float(arrived[-1])
        deeds = [(one.since, one.until) for one in diary.labels if one.rule in CARRIED_OFF]
        rng = np.random.default_rng([hauler.id, day.toordinal(), 2])
        for event in diary.events[hauler.id]:
            at = event["t"] / SECOND
            if event["what"] == "pass":
                self._later(at + 4, after, "passes", _pass(hauler.plate, event, day))
                continue
            paper = self._manifest(hauler, event)
            self._later(at + 5, after, "manifests", paper)
            received = at + float(rng.uniform(*UNLOADED_AFTER_S))
            if not any(at <= until and begun <= received for begun, until in deeds):
                self._later(received + 5, after, "manifests", paper | {"received_at": _iso(received)})

    def _later(self, at: float, after: float, kind: str, item: dict[str, Any]) -> None:
        if at > after:
            heapq.heappush(self.said, (at, next(self.numbers), kind, item))

    def _manifest(self, hauler: Hauler, event: dict[str, Any]) -> dict[str, Any]:
        at = event["t"] / SECOND
        return {
            "number": f"LD{datetime.fromtimestamp(at, STREET):%Y%m%d%H%M%S}{hauler.id:03d}",
            "site": self.sites[event["site"] - 1].code, "sink": haulage.SINK_CODE.format(event["sink"]),
            "plate": hauler.plate, "issued_at": _iso(at),
        }  # fmt: skip

    async def _send(self, kind: str, items: list[dict[str, Any]]) -> None:
        world = self.world
        answer = await world.door.signed(f"/api/v1/trucks/{kind}/", SOURCE, world.secrets[SOURCE], {kind: items})
        refused = (answer.body or {}).get("rejected_count", 0)
        if not answer.ok or refused:
            world.say(f"trucks {kind}: {answer.status}, {refused} refused {str(answer.body)[:160]}")


def _fix(plate: str, fixes: Fixes, n: int) -> dict[str, Any]:
    return {
        "plate": plate, "at": _iso(float(fixes.t[n]) / SECOND), "lon": float(fixes.lon[n]), "lat": float(fixes.lat[n]),
        "crs": "wgs84", "speed_kmh": float(fixes.speed[n]), "ignition": bool(fixes.ignition[n]),
        "load": LOADS[fixes.load[n]], "lift": LIFTS[fixes.lift[n]], "cover": COVERS[fixes.cover[n]],
    }  # fmt: skip


def _pass(plate: str, event: dict[str, Any], day: date) -> dict[str, Any]:
    return {
        "point_code": event["code"], "external_id": f"{day:%Y%m%d}-{event['id']}", "plate": plate,
        "direction": event["direction"], "at": _iso(event["t"] / SECOND), "lon": event["lon"], "lat": event["lat"],
        "crs": "wgs84", "loaded": event["loaded"], "confidence": event["confidence"],
    }  # fmt: skip


def _iso(second: float) -> str:
    return datetime.fromtimestamp(round(second, 3), STREET).isoformat()
