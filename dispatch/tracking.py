"""What a position is worth: late, impossible, near enough. No database, no clock. Times are aware instants."""

from dataclasses import dataclass
from datetime import datetime

from shushanwei.common.geo import distance_m

LATE_S = 30  # an older fix was kept while the phone was off-line: it completes nothing
JUMP_KMH = 150
JITTER_M = 100  # two honest fixes of one place may lie this far apart
GEOFENCE_M = 100
ACCURACY_M = 50
FIXES_NEEDED = 2
DOUBTFUL_M = 300  # an arrival told by hand from further away is flagged 位置异常


@dataclass(frozen=True)
class Fix:
    """One position of a phone, WGS-84, its instant already on the server's clock."""

    lon: float
    lat: float
    accuracy_m: float
    fix_at: datetime
    speed_kmh: float | None = None
    mocked: bool = False


def is_late(fix: Fix, received_at: datetime) -> bool:
    """Whether the fix is too old to complete anything."""
    return (received_at - fix.fix_at).total_seconds() > LATE_S


def is_jump(before: Fix, after: Fix) -> bool:
    """Whether going from one to the other takes more than 150 km/h, after what both may be wrong by."""
    seconds = max((after.fix_at - before.fix_at).total_seconds(), 1.0)
    doubt = min(before.accuracy_m + after.accuracy_m, JITTER_M)
    metres = distance_m(before.lon, before.lat, after.lon, after.lat) - doubt
    return metres / seconds * 3.6 > JUMP_KMH


def near_after(count: int, last_at: datetime | None, fix: Fix, lon: float, lat: float) -> int:
    """How many consecutive fixes lie inside the geofence of (lon, lat) once `fix` is known.

    A fix of poor accuracy says nothing; a good one outside begins again; one already counted does not count twice.
    """
    if fix.accuracy_m > ACCURACY_M or (last_at is not None and fix.fix_at <= last_at):
        return count
    return count + 1 if distance_m(fix.lon, fix.lat, lon, lat) <= GEOFENCE_M else 0
