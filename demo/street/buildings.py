"""2,300 buildings in estates and villages: footprints and heights from a fixed start value, none of them surveyed."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.affinity import rotate, translate

from demo.street import places

TOTAL = 2300
SEED = 330109003
STOREY_M = 3.0


@dataclass(frozen=True)
class Area:
    """A community to build in: polygon in local metres, `era` village, converted (撤村建居) or estate."""

    code: str
    name: str
    era: str
    polygon: Polygon


@dataclass(frozen=True)
class Pattern:
    """How one era builds: length and depth of a house, gaps (metres), storeys, houses in a cluster."""

    share: float
    length: tuple[float, float]
    depth: tuple[float, float]
    gap: tuple[float, float]
    storeys: tuple[int, int]
    cluster: int


PATTERNS = {
    "village": Pattern(0.30, (11, 15), (9, 12), (8, 9), (3, 5), 40),
    "converted": Pattern(0.62, (22, 44), (12, 15), (14, 20), (6, 18), 30),
    "estate": Pattern(1.0, (28, 52), (14, 18), (20, 32), (11, 33), 26),
}


def era_of(code: str) -> str:
    """Villages have numbers from 200; 001–016 look like converted villages, the rest are estates."""
    number = int(code[-3:])
    return "village" if number >= 200 else "converted" if number <= 16 else "estate"


def buildings(areas: list[Area], keep_free: list[Polygon]) -> dict:
    """A FeatureCollection of exactly 2,300 footprints with `name`, `height_m`, `storeys` and `community`.

    Nothing is built on the polygons of `keep_free` (local metres).
    """
    blocked = shapely.union_all([blocked_ground(), *keep_free])
    weights = np.array([PATTERNS[area.era].share for area in areas])
    exact = weights / weights.sum() * TOTAL
    counts = np.floor(exact).astype(int)
    for index in np.argsort(counts - exact)[: TOTAL - counts.sum()]:
        counts[index] += 1
    features = []
    for area, count in zip(areas, counts, strict=True):
        rng = np.random.default_rng([SEED, int(area.code[-3:])])
        free = shapely.difference(area.polygon.buffer(-12), blocked)
        features += _built(area, _footprints(area, free, int(count), rng), rng)
    return {"type": "FeatureCollection", "features": features}


def blocked_ground() -> shapely.Geometry:
    """Ground on which nothing stands: carriageways, rails, water, hills."""
    roads = [line.buffer(road.width_m / 2 + 9) for road, line in places.road_lines()]
    rail = [part.buffer(22) for part in places.inside(places.RAILWAY)]
    water = [part.buffer(26) for part in places.inside(places.RIVER)]
    water += [part.buffer(14) for line in places.CANALS for part in places.inside(line)]
    areas = [
        shapely.transform(Polygon(ring), _in_metres) for ring in [places.LAKE, *(hill[1] for hill in places.HILLS)]
    ]
    return shapely.union_all([*roads, *rail, *water, *areas])


def _in_metres(coordinates):
    return np.column_stack(places.to_metres(coordinates[:, 0], coordinates[:, 1]))


def _in_degrees(coordinates):
    return np.column_stack(places.to_degrees(coordinates[:, 0], coordinates[:, 1]))


def _footprints(area: Area, free, count: int, rng) -> list[Polygon]:
    """Rows of houses around a few cluster centres, until `count` stand; tighter rows when the ground is small."""
    pattern = PATTERNS[area.era]
    for tightness in (1.0, 0.8, 0.62, 0.45):
        found = _rows(pattern, free, count, rng, tightness)
        if len(found) >= count:
            return found[:count]
    raise ValueError(f"{area.name} has no room for {count} buildings, only for {len(found)}")


def _rows(pattern: Pattern, free, count: int, rng, tightness: float) -> list[Polygon]:
    centres = _cluster_centres(free, max(1, round(count / pattern.cluster)), rng)
    angle = rng.uniform(-14, 14)  # houses look south, streets seldom run quite so
    step_x = pattern.length[1] + pattern.gap[0] * tightness
    step_y = pattern.depth[1] + pattern.gap[1] * tightness
    middle = centres[0]
    west, south, east, north = free.bounds
    reach = max(east - west, north - south)
    columns = np.arange(-reach, reach, step_x)
    lines = np.arange(-reach, reach, step_y)
    plots = np.array(np.meshgrid(columns, lines)).reshape(2, -1)
    turn = np.radians(angle)
    x = middle.x + plots[0] * np.cos(turn) - plots[1] * np.sin(turn)
    y = middle.y + plots[0] * np.sin(turn) + plots[1] * np.cos(turn)
    inside = shapely.contains_xy(free, x, y)
    x, y = x[inside], y[inside]
    distance = np.min([np.hypot(x - centre.x, y - centre.y) for centre in centres], axis=0)
    found: list[Polygon] = []
    for index in np.argsort(distance + rng.uniform(0, step_x, len(distance))):
        length = rng.uniform(*pattern.length)
        depth = rng.uniform(*pattern.depth)
        plot = shapely.box(-length / 2, -depth / 2, length / 2, depth / 2)
        house = translate(rotate(plot, angle, origin=(0, 0)), x[index], y[index])
        if rng.random() < 0.94 and free.contains(house):
            found.append(house)
        if len(found) == count:
            break
    return found


def _cluster_centres(free, wanted: int, rng) -> list[Point]:
    """Well separated points inside `free`, the first one deep inside."""
    west, south, east, north = free.bounds
    x, y = rng.uniform(west, east, 4000), rng.uniform(south, north, 4000)
    inside = shapely.contains_xy(free, x, y)
    points = shapely.points(x[inside], y[inside])
    depth = shapely.distance(points, free.boundary)
    chosen = [int(np.argmax(depth))]
    while len(chosen) < wanted:
        apart = np.min([shapely.distance(points, points[index]) for index in chosen], axis=0)
        chosen.append(int(np.argmax(np.minimum(apart, 420) + depth)))
    return [points[index] for index in chosen]


def _built(area: Area, footprints: list[Polygon], rng) -> list[dict]:
    pattern = PATTERNS[area.era]
    low, high = pattern.storeys
    typical = rng.integers(low, high + 1)  # an estate is built in one go: its towers are alike
    rings = shapely.transform(footprints, _in_degrees)
    features = []
    for number, ring in enumerate(rings, start=1):
        own = typical if rng.random() < 0.7 else rng.integers(low, high + 1)
        storeys = int(np.clip(own, low, high))
        features.append({
            "type": "Feature",
            "properties": {
                "name": f"{area.name}{number}幢",
                "community": area.code,
                "storeys": storeys,
                "height_m": round(storeys * STOREY_M + 0.6, 1),
            },
            "geometry": {"type": "Polygon", "coordinates": [[[float(x), float(y)] for x, y in ring.exterior.coords]]},
        })  # fmt: skip
    return features
