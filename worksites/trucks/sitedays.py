"""T12: what the gate of a site counted on a day against the manifests of that day. No database here."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from worksites.trucks.rules import Rule

WATCHED_US = 30 * 60 * 1_000_000


def counted(papers: Sequence[int], passes: Sequence[int]) -> int:
    """How many manifests (µs) a gate could have counted: a camera read any plate within half an hour of them."""
    times = sorted(passes)
    found = 0
    for at in papers:
        after = bisect_left(times, at - WATCHED_US)
        found += after < len(times) and times[after] <= at + WATCHED_US
    return found


@dataclass(frozen=True)
class SiteDay:
    """Loaded trucks out of the site's gates, and manifests issued for it, on one day of the street."""

    site: int
    site_name: str
    day: str  # ISO
    gate: int
    manifests: int  # issued while its cameras worked
    lon: float
    lat: float
    began: int  # µs UTC: midnight of the street
    first: tuple[tuple[str, int], ...] = ()  # some plates that left without a manifest: (plate, µs)


def mismatch(rule: Rule, day: SiteDay) -> dict[str, Any] | None:
    """The hit of T12 for a site's day, or None: the difference is at least `count` and `percent` of the larger.

    A site without a camera, or whose camera is out of order, has nothing to compare: see `counted`.
    """
    gap, most = abs(day.gate - day.manifests), max(day.gate, day.manifests)
    if not rule.is_active or gap < rule["count"] or gap * 100 < rule["percent"] * most:
        return None
    return {
        "rule": "T12", "level": rule.level, "key": f"T12:{day.site}:{day.day.replace('-', '')}", "truck": None,
        "site": day.site, "sink": None, "began": day.began, "ended": day.began + 86_400_000_000,
        "detected": day.began + 86_400_000_000, "lon": day.lon, "lat": day.lat, "trip": None,
        "facts": {
            "why": "count", "points": [], "site_name": day.site_name, "day": day.day, "gate": day.gate,
            "manifests": day.manifests, "gap": gap, "plates": [list(one) for one in day.first],
        },
    }  # fmt: skip
