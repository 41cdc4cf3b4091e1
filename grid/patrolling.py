"""When a patrol is valid (有效巡查), and which fixes that takes. No database, no clock. Times are aware instants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from shushanwei.common.geo import distance_m

INSIDE_S = 15 * 60
GAP_S = 30  # a longer silence counts for nothing
POINTS_SHARE = 0.7
POINT_ACCURACY_M = 30
BLIND_M = 100  # a fix worse than this says nothing about where somebody was
SPEED_KMH = 25
SPEED_OVER_S = 10  # speed is measured over at least so long: one fix beside the way is no car
THIN_S = 15
THIN_M = 25


class Fault(StrEnum):
    """The conditions, each by what is wrong when it is not met."""

    TIME = "time"  # less than 15 minutes inside
    POINTS = "points"  # less than 70 % of the mandatory points
    RESULT = "result"  # neither an item reported nor "normal" said
    MOCKED = "mocked"  # a simulated position
    SPEED = "speed"  # 25 km/h or more
    DEVICES = "devices"  # two phones with one account


class Fix(NamedTuple):
    """One fix: WGS-84 degrees, metres, km/h, the instant on the server's clock."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float
    speed_kmh: float | None = None
    mocked: bool = False
    device: str = ""


class Point(NamedTuple):
    """A mandatory point: WGS-84 degrees, metres."""

    id: int
    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class Told:
    """What was said besides the track."""

    items: int = 0
    normal: bool = False
    checked_in: Mapping[int, datetime] = field(default_factory=dict)  # by QR code, point id → instant
    other_device: bool = False  # the account patrolled with another phone at the same time


@dataclass(frozen=True)
class Verdict:
    """What a patrol comes to; it is valid when nothing failed."""

    seconds_inside: int
    reached: dict[int, datetime]  # by fix, point id → instant
    points_reached: int  # by fix or code
    points_needed: int
    metres: int
    failed: tuple[Fault, ...]

    @property
    def valid(self) -> bool:
        """Whether every condition is met."""
        return not self.failed


def judge(fixes: Iterable[Fix], polygon: BaseGeometry, points: Sequence[Point], told: Told) -> Verdict:
    """Hold a patrol against the conditions of a valid one; the fixes may come in any order, also twice.

    Inside: between two fixes at most 30 s apart that both lie in `polygon` (its border belongs to it). Points: 70 % of
    the mandatory ones within their radius by a fix accurate to 30 m, or by QR code; a grid without any asks for none.
    Result: an item reported or "normal" said. Honesty: no simulated fix, below 25 km/h, one phone.
    """
    every = _in_order(fixes)
    seen = [fix for fix in every if fix.accuracy_m <= BLIND_M and not fix.mocked]
    reached = reached_points(seen, points)
    called = set(reached) | {point.id for point in points if point.id in told.checked_in}
    seconds = seconds_inside(seen, polygon)
    failed = [
        (Fault.TIME, seconds < INSIDE_S),
        (Fault.POINTS, len(called) < POINTS_SHARE * len(points) - 1e-9),
        (Fault.RESULT, not told.items and not told.normal),
        (Fault.MOCKED, any(fix.mocked for fix in every)),
        (Fault.SPEED, fastest_kmh(seen) >= SPEED_KMH),
        (Fault.DEVICES, told.other_device or len({fix.device for fix in every}) > 1),
    ]
    return Verdict(
        seconds_inside=int(seconds),
        reached=reached,
        points_reached=len(called),
        points_needed=len(points),
        metres=int(_metres(seen)),
        failed=tuple(fault for fault, wrong in failed if wrong),
    )


def seconds_inside(fixes: Sequence[Fix], polygon: BaseGeometry) -> float:
    """Seconds between neighbouring fixes that both lie inside and at most 30 s apart."""
    inside = _inside(fixes, polygon)
    total = 0.0
    for n in range(1, len(fixes)):
        gap = (fixes[n].at - fixes[n - 1].at).total_seconds()
        if gap <= GAP_S and inside[n] and inside[n - 1]:
            total += gap
    return total


def reached_points(fixes: Sequence[Fix], points: Sequence[Point]) -> dict[int, datetime]:
    """Which points were reached by a fix accurate to 30 m, and when first."""
    good = [fix for fix in fixes if fix.accuracy_m <= POINT_ACCURACY_M]
    reached: dict[int, datetime] = {}
    if not good:
        return reached
    lons, lats = np.array([fix.lon for fix in good]), np.array([fix.lat for fix in good])
    for point in points:
        near = np.flatnonzero(distance_m(lons, lats, point.lon, point.lat) <= point.radius_m)
        if near.size:
            reached[point.id] = good[int(near[0])].at
    return reached


def fastest_kmh(fixes: Sequence[Fix]) -> float:
    """The highest speed: told by a fix accurate to 30 m, or made between fixes 10–30 s apart, less their doubt."""
    fastest = max((fix.speed_kmh or 0.0 for fix in fixes if fix.accuracy_m <= POINT_ACCURACY_M), default=0.0)
    start = 0
    for n, fix in enumerate(fixes):
        while start + 1 < n and (fix.at - fixes[start + 1].at).total_seconds() >= SPEED_OVER_S:
            start += 1
        before = fixes[start]
        gap = (fix.at - before.at).total_seconds()
        if SPEED_OVER_S <= gap <= GAP_S:
            metres = distance_m(before.lon, before.lat, fix.lon, fix.lat) - before.accuracy_m - fix.accuracy_m
            fastest = max(fastest, metres / gap * 3.6)
    return fastest


def counting_day(started_at: datetime, ended_at: datetime, zone: ZoneInfo) -> date:
    """The local day in which more than half of it lies; exactly half counts for the day on which it began."""
    middle = started_at + (ended_at - started_at) / 2
    # A hair before the middle: at midnight sharp the second day has not more than half.
    return max(middle - timedelta(microseconds=1), started_at).astimezone(zone).date()


def thin(fixes: Sequence[Fix], polygon: BaseGeometry, points: Sequence[Point]) -> list[Fix]:
    """The fixes of a batch that are worth keeping: about one for 15 s or 25 m, in order.

    Nothing that a verdict rests on is lost: no gap beyond 30 s comes about (so at least one fix for 30 s stays), both
    sides of each crossing of the border stay, the first fix at each point, whatever is simulated or too fast, and
    the first and last of the batch. Fixes worse than 100 m are not kept at all.
    """
    every = _in_order(fixes)
    seen = [fix for fix in every if fix.accuracy_m <= BLIND_M and not fix.mocked]
    inside = _inside(seen, polygon)
    at_points = set(reached_points(seen, points).values())
    kept = seen[:1]
    for n in range(1, len(seen) - 1):
        fix, last, following = seen[n], kept[-1], seen[n + 1]
        if (
            (fix.at - last.at).total_seconds() >= THIN_S
            or (following.at - last.at).total_seconds() > GAP_S
            or distance_m(last.lon, last.lat, fix.lon, fix.lat) >= THIN_M
            or inside[n] != inside[n - 1]
            or inside[n] != inside[n + 1]
            or fix.at in at_points
            or (fix.speed_kmh or 0) >= SPEED_KMH
        ):
            kept.append(fix)
    return _in_order([*kept, *seen[1:][-1:], *(fix for fix in every if fix.mocked)])


def _in_order(fixes: Iterable[Fix]) -> list[Fix]:
    return sorted(set(fixes), key=lambda fix: (fix.at, fix.device))


def _inside(fixes: Sequence[Fix], polygon: BaseGeometry) -> list[bool]:
    if not fixes:
        return []
    shapely.prepare(polygon)
    return list(map(bool, shapely.intersects_xy(polygon, [fix.lon for fix in fixes], [fix.lat for fix in fixes])))


def _metres(fixes: Sequence[Fix]) -> float:
    if len(fixes) < 2:
        return 0.0
    lons, lats = np.array([fix.lon for fix in fixes]), np.array([fix.lat for fix in fixes])
    return float(np.sum(distance_m(lons[:-1], lats[:-1], lons[1:], lats[1:])))
