"""What the trucks of the demonstration street do on a day: the labelled diaries, laid on its sites and calendar."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np

from demo.street.haulage import SEED
from demo.trucks import month
from demo.trucks.diary import Told
from demo.trucks.world import Hauler, Place, World
from shushanwei.common.clock import STREET
from worksites.trucks.tracks import SECOND, Fixes

AT_WHEEL_S = 3 * 3_600  # so long a driver drives before resting
REST_S = (1_300, 2_400)
LOOKED_AT = 0.85  # of the open covers, so many are closed at the gate


class Driver(month.Driver):
    """A driver who rests in time, as most do, and leaves through gates where somebody looks at the cover."""

    rested_at = 0.0

    def one_round(self) -> None:
        if self.d.t - self.rested_at > AT_WHEEL_S:
            if self.rested_at:
                self.drive_to(self.world.meals[int(self.rng.integers(len(self.world.meals)))], 32)
                self.d.stay(self.rng.uniform(*REST_S))
            self.rested_at = self.d.t
        super().one_round()

    def leave(self, site: Place, covered: bool = True) -> None:
        if not covered and self.rng.random() < LOOKED_AT:
            self.d.now("cover", 1)
            self.told.labels.pop()  # it was closed before the road
            covered = True
        super().leave(site, covered)


def told_by(world: World, hauler: Hauler, first: date, days: int = 1) -> Told:
    """Everything that one truck tells from the midnight of `first` on; the same every time. A night ends later."""
    told = Driver(world, hauler, np.random.default_rng([SEED, hauler.id, first.toordinal()])).work(days)
    later = int(datetime.combine(first, datetime.min.time(), STREET).timestamp() - month.FIRST_DAY.timestamp())
    return replace(
        told,
        fixes=[_at(fixes, later) for fixes in told.fixes],
        arrived=[arrived + later for arrived in told.arrived],
        events={truck: [event | {"t": event["t"] + later * SECOND} for event in events]
                for truck, events in told.events.items()},
        labels=[replace(one, since=one.since + later, until=one.until + later) for one in told.labels],
    )  # fmt: skip


def works_on(hauler: Hauler, day: date, share: float) -> bool:
    """Whether a truck is called to work on a day; `share` of them are."""
    return bool(np.random.default_rng([SEED, hauler.id, day.toordinal(), 1]).random() < share)


def _at(fixes: Fixes, later_s: int) -> Fixes:
    columns: dict[str, Any] = vars(fixes) | {"t": fixes.t + later_s * SECOND}
    return Fixes(**columns)
