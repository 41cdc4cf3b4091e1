"""What the trucks of the demonstration street do on a day: the labelled diaries, laid on its sites and calendar."""

from datetime import date, datetime
from typing import Any

import numpy as np

from demo.street.haulage import SEED
from demo.trucks import month
from demo.trucks.diary import Label, Told
from demo.trucks.world import Hauler, World
from shushanwei.common.clock import STREET
from worksites.trucks.tracks import SECOND, Fixes

AT_WHEEL_S = 3 * 3_600  # so long a driver drives before resting
REST_S = (1_300, 2_400)


class Driver(month.Driver):
    """A driver who rests in time, as most do."""

    rested_at = 0.0

    def one_round(self) -> None:
        if self.d.t - self.rested_at > AT_WHEEL_S:
            if self.rested_at:
                self.drive_to(self.world.meals[int(self.rng.integers(len(self.world.meals)))], 32)
                self.d.stay(self.rng.uniform(*REST_S))
            self.rested_at = self.d.t
        super().one_round()


def told_by(world: World, hauler: Hauler, first: date, days: int = 1) -> Told:
    """Everything that one truck tells from the midnight of `first` on; the same every time. A night ends later."""
    told = Driver(world, hauler, np.random.default_rng([SEED, hauler.id, first.toordinal()])).work(days)
    later = int(datetime.combine(first, datetime.min.time(), STREET).timestamp() - month.FIRST_DAY.timestamp())
    return Told(
        [_at(fixes, later) for fixes in told.fixes],
        [arrived + later for arrived in told.arrived],
        {truck: [event | {"t": event["t"] + later * SECOND} for event in events]
         for truck, events in told.events.items()},
        [Label(one.rule, one.truck, one.since + later, one.until + later, one.style) for one in told.labels],
    )  # fmt: skip


def works_on(hauler: Hauler, day: date, share: float) -> bool:
    """Whether a truck is called to work on a day; `share` of them are."""
    return bool(np.random.default_rng([SEED, hauler.id, day.toordinal(), 1]).random() < share)


def _at(fixes: Fixes, later_s: int) -> Fixes:
    columns: dict[str, Any] = vars(fixes) | {"t": fixes.t + later_s * SECOND}
    return Fixes(**columns)
