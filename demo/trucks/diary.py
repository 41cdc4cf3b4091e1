"""One truck's day as it happened, second by second, and as its terminal told it: noisy, gappy, twice, late."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from demo.street import places
from worksites.trucks.tracks import SECOND, Fixes

EVERY_S = 30


@dataclass
class Label:
    """What was wrong: rule, truck, from, until (seconds UTC) and in which style."""

    rule: str
    truck: int
    since: float
    until: float
    style: str


@dataclass
class Diary:
    """Knots of a truck's way (seconds UTC, local metres) with steps of load, lift, cover and ignition."""

    rng: np.random.Generator
    t: float
    x: float
    y: float
    knots: list[tuple[float, float, float]] = field(default_factory=list)
    steps: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    silent: list[tuple[float, float]] = field(default_factory=list)
    parked: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.knots.append((self.t, self.x, self.y))
        for name, value in (("load", 1), ("lift", 1), ("cover", 1), ("ignition", 1)):
            self.steps[name] = [(self.t, value)]

    @property
    def spot(self) -> tuple[float, float]:
        return self.x, self.y

    def now(self, name: str, value: int, at: float | None = None) -> None:
        """From now on the load, lift, cover or ignition is another."""
        self.steps[name].append((self.t if at is None else at, value))

    def stay(self, seconds: float) -> None:
        """Stand where it is."""
        self.t += max(1.0, seconds)
        self.knots.append((self.t, self.x, self.y))

    def go(self, line: np.ndarray, kmh: float, lights: float = 0.3, jam: float = 0.06) -> None:
        """Drive a line; on the way red lights every few hundred metres and now and then a jam."""
        line = np.asarray(line, float)
        if np.hypot(line[0][0] - self.x, line[0][1] - self.y) > 1:
            line = np.vstack([[self.x, self.y], line])
        rng = self.rng
        steps = np.hypot(*np.diff(line, axis=0).T)
        until_light = rng.exponential(700)
        jammed = rng.random() < jam
        jam_at = rng.uniform(0.1, 0.9) * steps.sum()
        gone = 0.0
        for (x, y), metres in zip(line[1:], steps, strict=True):
            x0, y0, left = self.x, self.y, metres
            while left > 0.5:
                piece = min(left, until_light, 250.0)
                left -= piece
                until_light -= piece
                gone += piece
                share = 1 - left / metres
                speed = max(8.0, kmh * rng.normal(1, 0.16))
                self._to(x0 + (x - x0) * share, y0 + (y - y0) * share, piece / (speed / 3.6))
                if until_light <= 0:
                    until_light = rng.exponential(900) + 150
                    if rng.random() < lights:
                        self.stay(rng.uniform(15, 95))
                if jammed and gone > jam_at:
                    jammed = False
                    self.crawl(rng.uniform(180, 900), (x - x0, y - y0))

    def crawl(self, seconds: float, ahead: tuple[float, float]) -> None:
        """Stop and go: some metres, then standing again."""
        length = float(np.hypot(*ahead)) or 1.0
        until = self.t + seconds
        while self.t < until:
            self.stay(self.rng.uniform(8, 50))
            step = self.rng.uniform(6, 28)
            dx, dy = ahead[0] / length * step, ahead[1] / length * step
            self._to(self.x + dx, self.y + dy, step / self.rng.uniform(1.5, 4))

    def shuffle(self, seconds: float, reach_m: float = 25) -> None:
        """Work on one spot: some metres to and fro."""
        until = self.t + seconds
        x, y = self.x, self.y
        while self.t < until:
            self.stay(min(self.rng.uniform(40, 160), max(5, until - self.t)))
            if self.t < until - 15:
                dx, dy = self.rng.uniform(-reach_m, reach_m, 2)
                self._to(x + dx, y + dy, self.rng.uniform(10, 20))

    def _to(self, x: float, y: float, seconds: float) -> None:
        self.t += max(0.5, seconds)
        self.x, self.y = float(x), float(y)
        self.knots.append((self.t, self.x, self.y))

    def told(self, truck: int, sensors: str, sleeps: bool) -> tuple[Fixes, np.ndarray]:
        """(fixes in the order of their arrival, arrival in seconds UTC of each); some twice, some late."""
        rng = self.rng
        knots = np.array(self.knots)
        t = np.arange(knots[0, 0] + rng.uniform(0, EVERY_S), knots[-1, 0], EVERY_S)
        t = np.floor(t + rng.integers(-1, 2, len(t)))
        t = np.unique(t)
        keep = rng.random(len(t)) > 0.015
        for start in rng.uniform(t[0], t[-1], rng.poisson(1.2 * len(t) / 2880)):  # short holes in the network
            keep &= ~((t >= start) & (t < start + rng.exponential(110)))
        for since, until in self.silent:
            keep &= ~((t > since) & (t < until))
        if sleeps:
            for since, until in self.parked:
                asleep = (t > since + 60) & (t < until - 30)
                keep &= ~asleep | (np.floor(t / EVERY_S) % 10 == 0)
        t = t[keep]
        x, y = np.interp(t, knots[:, 0], knots[:, 1]), np.interp(t, knots[:, 0], knots[:, 2])
        seconds = np.diff(knots[:, 0])
        pace = np.hypot(np.diff(knots[:, 1]), np.diff(knots[:, 2])) / np.maximum(seconds, 0.1) * 3.6
        speed = pace[np.clip(np.searchsorted(knots[:, 0], t, "right") - 1, 0, len(pace) - 1)]
        drifting = (speed < 1) & (rng.random(len(t)) < 0.04)
        speed = np.where(
            drifting, rng.uniform(1, 7, len(t)), np.where(speed < 1, 0, speed + rng.normal(0, 1.2, len(t)))
        )
        wide = np.where(rng.random(len(t)) < 0.01, 25.0, 5.0)
        lon, lat = places.to_degrees(x + rng.normal(0, 1, len(t)) * wide, y + rng.normal(0, 1, len(t)) * wide)
        said = {name: _step(self.steps[name], t) for name in self.steps}
        nothing = np.zeros(len(t), np.int8)
        load = said["load"] if sensors == "all" else nothing
        lift = said["lift"] if sensors in ("all", "lift") else nothing
        if sensors == "all":
            load = np.where(rng.random(len(t)) < 0.0006, rng.integers(0, 4, len(t)), load)
        if sensors != "none":
            lift = np.where(rng.random(len(t)) < 0.0002, rng.integers(0, 3, len(t)), lift)
        cover = said["cover"] if sensors == "all" else nothing
        fixes = Fixes(
            np.full(len(t), truck, np.int64), (t * SECOND).astype(np.int64), lon, lat, np.maximum(0, speed).round(1),
            load.astype(np.int8), lift.astype(np.int8), cover.astype(np.int8), said["ignition"],
        )  # fmt: skip
        arrived = t + rng.exponential(2, len(t))
        late = rng.random(len(t)) < 0.004
        arrived[late] += rng.uniform(5, 55, int(late.sum()))
        twice = np.flatnonzero(rng.random(len(t)) < 0.01)
        order = np.argsort(np.concatenate([arrived, arrived[twice] + 3]), kind="stable")
        places_ = np.concatenate([np.arange(len(t)), twice])[order]
        return fixes.at(places_), np.concatenate([arrived, arrived[twice] + 3])[order]


def _step(steps: list[tuple[float, int]], t: np.ndarray) -> np.ndarray:
    ordered = sorted(steps, key=lambda step: step[0])
    times, values = np.array([s[0] for s in ordered]), np.array([s[1] for s in ordered], np.int8)
    return values[np.clip(np.searchsorted(times, t, "right") - 1, 0, len(values) - 1)]


@dataclass
class Told:
    """Everything the month told, and what was wrong in it."""

    fixes: list[Fixes] = field(default_factory=list)
    arrived: list[np.ndarray] = field(default_factory=list)
    events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    notes: list[Label] = field(default_factory=list)  # innocent things, for the list of confusions
