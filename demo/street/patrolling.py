"""Where and when the street patrols in the exercise: points and routes of each grid, the plan of each day."""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import shapely
from shapely.ops import transform

from demo.street.places import to_degrees, to_metres

NAMES = [
    "垃圾集置点", "配电房", "消防通道口", "沿河步道", "菜场口", "出租房集中点", "文化礼堂", "公厕", "独居老人家门口",
    "电动车充电棚", "施工围挡", "桥下空间", "沿街店铺", "停车场", "健身广场", "快递柜", "泵站", "学校门口",
]  # fmt: skip
REACH_M = 230
FAULTS = [
    (["time"], "短"), (["points"], "漏点"), (["time", "points"], "短"), (["result"], "未报"), (["speed"], "骑行"),
]  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """A point of a grid, degrees."""

    name: str
    lon: float
    lat: float
    radius_m: int


@dataclass(frozen=True)
class Plan:
    """What becomes of a grid on a day: minute of the day, minutes inside, and the faults of a first try."""

    minute: int
    minutes: int
    covered: bool
    failed_first: tuple[str, ...]
    by_backup: bool


def spots(code: str, polygon: dict, label: tuple[float, float]) -> list[Spot]:
    """Four to six points of a grid, in the order of a round; the same for the same grid."""
    rng = np.random.default_rng(zlib.crc32(code.encode()))
    ground = transform(to_metres, shapely.geometry.shape(polygon))
    inner = ground.buffer(-25)
    inner = ground if inner.is_empty else inner
    middle = shapely.Point(*to_metres(*label))
    count = int(rng.integers(4, 7))
    found: list[tuple[float, float]] = []
    for _try in range(400):
        angle, away = rng.uniform(0, 2 * np.pi), REACH_M * np.sqrt(rng.uniform(0.1, 1))
        x, y = middle.x + away * np.cos(angle), middle.y + away * np.sin(angle)
        if inner.covers(shapely.Point(x, y)) and all(np.hypot(x - a, y - b) > 70 for a, b in found):
            found.append((x, y))
            if len(found) == count:
                break
    found = found or [(middle.x, middle.y)]
    centre = np.mean(found, axis=0)
    found.sort(key=lambda at: np.arctan2(at[1] - centre[1], at[0] - centre[0]))
    names = rng.choice(NAMES, size=len(found), replace=False)
    degrees = [to_degrees(x, y) for x, y in found]
    return [Spot(str(name), round(lon, 6), round(lat, 6), 30) for name, (lon, lat) in zip(names, degrees, strict=True)]


def plan_of(code: str, day: date) -> Plan:
    """The plan of a grid for a day: 97–100 % of the grids are covered, on one day in three all of them."""
    dice = random.Random(f"{code} {day}")
    missed = dice.random() < _share(day)
    minute = int(min(max(dice.choice([dice.gauss(9.4, 1.1), dice.gauss(15.2, 1.6)]) * 60, 7 * 60), 19 * 60))
    tried = dice.random() < (0.55 if missed else 0.05)
    failed = tuple(dice.choice(FAULTS)[0]) if tried else ()
    return Plan(minute, dice.randint(17, 38), not missed, failed, dice.random() < 0.08)


@cache
def _share(day: date) -> float:
    # All grids miss together: most days nobody, on others one or a few of a hundred and fifty.
    return random.Random(f"day {day}").choices([0, 0.6, 1, 1.5], [38, 30, 22, 10])[0] / 150


def steps(ring: Sequence[tuple[float, float]], seconds: int, every_s: int, kmh: float) -> np.ndarray:
    """Positions (n, 2) in local metres along a closed ring at walking speed, one for `every_s` seconds."""
    line = shapely.LineString([*ring, ring[0]]) if len(ring) > 1 else None
    count = seconds // every_s + 1
    if line is None or line.length < 1:
        return np.repeat(np.array([ring[0]]), count, axis=0)
    at = (np.arange(count) * every_s * kmh / 3.6) % line.length
    return shapely.get_coordinates(shapely.line_interpolate_point(line, at))
