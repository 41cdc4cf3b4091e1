"""The ground of the made-up month: sites, sinks, yards, black places and the ways between them. Local metres."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate, translate
from shapely.ops import transform

from demo.simulator.roads import RoadMap
from demo.street import places
from shushanwei.common.clock import STREET
from worksites.trucks.ground import Card, Gate, Ground, SinkGround, SiteGround, Valid

Spot = tuple[float, float]
SINCE, UNTIL = date(2026, 1, 1), date(2027, 12, 31)
FIRST_DAY = datetime(2026, 10, 1, tzinfo=STREET)
MOST_DAYS = 62
DAY_HOURS, NIGHT_HOURS = ("05:00", "20:00"), ("18:30", "06:30")  # when a road pass lets the trucks of a shift drive
SINKS = [  # name, kind, the road that leads there, which end, metres beyond it
    ("戴村消纳场", "landfill", "104国道", 0, 3_800), ("义桥转运码头", "wharf", "104国道", -1, 5_200),
    ("临浦回填点", "backfill", "临浦快速通道", -1, 4_400), ("新塘资源化厂", "recycling", "南环路", -1, 2_600),
    ("所前消纳场", "landfill", "亚太路", -1, 6_100), ("湘湖北回填点", "backfill", "风情大道", 0, 2_200),
]  # fmt: skip


@dataclass
class Place:
    """A site, sink or other spot: where it is, its area and its way in."""

    id: int
    name: str
    area: Polygon
    gate: Spot
    middle: Spot
    digs: bool = True
    at_night: bool = False
    camera: str = ""
    roofed: bool = False
    sells: bool = False  # sand and gravel can be fetched there


@dataclass
class Hauler:
    """A truck with its habits: sensors "all", "lift" or "none", home yard, sites it serves, sinks on its card."""

    id: int
    plate: str
    sensors: str
    yard: Spot
    sites: list[int]
    sinks: list[int]
    night: bool
    sleeps: bool  # its terminal reports every five minutes while the ignition is off
    crooked: float  # how likely its driver cheats on a trip
    faulty: float = 0.0  # how often a day its terminal falls silent
    slow_s: float = 0.0  # how long its load sensor takes
    hasty: float = 0.0  # how likely its driver speeds on a trip
    lapse: int | None = None  # the last day (0: the first of the month) on which its transport permit is in force
    lies_up: bool = False  # and then it stays in the yard
    has_pass: bool = True

    @property
    def hours(self) -> tuple[str, str]:
        """From and until when its road pass lets it drive."""
        return NIGHT_HOURS if self.night else DAY_HOURS


@dataclass
class World:
    """Everything that the diaries of the trucks refer to."""

    sites: list[Place] = field(default_factory=list)
    sinks: list[Place] = field(default_factory=list)
    haulers: list[Hauler] = field(default_factory=list)
    black_sites: list[Spot] = field(default_factory=list)
    dumps: list[Spot] = field(default_factory=list)
    fuel: list[Spot] = field(default_factory=list)
    wash: list[Spot] = field(default_factory=list)
    repair: list[Spot] = field(default_factory=list)
    meals: list[Spot] = field(default_factory=list)
    cameras: list[tuple[str, Spot]] = field(default_factory=list)
    roads: Any = None
    exits: dict[int, tuple[Spot, ...]] = field(default_factory=dict)  # sink → the road from the street's edge
    paperless: set[tuple[int, int]] = field(default_factory=set)  # (site, day) on which hardly a manifest is written
    dark: dict[int, list[tuple[float, float]]] = field(default_factory=dict)  # site → its camera is out of order

    def way(self, start: Spot, goal: Spot) -> np.ndarray:
        """The way along the roads as an array of spots."""
        return _way(self.roads, _round(start), _round(goal))

    def to_sink(self, start: Spot, sink: Place) -> np.ndarray:
        """The way from a spot to a sink's gate, out of the street where it lies outside."""
        road = np.array(self.exits[sink.id])
        return np.vstack([self.way(start, tuple(road[0])), road[1:]])

    def between(self, start: Spot, goal: Spot) -> np.ndarray:
        """Any way, also from a sink outside back into the street."""
        for sink in self.sinks:
            if sink.area.distance(Point(start)) < 60:
                return self.to_sink(goal, sink)[::-1]
            if sink.area.distance(Point(goal)) < 60:
                return self.to_sink(start, sink)
        return self.way(start, goal)


def _round(spot: Spot) -> Spot:
    return round(float(spot[0]), 1), round(float(spot[1]), 1)


@lru_cache(20_000)
def _way(roads: RoadMap, start: Spot, goal: Spot) -> np.ndarray:
    way = np.array(roads.way(start, goal).coords)
    way.flags.writeable = False
    return way


def build(seed: int, trucks: int = 60) -> World:
    """The world of a seed."""
    rng = np.random.default_rng(seed)
    world = World(roads=RoadMap())
    inside = places.outline().buffer(-250)
    roads = {road.name: line for road, line in places.road_lines()}
    for number, (name, kind, road, end, beyond) in enumerate(SINKS, start=1):
        line = np.array(roads[road].coords)
        edge, before = (line[0], line[2]) if end == 0 else (line[-1], line[-3])
        ahead = (edge - before) / np.hypot(*(edge - before))
        side = np.array([-ahead[1], ahead[0]])
        bends = [edge + ahead * beyond * s + side * beyond * d for s, d in ((0.3, 0.05), (0.6, -0.04), (0.88, 0.02))]
        gate = edge + ahead * beyond
        world.exits[number] = tuple(tuple(spot) for spot in [edge, *bends, gate])
        middle = gate + ahead * 130
        area = rotate(_box(middle, 220, 170), float(np.degrees(np.arctan2(ahead[1], ahead[0]))))
        world.sinks.append(Place(number, name, area, tuple(gate + ahead * 25), tuple(middle),
                                 roofed=kind == "recycling", sells=kind in ("recycling", "wharf")))  # fmt: skip

    taken: list[Spot] = []
    for number in range(1, 17):
        gate = _free_spot(world, rng, inside, taken, 420)
        angle = rng.uniform(0, 2 * np.pi)
        middle = (gate[0] + 75 * np.cos(angle), gate[1] + 75 * np.sin(angle))
        area = rotate(_box(middle, rng.uniform(110, 190), rng.uniform(100, 150)), float(np.degrees(angle)))
        night, digs = number % 2 == 0, number <= 13
        camera = f"GATE{number:02d}" if number not in (5, 11) else ""
        world.sites.append(Place(number, f"{number}号地块", area, gate, middle, digs, night, camera))
        taken += [gate, middle]
    kinds = [world.black_sites, world.fuel, world.wash, world.repair, world.meals]
    for spots, count, apart in zip(kinds, (7, 3, 2, 2, 5), (380, 250, 250, 250, 250), strict=True):
        for _each in range(count):
            road = _free_spot(world, rng, inside, taken, apart)
            angle, off = rng.uniform(0, 2 * np.pi), rng.uniform(40, 220) if spots is world.black_sites else 35
            spot = (road[0] + off * np.cos(angle), road[1] + off * np.sin(angle))
            if spots is world.black_sites and _near_site(world, spot):
                spot = road
            spots.append(spot)
            taken.append(spot)
    for _each in range(14):  # by the river, behind the hills, down farm tracks
        road = _free_spot(world, rng, inside.buffer(1_200), taken, 330)
        angle, off = rng.uniform(0, 2 * np.pi), rng.uniform(120, 900)
        world.dumps.append((road[0] + off * np.cos(angle), road[1] + off * np.sin(angle)))
    far = [spot for spot in world.dumps if all(s.area.distance(Point(spot)) > 400 for s in world.sinks)]
    world.dumps = [spot for spot in far if not _near_site(world, spot)]
    world.cameras = [(f"ROAD{n}", world.roads.anywhere(rng, (0, 0), 3_000)) for n in range(8)]
    yards = [_free_spot(world, rng, inside, taken, 250) for _each in range(4)]
    world.haulers = [_hauler(world, rng, number, yards[number % 4]) for number in range(1, trucks + 1)]
    for site in world.sites:
        world.dark[site.id] = []
        for day in range(MOST_DAYS):
            if rng.random() < 0.04:
                world.paperless.add((site.id, day))
            if rng.random() < 0.02:
                since = (FIRST_DAY + timedelta(days=day)).timestamp() + rng.uniform(0, 20) * 3_600
                world.dark[site.id].append((since, since + rng.uniform(1, 9) * 3_600))
    return world


def _hauler(world: World, rng: np.random.Generator, number: int, yard: Spot) -> Hauler:
    night = bool(rng.random() < 0.35)
    digging = [site.id for site in world.sites if site.digs and (site.at_night or not night)]
    truck = Hauler(
        number, f"浙A{number % 10}D{number:03d}", str(rng.choice(["all", "lift", "none"], p=[0.55, 0.2, 0.25])), yard,
        [int(n) for n in rng.choice(digging, 2, replace=False)],
        [int(n) for n in rng.choice(range(1, 7), 2, replace=False)], night, bool(rng.random() < 0.5),
        float(rng.choice([0.0, 0.01, 0.09], p=[0.45, 0.3, 0.25])),
    )  # fmt: skip
    truck.faulty = 0.4 if rng.random() < 0.1 else 0.02
    truck.slow_s = float(rng.uniform(30, 90)) if rng.random() < 0.25 else 0.0
    truck.hasty = float(rng.choice([0.0, 0.01, 0.05], p=[0.5, 0.3, 0.2]))
    if rng.random() < 0.07:
        truck.lapse, truck.lies_up = int(rng.integers(1, 28)), bool(rng.random() < 0.5)
    truck.has_pass = bool(rng.random() > 0.02)
    return truck


def _box(middle, length: float, width: float) -> Polygon:
    return translate(shapely.box(-length / 2, -width / 2, length / 2, width / 2), *map(float, middle))


def _near_site(world: World, spot: Spot) -> bool:
    return any(
        min(site.area.distance(Point(spot)), Point(site.gate).distance(Point(spot))) < 250 for site in world.sites
    )


def _free_spot(world: World, rng, inside, taken: list[Spot], apart_m: float) -> Spot:
    for _try in range(400):
        spot = world.roads.anywhere(rng, (0, -500), 3_200)
        if inside.contains(Point(spot)) and all(np.hypot(spot[0] - a, spot[1] - b) > apart_m for a, b in taken):
            return spot
    return spot


def lines_of(world: World, truck: Hauler) -> list[LineString]:
    """The ways that its permit draws, local metres."""
    return [
        LineString(world.to_sink(world.sites[site - 1].gate, world.sinks[sink - 1]))
        for site in truck.sites for sink in truck.sinks
    ]  # fmt: skip


def ground_of(world: World) -> Ground:
    """The same world as the rules know it: only what is on record."""
    night = Valid("night_work", SINCE, UNTIL)
    sites = [
        SiteGround(
            site.id, site.name, _degrees(site.area),
            (Gate(site.id, *_lonlat(site.gate), code=f"G{site.id}", camera=site.camera),), site.digs,
            (night,) if site.at_night else (),
        )
        for site in world.sites
    ]  # fmt: skip
    sinks = [
        SinkGround(sink.id, sink.name, _degrees(sink.area), kind)
        for sink, (_name, kind, *_rest) in zip(world.sinks, SINKS, strict=True)
    ]
    cards = {}
    for truck in world.haulers:
        lines = [_degrees(line) for line in lines_of(world, truck)]
        until = UNTIL if truck.lapse is None else (FIRST_DAY + timedelta(days=truck.lapse)).date()
        sinks_, sites_ = frozenset(truck.sinks), frozenset(truck.sites)
        papers = [Valid("transport", SINCE, until, (), sinks_, sites_, tuple(lines))]
        if truck.has_pass:
            hours = {"days": list(range(1, 8)), "from": truck.hours[0], "until": truck.hours[1]}
            papers.append(Valid("road_pass", SINCE, UNTIL, (hours,)))
        cards[truck.id] = Card(truck.id, truck.plate, 12.0, tuple(papers))
    needed = frozenset({"transport", "road_pass"})
    return Ground(sites, sinks, cards, street=_degrees(places.outline()), required=needed)


def _degrees(shape):
    return transform(places.to_degrees, shape)


def _lonlat(spot: Spot) -> tuple[float, float]:
    lon, lat = places.to_degrees(*spot)
    return float(lon), float(lat)
