"""At the wheel of one truck: driving and parking, loading at a site, and what cameras and papers say of it."""

from datetime import datetime
from typing import Any

import numpy as np

from demo.street import places
from demo.trucks.diary import Diary, Label, Told
from demo.trucks.terminal import DAY_S
from demo.trucks.world import FIRST_DAY, Hauler, Place, World
from shushanwei.common.clock import STREET
from worksites.trucks.engine import manifest, passing
from worksites.trucks.tracks import SECOND

RISE_S = (12, 18)  # seconds to lift and to lower a body


class AtWheel:
    """A truck, who drives it and what is written down of it; deeds and delays are in the classes beside it."""

    def __init__(self, world: World, truck: Hauler, rng: np.random.Generator) -> None:
        self.world, self.truck, self.rng, self.told = world, truck, rng, Told()
        self.events: list[dict[str, Any]] = []
        self.d = Diary(rng, FIRST_DAY.timestamp(), *truck.yard)
        self.number = truck.id * 100_000
        self.site: Place | None = None  # where the load on it comes from
        self.known = False  # a camera or a manifest says that it left loaded
        self.issued = self.d.t

    def errand(self) -> None:
        """Away without a load; see delays.py."""

    def drive_to(self, goal, kmh: float, short_of: float = 0) -> None:
        """Along the roads from wherever it is."""
        d = self.d
        if np.hypot(goal[0] - d.x, goal[1] - d.y) < 5:
            return
        line = np.array(self.world.between(d.spot, goal))  # a copy: ways are shared
        if short_of:
            step = line[-1] - line[-2]
            length = float(np.hypot(*step)) or 1.0
            line[-1] = line[-1] - step / length * min(short_of, length * 0.9)
        d.go(line, kmh)

    def way_to(self, sink: Place) -> np.ndarray:
        """The way from here to a sink."""
        return self.world.to_sink(self.d.spot, sink)

    def park_until(self, t: float) -> None:
        """Ignition off at home."""
        if t > self.d.t + 60:
            self.d.parked.append((self.d.t, t))
            self.d.stay(t - self.d.t)

    def at_site(self, site: Place, half: bool) -> bool:
        """Queue, load, wash, leave; False where it was called away empty."""
        rng, d = self.rng, self.d
        self.drive_to(site.gate, 36, short_of=rng.uniform(10, 90))
        if rng.random() < 0.5:
            d.crawl(rng.exponential(330), site.gate)
        self.drive_in(site, laden=False)
        d.now("cover", 2)
        if rng.random() < 0.015:  # no work, called away, or only to hand something over
            d.stay(rng.uniform(60, 2_400))
            d.now("cover", 1)
            d.go(np.array([d.spot, site.gate]), 9, 0, 0)
            self.passes(site, "out", False)
            self.errand()
            return False
        d.stay(rng.exponential(240))
        loading = rng.uniform(240, 840)
        d.now("load", 2, d.t + loading * rng.uniform(0.3, 0.5))
        if not half:
            d.now("load", 3, d.t + loading * rng.uniform(0.6, 0.9))
        d.shuffle(loading, 8)
        covered = rng.random() < 0.93
        d.now("cover", 1, d.t + rng.uniform(20, 90) if covered else d.t + 4_000)
        if not covered:
            self.label("T09", d.t, d.t + 4_000, f"open ({self.truck.sensors})")
        self.number += 1
        issued = d.t + rng.uniform(-120, 60)
        self.site = site
        self.leave(site, covered)
        self.issued = issued
        if not site.at_night and is_night(d.t):
            evening = datetime.fromtimestamp(d.t - 12 * 3_600, STREET).date()
            self.label("T14", d.t - 60, d.t + 180, "night", act=f"{site.id} {evening}")
        return True

    def drive_in(self, site: Place, laden: bool) -> None:
        """From before the gate into the pit."""
        d = self.d
        d.go(np.array([d.spot, site.gate]), 8, 0, 0)
        self.passes(site, "in", laden)
        angle = self.rng.uniform(0, 2 * np.pi)
        pit = (site.middle[0] + 30 * np.cos(angle), site.middle[1] + 30 * np.sin(angle))
        d.go(np.array([d.spot, pit]), 9, 0, 0)

    def leave(self, site: Place, covered: bool = True) -> None:
        """Out with a load, through the wash bay."""
        d = self.d
        d.go(np.array([d.spot, site.gate]), 9, 0, 0)
        d.stay(self.rng.uniform(45, 200))
        self.known = self.passes(site, "out", True, covered)

    def unload(self, up_s: float) -> None:
        """Body up, empty, body down, perhaps some metres on."""
        rng, d = self.rng, self.d
        d.now("lift", 2)
        d.now("load", 1, d.t + up_s * rng.uniform(0.6, 0.95))
        d.stay(up_s)
        if rng.random() < 0.25:
            d.go(np.array([d.spot, (d.x + rng.uniform(-15, 15), d.y + rng.uniform(-15, 15))]), 4, 0, 0)
        d.now("lift", 1, d.t + rng.uniform(*RISE_S))
        d.stay(20)

    # what others write down

    def passes(self, site: Place, direction: str, laden: bool, covered: bool = True) -> bool:
        """By a gate's camera, which misses a plate, errs about the load or is out of order; whether it said: loaded."""
        rng, at = self.rng, self.d.t
        if not site.camera or rng.random() < 0.03 or any(a <= at < b for a, b in self.world.dark[site.id]):
            return False
        seen: bool | None = laden
        if rng.random() < 0.05:
            seen = None if rng.random() < 0.7 else not laden
        said: bool | None = None
        if direction == "out" and seen and rng.random() < 0.7:
            said = covered if rng.random() < 0.997 else not covered
        self.seen(at + rng.uniform(-3, 3), site.gate, site.camera, site=site.id, gate=site.id, loaded=seen,
                  covered=said, direction=direction, confidence=round(float(rng.uniform(0.88, 0.99)), 2))  # fmt: skip
        return bool(seen)

    def seen(self, at: float, spot, code: str, **said: Any) -> None:
        """By a camera at a spot."""
        lon, lat = places.to_degrees(*spot)
        self.number += 1
        self.events.append(passing(int(at * SECOND), float(lon), float(lat), code=code, id=self.number, **said))

    def paper(self, sink: Place, how_likely: float) -> bool:
        """A manifest for the load on it, if its site writes one; whether it did."""
        site = self.site
        if site is None:
            return False
        writes = self.rng.random() < how_likely
        day = int((self.issued - FIRST_DAY.timestamp()) // DAY_S)
        if (site.id, day) in self.world.paperless and self.rng.random() < 0.6:
            writes = False
        self.told.loads.append((site.id, self.issued, writes))
        if writes:
            self.number += 1
            self.events.append(manifest(int(self.issued * SECOND), self.number, site.id, sink.id))
        return writes

    def label(self, rule: str, since: float, until: float, style: str, act: str = "") -> None:
        """Something wrong was done."""
        self.told.labels.append(Label(rule, self.truck.id, since, until, style, act))

    def note(self, what: str, since: float, until: float | None = None) -> None:
        """Something innocent happened."""
        self.told.notes.append(Label("", self.truck.id, since, until or self.d.t, what))


def is_night(t: float) -> bool:
    """From ten in the evening to six."""
    hour = datetime.fromtimestamp(t, STREET).hour
    return hour >= 22 or hour < 6
