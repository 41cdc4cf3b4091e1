"""A labelled month of waste trucks out of a seed: lawful trips, the delays of every day, and what some drivers do.

Written from how the trade works, not from how the rules look. `tell(seed, days)` gives fixes as they arrived, passes,
manifests and labels; `score.py` compares them with what the rules found. What is wrong by mere fact - papers, hours,
speed, route, silence - is labelled by truth.py from the true track.
"""

from collections.abc import Iterator

import numpy as np

from demo.trucks.deeds import Deeds
from demo.trucks.delays import Delays
from demo.trucks.diary import Told
from demo.trucks.terminal import DAY_S, Terminal
from demo.trucks.truth import facts_of
from demo.trucks.world import FIRST_DAY, Hauler, Place, World, build

STYLES = ["plain", "plain", "short", "hidden", "half"]


def tell(seed: int, days: int = 30, trucks: int = 60) -> tuple[World, Told]:
    """Everything at once; a month of sixty trucks is about five million fixes and needs some 400 MB."""
    world, told = build(seed, trucks), Told()
    for truck, one in tell_each(world, seed, days):
        told.fixes += one.fixes
        told.arrived += one.arrived
        told.labels += one.labels
        told.notes += one.notes
        told.loads += one.loads
        told.events[truck.id] = one.events[truck.id]
    return world, told


def tell_each(world: World, seed: int, days: int) -> Iterator[tuple[Hauler, Told]]:
    """Truck after truck, so that a month fits into little memory."""
    for truck in world.haulers:
        yield truck, Driver(world, truck, np.random.default_rng([seed, truck.id])).work(days)


class Driver(Deeds, Delays):
    """One truck and who drives it."""

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
            if truck.lapse is not None and day > truck.lapse and truck.lies_up:
                self.laid_up()
                continue
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
        terminal = Terminal(truck.id, truck.sensors, truck.sleeps, truck.faulty, truck.slow_s)
        terminal.fails(d)
        self.told.labels += facts_of(self.world, truck, d, days)
        fixes, arrived = terminal.tell(d)
        self.told.fixes, self.told.arrived = [fixes], [arrived]
        self.cloned(days)
        self.told.events = {truck.id: sorted(self.events, key=lambda event: (event["t"], event["id"]))}
        return self.told

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
            self.to_sink(sink)
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
            if rng.random() < 0.008:
                self.turned_away(self.way_to(sink))
            self.to_sink(sink)
            self.on_the_way_back()

    def to_sink(self, sink: Place, wrong: str = "") -> None:
        """Bring the load to a sink: with delays, a queue before it and a few minutes of unloading."""
        rng, d, world = self.rng, self.d, self.world
        self.paper(sink if not wrong else world.sinks[self.truck.sinks[0] - 1], 0.95)
        line = self.way_to(sink)
        odd = rng.random()
        if odd < 0.16:
            self.break_loaded(line)
            line = self.way_to(sink)
        elif odd < 0.19:
            self.detour(line)
            line = self.way_to(sink)
        elif odd < 0.19 + self.truck.hasty:
            line = self.hurry(line)
        since = d.t
        if wrong == "hidden":
            since = self.bring_to_wrong(line)
        else:
            d.go(line, 38)
        if not wrong and rng.random() < 0.55:
            d.crawl(rng.exponential(300), sink.middle)
        d.go(np.array([d.spot, sink.middle]), 10, 0, 0)
        came = d.t
        if wrong == "short":
            self.unload(rng.uniform(40, 120))
        else:
            d.stay(rng.uniform(30, 240))
            d.now("cover", 2)
            self.unload(rng.uniform(70, 200))
            d.stay(rng.uniform(30, 300))
        if sink.roofed and rng.random() < 0.5:
            d.silent.append((came, d.t))  # no satellites in the hall
        if not wrong and rng.random() < 0.006:  # clay sticks, and falls off later
            d.now("load", 2)
            d.now("load", 1, d.t + rng.uniform(300, 1_500))
            self.note("clay in the body", came)
        d.now("cover", 1)
        d.go(np.array([d.spot, sink.gate]), 10, 0, 0)
        if wrong == "hidden":
            until = d.t + rng.uniform(-150, 200)
            d.silent.append((since, until))
            self.wrong_sink(since, wrong)
        elif wrong:
            self.wrong_sink(came, wrong)

    def keep_load_overnight(self) -> None:
        """The sink has closed: home with the load, to be brought away in the morning."""
        rng, d = self.rng, self.d
        site = self.world.sites[int(rng.choice(self.truck.sites)) - 1]
        if not self.at_site(site, half=False):
            return
        since, sink = d.t, self.world.sinks[self.truck.sinks[0] - 1]
        self.paper(sink, 0.95)
        self.drive_to(self.truck.yard, 34)
        d.now("ignition", 0)
        self.park_until(d.t + rng.uniform(7, 11) * 3_600)
        d.now("ignition", 1)
        self.note("kept overnight, loaded", since)
        self.site = None  # its paper is written
        self.to_sink(sink)
