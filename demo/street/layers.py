"""The drawn layers of the street: outline, roads, water, green, rails, places, buildings and sample sites."""

import json

import numpy as np
import shapely
from shapely import Polygon
from shapely.affinity import rotate, translate
from shapely.ops import transform

from demo.street import buildings, places
from grid.models import Community, MapLayer
from grid.services.layers import put_layer

SKETCH = "示意，非官方边界"
LAYERS = 8
RANKS = {"expressway": 1, "trunk": 1, "main": 2, "minor": 3}
DRAWING = 5  # raise it when anything here draws differently: every installation then draws anew
APART_M = 15.0  # between the outlines of two sites
# 白 white is trusted, 黄 yellow watched, 红 red closely controlled
SITES = [("white", 28), ("yellow", 8), ("red", 4), ("finished", 5)]
STAGES = ["土方施工", "基坑施工", "主体施工", "装饰装修", "土方施工", "主体施工", "基坑施工", "拆除施工"]


def load_layers() -> int:
    """Put every layer on the map; returns how many were drawn. Communities must be loaded."""
    drawings = set(MapLayer.objects.values_list("geojson__drawing", flat=True))
    if drawings == {DRAWING} and MapLayer.objects.count() >= LAYERS:
        return 0
    areas = community_areas()
    sites = worksites(areas)
    site_grounds = [transform(places.to_metres, shapely.from_geojson(json.dumps(site["geometry"]))).buffer(15)
                    for site in sites["features"]]  # fmt: skip
    drawn = [
        ("boundary", boundary(), "街道范围（示意）", "Outline (approximate)"),
        ("green", green(), "山体绿地（示意）", "Hills (approximate)"),
        ("water", water(), "水系（示意）", "Water (approximate)"),
        ("railway", railway(), "铁路（示意）", "Railway (approximate)"),
        ("roads", roads(), "道路（示意）", "Roads (approximate)"),
        ("buildings", buildings.buildings(areas, site_grounds), "建筑（示例）", "Buildings (sample)"),
        ("worksites", sites, "建筑工地（示例）", "Worksites (sample)"),
        ("places", landmarks(), "地点（示例）", "Places (sample)"),
    ]
    for code, geojson, name_zh, name_en in drawn:
        put_layer(code, geojson | {"drawing": DRAWING}, name_zh=name_zh, name_en=name_en)
    return len(drawn)


def community_areas() -> list[buildings.Area]:
    """The loaded communities as ground to build on."""
    return [
        buildings.Area(
            row.code, row.short_name, buildings.era_of(row.code),
            transform(places.to_metres, shapely.from_geojson(json.dumps(row.polygon))),
        )
        for row in Community.objects.order_by("code")
    ]  # fmt: skip


def boundary() -> dict:
    """The outline, marked as not official."""
    ring = Polygon(places.OUTLINE)
    return collection([feature(ring, name="蜀山街道", code="330109003", official=False, note=SKETCH)])


def roads() -> dict:
    """Named roads inside the outline; `rank` 1 is the widest."""
    return collection(
        feature(
            _degrees(line),
            name=road.name,
            name_en=road.name_en,
            kind=road.rank,
            rank=RANKS[road.rank],
            width_m=road.width_m,
        )
        for road, line in places.road_lines()
    )


def railway() -> dict:
    """The railway through the street."""
    return collection(feature(_degrees(part), name="浙赣铁路") for part in places.inside(places.RAILWAY))


def water() -> dict:
    """Lake, river and nameless canals as areas."""
    inside = places.outline()
    lake = transform(places.to_metres, Polygon(places.LAKE)).buffer(40).buffer(-40).intersection(inside)
    river = shapely.union_all([part.buffer(19) for part in places.inside(places.RIVER)]).intersection(inside)
    canals = [part.buffer(8).intersection(inside) for line in places.CANALS for part in places.inside(line)]
    shapes = [(lake, "湘湖", "lake"), (river, "南门江", "river"), *((canal, "", "canal") for canal in canals)]
    return collection(feature(_degrees(shape.simplify(1)), name=name, kind=kind) for shape, name, kind in shapes)


def green() -> dict:
    """Hills, by their rough foot line."""
    inside = places.outline()
    return collection(
        feature(
            _degrees(transform(places.to_metres, Polygon(ring)).buffer(30).intersection(inside).simplify(2)), name=name
        )
        for name, ring in places.HILLS
    )


def landmarks() -> dict:
    """Known places as points."""
    return collection(
        feature(shapely.Point(lon, lat), name=name, name_en=english, kind=kind)
        for name, english, kind, lon, lat in places.PLACES
    )


def worksites(areas: list[buildings.Area]) -> dict:
    """45 invented sites: 28 white, 8 yellow, 4 red under construction and 5 finished."""
    rng = np.random.default_rng([buildings.SEED, 45])
    colours = [colour for colour, count in SITES for _each in range(count)]
    rng.shuffle(colours)
    blocked = buildings.blocked_ground()
    sites: list[dict] = []
    drawn: list[Polygon] = []
    for number, colour in enumerate(colours, start=1):
        area = areas[(number * 7) % len(areas)]
        free = shapely.difference(area.polygon.buffer(-60), blocked.buffer(25))
        west, south, east, north = free.bounds
        x, y = rng.uniform(west, east, 600), rng.uniform(south, north, 600)
        inside = shapely.contains_xy(free, x, y)
        half = shapely.box(-rng.uniform(25, 55), -rng.uniform(20, 45), rng.uniform(25, 55), rng.uniform(20, 45))
        turned = rotate(half, rng.uniform(-14, 14))
        laid = (translate(turned, *spot) for spot in zip(x[inside], y[inside], strict=True))
        shape = next(one for one in laid if all(one.distance(other) > APART_M for other in drawn))
        drawn.append(shape)
        stage = "竣工" if colour == "finished" else STAGES[int(rng.integers(len(STAGES)))]
        sites.append(feature(
            _degrees(shape), name=f"{area.name}{number:02d}号工地（示例）", code=f"WS-{number:03d}", colour=colour,
            stage=stage, community=area.code, sample=True,
        ))  # fmt: skip
    return collection(sites)


def feature(shape, **properties) -> dict:
    """One GeoJSON feature with coordinates rounded to about 10 cm."""
    rounded = shapely.set_precision(shape, 1e-6, mode="pointwise")
    return {"type": "Feature", "properties": properties, "geometry": _plain(shapely.geometry.mapping(rounded))}


def collection(features) -> dict:
    """A FeatureCollection of plain lists and numbers, as the database gives it back."""
    return {"type": "FeatureCollection", "features": list(features)}


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def _degrees(shape):
    return transform(places.to_degrees, shape)
