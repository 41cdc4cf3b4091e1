"""What the trucks of the demonstration street do on a day: the labelled diaries, laid on its sites and calendar."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
from shapely.geometry import LineString, Point

from demo.street.haulage import SEED
from demo.trucks import month
from demo.trucks.diary import Told
from demo.trucks.world import Hauler, Place, World
from shushanwei.common.clock import STREET
from worksites.trucks.tracks import SECOND, Fixes

AT_WHEEL_S = 3 * 3_600  # so long a driver drives before resting
REST_S = (1_300, 2_400)
LOOKED_AT = 0.85  # of the open covers, so many are closed at the gate
CLOSED_ROADS = 0.05  # of the roads that the month closes, so many are closed here
ROAD_CLOSED = "detour"  # what is noted of one that had to leave its line
AROUND_M, TRIED = 1_500, 12  # a way round leads over the one of so many spots that lies furthest off
ASIDE_M = 30  # a truck that stops on its way stands so far beside it
PAUSES_S = [(240, 780), (900, 2_700), (90, 900)]  # fuel, a meal, the roadside


class Driver(month.Driver):
    """A driver who rests in time and keeps to the permitted line, as most do; gates look at the cover."""

    rested_at = 0.0
    left: np.ndarray | None = None  # of the way on which it stopped

    def one_round(self) -> None:
        if self.d.t - self.rested_at > AT_WHEEL_S:
            if self.rested_at:
                self.drive_to(self.world.meals[int(self.rng.integers(len(self.world.meals)))], 32)
                self.d.stay(self.rng.uniform(*REST_S))
            self.rested_at = self.d.t
        super().one_round()

    def way_to(self, sink: Place) -> np.ndarray:
        line, self.left = self.left, None
        return super().way_to(sink) if line is None else line

    def break_loaded(self, line: np.ndarray) -> None:
        """With a load on it stops where its line passes, and goes on along it."""
        rng, d = self.rng, self.d
        part = max(2, int(len(line) * rng.uniform(0.2, 0.7)))
        d.go(line[:part], 36)
        d.go(np.array([d.spot, d.spot + rng.uniform(-ASIDE_M, ASIDE_M, 2)]), 15, 0, 0)
        d.stay(rng.uniform(*PAUSES_S[int(rng.integers(len(PAUSES_S)))]))
        self.left = line[part - 1 :]

    def detour(self, line: np.ndarray) -> None:
        if self.rng.random() < CLOSED_ROADS:
            since = self.d.t
            self.leave_line(line)
            self.note(ROAD_CLOSED, since)
        else:
            self.left = line

    def leave_line(self, line: np.ndarray) -> None:
        """By a road that lies well off the line."""
        d, world, whole = self.d, self.world, LineString(line)
        d.go(line[: max(2, len(line) // 4)], 36)
        spots = [world.roads.anywhere(self.rng, d.spot, AROUND_M) for _each in range(TRIED)]
        d.go(world.way(d.spot, max(spots, key=lambda spot: whole.distance(Point(spot)))), 30)

    def turned_away(self, line: np.ndarray) -> None:
        """Sinks here say by telephone that they are full, before a truck is loaded."""

    def keep_load_overnight(self) -> None:
        """Nor does a load go home: the line to the yard is on no card."""

    def leave(self, site: Place, covered: bool = True) -> None:
        if not covered and self.rng.random() < LOOKED_AT:
            self.d.now("cover", 1)
            self.told.labels.pop()  # it was closed before the road
            covered = True
        super().leave(site, covered)


def told_by(world: World, hauler: Hauler, first: date, days: int = 1, driver: Any = Driver) -> Told:
    """Everything that one truck tells from the midnight of `first` on; the same every time. A night ends later.

    `driver` makes whoever drives it out of world, hauler and dice.
    """
    told = driver(world, hauler, np.random.default_rng([SEED, hauler.id, first.toordinal()])).work(days)
    later = int(datetime.combine(first, datetime.min.time(), STREET).timestamp() - month.FIRST_DAY.timestamp())
    return replace(
        told,
        fixes=[_at(fixes, later) for fixes in told.fixes],
        arrived=[arrived + later for arrived in told.arrived],
        events={truck: [event | {"t": event["t"] + later * SECOND} for event in events]
                for truck, events in told.events.items()},
        labels=[replace(one, since=one.since + later, until=one.until + later) for one in told.labels],
        notes=[replace(one, since=one.since + later, until=one.until + later) for one in told.notes],
    )  # fmt: skip


def works_on(hauler: Hauler, day: date, share: float) -> bool:
    """Whether a truck is called to work on a day; `share` of them are."""
    return bool(np.random.default_rng([SEED, hauler.id, day.toordinal(), 1]).random() < share)


def _at(fixes: Fixes, later_s: int) -> Fixes:
    columns: dict[str, Any] = vars(fixes) | {"t": fixes.t + later_s * SECOND}
    return Fixes(**columns)
