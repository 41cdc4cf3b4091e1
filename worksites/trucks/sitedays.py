"""T12: what the gate of a site counted on a day against the manifests of that day. No database here."""

from dataclasses import dataclass
from typing import Any

from worksites.trucks.rules import Rule


@dataclass(frozen=True)
class SiteDay:
    """Loaded trucks out of the site's gates, and manifests issued for it, on one day of the street."""

    site: int
    site_name: str
    day: str  # ISO
    gate: int
    manifests: int
    lon: float
    lat: float
    began: int  # µs UTC: midnight of the street
    first: tuple[tuple[str, int], ...] = ()  # some plates that left without a manifest: (plate, µs)


def mismatch(rule: Rule, day: SiteDay) -> dict[str, Any] | None:
    """The hit of T12 for a site's day, or None: the difference is at least `count` and `percent` of the larger."""
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
