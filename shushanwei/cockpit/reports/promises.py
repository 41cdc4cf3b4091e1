"""Promises measured: n, attainment and percentiles, for all and split by every dimension."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, FloatField, Max

from shushanwei.cockpit.reports import clockwork, dimensions, tables
from shushanwei.cockpit.reports.frame import Frame, clocks
from shushanwei.cockpit.reports.registry import SMALL

STATES = list(clockwork.STATES)
PERCENTS = [0.5, 0.9, 0.95]


class Percentiles(Aggregate):
    """P50, P90 and P95 by linear interpolation, as one array."""

    function = "percentile_cont"
    template = "%(function)s(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


def totals(frame: Frame) -> dict[str, dict]:
    """Code → the whole line of a promise, counted by the database; codes without data have n = 0."""
    known = clockwork.known(frame)
    states = {f"s_{name}": Count("pk", filter=clockwork.STATES[name][2](known)) for name in STATES}
    found = (
        clocks(frame)
        .filter(code__in=clockwork.CODES)
        .values("code")
        .order_by()
        .annotate(
            **states,
            target=Max("target_s"),
            percentiles=Percentiles(clockwork.seconds(), filter=known.measured),
        )
    )
    rows: list[dict[str, Any]] = list(found)  # type: ignore[arg-type]
    lines = {
        row["code"]: _line([row[f"s_{name}"] for name in STATES], row["percentiles"] or [None] * 3, row["target"])
        for row in rows
    }
    return _in_order(lines)


def rows(frame: Frame) -> pd.DataFrame:
    """One row for each promise: code, day it started, own dimensions, a flag for each state, seconds (NaN unless
    measured)."""
    known = clockwork.known(frame)
    flags = {f"is_{name}": tables.flag(getattr(known, name)) for name in clockwork.FACTS}
    queryset = (
        clocks(frame)
        .filter(code__in=clockwork.CODES)
        .annotate(
            **flags,
            **dimensions.columns("incident__"),
            ran=clockwork.seconds(),
            begun=tables.wall_clock("started_at"),
        )
    )
    own = list(dimensions.columns())
    table = tables.fetched(queryset, ["incident_id", "code", "target_s", "begun", "ran", *flags, *own])
    table = table.rename(columns={"incident_id": "incident"})
    facts = clockwork.Known(*(table[name] for name in flags))
    for name in STATES:
        table[name] = clockwork.STATES[name][2](facts)
    table["ran"] = table["ran"].where(table["measured"])
    days, dates = pd.factorize(table["begun"] // 86_400)
    table["day"] = pd.Categorical.from_codes(days, [_date(number) for number in dates])
    table["code"] = pd.Categorical(table["code"], clockwork.CODES)
    return table


def totals_of(table: pd.DataFrame) -> dict[str, dict]:
    """The same as `totals`, from the rows."""
    targets = table.groupby("code", observed=True)["target_s"].max()
    return _in_order(
        {code: line | {"target_s": int(targets[code])} for code, line in _grouped(table, ["code"]).items()}
    )


def by_dimension(table: pd.DataFrame, code: str) -> dict[Any, dict[str, dict]]:
    """key → promise code of 30515 → its line."""
    return _nested(table, f"dim_{code}")


def by_day(table: pd.DataFrame) -> dict[str, dict[str, dict]]:
    """ISO date on which the clock started → promise code → its line."""
    return {day.isoformat(): lines for day, lines in _nested(table, "day").items()}


def ratio(part: int, whole: int) -> float | None:
    """part ÷ whole, or None below five: too few to be a rate."""
    return round(part / whole, 6) if whole >= SMALL else None


def _nested(table: pd.DataFrame, column: str) -> dict[Any, dict[str, dict]]:
    answer: dict[Any, dict[str, dict]] = {}
    main = table[table["code"].isin(clockwork.MAIN)]
    for (key, code), line in _grouped(main, [column, "code"]).items():
        answer.setdefault(key, {})[code] = {
            name: line[name] for name in ("n", "met", "missed", "attainment", "p50", "p90")
        }
    return answer


def _grouped(table: pd.DataFrame, columns: list[str]) -> dict[Any, dict]:
    if table.empty:
        return {}
    groups = table.groupby(columns if len(columns) > 1 else columns[0], sort=False, observed=True)
    both = groups[STATES].sum().join(groups["ran"].quantile(PERCENTS).unstack())
    return {key: _line(numbers[: len(STATES)], numbers[len(STATES) :], None) for key, *numbers in both.itertuples()}


def _line(counts: list[int], percentiles: list[float | None], target_s: int | None) -> dict[str, Any]:
    line: dict[str, Any] = {name: int(n) for name, n in zip(STATES, counts, strict=True)}
    return line | {
        "target_s": target_s,
        "attainment": ratio(line["met_counted"], line["counted"]),
        "attainment_raw": ratio(line["met"], line["n"]),
        **{name: _seconds(value) for name, value in zip(("p50", "p90", "p95"), percentiles, strict=True)},
    }


def _date(day: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(day))


def _in_order(lines: dict[str, dict]) -> dict[str, dict]:
    nothing = _line([0] * len(STATES), [None] * 3, None)
    return {code: {"code": code} | lines.get(code, nothing) for code in clockwork.CODES}


def _seconds(value) -> float | None:
    return None if value is None or value != value else round(float(value), 1)
