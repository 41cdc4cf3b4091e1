"""What delays honest people and looks odd on a map: fuel, meals, a tyre, a queue, a sink that sends them back."""

import numpy as np

from demo.trucks.wheel import AtWheel


class Delays(AtWheel):
    """An honest driver's day."""

    def break_loaded(self, line: np.ndarray) -> None:
        """With a load on: fuel, a meal, a tyre, a chat, a breakdown; then on to the sink."""
        rng, d, world = self.rng, self.d, self.world
        part = max(2, int(len(line) * rng.uniform(0.2, 0.7)))
        d.go(line[:part], 36)
        kind = str(rng.choice(["fuel", "meal", "roadside", "breakdown"], p=[0.34, 0.34, 0.29, 0.03]))
        since = d.t
        if kind in ("roadside", "breakdown"):
            d.go(np.array([d.spot, (d.x + rng.uniform(-60, 60), d.y + rng.uniform(-60, 60))]), 15, 0, 0)
            d.stay(rng.uniform(90, 900) if kind == "roadside" else rng.uniform(1_800, 9_000))
        else:
            spots = world.fuel if kind == "fuel" else world.meals
            near = min(spots, key=lambda s: np.hypot(s[0] - d.x, s[1] - d.y))
            self.drive_to(near, 30)
            d.stay(rng.uniform(240, 780) if kind == "fuel" else rng.uniform(900, 2_700))
        self.note(f"{kind}, loaded", since)

    def turned_away(self, line: np.ndarray) -> None:
        """The sink takes no more: wait by the road, bring the load back to the site, out again later."""
        rng, d, site = self.rng, self.d, self.site
        assert site is not None
        since = d.t
        d.go(line[: max(2, int(len(line) * rng.uniform(0.3, 0.9)))], 37)
        d.go(np.array([d.spot, (d.x + rng.uniform(-120, 120), d.y + rng.uniform(-120, 120))]), 15, 0, 0)
        d.stay(rng.uniform(200, 2_400))
        self.drive_to(site.gate, 36, short_of=30)
        self.drive_in(site, laden=True)
        d.stay(rng.uniform(600, 5_400))
        self.note("turned away, loaded", since)
        self.leave(site)

    def on_the_way_back(self) -> None:
        """Empty: wash, fuel, a meal."""
        rng, d, world = self.rng, self.d, self.world
        if rng.random() < 0.006:
            self.fetch_sand()
            return
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
        self.note(f"{kind}, empty", since)
        if rng.random() < 0.15:
            self.on_the_way_back()

    def fetch_sand(self) -> None:
        """Sand or gravel from a wharf or a recycling plant to a site that builds: a load, but no spoil."""
        rng, d, world = self.rng, self.d, self.world
        since = d.t
        sells = [sink for sink in world.sinks if sink.sells]
        seller = sells[int(rng.integers(len(sells)))]
        builds = [site for site in world.sites if not site.digs]
        site = builds[int(rng.integers(len(builds)))]
        if np.hypot(seller.gate[0] - d.x, seller.gate[1] - d.y) > 200:
            d.go(world.to_sink(world.to_sink(d.spot, seller)[0], seller), 37)
        d.go(np.array([d.spot, seller.middle]), 10, 0, 0)
        d.stay(rng.uniform(60, 600))
        d.now("load", 3, d.t + 120)
        d.stay(rng.uniform(150, 400))
        d.go(np.array([d.spot, seller.gate]), 10, 0, 0)
        self.drive_to(site.gate, 36)
        self.drive_in(site, laden=True)
        d.stay(rng.uniform(60, 400))
        self.unload(rng.uniform(60, 160))
        d.go(np.array([d.spot, site.gate]), 9, 0, 0)
        self.passes(site, "out", False)
        self.note("sand", since)

    def errand(self) -> None:
        """Away from the site without a load, and back some time later."""
        since = self.d.t
        self.drive_to(self.world.meals[int(self.rng.integers(len(self.world.meals)))], 32)
        self.d.stay(self.rng.uniform(300, 3_000))
        self.note("errand, empty", since)

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
        self.note("repair", since)

    def laid_up(self) -> None:
        """Without papers it stays in the yard; the engine runs for a while."""
        rng, d = self.rng, self.d
        since = d.t
        d.now("ignition", 1)
        d.stay(rng.uniform(600, 2_400))
        d.now("ignition", 0)
        self.note("laid up", since)

    def detour(self, line: np.ndarray) -> None:
        """The road is closed: another way, off the permitted line."""
        d, since = self.d, self.d.t
        d.go(line[: max(2, len(line) // 4)], 36)
        spot = self.world.roads.anywhere(self.rng, d.spot, 900)
        d.go(self.world.way(d.spot, spot), 30)
        self.note("detour", since)
