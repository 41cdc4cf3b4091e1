"""One truck's days as they happened, second by second; how its terminal tells them is in terminal.py."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from worksites.trucks.tracks import Fixes


@dataclass
class Label:
    """An act that was wrong, or (`rule` empty) something innocent: who, from, until (seconds UTC), in which style.

    Labels of one rule with the same `act` are one act seen from several trucks. `truck` 0: the act is a
    site's. Where `must` is false it is so short that either answer is right.
    """

    rule: str
    truck: int
    since: float
    until: float
    style: str
    act: str = ""
    site: int = 0
    must: bool = True


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

    def said(self, name: str, t: np.ndarray) -> np.ndarray:
        """Its load, lift, cover or ignition at instants (seconds UTC)."""
        ordered = sorted(self.steps[name], key=lambda step: step[0])
        times, values = np.array([s[0] for s in ordered]), np.array([s[1] for s in ordered], np.int8)
        return values[np.clip(np.searchsorted(times, t, "right") - 1, 0, len(values) - 1)]

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
                    self.crawl(rng.uniform(180, 900), (x, y))
                    x0, y0 = self.x, self.y
                    left = metres = float(np.hypot(x - x0, y - y0))

    def crawl(self, seconds: float, goal: tuple[float, float]) -> None:
        """Stop and go towards a spot, never past it: some metres, then standing again."""
        until = self.t + seconds
        while self.t < until:
            self.stay(self.rng.uniform(8, 50))
            dx, dy = goal[0] - self.x, goal[1] - self.y
            left = float(np.hypot(dx, dy))
            step = min(self.rng.uniform(6, 28), left)
            if step > 0.5:
                self._to(self.x + dx / left * step, self.y + dy / left * step, step / self.rng.uniform(1.5, 4))

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


@dataclass
class Told:
    """Everything the month told, and what was wrong in it."""

    fixes: list[Fixes] = field(default_factory=list)
    arrived: list[np.ndarray] = field(default_factory=list)
    events: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    loads: list[tuple[int, float, bool]] = field(default_factory=list)  # left a site loaded: (site, t, has a paper)
    notes: list[Label] = field(default_factory=list)  # innocent things, for the list of confusions
