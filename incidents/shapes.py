"""The one shape of an incident in lists, snapshots and pushes: codes, instants and numbers; labels are the reader's."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from incidents.events import EVENTS
from incidents.models import Alarm, Deadline, Incident

INSTANTS = [column for _, column in EVENTS.values() if column] + [
    "filed_at", "answered_at", "ended_at", "suspended_at", "suspended_until", "overdue_at", "next_due_at",
    "last_alert_at",
]  # fmt: skip
RELATED = ("category", "szcg_category", "community", "grid", "answered_by", "department", "standard")
UNSHOWN = ("community__polygon", "grid__polygon")  # large, and in no shape: `.defer(*UNSHOWN)`
SHOWN_COLUMNS = (
    "id", "rev", "case_no", "status", "generation", "level", "title", "text", "address", "source_kind", "lon", "lat",
    "alert_count", "need_followup", "needs_field_action", "is_test", "supervised", "self_handled", "return_count",
    "rework_count", "reopen_count", "master_id", "category_id", "szcg_category_id", "community_id", "grid_id",
    "department_id", "answered_by_id", *INSTANTS,
)  # fmt: skip
CLOCK_COLUMNS = (
    "id", "incident_id", "code", "part", "policy", "generation", "target_s", "started_at", "due_at", "stopped_at",
    "met_at", "missed_at", "paused_at", "during_outage", "exempt", "remind_count",
)  # fmt: skip


def incident_shape(incident: Incident) -> dict:
    """One incident with its clocks (one query)."""
    return _shape(incident, [d for d in incident.deadlines.all() if d.void_at is None])


def incident_shapes(incidents: Sequence[Any]) -> list[dict]:
    """Many incidents, fetched with `select_related(*RELATED)` or `incidents_to_show`; one query for all clocks."""
    clocks: dict[int, list] = {incident.id: [] for incident in incidents}
    running = Deadline.objects.filter(incident_id__in=clocks, void_at__isnull=True).order_by("due_at", "id")
    # Rows, not model instances: a snapshot has thousands of them.
    for row in running.values_list(*CLOCK_COLUMNS, named=True):
        clocks[row.incident_id].append(row)
    return [_shape(incident, clocks[incident.id]) for incident in incidents]


def incidents_to_show(ids: Collection[int]) -> dict[int, Any]:
    """Many incidents by id, as rows with the columns and RELATED that shapes read; not model instances.

    What they share (a class, a grid) is fetched and built once: this is for thousands that change at one instant.
    """
    found = {}
    for values in Incident.objects.filter(pk__in=ids).values_list(*SHOWN_COLUMNS):
        found[values[0]] = SimpleNamespace(**dict(zip(SHOWN_COLUMNS, values, strict=True)))
    for name in (name for name in RELATED if f"{name}_id" in SHOWN_COLUMNS):
        relation: Any = Incident._meta.get_field(name)
        keys = {getattr(row, relation.attname) for row in found.values()} - {None}
        heavy = [path.split("__")[1] for path in UNSHOWN if path.startswith(f"{name}__")]
        others = relation.related_model.objects.defer(*heavy).in_bulk(keys) if keys else {}
        for row in found.values():
            setattr(row, name, others.get(getattr(row, relation.attname)))
    return found


# Functions of an incident: whether the police hear of it though its level does not say so; dispatch adds its own.
TOLD_TO_POLICE: list[Callable[[Any], bool]] = []


def audience_of(incident: Any, *, users: Iterable[int] = ()) -> dict:
    """Who may be told of a change: the street, its community and grid, its department, the named users."""
    return {
        "permission": "incidents.view_incident",
        "areas": [code for code in (incident.community_id, incident.grid_id) if code],
        "departments": [incident.department.code] if incident.department_id and incident.department else [],
        "police": incident.level <= 2
        or incident.source_kind == "police_110"
        or any(asks(incident) for asks in TOLD_TO_POLICE),
        "users": list(users),
    }


def deadline_shape(deadline: Deadline) -> dict:
    """One promise: `state` follows from the instants, so that a screen can go on counting by itself."""
    return {
        "id": deadline.id,
        "code": deadline.code,
        "part": deadline.part,
        "policy": deadline.policy,
        "generation": deadline.generation,
        "target_s": deadline.target_s,
        "started_at": _iso(deadline.started_at),
        "due_at": _iso(deadline.due_at),
        "stopped_at": _iso(deadline.stopped_at),
        "met_at": _iso(deadline.met_at),
        "missed_at": _iso(deadline.missed_at),
        "paused_at": _iso(deadline.paused_at),
        "during_outage": deadline.during_outage,
        "exempt": deadline.exempt,
        "reminded": deadline.remind_count,
    }


def alarm_shape(alarm: Alarm, incident: Any = None) -> dict:
    """One alarm as the console shows it; `incident` spares the query where its row is at hand."""
    incident = incident or alarm.incident
    return {
        "id": alarm.pk,
        "rev": alarm.rev,
        "kind": alarm.kind,
        "incident": alarm.incident_id,
        "case_no": incident.case_no if incident else None,
        "title": incident.title if incident else "",
        "for_role": alarm.for_role,
        "data": alarm.data,
        "raised_at": _iso(alarm.raised_at),
        "acknowledged_at": _iso(alarm.acknowledged_at),
        "acknowledged_by": str(alarm.acknowledged_by) if alarm.acknowledged_by_id else None,
    }


def _shape(incident: Any, deadlines: Iterable) -> dict:
    shape = {
        "id": incident.id,
        "rev": incident.rev,
        "case_no": incident.case_no,
        "status": incident.status,
        "generation": incident.generation,
        "level": incident.level,
        "title": incident.title,
        "text": incident.text,
        "address": incident.address,
        "category": _category(incident.category),
        "szcg_category": _category(incident.szcg_category),
        "source_kind": incident.source_kind,
        "lon": incident.lon,
        "lat": incident.lat,
        "community": _place(incident.community),
        "grid": _place(incident.grid),
        "department": {"code": incident.department.code, "name_zh": incident.department.name_zh,
                       "name_en": incident.department.name_en} if incident.department else None,
        "alert_count": incident.alert_count,
        "answered_by": str(incident.answered_by) if incident.answered_by_id else None,
        "need_followup": incident.need_followup,
        "needs_field_action": incident.needs_field_action,
        "is_test": incident.is_test,
        "supervised": incident.supervised,
        "self_handled": incident.self_handled,
        "return_count": incident.return_count,
        "rework_count": incident.rework_count,
        "reopen_count": incident.reopen_count,
        "master": incident.master_id,
        "deadlines": [deadline_shape(deadline) for deadline in deadlines],
    }  # fmt: skip
    for column in INSTANTS:
        shape[column] = _iso(getattr(incident, column))
    return shape


def _category(category) -> dict | None:
    if category is None:
        return None
    return {
        "id": category.pk,
        "code": category.code,
        "name_zh": category.name_zh,
        "name_en": category.name_en or category.name_zh,
    }


def _place(place) -> dict | None:
    return {"code": place.pk, "name": str(place)} if place is not None else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
