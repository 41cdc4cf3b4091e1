"""By what a figure is split: source, class, level, place, unit, department; and the moment of receipt."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from dispatch.models import Assignment, Unit
from grid.models import Community
from incidents.models import CaseCategory, Department
from incidents.models.alerts import SourceKind
from incidents.models.catalogue import Level
from shushanwei.common.clock import STREET

GONE = [
    Assignment.Status.DECLINED, Assignment.Status.EXPIRED, Assignment.Status.RECALLED, Assignment.Status.RETURNED,
]  # fmt: skip
NONE = "none"  # the key of rows that have no value
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Dimension:
    """One way to split. `column` is the grouping expression's name on the incident, `read` parses a key."""

    code: str
    label: str | Promise
    column: str
    read: Callable[[str], Any]


DIMENSIONS = {
    dimension.code: dimension
    for dimension in [
        Dimension("source", _("By source"), "source_kind", str),
        Dimension("level", _("By level"), "level", int),
        Dimension("group", _("By big class"), "group", int),
        Dimension("category", _("By class"), "category_id", int),
        Dimension("community", _("By village and community"), "community_id", str),
        Dimension("unit", _("By unit"), "unit", int),
        Dimension("department", _("By department"), "department_id", int),
    ]
}
MOMENTS: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "weekday": int, "hour": int}


def columns(prefix: str = "") -> dict[str, F]:
    """`dim_<code>` for each dimension that stands in the incident's own row; `prefix` leads to the incident."""
    return {f"dim_{d.code}": F(f"{prefix}{d.column}") for d in DIMENSIONS.values() if d.code not in ("group", "unit")}


def orders_that_stand() -> QuerySet[Assignment]:
    """Main orders to units, the newest first for each incident; not the declined, expired, recalled or returned."""
    orders = Assignment.objects.filter(part=Assignment.Part.MAIN, unit__isnull=False).exclude(status__in=GONE)
    return orders.order_by("incident_id", "-id")


def _with_unit(queryset: QuerySet, prefix: str) -> QuerySet:
    order = orders_that_stand().filter(incident=OuterRef(f"{prefix}pk"))
    return queryset.annotate(dim_unit=Subquery(order.values("unit_id")[:1]))


def narrowed(queryset: QuerySet, by: dict[str, Any], prefix: str = "") -> QuerySet:
    """Only the rows of one cell: `by` maps a dimension or a moment to its value (None: without one)."""
    for code, value in by.items():
        if code == "unit":
            having = {"dim_unit": value} if value is not None else {"dim_unit__isnull": True}
            queryset = _with_unit(queryset, prefix).filter(**having)
        elif code == "group":
            under = Q(**{f"{prefix}category_id": value}) | Q(**{f"{prefix}category__parent_id": value})
            queryset = queryset.filter(under)
        elif code == "date":
            start = datetime.combine(value, time(), STREET)
            queryset = queryset.filter(
                **{f"{prefix}opened_at__gte": start, f"{prefix}opened_at__lt": start + timedelta(days=1)}
            )
        elif code == "weekday":
            queryset = queryset.filter(**{f"{prefix}opened_at__iso_week_day": value})
        elif code == "hour":
            queryset = queryset.filter(**{f"{prefix}opened_at__hour": value})
        else:
            column = f"{prefix}{DIMENSIONS[code].column}"
            queryset = queryset.filter(**({column: value} if value is not None else {f"{column}__isnull": True}))
    return queryset


def read_by(query: dict[str, str]) -> dict[str, Any]:
    """The cell that an address names; ValueError(name) for a value that cannot be read."""
    by: dict[str, Any] = {}
    readers: dict[str, Callable[[str], Any]] = {
        code: dimension.read for code, dimension in DIMENSIONS.items()
    } | MOMENTS
    for code, read in readers.items():
        if query.get(code):
            try:
                value = None if query[code] == NONE and code in DIMENSIONS else read(query[code])
            except ValueError:
                raise ValueError(code) from None
            if isinstance(value, int) and not 0 <= value < 2**31 or isinstance(value, str) and "\x00" in value:
                raise ValueError(code)
            by[code] = value
    return by


def names(code: str, keys: Iterable[Any]) -> dict[Any, dict[str, str]]:
    """key → {zh, en}: stored with a frozen figure, so that a later renaming does not reach it."""
    keys = set(keys) - {None, NONE}
    if code == "source":
        return {key: _both(SourceKind(key).label) if key in SourceKind.values else _same(key) for key in keys}
    if code == "level":
        return {key: _both(Level(key).label) for key in keys}
    if code in ("category", "group"):
        return {row.pk: _class_name(row) for row in CaseCategory.objects.filter(pk__in=keys).select_related("parent")}
    if code == "community":
        return {row.pk: _same(str(row)) for row in Community.objects.filter(pk__in=keys)}
    if code == "unit":
        return {row.pk: _same(row.name) for row in Unit.objects.filter(pk__in=keys)}
    return {row.pk: {"zh": row.name_zh, "en": row.name_en} for row in Department.objects.filter(pk__in=keys)}


def big_classes() -> dict[int, int]:
    """Class → big class; a class without a parent is its own."""
    return {pk: parent or pk for pk, parent in CaseCategory.objects.values_list("pk", "parent_id")}


def _class_name(row: CaseCategory) -> dict[str, str]:
    # The same small class can stand under several big ones; only the pair names it.
    path = [part for part in (row.parent, row) if part]
    return {
        "zh": " · ".join(part.name_zh for part in path),
        "en": " · ".join(part.name_en or part.name_zh for part in path),
    }


def _same(name: str) -> dict[str, str]:
    return {"zh": name, "en": name}


def _both(label) -> dict[str, str]:
    both = {}
    for language in LANGUAGES:
        with override(language):
            both[language[:2]] = str(label)
    return both
