"""Where alerts come from: sixty cameras at crossings, and the gateways of the hotline, 110, residents and trucks."""

import itertools
from dataclasses import dataclass

import shapely

from demo.street import places

CAMERAS = 60


@dataclass(frozen=True)
class SourcePlan:
    """A source as it is loaded; a gateway has no place of its own."""

    code: str
    name: str
    kind: str
    lon: float | None = None
    lat: float | None = None

    @property
    def spot_name(self) -> str:
        """What people call the place of a camera: “市心南路南环路路口”, or the road."""
        first, _cross, second = self.name.removesuffix("摄像机").partition("×")
        return f"{first}{second}路口" if second else first.rstrip("号点0123456789")


GATEWAYS = [
    SourcePlan("hotline", "12345热线", "hotline_12345"),
    SourcePlan("police-110", "110非警务分流", "police_110"),
    SourcePlan("residents", "居民小程序", "resident"),
    SourcePlan("riders", "先锋骑手", "rider"),
    SourcePlan("grid-reports", "网格上报", "grid"),
    SourcePlan("video-patrol", "视频巡查", "video_patrol"),
    SourcePlan("truck-judging", "工程车大数据研判", "truck_rule"),
    SourcePlan("truck-platform", "区渣土车监管平台", "truck_rule"),
]


def sources() -> list[SourcePlan]:
    """All sources in a fixed order: cameras first."""
    return [*cameras(), *GATEWAYS]


def cameras() -> list[SourcePlan]:
    """Cameras where roads cross, the rest spread along the main roads."""
    roads = [(road, line) for road, line in places.road_lines() if road.rank != "expressway"]
    spots: list[tuple[str, shapely.Point]] = []
    for (a, line_a), (b, line_b) in itertools.combinations(roads, 2):
        crossing = line_a.intersection(line_b)
        if not crossing.is_empty:
            spots.append((f"{a.name}×{b.name}", crossing.centroid))
    for road, line in roads:
        for number, part in enumerate((0.18, 0.42, 0.61, 0.85), start=1):
            spot = line.interpolate(part, normalized=True)
            if len(spots) < CAMERAS and all(spot.distance(other) > 180 for _name, other in spots):
                spots.append((f"{road.name}{number}号点", spot))
    plans = []
    for number, (name, spot) in enumerate(spots[:CAMERAS], start=1):
        lon, lat = places.to_degrees(spot.x, spot.y)
        plans.append(SourcePlan(f"cam-{number:03d}", f"{name}摄像机", "analytics", float(lon), float(lat)))
    return plans
