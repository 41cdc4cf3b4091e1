"""Promises measured: n, attainment and percentiles, for all and split by every dimension."""

from typing import Any

import pandas as pd
from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, BooleanField, Count, ExpressionWrapper, FloatField, Max
from django.db.models.functions import TruncDate

from shushanwei.cockpit.reports import clockwork, counts, dimensions
from shushanwei.cockpit.reports.frame import Frame, clocks
from shushanwei.cockpit.reports.registry import SMALL
from shushanwei.common.clock import STREET

FLAGS = ["met_counted", "counted", "met", "n", "missed", "measured"]


class Percentiles(Aggregate):
    """P50, P90 and P95 by linear interpolation, as one array."""

    function = "percentile_cont"
    template = "%(function)s(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


def totals(frame: Frame) -> dict[str, dict]:
    """Code → the whole line of a promise, in the order of the slogan; codes without data have n = 0."""
    states = {
        f"s_{name}": Count("pk", filter=where(frame)) for name, (_label, _formula, where) in clockwork.STATES.items()
    }
    rows = (
        clocks(frame)
        .filter(code__in=clockwork.CODES)
        .values("code")
        .order_by()
        .annotate(
            **states,
            target=Max("target_s"),
            percentiles=Percentiles(clockwork.seconds(), filter=clockwork.measured(frame)),
        )
    )
    found = {row["code"]: row for row in rows}
    return {code: _line(code, found.get(code, {})) for code in clockwork.CODES}


def _line(code: str, row: dict) -> dict:
    line: dict[str, Any] = {"code": code, "target_s": row.get("target")}
    line |= {name: row.get(f"s_{name}", 0) for name in clockwork.STATES}
    p50, p90, p95 = row.get("percentiles") or (None, None, None)
    return line | {
        "attainment": ratio(line["met_counted"], line["counted"]),
        "attainment_raw": ratio(line["met"], line["n"]),
        "p50": _seconds(p50),
        "p90": _seconds(p90),
        "p95": _seconds(p95),
    }


def rows(frame: Frame) -> pd.DataFrame:
    """One row for each promise of 30515: code, date of receipt, flags, seconds (NaN unless measured), dimensions."""
    flags = {
        f"s_{name}": ExpressionWrapper(clockwork.STATES[name][2](frame), BooleanField()) for name in FLAGS
    }
    queryset = dimensions.with_columns(clocks(frame).filter(code__in=clockwork.MAIN), "incident__").annotate(
        **flags, ran=clockwork.seconds(), day=TruncDate("started_at", tzinfo=STREET)
    )
    columns = ["code", "day", "ran", *flags, *counts.GROUPED]
    table = pd.DataFrame.from_records(list(queryset.order_by().values_list(*columns)), columns=columns)
    table = table.rename(columns={f"s_{name}": name for name in FLAGS})
    for name in FLAGS:
        table[name] = table[name].eq(True)
    table["ran"] = pd.to_numeric(table["ran"]).where(table["measured"])
    return counts.with_big_class(table)


def by_dimension(table: pd.DataFrame, code: str) -> dict[Any, dict[str, dict]]:
    """key → promise code → {n, met, missed, attainment, p50, p90}."""
    return _grouped(table, f"dim_{code}")


def by_day(table: pd.DataFrame) -> dict[str, dict[str, dict]]:
    """ISO date → promise code → the same."""
    return {day.isoformat(): lines for day, lines in _grouped(table, "day").items()}


def _grouped(table: pd.DataFrame, column: str) -> dict[Any, dict[str, dict]]:
    if table.empty:
        return {}
    groups = table.groupby([column, "code"], sort=False)
    sums = groups[FLAGS].sum()
    spread = groups["ran"].quantile([0.5, 0.9]).unstack()
    answer: dict[Any, dict[str, dict]] = {}
    for (key, code), row in sums.iterrows():
        p50, p90 = spread.loc[(key, code)]
        answer.setdefault(key, {})[code] = {
            "n": int(row["n"]),
            "met": int(row["met"]),
            "missed": int(row["missed"]),
            "attainment": ratio(int(row["met_counted"]), int(row["counted"])),
            "p50": _seconds(p50),
            "p90": _seconds(p90),
        }
    return answer


def ratio(part: int, whole: int) -> float | None:
    """part ÷ whole, or None below five: too few to be a rate."""
    return round(part / whole, 6) if whole >= SMALL else None


def _seconds(value) -> float | None:
    return None if value is None or value != value else round(float(value), 1)
