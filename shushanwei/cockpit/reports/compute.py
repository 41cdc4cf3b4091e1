"""A whole report as plain data: what is frozen, shown, exported and answered by the API."""

from typing import Any

from shushanwei.cockpit.reports import clockwork, counts, dimensions, notable, promises, registry
from shushanwei.cockpit.reports.frame import Frame
from shushanwei.cockpit.reports.periods import Kind, Period

TOP = 10


def figures(frame: Frame) -> dict[str, Any]:
    """Every figure of a report; JSON only. Rates are 0–1 or None (too few), durations seconds, instants ISO."""
    before, year_ago = frame.before(), frame.year_ago()
    first = counts.first_instant()
    known = [look for look in (before, year_ago) if first is not None and first < look.until]
    table = counts.split(frame)
    clocks = promises.rows(frame)
    moments = counts.moments(frame)
    numbers = counts.totals(frame)
    lines = promises.totals(frame)
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
        "before": _other(before, before in known),
        "year_ago": _other(year_ago, year_ago in known),
        "by": _by(frame, table, clocks, before if before in known else None),
        "days": _days(frame, moments, clocks),
        "hours": counts.by_hour(moments),
        "matrix": counts.matrix(moments) if frame.period.kind is not Kind.DAY else None,
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


def _other(frame: Frame, known: bool) -> dict[str, Any] | None:
    """Counts, rates and promises of a period to compare with; None where the records do not reach."""
    if not known:
        return None
    numbers = counts.totals(frame)
    return {
        "period": _period(frame.period),
        "cutoff": frame.cutoff.isoformat(),
        "counts": numbers,
        "rates": _rates(numbers),
        "clocks": promises.totals(frame),
    }


def _rates(numbers: dict[str, int]) -> dict[str, float | None]:
    return {rate.code: promises.ratio(numbers[rate.numerator], numbers[rate.denominator]) for rate in registry.RATES}


def _by(frame: Frame, table, clocks, before: Frame | None) -> dict[str, list[dict]]:
    earlier = counts.split(before, ["reported"]) if before else None
    people = counts.populations()
    answer = {}
    for code in dimensions.DIMENSIONS:
        numbers = counts.by_dimension(table, code)
        lines = promises.by_dimension(clocks, code)
        was = counts.by_dimension(earlier, code) if earlier is not None else None
        keys = {key for key, row in numbers.items() if any(row.values())} | set(lines)
        names = dimensions.names(code, keys)
        rows = []
        for key in keys:
            row = {
                "key": key,
                "name": names.get(key),
                "counts": numbers.get(key) or dict.fromkeys(counts.SPLIT, 0),
                "before": was.get(key, {}).get("reported", 0) if was is not None else None,
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


def _days(frame: Frame, moments, clocks) -> list[dict]:
    lines = promises.by_day(clocks)
    return [day | {"clocks": lines.get(day["date"], {})} for day in counts.by_day(moments, frame)]


def _top(table) -> dict[str, Any]:
    """The ten small classes with the most filed cases, and their share of all filed."""
    filed = counts.by_dimension(table, "category")
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


def codes() -> list[str]:
    """The promise codes of 30515 in the order of the slogan."""
    return clockwork.MAIN
