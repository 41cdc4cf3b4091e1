"""Which sites dig, which trucks carry and where to: made from the drawn sites alone, the same for whoever asks."""

import random
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from shapely.geometry import Point, shape
from shapely.ops import nearest_points, transform

from demo.street import places
from demo.trucks import world as ground
from demo.trucks.world import Hauler, Place, Spot, World

SEED, TRUCKS = 8, 60
PHASES = {"土方施工": "EW", "基坑施工": "FP", "主体施工": "ST", "装饰装修": "FO", "拆除施工": "DM"}
DIGGING = ("EW", "FP", "DM")
HAULIERS = ["示例运输一公司", "示例运输二公司", "顺通示例运输", "大成示例运输", "萧南示例土石方", "湘湖示例渣土运输"]
SINK_KINDS = [kind for _name, kind, *_rest in ground.SINKS]
SINK_CODE = "XN-{:02d}"
VOLUMES = [12, 16, 20]
SIDES = ["东", "东北", "北", "西北", "西", "西南", "南", "东南"]


@dataclass(frozen=True)
class GatePlan:
    """A gate as it will be registered; degrees WGS-84."""

    name: str
    lon: float
    lat: float
    has_wash_bay: bool
    filed: bool
    camera: str


@dataclass(frozen=True)
class SitePlan:
    """A site as it will be registered; `haulier` is an index of HAULIERS."""

    code: str
    name: str
    colour: str  # the one that its past leads to; finished for one that is
    phase: str
    address: str
    boundary: dict[str, Any]
    gates: tuple[GatePlan, ...]
    haulier: int
    at_night: bool

    @property
    def digs(self) -> bool:
        """Whether spoil leaves it now, through a gate that is filed."""
        return self.phase in DIGGING and self.colour != "finished" and self.gates[0].filed


@dataclass(frozen=True)
class TruckPlan:
    """A truck as it will be registered, with what its driver usually does; numbers of sites and sinks count from 1."""

    number: int
    plate: str
    haulier: int
    sensors: str  # all, lift or none
    volume_m3: int
    night: bool
    in_repair: bool
    sites: tuple[int, ...]
    sinks: tuple[int, ...]
    crooked: float

    @property
    def terminal(self) -> str:
        """The number of its terminal."""
        return f"10000{self.number:06d}"


class StreetWorld(World):
    """The ground with ways of one's own: a diary shortens the line that it was given, and the next wants it whole."""

    def way(self, start: Spot, goal: Spot) -> np.ndarray:
        """A copy of the way along the roads."""
        return super().way(start, goal).copy()


def site_plans(features: list[dict[str, Any]]) -> list[SitePlan]:
    """The sites out of the features of the layer `worksites`, in their order."""
    return [_site(feature, number) for number, feature in enumerate(features)]


def truck_plans(sites: list[SitePlan]) -> list[TruckPlan]:
    """Sixty trucks; each carries for two digging sites of its own company to two sinks."""
    dice = random.Random(SEED)
    plans = []
    for number in range(1, TRUCKS + 1):
        haulier = number % len(HAULIERS)
        night = dice.random() < 0.35
        served = [n for n, site in enumerate(sites, start=1) if site.digs and site.haulier == haulier]
        allowed = [n for n in served if sites[n - 1].at_night] if night else served
        plans.append(TruckPlan(
            number, f"浙A{number % 10}D{100 + number * 7 % 899:03d}", haulier,
            dice.choices(["all", "lift", "none"], [20, 50, 30])[0], dice.choice(VOLUMES), night and bool(allowed),
            dice.random() < 0.05, tuple(dice.sample(allowed or served, min(2, len(allowed or served)))),
            tuple(dice.sample(range(1, len(SINK_KINDS) + 1), 2)), dice.choices([0.0, 0.01, 0.09], [60, 25, 15])[0],
        ))  # fmt: skip
    return plans


@lru_cache(1)
def street_ground() -> World:
    """Roads, sinks, yards and lonely places of the haulage; without its sites and trucks."""
    return ground.build(SEED, TRUCKS)


def world_of(sites: list[SitePlan], trucks: list[TruckPlan]) -> World:
    """The ground on which these trucks drive, in local metres; a Place has the number of its site."""
    whole = street_ground()
    found = []
    for number, site in enumerate(sites, start=1):
        area = transform(places.to_metres, shape(site.boundary))
        gate, middle = site.gates[0], area.representative_point()
        spot = tuple(float(value) for value in places.to_metres(gate.lon, gate.lat))
        found.append(Place(number, site.name, area, spot, (middle.x, middle.y), site.digs, site.at_night, gate.camera))
    yards = [hauler.yard for hauler in whole.haulers[:4]]
    haulers = [
        Hauler(truck.number, truck.plate, truck.sensors, yards[truck.number % 4], list(truck.sites), list(truck.sinks),
               truck.night, truck.number % 2 == 0, truck.crooked)
        for truck in trucks if truck.sites and not truck.in_repair
    ]  # fmt: skip
    # Under a roof nobody sees a truck unload: on its way back it would seem to leave its line with the load.
    sinks = [replace(sink, roofed=False) for sink in whole.sinks]
    own = {"sites": found, "sinks": sinks, "haulers": haulers, "paperless": set(),
           "dark": {place.id: [] for place in found}}  # fmt: skip
    return StreetWorld(**(vars(whole) | own))


def address_of(lon: float, lat: float, community: str) -> str:
    """Where a place is in words: community, nearest road, side and distance."""
    spot = Point(*places.to_metres(lon, lat))
    road, line = min(places.road_lines(), key=lambda one: one[1].distance(spot))
    foot = nearest_points(line, spot)[0]
    angle = np.degrees(np.arctan2(spot.y - foot.y, spot.x - foot.x))
    side = SIDES[int(round(float(angle) / 45)) % 8]
    return f"蜀山街道{community}{road.name}{side}侧约{max(10, round(line.distance(spot), -1)):.0f}米"


def _site(feature: dict[str, Any], number: int) -> SitePlan:
    about, outline = feature["properties"], shape(feature["geometry"])
    dice = random.Random(f"{SEED}{about['code']}")
    phase = PHASES.get(about["stage"], "FO")
    middle = outline.representative_point()
    gates = tuple(_gates(outline, about["code"], dice, digs=phase in DIGGING))
    community = re.split(r"\d", about["name"])[0]
    return SitePlan(
        about["code"], about["name"], about["colour"], phase, address_of(middle.x, middle.y, community),
        feature["geometry"], gates, number % len(HAULIERS), phase in DIGGING and dice.random() < 0.5,
    )  # fmt: skip


def _gates(outline: Any, code: str, dice: random.Random, *, digs: bool) -> list[GatePlan]:
    """The first gate faces the nearest road; where spoil leaves it is filed, elsewhere a few are not."""
    ring = outline.exterior
    spot = Point(*places.to_metres(outline.centroid.x, outline.centroid.y))
    line = min((line for _road, line in places.road_lines()), key=lambda one: one.distance(spot))
    road = Point(*places.to_degrees(*nearest_points(line, spot)[0].coords[0]))
    first = ring.project(nearest_points(ring, road)[0], normalized=True)
    shares = [first, (first + dice.uniform(0.3, 0.6)) % 1][: dice.choice([1, 1, 2])]
    gates = []
    for number, share in enumerate(shares):
        at = ring.interpolate(share, normalized=True)
        gates.append(GatePlan(
            ["1号门", "2号门"][number], round(at.x, 6), round(at.y, 6), dice.random() < 0.9,
            dice.random() < 0.88 or (digs and number == 0), f"GK-{code}-{number + 1}",
        ))  # fmt: skip
    return gates
