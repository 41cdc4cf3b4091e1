"""A diary as the truck's terminal tells it: every half minute, noisy, gappy, some twice, some late, some wild.

Terminals and sensors fail on their own: holes in the network, a terminal that restarts, a load sensor with a loose
contact or a slow one, positions thrown about under bridges. None of it is the driver's doing.
"""

from dataclasses import dataclass

import numpy as np

from demo.street import places
from demo.trucks.diary import Diary
from worksites.trucks.tracks import SECOND, Fixes

EVERY_S = 30
DAY_S = 86_400.0


@dataclass
class Terminal:
    """One truck's terminal: sensors "all", "lift" or "none"; `sleeps`: every five minutes while the ignition is off.

    `faulty`: how often a day it falls silent for minutes; `slow_s`: how long its load sensor takes to believe.
    """

    truck: int
    sensors: str
    sleeps: bool = False
    faulty: float = 0.0
    slow_s: float = 0.0

    def fails(self, d: Diary) -> None:
        """Write down in the diary when it is silent by itself: holes in the network, restarts."""
        rng, first, last = d.rng, d.knots[0][0], d.knots[-1][0]
        days = (last - first) / DAY_S
        for start in rng.uniform(first, last, rng.poisson(1.2 * days)):
            d.silent.append((start, start + rng.exponential(110)))
        for start in rng.uniform(first, last, rng.poisson(self.faulty * days)):
            d.silent.append((start, start + rng.uniform(180, 2_400)))

    def tell(self, d: Diary) -> tuple[Fixes, np.ndarray]:
        """(fixes in the order of their arrival, arrival in seconds UTC of each); some twice, some late."""
        rng = d.rng
        knots = np.array(d.knots)
        t = np.arange(knots[0, 0] + rng.uniform(0, EVERY_S), knots[-1, 0], EVERY_S)
        t = np.unique(np.floor(t + rng.integers(-1, 2, len(t))))
        keep = rng.random(len(t)) > 0.015
        for since, until in d.silent:
            keep[np.searchsorted(t, since, "right") : np.searchsorted(t, until, "left")] = False
        if self.sleeps:
            for since, until in d.parked:
                asleep = (t > since + 60) & (t < until - 30)
                keep &= ~asleep | (np.floor(t / EVERY_S) % 10 == 0)
        t = t[keep]
        lon, lat, speed = self._position(rng, knots, t)
        load, lift, cover = self._sensed(d, t)
        fixes = Fixes(
            np.full(len(t), self.truck, np.int64), (t * SECOND).astype(np.int64), lon, lat, speed,
            load, lift, cover, d.said("ignition", t),
        )  # fmt: skip
        arrived = t + rng.exponential(2, len(t))
        late = rng.random(len(t)) < 0.004
        arrived[late] += rng.uniform(5, 55, int(late.sum()))
        twice = np.flatnonzero(rng.random(len(t)) < 0.01)
        arrivals = np.concatenate([arrived, arrived[twice] + 3])
        order = np.argsort(arrivals, kind="stable")
        return fixes.at(np.concatenate([np.arange(len(t)), twice])[order]), arrivals[order]

    def _position(self, rng, knots, t) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x, y = np.interp(t, knots[:, 0], knots[:, 1]), np.interp(t, knots[:, 0], knots[:, 2])
        seconds = np.diff(knots[:, 0])
        pace = np.hypot(np.diff(knots[:, 1]), np.diff(knots[:, 2])) / np.maximum(seconds, 0.1) * 3.6
        speed = pace[np.clip(np.searchsorted(knots[:, 0], t, "right") - 1, 0, len(pace) - 1)]
        drifting = (speed < 1) & (rng.random(len(t)) < 0.04)
        standing = np.where(drifting, rng.uniform(1, 7, len(t)), 0)
        speed = np.where(speed < 1, standing, speed + rng.normal(0, 1.2, len(t)))
        wide = np.where(rng.random(len(t)) < 0.01, 25.0, 5.0)
        x, y = x + rng.normal(0, 1, len(t)) * wide, y + rng.normal(0, 1, len(t)) * wide
        for start in np.flatnonzero(rng.random(len(t)) < 0.0001).tolist():  # thrown about by an echo
            angle, metres = rng.uniform(0, 2 * np.pi), rng.exponential(1_800)
            upto = start + int(rng.choice([1, 1, 1, 2, 3]))
            x[start:upto] += metres * np.cos(angle)
            y[start:upto] += metres * np.sin(angle)
        lon, lat = places.to_degrees(x, y)
        return lon, lat, np.maximum(0, speed).round(1)

    def _sensed(self, d: Diary, t) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rng, nothing = d.rng, np.zeros(len(t), np.int8)
        load = lift = cover = nothing
        if self.sensors == "all":
            load = d.said("load", t - self.slow_s)
            load = np.where(rng.random(len(t)) < 0.0006, rng.integers(0, 4, len(t)), load)
            days = (t[-1] - t[0]) / DAY_S if len(t) else 0
            for start in rng.uniform(t[0], t[-1], rng.poisson(0.04 * days)):  # a loose contact
                here = (t >= start) & (t < start + rng.exponential(120))
                load = np.where(here, np.where(load > 1, 1, 3), load)
            cover = d.said("cover", t)
        if self.sensors != "none":
            lift = np.where(rng.random(len(t)) < 0.0002, rng.integers(0, 3, len(t)), d.said("lift", t))
        return load.astype(np.int8), lift.astype(np.int8), cover.astype(np.int8)
