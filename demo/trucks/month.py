"""A labelled month of waste trucks out of a seed: lawful trips, the delays of every day, and what some drivers do.

Written from how the trade works, not from how the rules look: nothing here reads a threshold. `tell(seed, days)` gives
fixes as they arrived, passes, manifests and labels; `score.py` compares them with what the rules found.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np

from demo.street import places
from demo.trucks.diary import Diary, Label, Told
from demo.trucks.world import Hauler, Place, World, build
from shushanwei.common.clock import STREET
from worksites.trucks.engine import manifest, passing
from worksites.trucks.tracks import SECOND

FIRST_DAY = datetime(2026, 10, 1, tzinfo=STREET)
DAY_S = 86_400.0
STYLES = ["plain", "plain", "short", "hidden", "half"]
RISE_S = (12, 18)  # seconds to lift and to lower a body


def tell(seed: int, days: int = 30, trucks: int = 60) -> tuple[World, Told]:
    """Everything at once; a month of sixty trucks is about five million fixes and needs some 400 MB."""
    world, told = build(seed, trucks), Told()
    for truck, one in tell_each(world, seed, days):
        told.fixes += one.fixes
        told.arrived += one.arrived
        told.labels += one.labels
        told.notes += one.notes
        told.events[truck.id] = one.events[truck.id]
    return world, told


def tell_each(world: World, seed: int, days: int) -> Iterator[tuple[Hauler, Told]]:
    """Truck after truck, so that a month fits into little memory."""
    for truck in world.haulers:
        yield truck, Driver(world, truck, np.random.default_rng([seed, truck.id])).work(days)


class Driver:
    """One truck and who drives it."""

    def __init__(self, world: World, truck: Hauler, rng: np.random.Generator) -> None:
        self.world, self.truck, self.rng, self.told = world, truck, rng, Told()
        self.events: list[dict[str, Any]] = []
        self.d = Diary(rng, FIRST_DAY.timestamp(), *truck.yard)
        self.number = truck.id * 100_000

    def work(self, days: int) -> Told:
        """The whole time, shift after shift."""
        rng, d, truck = self.rng, self.d, self.truck
        d.now("ignition", 0)
        for day in range(days):
            midnight = FIRST_DAY.timestamp() + day * DAY_S
            begin = midnight + (19.5 if truck.night else 6.2) * 3_600 + rng.normal(0, 1_500)
            end = midnight + (29.0 if truck.night else 18.0) * 3_600 + rng.normal(0, 2_400)
            if begin < d.t or rng.random() < 0.08:
                continue
            self.park_until(begin)
            if rng.random() < 0.02:
                self.in_repair()
                continue
            d.now("ignition", 1)
            d.stay(rng.uniform(120, 900))
            while d.t < end:
                self.one_round()
            if rng.random() < 0.01:
                self.keep_load_overnight()
            self.drive_to(truck.yard, 34)
            d.stay(rng.uniform(60, 300))
            d.now("ignition", 0)
        self.park_until(FIRST_DAY.timestamp() + days * DAY_S)
        fixes, arrived = d.told(truck.id, truck.sensors, truck.sleeps)
        self.told.fixes, self.told.arrived = [fixes], [arrived]
        self._clone_passes(days)
        self.told.events = {truck.id: sorted(self.events, key=lambda event: (event["t"], event["id"]))}
        return self.told

    # a round: source, way, sink, back

    def one_round(self) -> None:
        """Fetch a load and bring it where it belongs, or not."""
        rng, truck = self.rng, self.truck
        cheats = rng.random() < truck.crooked
        deed = str(rng.choice(["black load", "dump", "wrong sink"], p=[0.33, 0.4, 0.27])) if cheats else ""
        style = str(rng.choice(STYLES))
        site = self.world.sites[int(rng.choice(truck.sites)) - 1]
        sink = self.world.sinks[int(rng.choice(truck.sinks)) - 1]
        if deed == "black load":
            self.black_load(style)
            if rng.random() < 0.35:
                self.dump(str(rng.choice(STYLES)), "half" if style == "half" else "plain", after_black=True)
                return
            self.to_sink(sink, route=False)
            return
        if not self.at_site(site, half=style == "half"):
            return
        if deed == "dump":
            self.dump(style, style)
            if rng.random() < 0.1:  # to the yard, not back for another load
                self.drive_to(truck.yard, 36)
                self.d.stay(rng.uniform(900, 3_600))
        elif deed == "wrong sink":
            others = [one for one in self.world.sinks if one.id not in truck.sinks]
            self.to_sink(others[int(rng.integers(len(others)))], wrong=style)
        else:
            self.to_sink(sink)
            self.on_the_way_back()

    def at_site(self, site: Place, half: bool) -> bool:
        """Queue, load, wash, leave; False where it was called away empty."""
        rng, d = self.rng, self.d
        self.drive_to(site.gate, 36, short_of=rng.uniform(10, 90))
        if rng.random() < 0.5:
            d.crawl(rng.exponential(330), (site.gate[0] - d.x, site.gate[1] - d.y))
        d.go(np.array([d.spot, site.gate]), 8, 0, 0)
        self._pass(site, "in", False)
        angle = rng.uniform(0, 2 * np.pi)
        pit = (site.middle[0] + 30 * np.cos(angle), site.middle[1] + 30 * np.sin(angle))
        d.go(np.array([d.spot, pit]), 9, 0, 0)
        d.now("cover", 2)
        if rng.random() < 0.015:  # no work, called away, or only to hand something over
            d.stay(rng.uniform(60, 2_400))
            d.now("cover", 1)
            d.go(np.array([d.spot, site.gate]), 9, 0, 0)
            self._pass(site, "out", False)
            self.errand()
            return False
        d.stay(rng.exponential(240))
        loading = rng.uniform(240, 840)
        d.now("load", 2, d.t + loading * rng.uniform(0.3, 0.5))
        if not half:
            d.now("load", 3, d.t + loading * rng.uniform(0.6, 0.9))
        d.shuffle(loading, 8)
        if rng.random() < 0.93:
            d.now("cover", 1, d.t + rng.uniform(20, 90))
        else:
            if self.truck.sensors == "all":  # nobody else could tell
                self._label("T09", d.t, d.t + 4_000, "open")
            d.now("cover", 1, d.t + 4_000)
        self.number += 1
        issued = d.t + rng.uniform(-120, 60)
        self.loaded_at, self.site = d.t, site
        d.go(np.array([d.spot, site.gate]), 9, 0, 0)
        d.stay(rng.uniform(45, 200))  # the wash bay
        self._pass(site, "out", True)
        self.issued = issued
        if not site.at_night and _is_night(d.t):
            self._label("T14", d.t - 60, d.t + 60, "night")
        return True

    def to_sink(self, sink: Place, route: bool = True, wrong: str = "") -> None:
        """Bring the load to a sink: with delays, a queue before it and a few minutes of unloading."""
        rng, d, world = self.rng, self.d, self.world
        if route and rng.random() < 0.95:
            self._manifest(sink if not wrong else world.sinks[self.truck.sinks[0] - 1])
        line = world.to_sink(d.spot, sink)
        set_out = d.t
        if rng.random() < 0.16:
            self.break_loaded(line)
            line = world.to_sink(d.spot, sink)
        elif rng.random() < 0.03:
            self._detour(line)
            line = world.to_sink(d.spot, sink)
        hides = wrong == "hidden"
        if hides:
            d.go(line[:-2], 38)
            since = d.t
            d.go(line[-2:], 38)
        else:
            d.go(line, 38)
        if not wrong and rng.random() < 0.55:
            d.crawl(rng.exponential(300), (sink.middle[0] - d.x, sink.middle[1] - d.y))
        d.go(np.array([d.spot, sink.middle]), 10, 0, 0)
        came = d.t
        if wrong == "short":
            self._unload(rng.uniform(40, 120))
        else:
            d.stay(rng.uniform(30, 240))
            d.now("cover", 2)
            self._unload(rng.uniform(70, 200))
            d.stay(rng.uniform(30, 300))
        d.now("cover", 1)
        back = np.array([d.spot, sink.gate])
        d.go(back, 10, 0, 0)
        if hides:
            until = d.t + rng.uniform(-150, 200)
            d.silent.append((since, until))
            if until - since > 600:
                self._label("T10", since, until, "blocked")
        if wrong:
            self._label("T05", came, d.t, wrong + (" night" if _is_night(came) else ""), after=set_out)

    def black_load(self, style: str) -> None:
        """Take spoil from a place that nobody registered."""
        rng, d, world = self.rng, self.d, self.world
        spot = world.black_sites[int(rng.integers(len(world.black_sites)))]
        self.drive_to(spot, 34, short_of=200 if style == "hidden" else 0)
        since = d.t
        if style == "hidden":
            self.drive_to(spot, 25)
        came = d.t
        d.now("cover", 2)
        loading = rng.uniform(40, 120) if style == "short" else rng.uniform(260, 800)
        d.now("load", 2, d.t + loading * 0.5)
        if style != "half":
            d.now("load", 3, d.t + loading * 0.8)
        (d.stay if style == "short" else d.shuffle)(loading)
        d.now("cover", 1)
        self._label("T02", came, d.t, style + (" night" if _is_night(came) else ""))
        if style == "hidden":
            d.stay(rng.uniform(0, 300))
            self._blocked(since, d.t + rng.uniform(30, 120))
        self.loaded_at, self.site, self.issued = d.t, None, d.t

    def dump(self, style: str, load: str, after_black: bool = False) -> None:
        """Drop the load where nobody looks."""
        rng, d, world = self.rng, self.d, self.world
        if not after_black and rng.random() < 0.5:
            self._manifest(world.sinks[self.truck.sinks[0] - 1])
        spot = world.dumps[int(rng.integers(len(world.dumps)))]
        hides = style == "hidden"
        self.drive_to(spot, 34, short_of=700 if hides else 0)
        since = d.t
        if hides:
            self.drive_to(spot, 25)
        came = d.t
        if style == "short":
            d.stay(rng.uniform(5, 30))
            self._unload(rng.uniform(35, 90))
        else:
            d.stay(rng.uniform(30, 200))
            self._unload(rng.uniform(60, 160))
            d.stay(rng.uniform(20, 240))
        rule = "T04" if self.truck.sensors == "none" else "T03"
        styled = style + (" half" if load == "half" else "") + (" night" if _is_night(came) else "")
        self._label(rule, came, d.t, styled + (" after black load" if after_black else ""))
        if hides:
            self._blocked(since, d.t + rng.uniform(60, 900))

    def _unload(self, up_s: float) -> None:
        rng, d = self.rng, self.d
        d.now("lift", 2)
        d.now("load", 1, d.t + up_s * rng.uniform(0.6, 0.95))
        d.stay(up_s)
        if rng.random() < 0.25:
            d.go(np.array([d.spot, (d.x + rng.uniform(-15, 15), d.y + rng.uniform(-15, 15))]), 4, 0, 0)
        d.now("lift", 1, d.t + rng.uniform(*RISE_S))
        d.stay(20)

    # what delays honest people

    def break_loaded(self, line: np.ndarray) -> None:
        """With a load on: fuel, a meal, a tyre, a chat, a toilet; then on to the sink."""
        rng, d, world = self.rng, self.d, self.world
        part = max(2, int(len(line) * rng.uniform(0.2, 0.7)))
        d.go(line[:part], 36)
        kind = str(rng.choice(["fuel", "meal", "roadside"], p=[0.35, 0.35, 0.3]))
        since = d.t
        if kind == "roadside":
            d.go(np.array([d.spot, (d.x + rng.uniform(-60, 60), d.y + rng.uniform(-60, 60))]), 15, 0, 0)
            d.stay(rng.uniform(90, 900))
        else:
            spots = world.fuel if kind == "fuel" else world.meals
            near = min(spots, key=lambda s: np.hypot(s[0] - d.x, s[1] - d.y))
            self.drive_to(near, 30)
            d.stay(rng.uniform(240, 780) if kind == "fuel" else rng.uniform(900, 2_700))
        self._note(f"{kind}, loaded", since)

    def on_the_way_back(self) -> None:
        """Empty: wash, fuel, a meal."""
        rng, d, world = self.rng, self.d, self.world
        if rng.random() > 0.22:
            return
        kind, spots = [("wash", world.wash), ("fuel", world.fuel), ("meal", world.meals)][int(rng.integers(3))]
        since = d.t
        self.drive_to(spots[int(rng.integers(len(spots)))], 34)
        if kind == "wash":
            d.stay(rng.uniform(60, 240))
            if rng.random() < 0.3:  # the body is lifted to get at the mud
                d.now("lift", 2)
                d.stay(rng.uniform(40, 240))
                d.now("lift", 1)
            d.stay(rng.uniform(60, 300))
        else:
            d.stay(rng.uniform(240, 780) if kind == "fuel" else rng.uniform(900, 2_700))
        self._note(f"{kind}, empty", since)

    def errand(self) -> None:
        """Away from the site without a load, and back some time later."""
        since = self.d.t
        self.drive_to(self.world.meals[int(self.rng.integers(len(self.world.meals)))], 32)
        self.d.stay(self.rng.uniform(300, 3_000))
        self._note("errand, empty", since)

    def keep_load_overnight(self) -> None:
        """The sink has closed: home with the load, to be brought away in the morning."""
        rng, d = self.rng, self.d
        site = self.world.sites[int(rng.choice(self.truck.sites)) - 1]
        if not self.at_site(site, half=False):
            return
        since = d.t
        self._manifest(self.world.sinks[self.truck.sinks[0] - 1])
        self.drive_to(self.truck.yard, 34)
        d.now("ignition", 0)
        self.park_until(d.t + rng.uniform(7, 11) * 3_600)
        d.now("ignition", 1)
        self._note("kept overnight, loaded", since)
        self.to_sink(self.world.sinks[self.truck.sinks[0] - 1], route=False)

    def in_repair(self) -> None:
        """A day in the workshop: engine on and off, body up and down."""
        rng, d = self.rng, self.d
        d.now("ignition", 1)
        since = d.t
        self.drive_to(self.world.repair[int(rng.integers(2))], 34)
        for _each in range(int(rng.integers(1, 5))):
            d.stay(rng.uniform(600, 3_600))
            d.now("lift", 2)
            d.stay(rng.uniform(60, 1_800))
            d.now("lift", 1)
        d.stay(600)
        self.drive_to(self.truck.yard, 34)
        d.now("ignition", 0)
        self._note("repair", since)

    def _detour(self, line: np.ndarray) -> None:
        """The road is closed: another way, off the permitted line."""
        d, since = self.d, self.d.t
        d.go(line[: max(2, len(line) // 4)], 36)
        spot = self.world.roads.anywhere(self.rng, d.spot, 900)
        d.go(self.world.way(d.spot, spot), 30)
        self._note("detour", since)

    def drive_to(self, goal, kmh: float, short_of: float = 0) -> None:
        """Along the roads from wherever it is."""
        d = self.d
        if np.hypot(goal[0] - d.x, goal[1] - d.y) < 5:
            return
        line = np.asarray(self.world.between(d.spot, goal), float)
        if short_of:
            step = line[-1] - line[-2]
            length = float(np.hypot(*step)) or 1.0
            line[-1] = line[-1] - step / length * min(short_of, length * 0.9)
        d.go(line, kmh)

    def park_until(self, t: float) -> None:
        """Ignition off at home."""
        if t > self.d.t + 60:
            self.d.parked.append((self.d.t, t))
            self.d.stay(t - self.d.t)

    # what others write down

    def _pass(self, site: Place, direction: str, laden: bool) -> None:
        rng = self.rng
        if not site.camera or rng.random() < 0.03:
            return
        seen: bool | None = laden
        if direction == "out" and rng.random() < 0.05:
            seen = None if rng.random() < 0.7 else not laden
        self._see(self.d.t + rng.uniform(-3, 3), site.gate, site.camera, site=site.id, gate=site.id, loaded=seen,
                  direction=direction, confidence=round(float(rng.uniform(0.88, 0.99)), 2))  # fmt: skip

    def _see(self, at: float, spot, code: str, **said: Any) -> None:
        lon, lat = places.to_degrees(*spot)
        self.number += 1
        self.events.append(passing(int(at * SECOND), float(lon), float(lat), code=code, id=self.number, **said))

    def _manifest(self, sink: Place) -> None:
        if self.site is not None:
            self.number += 1
            self.events.append(manifest(int(self.issued * SECOND), self.number, self.site.id, sink.id))

    def _clone_passes(self, days: int) -> None:
        """Another truck under this plate, and cameras that misread another plate for it."""
        rng, knots = self.rng, np.array(self.d.knots)
        cloned = self.truck.id % 9 == 4
        for day in range(days):
            for kind, often in (("clone", 0.5 if cloned else 0.0), ("misread", 0.06)):
                if rng.random() > often:
                    continue
                at = FIRST_DAY.timestamp() + day * DAY_S + rng.uniform(5, 23.5) * 3_600
                x, y = (float(np.interp(at, knots[:, 0], knots[:, axis])) for axis in (1, 2))
                code, spot = self.world.cameras[int(rng.integers(len(self.world.cameras)))]
                if np.hypot(x - spot[0], y - spot[1]) < 1_500:
                    continue
                sure = rng.uniform(0.88, 0.99) if kind == "clone" else rng.uniform(0.45, 0.9)
                self._see(at, spot, code, confidence=round(float(sure), 2), loaded=bool(rng.random() < 0.5))
                (self._label if kind == "clone" else self._note_at)("T11", at - 60, at + 60, kind)

    def _blocked(self, since: float, until: float) -> None:
        self.d.silent.append((since, until))
        self.d.stay(max(0.0, until - self.d.t))
        if until - since > 600:
            self._label("T10", since, until, "blocked")

    def _label(self, rule: str, since: float, until: float, style: str, after: float = 0) -> None:
        self.told.labels.append(Label(rule, self.truck.id, since, until, style))

    def _note_at(self, rule: str, since: float, until: float, style: str) -> None:
        self.told.notes.append(Label("", self.truck.id, since, until, style))

    def _note(self, what: str, since: float) -> None:
        self.told.notes.append(Label("", self.truck.id, since, self.d.t, what))


def _is_night(t: float) -> bool:
    hour = datetime.fromtimestamp(t, STREET).hour
    return hour >= 22 or hour < 6
