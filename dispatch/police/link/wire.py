"""What crosses the line: the whole state of one subject, as the other side may know it. Codes and instants only."""

from typing import Any

from dispatch.models import Assignment, PoliceTransfer, Reinforcement
from dispatch.police.rules import police_rules
from dispatch.police.shapes import call_shape, transfer_shape
from dispatch.shapes import ASSIGNMENT_RELATED, iso, position_shape
from incidents.models import Deadline, Incident
from incidents.shapes import deadline_shape
from shushanwei.common.clock import db_now
from shushanwei.journal.selectors import story_of

STORY_SENT = 40
# The street's own work on a transfer; the caller stays with who has the right to call back.
KEPT_HERE = ("id", "rev", "by_link", "offers", "caller_name_masked", "caller_phone_masked", "incident", "version")


def escalation_subject(call_id: int) -> str:
    return f"escalation:{call_id}"


def transfer_subject(police_no: str) -> str:
    return f"transfer:{police_no}"


def escalation_wire(call: Reinforcement, incident: Incident) -> dict[str, Any]:
    """An escalation: the call, the incident with its `rev`, who is ordered, photos and the story, newest first."""
    orders = Assignment.objects.filter(incident=incident).select_related(*ASSIGNMENT_RELATED).order_by("id")
    clock = Deadline.objects.filter(
        incident=incident, code="S15", part=call.force, generation=incident.generation, void_at__isnull=True
    ).first()
    return {
        "call": call_shape(call),
        "seat_phone": police_rules().seat_phone,
        "clock": deadline_shape(clock) if clock else None,
        "incident": incident_wire(incident),
        "orders": [_order(order, call) for order in orders],
        "photos": [
            {"uuid": str(photo.uuid), "kind": photo.kind, "uploaded_at": iso(photo.uploaded_at)}
            for photo in incident.attachments.exclude(kind="file").order_by("id")
        ],
        "story": [
            {"rev": line.pk, "at": iso(line.at), "verb": line.verb, "by": line.actor_name, "note": line.said}
            for line in story_of("incident", incident.pk).order_by("-id")[:STORY_SENT]
        ],
    }


def incident_wire(incident: Incident) -> dict[str, Any]:
    """The incident as both centres see it; `rev` is its version."""
    return {
        "case_no": incident.case_no,
        "rev": incident.rev,
        "status": incident.status,
        "level": incident.level,
        "title": incident.title,
        "text": incident.text,
        "address": incident.address,
        "category": incident.category.code,
        "category_name": incident.category.name_zh,
        "lon": incident.lon,
        "lat": incident.lat,
        "opened_at": iso(incident.opened_at),
        "arrived_at": iso(incident.arrived_at),
        "scene_closed_at": iso(incident.scene_closed_at),
        "closed_at": iso(incident.closed_at),
    }


def transfer_wire(transfer: PoliceTransfer) -> dict[str, Any]:
    """What the street made of a transfer."""
    shape = transfer_shape(transfer)
    told = {name: value for name, value in shape.items() if name not in KEPT_HERE}
    return told | {"incident": incident_wire(transfer.incident) if transfer.incident else None}


def positions_wire(incident_ids: list[int]) -> list[dict[str, Any]]:
    """Where the units of these incidents are now (degrees WGS-84); a position is no version."""
    orders = Assignment.objects.filter(incident_id__in=incident_ids, ended_at__isnull=True, unit__isnull=False)
    found, now = [], db_now()
    for order in orders.select_related("unit__position", "incident"):
        position = getattr(order.unit, "position", None)
        shape = position_shape(position, now) if position is not None else None
        if order.unit is not None and shape is not None:
            found.append({"unit": order.unit.code, "case_no": order.incident.case_no, **shape})
    return found


def _order(order: Assignment, call: Reinforcement) -> dict[str, Any]:
    unit, department = order.unit, order.department
    return {
        "unit": {"code": unit.code, "name": unit.name, "kind": unit.kind} if unit else None,
        "department": department.code if department else None,
        "part": order.part,
        "status": order.status,
        "of_call": order.pk == call.assignment_id,
        "offered_at": iso(order.offered_at),
        "accepted_at": iso(order.accepted_at),
        "arrived_at": iso(order.arrived_at),
        "ended_at": iso(order.ended_at),
    }
