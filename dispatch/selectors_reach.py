"""The five-minute reach of the units on duty now, kept for some seconds: many consoles ask for the same picture."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from django.db.models import Count

from dispatch import selectors
from dispatch.matching import Trust, UnitView, trust_of
from dispatch.models import Unit
from dispatch.reach import LANE_SPEED, STRAIGHT_SPEED, Part, Proposal, Reach, reach_of, standby
from grid.models import Community, Grid
from grid.roads import RoadNetwork
from grid.selectors_roads import road_network
from incidents.models import Incident
from shushanwei.common.clock import STREET, db_now

MINUTES = 5
KEPT_S = 10.0
KINDS = [Unit.Kind.SQUAD]  # the forces that answer for A5
DAYS = 28  # whose incidents say where help is needed
HOURS = 3  # before and after this hour of the day
PEOPLE_WEIGH = 0.5  # half of the demand: where people live; the other half: where incidents were
SPOTS_AT_MOST = 80


@dataclass
class _Kept:
    at: float = -KEPT_S
    picture: dict[str, Any] | None = None


_kept = _Kept()
_drawing = threading.Lock()


def reach_now() -> dict[str, Any]:
    """The picture of now as JSON: reach and holes as GeoJSON, covered shares (0–1), proposals where to stand by.

    Counted are squads on duty that are free and whose position is at most five minutes old. At most ten seconds old.
    """
    if time.monotonic() - _kept.at < KEPT_S and _kept.picture is not None:
        return _kept.picture
    with _drawing:
        if time.monotonic() - _kept.at >= KEPT_S or _kept.picture is None:
            _kept.picture, _kept.at = _draw(db_now()), time.monotonic()
        return _kept.picture


def forget() -> None:
    """Draw anew at the next question (between tests)."""
    _kept.at, _kept.picture = -KEPT_S, None


def _draw(now: datetime) -> dict[str, Any]:
    roads = road_network()
    units = [unit for unit in selectors.unit_views(now, None, list(KINDS)) if not unit.busy and _trusted(unit, now)]
    lons, lats = np.array([u.lon for u in units], dtype=float), np.array([u.lat for u in units], dtype=float)
    names, parts = _communities()
    reach = reach_of(roads, lons, lats, parts, MINUTES * 60)
    return {
        "at": now.isoformat(),
        "minutes": MINUTES,
        "by": "straight" if roads.is_empty else "road",
        "units": [unit.id for unit in units],
        "area_share": round(reach.area_share, 4),
        "people_share": round(reach.people_share, 4),
        "reach": _geojson(reach.shape),
        "holes": _holes(reach, names),
        "proposals": _proposals(roads, units, lons, lats, now),
    }


def _trusted(unit: UnitView, now: datetime) -> bool:
    if unit.lon is None or unit.fix_at is None:
        return False
    return trust_of(max((now - unit.fix_at).total_seconds(), 0.0)) < Trust.LOST


def _communities() -> tuple[dict[str, str], list[Part]]:
    rows = list(Community.objects.values_list("code", "short_name", "polygon", "population"))
    parts = [Part(code, shapely.geometry.shape(polygon), people) for code, _name, polygon, people in rows]
    return {code: name for code, name, _polygon, _people in rows}, parts


def _holes(reach: Reach, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "community": hole.community,
            "name": names[hole.community],
            "area_m2": round(hole.area_m2),
            "share": round(hole.share, 3),
            "shape": _geojson(hole.shape),
        }
        for hole in reach.holes
    ]


def _proposals(
    roads: RoadNetwork, units: list[UnitView], lons: np.ndarray, lats: np.ndarray, now: datetime
) -> list[dict[str, Any]]:
    spots = _spots(roads)
    grids = list(Grid.objects.filter(kind=Grid.Kind.SOCIAL).values_list("code", "label_lon", "label_lat", "households"))
    if not units or not spots or not grids:
        return []
    places = np.array([(lon, lat) for _code, lon, lat, _homes in grids], dtype=float)
    weights = _demand([(code, homes) for code, _lon, _lat, homes in grids], now)
    limit = MINUTES * 60
    from_units = _times(roads, lons, lats, places) <= limit
    at = np.array([(lon, lat) for lon, lat, _name, _kind in spots], dtype=float)
    from_spots = _times(roads, at[:, 0], at[:, 1], places) <= limit
    found = standby(from_units, from_spots, weights, np.ones(len(units), dtype=bool))
    return [_proposal(move, units, spots) for move in found]


def _times(roads: RoadNetwork, lons: np.ndarray, lats: np.ndarray, places: np.ndarray) -> np.ndarray:
    times = roads.times(lons, lats, places[:, 0], places[:, 1])
    # Without roads the same estimate as in ranking.
    return times * (LANE_SPEED / STRAIGHT_SPEED) if roads.is_empty else times


def _proposal(move: Proposal, units: list[UnitView], spots: list[tuple[float, float, str, str]]) -> dict[str, Any]:
    unit, (lon, lat, name, kind) = units[move.unit], spots[move.spot]
    return {
        "unit": {"id": unit.id, "name": unit.name},
        "from": {"lon": unit.lon, "lat": unit.lat},
        "lon": round(lon, 6),
        "lat": round(lat, 6),
        "place": name,
        "kind": kind,
        "before": round(move.before, 3),
        "share": round(move.share, 3),
    }


def _spots(roads: RoadNetwork) -> list[tuple[float, float, str, str]]:
    """Where a unit may stand by (lon, lat, name, kind): crossings of named roads, and where units have their post."""
    posts = Unit.objects.filter(is_active=True, kind__in=KINDS, home_lon__isnull=False, home_lat__isnull=False)
    found: list[tuple[float, float, str, str]] = [(*crossing, "crossing") for crossing in roads.crossings()]
    for lon, lat, name in posts.values_list("home_lon", "home_lat", "name"):
        found.append((float(lon or 0), float(lat or 0), name, "post"))
    return found[:SPOTS_AT_MOST]


def _demand(grids: list[tuple[str, int]], now: datetime) -> np.ndarray:
    """How much each grid weighs at this time of day: homes, and the incidents of the last four weeks."""
    homes = np.array([max(count, 1) for _code, count in grids], dtype=float)
    hour = now.astimezone(STREET).hour
    hours = [(hour + step) % 24 for step in range(-HOURS, HOURS + 1)]
    counted = dict(
        Incident.objects.filter(opened_at__gte=now - timedelta(days=DAYS), level__lte=3, opened_at__hour__in=hours)
        .order_by()
        .values_list("grid_id")
        .annotate(n=Count("id"))
    )
    cases = np.array([counted.get(code, 0) for code, _homes in grids], dtype=float)
    weights = homes / homes.sum() * PEOPLE_WEIGH
    return weights + (cases / cases.sum() * (1 - PEOPLE_WEIGH) if cases.sum() else weights)


def _geojson(shape: Any) -> dict[str, Any]:
    """Geometry of degrees, cut to about a metre: it travels to every console."""
    drawn: dict[str, Any] = shapely.geometry.mapping(shapely.set_precision(shape, 1e-5))
    return drawn
