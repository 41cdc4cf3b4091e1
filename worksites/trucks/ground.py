"""What the rules know of the world: sites with gates, sinks, the street, and each truck's card. No database here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from worksites.trucks.layers import Layer, Plane
from worksites.trucks.rules import RuleSet

NOISE_M = 20.0  # a position may lie so far outside an area that its truck stands in
SITE_M = 500.0  # around a site without gates on the map
LOADING_S, UNLOADING_S = 180, 120  # the least that it takes
REACH_MS = 8.3  # 40 km/h on roads that are a third longer than the crow flies
WEEK_MIN = 7 * 24 * 60
ALWAYS, FOREVER = -(1 << 62), 1 << 62  # µs UTC before and after everything


@dataclass(frozen=True)
class Gate:
    """A gate of a site, degrees; `camera` names it in the pass records; only a filed one makes loading lawful."""

    id: int
    lon: float
    lat: float
    code: str = ""
    camera: str = ""
    filed: bool = True


@dataclass(frozen=True)
class Valid:
    """A paper in force on the days `since` to `until`; `windows` as in `Permit.windows`, none for any time."""

    kind: str
    since: date
    until: date
    windows: tuple[Mapping[str, Any], ...] = ()
    sinks: frozenset[int] = frozenset()
    sites: frozenset[int] = frozenset()
    routes: tuple[BaseGeometry, ...] = ()

    def on(self, day: date) -> bool:
        """In force on a day of the street."""
        return self.since <= day <= self.until


@dataclass(frozen=True)
class SiteGround:
    """A site from `since` until `until` (µs UTC): boundary in degrees, gates, whether spoil leaves it, its papers.

    A site whose gates have changed is there several times, one after the other, with the same id: see `editions`.
    """

    id: int
    name: str
    boundary: BaseGeometry
    gates: tuple[Gate, ...] = ()
    digs: bool = True
    papers: tuple[Valid, ...] = ()
    since: int = ALWAYS
    until: int = FOREVER

    @property
    def has_camera(self) -> bool:
        """A camera reads plates at one of its gates."""
        return any(gate.camera for gate in self.gates)

    @property
    def is_lawful(self) -> bool:
        """Loading here is on record: a filed gate, or no gate on the map at all."""
        return not self.gates or any(gate.filed for gate in self.gates)


@dataclass(frozen=True)
class SinkGround:
    """A sink, registered from `since` until `until` (µs UTC): boundary in degrees."""

    id: int
    name: str
    boundary: BaseGeometry
    kind: str = "landfill"
    since: int = ALWAYS
    until: int = FOREVER


@dataclass(frozen=True)
class Card:
    """A truck as the registry knows it. Without sensors its load and lift are never believed."""

    id: int
    plate: str
    volume_m3: float = 12.0
    papers: tuple[Valid, ...] = ()
    company: str = ""

    def papers_on(self, day: date) -> list[Valid]:
        """Its papers in force on a day."""
        return [paper for paper in self.papers if paper.on(day)]

    def sinks_on(self, day: date) -> frozenset[int] | None:
        """Where its load may go by its card; None where the card names no sink."""
        named = [paper.sinks for paper in self.papers_on(day) if paper.sinks]
        return frozenset().union(*named) if named else None

    def sites_on(self, day: date) -> frozenset[int] | None:
        """From where it may carry by its card; None where the card names no site."""
        named = [paper.sites for paper in self.papers_on(day) if paper.sites]
        return frozenset().union(*named) if named else None

    def routes(self) -> tuple[BaseGeometry, ...]:
        """Every line that one of its papers permits, whenever (drawn on the map as well)."""
        return tuple(line for paper in self.papers for line in paper.routes)


@dataclass
class Ground:
    """Everything at once, with what is worked out of it for fast questions. Build it once and keep it.

    `required` are the kinds of papers that the rule set in force asks for; `fast` are areas of expressways (degrees).
    """

    sites: Sequence[SiteGround]
    sinks: Sequence[SinkGround]
    cards: Mapping[int, Card]
    rules: RuleSet = field(default_factory=RuleSet)
    street: BaseGeometry | None = None
    fast: BaseGeometry | None = None
    required: frozenset[str] = frozenset({"transport"})

    def __post_init__(self) -> None:
        lon, lat = self._middle()
        self.plane = Plane(lon, lat)
        of, gate_m = self.plane.of, float(self.rules["T02"]["gate_m"])
        self.lawful = [site for site in self.sites if site.is_lawful]
        boundaries = [of(site.boundary) for site in self.lawful]
        zones = []
        for site, area in zip(self.lawful, boundaries, strict=True):
            gates = [of(shapely.Point(gate.lon, gate.lat)).buffer(gate_m) for gate in site.gates if gate.filed]
            zones.append(shapely.union_all([area.buffer(NOISE_M), *gates]) if gates else area.buffer(SITE_M))
        times = [(site.since, site.until) for site in self.lawful]
        self.inside = Layer([area.buffer(NOISE_M) for area in boundaries], times)
        self.source = Layer(zones, times)
        sinks = [of(sink.boundary) for sink in self.sinks]
        self.sink_shapes = sinks
        self.sink = Layer([area.buffer(NOISE_M) for area in sinks], [(sink.since, sink.until) for sink in self.sinks])
        near_m = float(max(self.rules["T03"]["sink_m"], self.rules["T04"]["sink_m"]))
        self.near_sink, self.round_sink = self._around_sinks(near_m), self._around_sinks(500)
        self.in_street = Layer([of(self.street)] if self.street is not None else [])
        self.on_fast = Layer([of(self.fast)] if self.fast is not None else [])
        gates = [(gate, site) for site in self.lawful for gate in site.gates if gate.filed]
        self.gates = gates
        self.gate_xy = np.array([self.plane.metres(gate.lon, gate.lat) for gate, _site in gates]).reshape(-1, 2)
        self.gate_times = np.array([(site.since, site.until) for _gate, site in gates], np.int64).reshape(-1, 2)
        self._routes: dict[Any, Layer] = {}
        self._corridors: dict[int, Layer | None] = {}
        self._weeks: dict[tuple[int, date], np.ndarray | None] = {}

    def _middle(self) -> tuple[float, float]:
        shapes = [*(site.boundary for site in self.sites), *(sink.boundary for sink in self.sinks)]
        if self.street is not None:
            shapes.append(self.street)
        if not shapes:
            return 120.236927, 30.123588
        west, south, east, north = shapely.total_bounds(shapes)
        return float(west + east) / 2, float(south + north) / 2

    def _around_sinks(self, metres: float) -> Layer:
        """Within so many metres of any sink; sinks of the same time are one area."""
        areas: dict[tuple[int, int], list[BaseGeometry]] = {}
        for sink, area in zip(self.sinks, self.sink_shapes, strict=True):
            areas.setdefault((sink.since, sink.until), []).append(area.buffer(metres))
        return Layer([shapely.union_all(parts) for parts in areas.values()], list(areas))

    def site(self, site_id: int | None, at: int) -> SiteGround | None:
        """The site as it was at an instant (µs UTC); None where nothing could be lawfully loaded there then."""
        return next((one for one in self.lawful if one.id == site_id and one.since <= at < one.until), None)

    def with_rules(self, rules: RuleSet) -> "Ground":
        """The same ground under other numbers."""
        return Ground(self.sites, self.sinks, self.cards, rules, self.street, self.fast, self.required)

    def corridor(self, truck: int) -> Layer | None:
        """The ground within the buffer of the truck's permitted lines; None where its papers draw none."""
        if truck not in self._corridors:
            card = self.cards.get(truck)
            self._corridors[truck] = self._along(card.routes()) if card else None
        return self._corridors[truck]

    def _along(self, lines: tuple[BaseGeometry, ...]) -> Layer | None:
        if not lines:
            return None
        key = frozenset(line.wkb for line in lines)  # trucks of one company have the same
        if key not in self._routes:
            metres = float(self.rules["T06"]["route_m"])
            self._routes[key] = Layer([shapely.union_all([self.plane.of(line).buffer(metres, 4) for line in lines])])
        return self._routes[key]

    def missing(self, truck: int, day: date) -> list[str]:
        """Papers of a truck that the rule set asks for and that it has not on a day."""
        card = self.cards.get(truck)
        have = {paper.kind for paper in card.papers_on(day)} if card else set()
        return sorted((self.required & {"transport", "road_pass"}) - have)

    def week(self, truck: int, day: date) -> np.ndarray | None:
        """Minutes of a week (from Monday 0:00) in which the truck may drive; None for any time."""
        key = (truck, day)
        if key not in self._weeks:
            if len(self._weeks) > 50_000:
                self._weeks.clear()
            card = self.cards.get(truck)
            papers = [paper for paper in card.papers_on(day) if paper.windows] if card else []
            passes = [paper for paper in papers if paper.kind == "road_pass"] or papers
            self._weeks[key] = minutes_of([w for paper in passes for w in paper.windows]) if passes else None
        return self._weeks[key]

    def night_proof(self, site: SiteGround, day: date, minute: int) -> bool:
        """Whether the site may work in the night that began on `day`, at a minute of that day (may pass 1,440)."""
        for paper in site.papers:
            if paper.kind == "night_work" and paper.on(day):
                week = minutes_of(paper.windows) if paper.windows else None
                if week is None or week[(day.weekday() * 1440 + minute) % WEEK_MIN]:
                    return True
        return False

    def nearest_gate(self, lon: float, lat: float, at: int) -> tuple[float, Gate | None, SiteGround | None]:
        """(metres, gate, its site) of the nearest gate filed at an instant; infinitely far where there is none."""
        there = (self.gate_times[:, 0] <= at) & (at < self.gate_times[:, 1])
        if not there.any():
            return float("inf"), None, None
        x, y = self.plane.metres(lon, lat)
        away = np.where(there, np.hypot(self.gate_xy[:, 0] - x, self.gate_xy[:, 1] - y), np.inf)
        best = int(np.argmin(away))
        return float(away[best]), *self.gates[best]

    def nearest_sink(
        self, lon: float, lat: float, at: int, only: frozenset[int] | None = None
    ) -> tuple[float, SinkGround | None]:
        """(metres to its edge, sink) of the nearest sink registered at an instant (one of `only`)."""
        places = [
            n for n, sink in enumerate(self.sinks)
            if (only is None or sink.id in only) and sink.since <= at < sink.until
        ]  # fmt: skip
        shapes, sinks = [self.sink_shapes[n] for n in places], [self.sinks[n] for n in places]
        return _nearest(shapely.Point(*self.plane.metres(lon, lat)), shapes, sinks)

    def could_reach_sink(
        self, before: Sequence[float], after: Sequence[float], seconds: float, only: frozenset[int] | None = None
    ) -> bool:
        """Whether a truck could have called at a sink (one of `only`) between two quotes so many seconds apart."""
        shapes = _open_between(self.sink_shapes, self.sinks, before, after, only)
        return self._could(shapes, before, after, seconds - UNLOADING_S)

    def could_reach_source(
        self, before: Sequence[float], after: Sequence[float], seconds: float, only: frozenset[int] | None = None
    ) -> bool:
        """Whether it could have called at a registered site (one of `only`)."""
        shapes = _open_between(self.inside.areas, self.lawful, before, after, only)
        return self._could(shapes, before, after, seconds - LOADING_S)

    def _could(self, shapes, before, after, driving_s) -> bool:
        a = shapely.Point(*self.plane.metres(before[0], before[1]))
        b = shapely.Point(*self.plane.metres(after[0], after[1]))
        reach = max(0.0, driving_s) * REACH_MS
        return any(a.distance(shape) + b.distance(shape) <= reach for shape in shapes)


def _open_between(shapes, things, before, after, only) -> list[BaseGeometry]:
    return [
        shape for shape, one in zip(shapes, things, strict=True)
        if (only is None or one.id in only) and one.since <= after[2] and before[2] < one.until
    ]  # fmt: skip


def _nearest(point, shapes, things) -> tuple[float, Any]:
    if not shapes:
        return float("inf"), None
    away = shapely.distance(point, np.array(shapes, dtype=object))
    best = int(np.argmin(away))
    return float(away[best]), things[best]


def minutes_of(windows: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """Windows [{"days": [1..7], "from": "21:00", "until": "06:00"}] as the minutes of a week that they hold."""
    week = np.zeros(WEEK_MIN, bool)
    for window in windows:
        since, until = _minute(window["from"]), _minute(window["until"])
        length = (until - since) % 1440 or 1440
        for day in window.get("days") or range(1, 8):
            start = (int(day) - 1) * 1440 + since
            week[np.arange(start, start + length) % WEEK_MIN] = True
    return week


def _minute(text: str) -> int:
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)
