"""A whole report as plain data: what is frozen, shown, exported and answered by the API."""

from datetime import datetime
from typing import Any

from shushanwei.cockpit.reports import counts, dimensions, notable, promises, registry, tables
from shushanwei.cockpit.reports.frame import Frame
from shushanwei.cockpit.reports.periods import Kind, Period

TOP = 10


def figures(frame: Frame, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every figure of a report; JSON only. Rates are 0–1 or None (too few), durations seconds, instants ISO.

    `before`: the figures of the previous period where they are frozen; what was published is compared with.
    """
    first = counts.first_instant()
    table, clocks = counts.rows(frame), promises.rows(frame)
    units = tables.units_of(table["incident"], clocks["incident"])
    table, clocks = tables.with_dimensions(table, units), tables.with_dimensions(clocks, units)
    numbers, lines = counts.totals(frame, table), promises.totals_of(clocks)
    if before is None:
        before = _other(frame.before(), first)
    return {
        "edition": registry.EDITION,
        "period": _period(frame.period),
        "cutoff": frame.cutoff.isoformat(),
        "running": frame.running,
        "counts": numbers,
        "rates": _rates(numbers),
        "clocks": lines,
        "exclusions": {
            "test": numbers["excluded_test"],
            "merged": numbers["excluded_merged"],
            "exempt": sum(line["exempt"] for line in lines.values()),
        },
        "before": before and {name: before[name] for name in ("period", "cutoff", "counts", "rates", "clocks")},
        "year_ago": _other(frame.year_ago(), first, split=False),
        "by": _by(table, clocks, before),
        "days": _days(frame, table, clocks),
        "hours": counts.by_hour(table),
        "matrix": counts.matrix(table) if frame.period.kind is not Kind.DAY else None,
        "top": _top(table),
        "returns": counts.return_reasons(frame),
        "key": notable.key_incidents(frame),
        "hard": notable.hard_problems(frame),
    }


def _period(period: Period) -> dict[str, str]:
    return {
        "kind": str(period.kind),
        "key": period.key,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
    }


def _other(frame: Frame, first: datetime | None, *, split: bool = True) -> dict[str, Any] | None:
    """A period to compare with: counts, rates, promises and what was reported by dimension; None before the records."""
    if first is None or first >= frame.until:
        return None
    numbers = counts.totals(frame)
    return {
        "period": _period(frame.period),
        "cutoff": frame.cutoff.isoformat(),
        "counts": numbers,
        "rates": _rates(numbers),
        "clocks": promises.totals(frame),
    } | ({"by": counts.reported_by(frame)} if split else {})


def _rates(numbers: dict[str, int]) -> dict[str, float | None]:
    return {rate.code: promises.ratio(numbers[rate.numerator], numbers[rate.denominator]) for rate in registry.RATES}


def _by(table, clocks, before: dict[str, Any] | None) -> dict[str, list[dict]]:
    people = counts.populations()
    answer = {}
    for code in dimensions.DIMENSIONS:
        numbers = counts.by_dimension(table, code)
        lines = promises.by_dimension(clocks, code)
        was = {row["key"]: row["counts"]["reported"] for row in before["by"][code]} if before else {}
        keys = {key for key, row in numbers.items() if any(row.values())} | set(lines)
        names = dimensions.names(code, keys)
        rows = []
        for key in keys:
            row = {
                "key": key,
                "name": names.get(key),
                "counts": numbers.get(key) or dict.fromkeys(counts.SPLIT, 0),
                "before": was.get(key, 0) if before else None,
                "clocks": lines.get(key, {}),
            }
            if code == "community" and people.get(key):
                row["per_1000"] = round(row["counts"]["reported"] * 1000 / people[key], 2)
            rows.append(row)
        # Levels have an order of their own; the rest begins with what there is most of.
        answer[code] = sorted(
            rows, key=lambda row: (row["key"] == dimensions.NONE, row["key"] if code == "level" else 0,
                                   -row["counts"]["reported"], str(row["key"])),
        )  # fmt: skip
    return answer


def _days(frame: Frame, table, clocks) -> list[dict]:
    lines = promises.by_day(clocks)
    return [day | {"clocks": lines.get(day["date"], {})} for day in counts.by_day(table, frame)]


def _top(table) -> dict[str, Any]:
    """The ten small classes with the most filed cases, and their share of all filed."""
    filed = counts.by_dimension(table, "category", ["filed"])
    total = sum(row["filed"] for row in filed.values())
    ranked = sorted(filed.items(), key=lambda item: (-item[1]["filed"], str(item[0])))[:TOP]
    ranked = [(key, row) for key, row in ranked if row["filed"]]
    names = dimensions.names("category", [key for key, _ in ranked])
    return {
        "filed": total,
        "share": promises.ratio(sum(row["filed"] for _, row in ranked), total),
        "rows": [
            {"key": key, "name": names.get(key), "filed": row["filed"], "share": promises.ratio(row["filed"], total)}
            for key, row in ranked
        ],
    }
