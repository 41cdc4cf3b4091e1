"""The list behind a figure (反查): the same condition that counted it, row by row."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, QuerySet
from django.utils.translation import gettext_lazy as _

from shushanwei.cockpit.reports import clockwork, dimensions
from shushanwei.cockpit.reports import frame as frames
from shushanwei.cockpit.reports.counts import FIGURES
from shushanwei.cockpit.reports.frame import Frame
from shushanwei.cockpit.reports.registry import Figure, Grain

# Sort keys by what a row is; "-" in front turns them round.
SORTS = {
    Grain.INCIDENT: {"opened_at": "opened_at", "level": "level", "status": "status", "closed_at": "closed_at"},
    Grain.CLOCK: {"opened_at": "incident__opened_at", "level": "incident__level", "status": "incident__status",
                  "ran": "ran", "started_at": "started_at"},
    Grain.RETURN: {"opened_at": "incident__opened_at", "level": "incident__level", "status": "incident__status",
                   "returned_at": "returned_at"},
}  # fmt: skip
DEFAULT_SORT = {Grain.INCIDENT: "-opened_at", Grain.CLOCK: "-started_at", Grain.RETURN: "-returned_at"}


@dataclass(frozen=True)
class Cell:
    """A figure, and the part of it that an address names."""

    figure: Figure
    by: dict[str, Any] = field(default_factory=dict)
    reason: str = ""  # of a return
    sort: str = ""


def figure(code: str) -> Figure:
    """The figure `closed` or `A5.missed`; KeyError for what does not exist."""
    if code in FIGURES:
        return FIGURES[code]
    clock, _dot, state = code.partition(".")
    return clockwork.figure_of(clock, state)


def every_figure() -> list[Figure]:
    """All figures that can be opened."""
    return [
        *FIGURES.values(),
        *(clockwork.figure_of(code, state) for code in clockwork.CODES for state in clockwork.STATES),
    ]


def behind(frame: Frame, cell: Cell) -> QuerySet:
    """The rows that the figure counts: incidents, promises or returns, each with its incident fetched."""
    grain = cell.figure.grain
    where = cell.figure.where(frame)
    if grain is Grain.INCIDENT:
        rows: QuerySet = frames.incidents(frame, with_excluded=cell.figure.with_excluded).filter(where)
        rows = dimensions.narrowed(rows, cell.by).select_related("category", "community", "department")
    elif grain is Grain.CLOCK:
        rows = _with_incident(dimensions.narrowed(frames.clocks(frame).filter(where), cell.by, "incident__"))
        rows = rows.annotate(
            ran=clockwork.seconds(),
            is_met=ExpressionWrapper(clockwork.met(frame), BooleanField()),
            is_missed=ExpressionWrapper(clockwork.missed(frame), BooleanField()),
            is_measured=ExpressionWrapper(clockwork.measured(frame), BooleanField()),
        )
    else:
        rows = _with_incident(dimensions.narrowed(frames.returns(frame).filter(where), cell.by, "incident__"))
        if cell.reason:
            rows = rows.filter(reason=cell.reason)
        rows = rows.select_related("department")
    return rows.order_by(_order(grain, cell.sort), "-id")


def size(frame: Frame, cell: Cell) -> int:
    """How many rows the list has."""
    return behind(frame, cell).order_by().aggregate(n=Count("pk"))["n"]


def words_of(cell: Cell) -> list[tuple[Any, dict[str, str] | Any]]:
    """(dimension, value) pairs that say what the list is narrowed to."""
    said = []
    for code, value in cell.by.items():
        if code in dimensions.DIMENSIONS:
            name = dimensions.names(code, [value]).get(value) if value is not None else None
            said.append((dimensions.DIMENSIONS[code].label, name or _("none")))
        else:
            said.append((MOMENT_LABELS[code], value))
    return said


MOMENT_LABELS = {"date": _("Received on"), "weekday": _("Weekday"), "hour": _("Hour")}


def _with_incident(rows: QuerySet) -> QuerySet:
    return rows.select_related("incident", "incident__category", "incident__community", "incident__department")


def _order(grain: Grain, sort: str) -> str:
    name = sort.removeprefix("-")
    if name not in SORTS[grain]:
        sort, name = DEFAULT_SORT[grain], DEFAULT_SORT[grain].removeprefix("-")
    return ("-" if sort.startswith("-") else "") + SORTS[grain][name]
