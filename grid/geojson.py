"""Read the ground from GeoJSON and name everything that is wrong with it. No database here.

A file is one FeatureCollection in WGS-84 degrees. A feature's `kind` says what it is: `community` or `village`
(12-digit code), or a kind of grid. Grids of one kind inside a community leave no gap and do not overlap.
"""

import json
import re
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grid.areas import COMMUNITY_KINDS, GRID_KINDS, Area, Ground, Problem, Refused
from grid.fitting import belonging_problems, fitting_problems

WGS84_NAMES = re.compile(r"(CRS:?84|EPSG:{1,2}(4326|4490)|CGCS2000|WGS ?84)$", re.IGNORECASE)
MOST_FEATURES = 20_000


def read(text: str | bytes, known: Ground | None = None) -> Ground:
    """Read a file; `known` is the ground that is loaded already. Raises Refused with all problems found."""
    known = known or Ground()
    try:
        # NaN and Infinity are no JSON, but Python's reader lets them pass.
        data = json.loads(text, parse_constant=lambda name: _raise(ValueError(name)))
    except (ValueError, RecursionError) as error:
        raise Refused([Problem(_("This is no JSON file: %(error)s") % {"error": error})]) from error
    features = _features(data)
    problems: list[Problem] = []
    ground = Ground()
    for index, feature in enumerate(features):
        try:
            area = _area(index, feature)
        except Refused as refused:
            problems += refused.problems
            continue
        if area.code in ground.communities or area.code in ground.grids:
            problems.append(area.problem(_("This code stands twice in the file."), "properties.code"))
        elif area.kind in COMMUNITY_KINDS:
            ground.communities[area.code] = area
        else:
            ground.grids[area.code] = area
    problems = problems or belonging_problems(ground, known) or fitting_problems(ground, known)
    if problems:
        raise Refused(problems)
    return ground


def _raise(error: Exception) -> None:
    raise error


def _features(data: Any) -> list:
    if not isinstance(data, dict) or data.get("type") != "FeatureCollection":
        raise Refused([Problem(_("The file must be a GeoJSON FeatureCollection."))])
    crs = data.get("crs")
    if crs is not None:
        properties = crs.get("properties") if isinstance(crs, dict) else None
        name = str(properties.get("name", "") if isinstance(properties, dict) else crs)
        if not WGS84_NAMES.search(name):
            message = _("The file states the coordinate system %(name)s; send WGS-84 degrees (EPSG:4326).")
            raise Refused([Problem(message % {"name": name[:60] or "?"})])
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise Refused([Problem(_("The file has no features."))])
    if len(features) > MOST_FEATURES:
        raise Refused([Problem(_("The file has more than %(most)s features.") % {"most": MOST_FEATURES})])
    return features


def _area(index: int, feature: Any) -> Area:
    """One feature, checked by itself."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Refused([Problem(_("This is no GeoJSON feature."), index)])
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise Refused([Problem(_("The feature has no properties."), index, field="properties")])
    code = str(properties.get("code") or "")
    problems: list[Problem] = []

    def wrong(name: str, message: str) -> None:
        problems.append(Problem(message, index, code[:24], name))

    kind = properties.get("kind")
    is_community = kind in COMMUNITY_KINDS
    if kind not in (*COMMUNITY_KINDS, *GRID_KINDS):
        kinds = ", ".join((*COMMUNITY_KINDS, *GRID_KINDS))
        wrong("properties.kind", _("The kind must be one of: %(kinds)s.") % {"kinds": kinds})
    if not re.fullmatch(r"[0-9]{12}" if is_community else r"[0-9]{13,24}", code, re.ASCII):
        digits = "12" if is_community else "13–24"
        wrong("properties.code", _("The code must have %(digits)s digits.") % {"digits": digits})
    name = properties.get("name")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= (40 if is_community else 60):
        wrong("properties.name", _("The name is missing or too long."))
    counts = {}
    for key in ("population", "households"):
        value = properties.get(key) or 0
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**8:
            wrong(f"properties.{key}", _("This must be a whole number that is not negative."))
        counts[key] = value
    shape = None
    try:
        shape = _shape(feature.get("geometry"))
    except ValueError as error:
        wrong("geometry", str(error))
    if problems or shape is None:
        raise Refused(problems)
    return Area(
        code=code,
        kind=str(kind),
        name=str(name).strip(),
        polygon=_flat(feature["geometry"]),
        shape=shape,
        short_name=str(properties.get("short_name") or name).strip()[:20],
        community="" if is_community else str(properties.get("community") or code[:12]),
        parent=str(properties.get("parent") or ""),
        label=_label(properties, shape),
        index=index,
        **counts,
    )


def _shape(geometry: Any) -> BaseGeometry:
    """The polygon of a feature; raises ValueError with the reason in the reader's words."""
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError(_("The geometry must be a Polygon or MultiPolygon."))
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        raise ValueError(_("The geometry has no coordinates."))
    for rings in polygons:
        if not isinstance(rings, list) or not rings:
            raise ValueError(_("The geometry has no coordinates."))
        for ring in rings:
            _check_ring(ring)
    shape = shapely.geometry.shape(_flat(geometry))
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        at = re.search(r"\[(\S+) (\S+)\]", reason)
        place = f"{float(at[1]):.6f}, {float(at[2]):.6f}" if at else "?"
        if reason.startswith(("Self-intersection", "Ring Self-intersection")):
            raise ValueError(_("The border crosses itself near %(place)s.") % {"place": place})
        raise ValueError(_("The shape is not valid near %(place)s: %(reason)s") % {"place": place, "reason": reason})
    return shape


def _check_ring(ring: Any) -> None:
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValueError(_("A border needs at least four positions, the last equal to the first."))
    for position in ring:
        if (
            not isinstance(position, list)
            or not 2 <= len(position) <= 3
            or not all(type(number) in (int, float) for number in position)
            or not all(abs(number) < 1e9 for number in position)
        ):
            raise ValueError(_("A position must be two numbers, longitude and latitude."))
        lon, lat = position[:2]
        if abs(lon) > 1000 or abs(lat) > 1000:
            raise ValueError(_("The coordinates are metres (Web Mercator?); send WGS-84 degrees."))
        if abs(lat) > 90 and abs(lon) <= 90:
            raise ValueError(_("Longitude and latitude are swapped."))
        if abs(lon) > 180 or abs(lat) > 90:
            raise ValueError(_("A position lies outside the globe."))
    if ring[0][:2] != ring[-1][:2]:
        raise ValueError(_("The border is not closed: its last position must equal its first."))


def _label(properties: dict, shape: BaseGeometry) -> tuple[float, float]:
    """Where the name stands: as given if it lies inside, otherwise some place inside."""
    lon, lat = properties.get("label_lon"), properties.get("label_lat")
    if isinstance(lon, int | float) and isinstance(lat, int | float) and shapely.intersects_xy(shape, lon, lat):
        return float(lon), float(lat)
    inside = shape.representative_point()
    return round(inside.x, 7), round(inside.y, 7)


def _flat(geometry: dict) -> dict:
    """The geometry without heights and without anything that GeoJSON does not know."""
    if geometry["type"] == "Polygon":
        coordinates = [[at[:2] for at in ring] for ring in geometry["coordinates"]]
    else:
        coordinates = [[[at[:2] for at in ring] for ring in rings] for rings in geometry["coordinates"]]
    return {"type": geometry["type"], "coordinates": coordinates}
