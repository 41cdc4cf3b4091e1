"""Incidents counted: totals, split by every dimension, by day and hour. One query each, the splitting in pandas."""

from datetime import datetime
from typing import Any

import pandas as pd
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from grid.models import Community
from incidents.models import Incident
from shushanwei.cockpit.reports import dimensions, registry
from shushanwei.cockpit.reports.frame import Frame, incidents, returns
from shushanwei.common.clock import STREET

SPLIT = ["reported", "filed", "closed", "open", "open_late", "returned"]
FIGURES = {figure.code: figure for figure in [*registry.COUNTS, *registry.PARTS, *registry.RETURNS]}
GROUPED = [f"dim_{code}" for code in dimensions.DIMENSIONS if code != "group"]


def totals(frame: Frame) -> dict[str, int]:
    """Every count of the registry."""
    counted: dict[str, int] = {}
    for with_excluded in (False, True):
        wanted = {
            code: Count("pk", filter=figure.where(frame))
            for code, figure in FIGURES.items()
            if figure.grain is registry.Grain.INCIDENT and figure.with_excluded is with_excluded
        }
        counted |= incidents(frame, with_excluded=with_excluded).aggregate(**wanted)
    return counted | {"returns": returns(frame).count()}


def split(frame: Frame, codes: list[str] = SPLIT) -> pd.DataFrame:
    """One row for each combination of dimensions that occurs: the `dim_…` columns and the counts `codes`."""
    wanted = {code: Count("pk", filter=FIGURES[code].where(frame)) for code in codes}
    rows = dimensions.with_columns(incidents(frame)).values(*GROUPED).order_by().annotate(**wanted)
    table = pd.DataFrame.from_records(list(rows.values_list(*GROUPED, *codes)), columns=[*GROUPED, *codes])
    return with_big_class(table)


def with_big_class(table: pd.DataFrame) -> pd.DataFrame:
    """Adds `dim_group` and makes every dimension hold plain keys, `NONE` where there is none."""
    table["dim_group"] = table["dim_category"].map(dimensions.big_classes())
    for code, dimension in dimensions.DIMENSIONS.items():
        column = table[f"dim_{code}"]
        if dimension.read is int:  # a missing number makes floats of all the others
            column = pd.to_numeric(column).astype("Int64")
        column = column.astype(object)
        table[f"dim_{code}"] = column.where(column.notna(), dimensions.NONE)
    return table


def by_dimension(table: pd.DataFrame, code: str) -> dict[Any, dict[str, int]]:
    """key → counts; the key `NONE` holds what has no value."""
    if table.empty:
        return {}
    counts = [column for column in table.columns if not column.startswith("dim_")]
    sums = table.groupby(f"dim_{code}", sort=False)[counts].sum()
    return {key: dict(zip(counts, map(int, row), strict=True)) for key, *row in sums.itertuples()}


def moments(frame: Frame) -> pd.DataFrame:
    """Reported incidents by local date and hour: the columns date, hour, reported."""
    rows = (
        _reported(frame)
        .annotate(date=TruncDate("opened_at", tzinfo=STREET), hour=ExtractHour("opened_at", tzinfo=STREET))
        .values("date", "hour")
        .order_by()
        .annotate(reported=Count("pk"))
    )
    return pd.DataFrame.from_records(
        list(rows.values_list("date", "hour", "reported")), columns=["date", "hour", "reported"]
    )


def by_day(table: pd.DataFrame, frame: Frame) -> list[dict]:
    """One {date, reported} for each date that has begun."""
    sums = table.groupby("date")["reported"].sum()
    last = (frame.until.astimezone(STREET)).date() if frame.running else frame.period.last
    return [
        {"date": day.isoformat(), "reported": int(sums.get(day, 0))} for day in frame.period.days if day <= last
    ]


def by_hour(table: pd.DataFrame) -> list[int]:
    """Reported incidents for each hour of the day, 24 numbers."""
    return table.groupby("hour")["reported"].sum().reindex(range(24), fill_value=0).astype(int).tolist()


def matrix(table: pd.DataFrame) -> list[list[int]]:
    """Weekday × hour, Monday first: 7 rows of 24."""
    if table.empty:
        return [[0] * 24 for _ in range(7)]
    weekday = pd.to_datetime(table["date"]).dt.weekday
    cells = table.assign(weekday=weekday).pivot_table("reported", "weekday", "hour", "sum", fill_value=0)
    return cells.reindex(index=range(7), columns=range(24), fill_value=0).astype(int).to_numpy().tolist()


def return_reasons(frame: Frame) -> list[dict]:
    """One {reason, n} for each reason given, most frequent first."""
    rows = returns(frame).values("reason").order_by().annotate(n=Count("pk"))
    return sorted(rows, key=lambda row: (-row["n"], row["reason"]))


def populations() -> dict[str, int]:
    """Community code → inhabitants."""
    return dict(Community.objects.values_list("code", "population"))


def first_instant() -> datetime | None:
    """When the first incident was received, or None."""
    return Incident.objects.aggregate(at=Min("opened_at"))["at"]


def _reported(frame: Frame) -> QuerySet[Incident]:
    return incidents(frame).filter(FIGURES["reported"].where(frame))

