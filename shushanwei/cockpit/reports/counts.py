"""Incidents counted: totals, split by every dimension, by day and hour."""

from datetime import datetime
from typing import Any

import pandas as pd
from django.db.models import Count, F, Min

from grid.models import Community
from incidents.models import Incident
from shushanwei.cockpit.reports import dimensions, registry, tables
from shushanwei.cockpit.reports.frame import Frame, incidents, returns
from shushanwei.common.clock import STREET

SPLIT = ["reported", "filed", "closed", "open", "open_late", "returned"]
FIGURES = {figure.code: figure for figure in [*registry.COUNTS, *registry.PARTS, *registry.RETURNS]}
OF_INCIDENTS = [
    code for code, figure in FIGURES.items() if figure.grain is registry.Grain.INCIDENT and not figure.with_excluded
]
EXCLUDED = [code for code, figure in FIGURES.items() if figure.with_excluded]


def rows(frame: Frame) -> pd.DataFrame:
    """One row for each incident of the frame: local date and hour of receipt, own dimensions, a flag for each count."""
    flags = {f"is_{code}": tables.flag(FIGURES[code].where(frame)) for code in OF_INCIDENTS}
    queryset = incidents(frame).annotate(
        **flags, **dimensions.columns(), incident=F("pk"), opened=tables.wall_clock("opened_at")
    )
    own = list(dimensions.columns())
    table = tables.fetched(queryset, ["incident", "opened", *own, *flags])
    local = pd.to_datetime(table["opened"], unit="s")
    table["date"], table["hour"] = local.dt.normalize(), local.dt.hour
    return table.rename(columns={name: name.removeprefix("is_") for name in flags})


def totals(frame: Frame, table: pd.DataFrame | None = None) -> dict[str, int]:
    """Every count of the registry, from the rows where they are at hand, otherwise counted by the database."""
    counted = {
        name: int(value)
        for name, value in (table[OF_INCIDENTS].sum() if table is not None else _counted(frame, OF_INCIDENTS)).items()
    }
    return counted | _counted(frame, EXCLUDED, with_excluded=True) | {"returns": returns(frame).count()}


def _counted(frame: Frame, codes: list[str], *, with_excluded: bool = False) -> dict[str, int]:
    wanted = {code: Count("pk", filter=FIGURES[code].where(frame)) for code in codes}
    return incidents(frame, with_excluded=with_excluded).aggregate(**wanted)


def by_dimension(table: pd.DataFrame, code: str, names: list[str] = SPLIT) -> dict[Any, dict[str, int]]:
    """key → counts; the key `NONE` holds what has no value."""
    if table.empty:
        return {}
    sums = table.groupby(f"dim_{code}", sort=False, observed=True)[names].sum()
    return {key: dict(zip(names, map(int, row), strict=True)) for key, *row in sums.itertuples()}


def reported_by(frame: Frame) -> dict[str, list[dict]]:
    """dimension → rows {key, counts: {reported}}: what a later period compares its own with."""
    reported = (
        incidents(frame).filter(FIGURES["reported"].where(frame)).annotate(**dimensions.columns(), incident=F("pk"))
    )
    table = tables.fetched(reported, ["incident", *dimensions.columns()]).assign(reported=1)
    table = tables.with_dimensions(table, tables.units_of(table["incident"]))
    return {
        code: [{"key": key, "counts": row} for key, row in by_dimension(table, code, ["reported"]).items()]
        for code in dimensions.DIMENSIONS
    }


def by_day(table: pd.DataFrame, frame: Frame) -> list[dict]:
    """One {date, reported} for each date that has begun."""
    sums = table.groupby("date")["reported"].sum()
    last = frame.until.astimezone(STREET).date() if frame.running else frame.period.last
    return [
        {"date": day.isoformat(), "reported": int(sums.get(pd.Timestamp(day), 0))}
        for day in frame.period.days
        if day <= last
    ]


def by_hour(table: pd.DataFrame) -> list[int]:
    """Reported incidents for each hour of the day, 24 numbers."""
    return table.groupby("hour")["reported"].sum().reindex(range(24), fill_value=0).astype(int).tolist()


def matrix(table: pd.DataFrame) -> list[list[int]]:
    """Weekday × hour of the reported, Monday first: 7 rows of 24."""
    if table.empty:
        return [[0] * 24 for _ in range(7)]
    weekday = table["date"].dt.weekday
    cells = table.assign(weekday=weekday).pivot_table("reported", "weekday", "hour", "sum", fill_value=0)
    return cells.reindex(index=range(7), columns=range(24), fill_value=0).astype(int).to_numpy().tolist()


def return_reasons(frame: Frame) -> list[dict]:
    """One {reason, n} for each reason given, most frequent first."""
    found: list[dict] = list(returns(frame).values("reason").order_by().annotate(n=Count("pk")))  # type: ignore[arg-type]
    return sorted(found, key=lambda row: (-row["n"], row["reason"]))


def populations() -> dict[str, int]:
    """Community code → inhabitants."""
    return dict(Community.objects.values_list("code", "population"))


def first_instant() -> datetime | None:
    """When the first incident was received, or None."""
    return Incident.objects.aggregate(at=Min("opened_at"))["at"]
