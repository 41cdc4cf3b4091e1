"""Positions: coordinate systems, distances and boxes. Degrees are (lon, lat), WGS-84 unless said. No database."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

CRS = ("wgs84", "cgcs2000", "gcj02", "bd09")
EARTH_RADIUS_M = 6_371_008.8
# The ellipsoid that the published GCJ-02 offset is built on.
KRASOVSKY_A = 6_378_245.0
KRASOVSKY_EE = 0.00669342162296594323
BD_TURN = math.pi * 3000 / 180


class BadPosition(ValueError):
    """A coordinate that cannot be a place on earth; `field` is "lon", "lat" or "crs"."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def checked(lon: float, lat: float) -> tuple[float, float]:
    """The same position as floats; raises BadPosition when it is no number, off the globe, or (0, 0)."""
    for field, value, bound in (("lon", lon, 180), ("lat", lat, 90)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadPosition(field, _("%(field)s is not a number") % {"field": field})
        if abs(value) > bound:
            swapped = field == "lat" and abs(lat) <= 180 and abs(lon) <= 90
            hint = _("; are longitude and latitude swapped?") if swapped else ""
            metres = _("; these look like metres, not degrees") if abs(value) > 1000 else ""
            said = _("%(field)s must lie between -%(bound)s and %(bound)s degrees") % {"field": field, "bound": bound}
            raise BadPosition(field, f"{said}{hint}{metres}")
    if lon == 0 and lat == 0:
        raise BadPosition("lon", _("position 0, 0 means that the device had no fix"))
    return float(lon), float(lat)


def to_wgs84(lon: float, lat: float, crs: str = "wgs84") -> tuple[float, float]:
    """A position in any system of `CRS`, checked and in WGS-84 degrees (CGCS2000 counts as equal).

    Raises BadPosition. The way back of GCJ-02 and BD-09 is iterated to better than 1e-9 degrees.
    """
    lon, lat = checked(lon, lat)
    if crs in ("wgs84", "cgcs2000"):
        return lon, lat
    if crs == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if crs == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    raise BadPosition("crs", _("crs must be one of %(known)s") % {"known": ", ".join(CRS)})


def wgs84_to_gcj02(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Shift to the Chinese map datum; floats or arrays of one shape. Outside its area the shift is zero."""
    dlon, dlat = _gcj_shift(lon, lat, _maths(lon))
    return lon + dlon, lat + dlat


def gcj02_to_wgs84(lon: Any, lat: Any) -> tuple[Any, Any]:
    """The inverse of `wgs84_to_gcj02`, floats or arrays; each round shrinks the error about a thousandfold."""
    maths = _maths(lon)
    wlon, wlat = lon, lat
    for _round in range(5):
        dlon, dlat = _gcj_shift(wlon, wlat, maths)
        wlon, wlat = lon - dlon, lat - dlat
    return wlon, wlat


def gcj02_to_bd09(lon: Any, lat: Any) -> tuple[Any, Any]:
    """From GCJ-02 to the BD-09 degrees of one big map provider; floats or arrays."""
    maths = _maths(lon)
    radius = maths.sqrt(lon * lon + lat * lat) + 0.00002 * maths.sin(lat * BD_TURN)
    angle = maths.atan2(lat, lon) + 0.000003 * maths.cos(lon * BD_TURN)
    return radius * maths.cos(angle) + 0.0065, radius * maths.sin(angle) + 0.006


def bd09_to_gcj02(lon: Any, lat: Any) -> tuple[Any, Any]:
    """The inverse of `gcj02_to_bd09`, iterated; floats or arrays."""
    glon, glat = lon - 0.0065, lat - 0.006
    for _round in range(8):
        blon, blat = gcj02_to_bd09(glon, glat)
        glon, glat = glon + (lon - blon), glat + (lat - blat)
    return glon, glat


def distance_m(lon1: Any, lat1: Any, lon2: Any, lat2: Any) -> Any:
    """Great-circle metres between positions (haversine, within 0.3 % of the ellipsoid); floats or arrays."""
    maths = _maths(lon1 + lon2)
    to_rad = math.pi / 180
    half_lat = maths.sin((lat2 - lat1) * to_rad / 2)
    half_lon = maths.sin((lon2 - lon1) * to_rad / 2)
    h = half_lat * half_lat + maths.cos(lat1 * to_rad) * maths.cos(lat2 * to_rad) * half_lon * half_lon
    # Rounding can lift antipodes a hair above 1.
    h = np.minimum(h, 1.0) if maths is np else min(h, 1.0)
    return 2 * EARTH_RADIUS_M * maths.asin(maths.sqrt(h))


@dataclass(frozen=True)
class Box:
    """A rectangle of degrees, west ≤ east and south ≤ north; it does not cross the date line."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, positions: Iterable[tuple[float, float]]) -> "Box":
        """The smallest box that holds all positions; raises ValueError for none."""
        lons, lats = zip(*positions, strict=True)
        return cls(min(lons), min(lats), max(lons), max(lats))

    @classmethod
    def near(cls, lon: float, lat: float, metres: float) -> "Box":
        """A box that surely holds the circle of `metres` around a position."""
        return cls(lon, lat, lon, lat).grown(metres)

    def grown(self, metres: float) -> "Box":
        """The box with `metres` added on each side."""
        dlat = math.degrees(metres / EARTH_RADIUS_M) * 1.001
        widest = min(89.0, max(abs(self.south), abs(self.north)) + dlat)
        dlon = dlat / math.cos(math.radians(widest))
        return Box(self.west - dlon, self.south - dlat, self.east + dlon, self.north + dlat)

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the position lies inside or on the edge."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def _maths(value: Any) -> ModuleType:
    # The plain math module is ten times faster for one position, numpy for thousands.
    return np if isinstance(value, np.ndarray) else math


def _gcj_shift(lon: Any, lat: Any, maths: ModuleType) -> tuple[Any, Any]:
    """Degrees that GCJ-02 adds to a WGS-84 position."""
    pi, sin = math.pi, maths.sin
    x, y = lon - 105.0, lat - 35.0
    root = maths.sqrt(maths.fabs(x))
    wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    dlat += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    dlat += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    dlon += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    dlon += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    rad = lat / 180 * pi
    magic = 1 - KRASOVSKY_EE * sin(rad) ** 2
    dlat = dlat * 180 / (KRASOVSKY_A * (1 - KRASOVSKY_EE) / (magic * maths.sqrt(magic)) * pi)
    dlon = dlon * 180 / (KRASOVSKY_A / maths.sqrt(magic) * maths.cos(rad) * pi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return dlon * inside, dlat * inside
