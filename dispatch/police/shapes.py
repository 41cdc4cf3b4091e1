"""The one shape of a transfer and of an escalation in pages, pushes and messages: codes and instants, no labels."""

from typing import Any

from dispatch.models import Assignment, PoliceCall, PoliceTransfer, Reinforcement
from dispatch.shapes import iso

FACTS = ("found", "contacted", "done", "remains")
TRANSFER_RELATED = ("incident", "accepted_by", "returned_by")
# Who may be told: the seats by their permission, the police desk by its scope.
TRANSFER_AUDIENCE = {"permission": "dispatch.view_transfer", "police": True}
INSTANTS = (
    "call_time", "transfer_time", "offered_at", "accept_deadline", "accept_missed_at", "accepted_at", "returned_at",
    "first_feedback_at", "closed_at", "judged_at", "returned_by_district_at", "second_closed_at",
)  # fmt: skip
PLAIN = (
    "police_no", "status", "rev", "offers", "by_link", "channel", "urgency", "alarm_code", "alarm_name",
    "caller_name_masked", "caller_phone_masked", "address", "lon", "lat", "description", "return_reason",
    "return_note", "first_feedback", "result", "quality", "quality_note", "second_closing_text",
)  # fmt: skip


def transfer_shape(transfer: PoliceTransfer) -> dict[str, Any]:
    """One transfer, its caller masked; fetch it with `select_related(*TRANSFER_RELATED)`."""
    incident = transfer.incident
    shape: dict[str, Any] = {"id": transfer.pk} | {name: getattr(transfer, name) for name in PLAIN}
    for column in INSTANTS:
        shape[column] = iso(getattr(transfer, column))
    return shape | {
        "accepted_by": str(transfer.accepted_by) if transfer.accepted_by_id else None,
        "returned_by": str(transfer.returned_by) if transfer.returned_by_id else None,
        "incident": {
            "id": incident.pk,
            "rev": incident.rev,
            "case_no": incident.case_no,
            "title": incident.title,
            "status": incident.status,
            "level": incident.level,
        }
        if incident
        else None,
        # The newest change of either: a reader of both keeps what is newer.
        "version": max(transfer.rev, incident.rev if incident else 0),
    }


def call_shape(call: Reinforcement) -> dict[str, Any]:
    """A call for the police as the desk lists it, with what the desk has said to it."""
    order = call.assignment
    said = PoliceCall.objects.filter(call_id=call.pk).select_related("answered_by").first()
    return {
        "id": call.pk,
        "incident": call.incident_id,
        "status": call.status,
        "reason": call.reason,
        "rule": call.rule,
        "requested_by": str(call.requested_by) if call.requested_by_id else None,
        "requested_at": iso(call.requested_at),
        "accepted_at": iso(call.accepted_at),
        "arrived_at": iso(call.arrived_at),
        "ended_at": iso(call.ended_at),
        "assignment": call.assignment_id,
        "car": order.unit.name if order is not None and order.unit is not None and _counts(order) else None,
        "answered_by": str(said.answered_by) if said and said.answered_by_id else None,
        "answered_at": iso(said.answered_at) if said else None,
        "refusal": call.refusal,
    }


def _counts(order: Assignment) -> bool:
    return order.ended_at is None or order.status in (Assignment.Status.FINISHED, Assignment.Status.CONFIRMED)


def closing_text(facts: dict[str, str]) -> str:
    """The four facts as one text, in their order."""
    return "\n".join(facts[name] for name in FACTS if facts.get(name))
