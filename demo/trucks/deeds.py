"""What some drivers do: loads from places that nobody registered, loads dropped where nobody looks, blocked signals."""

import numpy as np

from demo.trucks.diary import Label
from demo.trucks.terminal import DAY_S
from demo.trucks.wheel import AtWheel, is_night
from demo.trucks.world import FIRST_DAY

NO_RULE = "-"  # wrong, but nothing that a rule asks for was ever reported of it


class Deeds(AtWheel):
    """A crooked driver's tricks. `style`: plain, short, hidden (its signal is blocked meanwhile), half (a load)."""

    def black_load(self, style: str) -> None:
        """Take spoil from a place that nobody registered."""
        rng, d, world = self.rng, self.d, self.world
        spot = world.black_sites[int(rng.integers(len(world.black_sites)))]
        self.drive_to(spot, 34, short_of=200 if style == "hidden" else 0)
        since = d.t
        if style == "hidden":
            self.drive_to(spot, 25)
            came = since
        else:
            came = d.t
        d.now("cover", 2)
        loading = rng.uniform(40, 120) if style == "short" else rng.uniform(260, 800)
        d.now("load", 2, d.t + loading * 0.5)
        if style != "half":
            d.now("load", 3, d.t + loading * 0.8)
        (d.stay if style == "short" else d.shuffle)(loading)
        d.now("cover", 1)
        if style == "hidden":
            d.stay(rng.uniform(0, 300))
            self._blocked(since, d.t + rng.uniform(30, 120))
        told = self.truck.sensors == "all"  # T02 asks for a load, which others do not tell
        self._deed("T02" if told else NO_RULE, came, style if told else f"black load {style}")
        self.site, self.issued = None, d.t

    def dump(self, style: str, load: str, after_black: bool = False) -> None:
        """Drop the load where nobody looks."""
        rng, d, world = self.rng, self.d, self.world
        if not after_black:
            self.known |= self.paper(world.sinks[self.truck.sinks[0] - 1], 0.5)
        spot = world.dumps[int(rng.integers(len(world.dumps)))]
        hides = style == "hidden"
        self.drive_to(spot, 34, short_of=700 if hides else 0)
        came = d.t
        if hides:
            self.drive_to(spot, 25)
        if style == "short":
            d.stay(rng.uniform(5, 30))
            self.unload(rng.uniform(35, 90))
        else:
            d.stay(rng.uniform(30, 200))
            self.unload(rng.uniform(60, 160))
            d.stay(rng.uniform(20, 240))
        if hides:
            self._blocked(came, d.t + rng.uniform(60, 900))
        # Who has a sensor that could have said so is told by T03, others by T04, which asks for an exit seen loaded.
        heard = self.truck.sensors == "all" or (self.truck.sensors == "lift" and not hides)
        known = self.known and not after_black
        rule = "T03" if heard else "T04" if known else NO_RULE
        style += " half" if load == "half" and style != "half" else ""
        style += " after black load" if after_black else "" if known or heard else ", exit not seen"
        self._deed(rule, came, f"dump {style}" if rule == NO_RULE else style)

    def bring_to_wrong(self, line: np.ndarray) -> float:
        """The last stretch to a sink with the signal blocked; returns since when."""
        self.d.go(line[:-2], 38)
        since = self.d.t
        self.d.go(line[-2:], 38)
        return since

    def hurry(self, line: np.ndarray) -> np.ndarray:
        """A stretch of the way far too fast; returns what is left of it."""
        cut = max(2, int(len(line) * self.rng.uniform(0.3, 0.7)))
        self.d.go(line[:cut], self.rng.uniform(78, 96), 0.1, 0)
        return line[cut - 1 :]

    def wrong_sink(self, came: float, style: str) -> None:
        """It was another sink than its card names, from `came` until now; without a card in force none is named."""
        lapse = self.truck.lapse
        in_force = lapse is None or (came - FIRST_DAY.timestamp()) // DAY_S <= lapse
        self._deed("T05" if in_force else NO_RULE, came, style if in_force else f"wrong sink without a permit, {style}")

    def cloned(self, days: int) -> None:
        """Another truck under this plate, and cameras that misread another plate for it."""
        rng, knots = self.rng, np.array(self.d.knots)
        clone = self.truck.id % 9 == 4
        for day in range(days):
            for kind, often in (("clone", 0.5 if clone else 0.0), ("misread", 0.06)):
                if rng.random() > often:
                    continue
                at = FIRST_DAY.timestamp() + day * DAY_S + rng.uniform(5, 23.5) * 3_600
                x, y = (float(np.interp(at, knots[:, 0], knots[:, axis])) for axis in (1, 2))
                code, spot = self.world.cameras[int(rng.integers(len(self.world.cameras)))]
                if np.hypot(x - spot[0], y - spot[1]) < 1_500:
                    continue
                sure = rng.uniform(0.88, 0.99) if kind == "clone" else rng.uniform(0.45, 0.9)
                self.seen(at, spot, code, confidence=round(float(sure), 2), loaded=bool(rng.random() < 0.5))
                if kind == "clone":
                    self.label("T11", at - 60, at + 60, kind)
                else:
                    self.note(kind, at - 60, at + 60)

    def _blocked(self, since: float, until: float) -> None:
        self.d.silent.append((since, until))
        self.d.stay(max(0.0, until - self.d.t))

    def _deed(self, rule: str, since: float, style: str) -> None:
        parts = [style, "night" if is_night(since) else "", f"({self.truck.sensors})"]
        said = " ".join(part for part in parts if part)
        self.told.labels.append(Label(rule, self.truck.id, since, self.d.t, said))
