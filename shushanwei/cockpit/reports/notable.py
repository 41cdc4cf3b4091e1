"""The incidents that a report names one by one: key incidents and hard problems."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from dispatch.models import Assignment
from incidents.models import Incident
from shushanwei.cockpit.reports import counts
from shushanwei.cockpit.reports.frame import Frame, incidents

SHOWN = 20  # the figure opens the full list
COLUMNS = [
    "id",
    "case_no",
    "title",
    "level",
    "status",
    "opened_at",
    "arrived_at",
    "ended_at",
    "return_count",
    "rework_count",
    "first_unit",
    "community__short_name",
    "category__name_zh",
    "category__name_en",
    "department__name_zh",
    "department__name_en",
]


def key_incidents(frame: Frame) -> list[dict[str, Any]]:
    """Levels Ⅰ and Ⅱ: time, place, what, first unit and its minutes to arrival, state. Most urgent first."""
    return _rows(frame, _named(frame, "key").order_by("level", "opened_at"))


def hard_problems(frame: Frame) -> list[dict[str, Any]]:
    """Open for more than 48 h or returned at least twice, the oldest first."""
    return _rows(frame, _named(frame, "hard").order_by("opened_at"))


def _named(frame: Frame, code: str) -> QuerySet[Incident]:
    # The first unit on the scene, or else the first one that was ordered.
    units = Assignment.objects.filter(incident=OuterRef("pk"), unit__isnull=False, offered_at__lt=frame.cutoff)
    return (
        incidents(frame)
        .filter(counts.FIGURES[code].where(frame))
        .annotate(first_unit=Subquery(units.order_by("arrived_at", "id").values("unit__name")[:1]))
    )


def _rows(frame: Frame, queryset: QuerySet[Incident]) -> list[dict[str, Any]]:
    answer = []
    for row in queryset.values(*COLUMNS)[:SHOWN]:
        arrived = row["arrived_at"] if row["arrived_at"] and row["arrived_at"] < frame.cutoff else None
        ended = row["ended_at"] and row["ended_at"] < frame.cutoff
        stopped = row["ended_at"] if ended else frame.cutoff
        answer.append(
            {
                "id": row["id"],
                "case_no": row["case_no"],
                "title": row["title"],
                "level": row["level"],
                "status": row["status"],
                "opened_at": row["opened_at"].isoformat(),
                "arrival_s": max(0, (arrived - row["opened_at"]).total_seconds()) if arrived else None,
                "open": not ended,
                "age_s": (stopped - row["opened_at"]).total_seconds(),
                "returns": row["return_count"],
                "reworks": row["rework_count"],
                "unit": row["first_unit"],
                "community": row["community__short_name"],
                "category": {
                    "zh": row["category__name_zh"],
                    "en": row["category__name_en"] or row["category__name_zh"],
                },
                "department": {"zh": row["department__name_zh"], "en": row["department__name_en"]}
                if row["department__name_zh"]
                else None,
            }
        )
    return answer
