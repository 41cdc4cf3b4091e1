"""A hit's facts as they are kept and shown: instants as text, numbers as JSON."""

from datetime import UTC, datetime
from typing import Any


def iso(t: int) -> str:
    """µs since 1970 UTC as ISO text in UTC."""
    return datetime.fromtimestamp(t / 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def kept(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts of a hit for a JSON column: points are [lon, lat, ISO time, km/h, load, lift]."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name == "points":
            found[name] = [[lon, lat, iso(t), *rest] for lon, lat, t, *rest in value]
        elif name == "plates":
            found[name] = [[plate, iso(t)] for plate, t in value]
        elif name.endswith("_at") and isinstance(value, int):
            found[name] = iso(value)
        else:
            found[name] = value
    return found
