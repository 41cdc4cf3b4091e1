"""Files of past events read as alerts, by a mapping that names columns, times, places and kinds. No database here."""

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SIMPLE = ("external_id", "occurred_at", "kind", "title", "text", "lon", "lat", "crs", "correlation", "confidence",
          "accuracy_m", "media_url")  # fmt: skip
LENGTHS = {"external_id": 120, "kind": 80, "title": 200, "text": 10_000, "correlation": 120}
NUMBERS = ("lon", "lat", "confidence", "accuracy_m")


class BadFile(ValueError):
    """The file or its mapping cannot be read; the message says where."""


class BadRow(ValueError):
    """One row is no alert; the message names the column."""


@dataclass(frozen=True)
class Mapping:
    """Which columns make an alert, and how times, places and kinds are to be understood."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    payload: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    zone: tzinfo = UTC
    shift_to_now: bool = False
    crs: str = "wgs84"
    box: tuple[float, ...] | None = None
    onto: tuple[float, ...] | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    prefix: str = ""


def read_mapping(path: Path | None) -> Mapping:
    """The mapping of a TOML file; without one, columns are called as the fields of an alert. Raises BadFile."""
    if path is None:
        return Mapping(columns={name: [name] for name in SIMPLE})
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        columns = {name: [names] if isinstance(names, str) else list(names) for name, names in raw["columns"].items()}
        time, position = raw.get("time", {}), raw.get("position", {})
        mapping = Mapping(
            columns={name: names for name, names in columns.items() if name != "payload"},
            payload=columns.get("payload", []),
            formats=list(time.get("formats", [])),
            zone=ZoneInfo(time.get("zone", "UTC")),
            shift_to_now=time.get("shift", "keep") == "now",
            crs=position.get("crs", "wgs84"),
            box=_box(position.get("from")),
            onto=_box(position.get("onto")),
            kinds={_plain(name): kind for name, kind in raw.get("kinds", {}).items()},
            prefix=raw.get("title", {}).get("prefix", ""),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ZoneInfoNotFoundError) as error:
        raise BadFile(f"{path}: {error}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFile(f"{path}: the mapping is incomplete or wrong ({error!r})") from error
    if unknown := set(mapping.columns) - set(SIMPLE):
        raise BadFile(f"{path}: there is no field {', '.join(sorted(unknown))} in an alert")
    if (mapping.box is None) != (mapping.onto is None):
        raise BadFile(f"{path}: a position is moved from a box onto a box; give both or none")
    return mapping


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a CSV or NDJSON file, read as they are needed; raises BadFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            if first.lstrip().startswith("{"):
                for number, line in enumerate(file, 1):
                    if line.strip():
                        yield _object(line, number, path)
            else:
                yield from csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path}: {error}") from error


def survey(path: Path, mapping: Mapping) -> tuple[int, datetime | None]:
    """(number of rows, latest time in the file); one reading ahead of the sending. Raises BadFile."""
    count, latest = 0, None
    for row in rows_of(path):
        count += 1
        if count == 1:
            _check_columns(row, mapping, path)
        try:
            at = time_of(row, mapping)
        except BadRow:
            continue
        latest = at if latest is None else max(latest, at)
    return count, latest


def alert_of(row: dict[str, Any], mapping: Mapping, shift: timedelta = timedelta(0)) -> dict[str, Any]:
    """The alert a row stands for, its time moved by `shift`. Raises BadRow naming the column."""
    found = _folded(row)
    alert: dict[str, Any] = {}
    for name in SIMPLE:
        value = _first(found, mapping.columns.get(name, []))
        if value in (None, "") or name == "occurred_at":
            continue
        alert[name] = _number(name, value) if name in NUMBERS else str(value).replace("\x00", "")[: LENGTHS.get(name)]
    for name in ("external_id", "kind", "lon", "lat"):
        if name not in alert:
            raise BadRow(f"{name} is empty")
    alert.setdefault("crs", mapping.crs)
    alert["kind"] = mapping.kinds.get(_plain(alert["kind"]), alert["kind"])
    alert["occurred_at"] = (time_of(row, mapping) + shift).isoformat()
    if mapping.prefix:
        alert["title"] = (mapping.prefix + alert.get("title", alert["kind"]))[: LENGTHS["title"]]
    alert["lon"], alert["lat"] = _moved(alert["lon"], alert["lat"], mapping)
    extra = {name: found[_plain(name)] for name in mapping.payload if found.get(_plain(name)) not in (None, "")}
    if extra:
        alert["payload"] = extra
    return alert


def time_of(row: dict[str, Any], mapping: Mapping) -> datetime:
    """When the row happened, with its zone; ISO 8601 or one of the mapping's formats. Raises BadRow."""
    text = str(_first(_folded(row), mapping.columns.get("occurred_at", [])) or "").strip()
    if not text:
        raise BadRow("occurred_at is empty")
    for layout in mapping.formats:
        try:
            return datetime.strptime(text, layout).replace(tzinfo=mapping.zone)
        except ValueError:
            continue
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f"occurred_at {text[:40]!r} is in none of the known formats") from None
    return at if at.tzinfo else at.replace(tzinfo=mapping.zone)


def _check_columns(row: dict[str, Any], mapping: Mapping, path: Path) -> None:
    found = _folded(row)
    for name in ("external_id", "occurred_at", "kind", "lon", "lat"):
        names = mapping.columns.get(name, [])
        if not any(_plain(candidate) in found for candidate in names):
            has = ", ".join(str(column) for column in row)[:300]
            wanted = " / ".join(names) or "nothing"
            raise BadFile(f"{path}: no column for {name} (looked for {wanted}; the file has {has})")


def _moved(lon: float, lat: float, mapping: Mapping) -> tuple[float, float]:
    if mapping.box is None or mapping.onto is None:
        return lon, lat
    west, south, east, north = mapping.box
    to_west, to_south, to_east, to_north = mapping.onto
    x = min(max((lon - west) / (east - west), 0.0), 1.0)
    y = min(max((lat - south) / (north - south), 0.0), 1.0)
    return round(to_west + x * (to_east - to_west), 7), round(to_south + y * (to_north - to_south), 7)


def _box(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    west, south, east, north = (float(number) for number in value)
    if west >= east or south >= north:
        raise ValueError("a box is west, south, east, north")
    return west, south, east, north


def _object(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path}, line {number}: {error}") from error
    if not isinstance(row, dict):
        raise BadFile(f"{path}, line {number}: not an object")
    return row


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise BadRow(f"{name} {str(value)[:40]!r} is not a number") from None


def _first(found: dict[str, Any], names: list[str]) -> Any:
    return next((found[_plain(name)] for name in names if found.get(_plain(name)) not in (None, "")), None)


def _folded(row: dict[str, Any]) -> dict[str, Any]:
    return {_plain(str(name)): value for name, value in row.items() if name is not None}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
