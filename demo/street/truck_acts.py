"""Who is told of in the past of the trucks, and what some of them did on which day."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from demo.street.truck_days import ROAD_CLOSED, Driver
from demo.trucks import month
from demo.trucks.world import Hauler, World

BLACK_LOAD, DUMP, WRONG_SINK, BLOCKED = "black load", "dump", "wrong sink", "signal blocked"
SHORT_CUT, OVERTIME = "short cut", "overtime"
SEEN = 12  # so many trucks
# By day (0: the first) what is done with a truck of these sensors. Who cheats carries for a red site, which the alerts
# would redden anyhow.
TRICKS: dict[str, dict[int, str]] = {
    "all": {2: BLACK_LOAD, 5: DUMP, 9: BLACK_LOAD, 11: WRONG_SINK},
    "lift": {3: DUMP, 8: WRONG_SINK, 10: BLOCKED},
    "none": {1: DUMP, 4: BLOCKED, 7: DUMP, 9: WRONG_SINK, 11: DUMP},
}
# What one of the others does who drives by day, a truck each; overtime by one whose sites have no proof for the night.
SLIPS: list[dict[int, str]] = [{7: SHORT_CUT}, {4: ROAD_CLOSED}, {12: SHORT_CUT}]
LATE = {10: OVERTIME}
BEGINS_H = {OVERTIME: 16}  # o'clock; the rest with the shift
LAST_LOAD_H = 22.6
BLOCKED_S = 1_200


class Tempted(Driver):
    """A driver who does something on certain days (0: the first), or on the next on which there is work."""

    def __init__(self, world: World, truck: Hauler, rng: np.random.Generator, *, acts: Mapping[int, str]) -> None:
        super().__init__(world, truck, rng)
        self.acts = sorted(acts.items())

    def one_round(self) -> None:
        if not self.acts or self._hours() < self.acts[0][0] * 24 + BEGINS_H.get(self.acts[0][1], 0):
            super().one_round()
            return
        day, act = self.acts[0]
        if self._does(act, day):
            del self.acts[0]

    def _does(self, act: str, day: int) -> bool:
        """Whether it came to it: some are called away empty and have to wait for the next load."""
        truck, world = self.truck, self.world
        sink = world.sinks[truck.sinks[0] - 1]
        if act == OVERTIME:
            until = self._hours() // 24 * 24 + LAST_LOAD_H
            while self._hours() < until:
                super().one_round()
            return True
        if act == BLACK_LOAD:
            self.black_load("plain")
            self.to_sink(sink)
            return True
        if not self.at_site(world.sites[truck.sites[day % len(truck.sites)] - 1], half=False):
            return False
        if act == DUMP:
            self.dump("plain", "plain")
        elif act == WRONG_SINK:
            others = [one for one in world.sinks if one.id not in truck.sinks]
            self.to_sink(others[day % len(others)], wrong="plain")
        elif act == BLOCKED:
            self.d.silent.append((self.d.t, self.d.t + BLOCKED_S))
            self.to_sink(sink)
        else:
            since = self.d.t
            self.leave_line(self.way_to(sink))
            if act == ROAD_CLOSED:
                self.note(ROAD_CLOSED, since)
            self.to_sink(sink)
        return True

    def _hours(self) -> float:
        """Since the midnight with which it began."""
        return (self.d.t - month.FIRST_DAY.timestamp()) / 3_600


def cast(world: World, red: set[int]) -> list[tuple[Hauler, Any]]:
    """Each truck that is told of, with who drives it (see `told_by`); `red` are the numbers of the red sites."""
    tempting = [(one, sorted(red & set(one.sites))) for one in world.haulers if not one.night]
    found = []
    for sensors, acts in TRICKS.items():
        cheat, sites = next((one, sites) for one, sites in tempting if sites and one.sensors == sensors)
        found.append((replace(cheat, crooked=0.0, sites=sites), acts))
    used = {one.id for one, _acts in found}
    honest = [one for one in world.haulers if one.crooked < 0.05 and one.id not in used][: SEEN - len(found)]
    by_day = [one for one in honest if not one.night]
    late = next(one for one in by_day if not any(world.sites[site - 1].at_night for site in one.sites))
    slips = {one.id: acts for one, acts in zip((one for one in by_day if one is not late), SLIPS, strict=False)}
    slips[late.id] = LATE
    found += [(replace(one, crooked=0.0), slips.get(one.id, {})) for one in honest]
    return [(one, partial(Tempted, acts=acts)) for one, acts in found]
