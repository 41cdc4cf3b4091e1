"""The one shape of an order and of a unit in lists, snapshots and pushes: codes and instants, no labels."""

from datetime import datetime

from dispatch.matching import STALE_S, Candidate, Trust, sentence, trust_of
from dispatch.models import Assignment, Reinforcement, Unit, UnitPosition
from dispatch.why import said, skill_label

ASSIGNMENT_RELATED = ("unit", "department", "ordered_by", "handler", "incident")
INSTANTS = (
    "offered_at", "expires_at", "delivered_at", "accepted_at", "departed_at", "arrived_at", "first_feedback_at",
    "finished_at",
    "confirmed_at", "ended_at",
)  # fmt: skip


def assignment_shape(assignment: Assignment) -> dict:
    """One order; fetch it with `select_related(*ASSIGNMENT_RELATED)`."""
    unit, department = assignment.unit, assignment.department
    shape = {
        "id": assignment.pk,
        "rev": assignment.rev,
        "incident": assignment.incident_id,
        "case_no": assignment.incident.case_no,
        "unit": {"id": unit.pk, "code": unit.code, "name": unit.name, "kind": unit.kind} if unit else None,
        "department": {
            "id": department.pk,
            "code": department.code,
            "name_zh": department.name_zh,
            "name_en": department.name_en,
        }
        if department
        else None,
        "handler": str(assignment.handler) if assignment.handler_id else None,
        "part": assignment.part,
        "status": assignment.status,
        "generation": assignment.generation,
        "reason": assignment.reason,
        "ordered_by": str(assignment.ordered_by) if assignment.ordered_by_id else None,
        "end_reason": assignment.end_reason,
        "end_note": assignment.end_note,
        "result": assignment.result.get("done", ""),
        "facts": assignment.result,
    }
    for column in INSTANTS:
        shape[column] = iso(getattr(assignment, column))
    return shape


def read_assignment(assignment: Assignment) -> dict:
    """The order as one person reads it: why this unit stands there in the reader's language."""
    return assignment_shape(assignment) | {"reason": said(assignment.why) or assignment.reason}


def unit_shape(unit: Unit, now: datetime, live: Assignment | None = None) -> dict:
    """A unit as screens show it: its duty, last believed position with age, and what it is ordered to do."""
    return {
        "id": unit.pk,
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "area": unit.area,
        "skills": unit.skills,
        "radio_call": unit.radio_call,
        "on_duty": unit.on_duty_since is not None,
        "on_duty_since": iso(unit.on_duty_since),
        "seen_at": iso(unit.seen_at),
        "position": position_shape(unit.position, now) if hasattr(unit, "position") else None,
        "assignment": {"id": live.pk, "incident": live.incident_id, "status": live.status, "part": live.part}
        if live
        else None,
    }


def position_shape(position: UnitPosition, now: datetime) -> dict | None:
    """Where a unit is (degrees WGS-84, metres); None when nothing it sent could be believed."""
    if not position.believed:
        return None
    age = max((now - position.fix_at).total_seconds(), 0.0)
    return {
        "id": position.unit_id,
        "lon": position.lon,
        "lat": position.lat,
        "accuracy_m": position.accuracy_m,
        "speed_kmh": position.speed_kmh,
        "fix_at": iso(position.fix_at),
        "age_s": round(age, 1),
        "stale": trust_of(age) != Trust.FRESH,
        "flag": position.flag if is_flagged(position, now) else "",
    }


def is_flagged(position: UnitPosition, now: datetime) -> bool:
    """Whether the phone sent something impossible within the last five minutes."""
    return bool(position.flagged_at and (now - position.flagged_at).total_seconds() < STALE_S)


def candidate_shape(candidate: Candidate, skill: str = "") -> dict:
    """One ranked unit with the sentence that explains its place (in the reader's language)."""
    unit = candidate.unit
    return {
        "unit": {"id": unit.id, "name": unit.name, "kind": unit.kind},
        "lon": unit.lon,
        "lat": unit.lat,
        "accuracy_m": unit.accuracy_m,
        "distance_m": round(candidate.distance_m) if candidate.distance_m is not None else None,
        "minutes": round(candidate.minutes, 1) if candidate.minutes is not None else None,
        "age_s": round(candidate.age_s, 1) if candidate.age_s is not None else None,
        "trust": candidate.trust.name.lower(),
        "load": unit.load,
        "skilled": candidate.skilled,
        "nearest": candidate.nearest,
        "tried": unit.tried,
        "needs_reason": not candidate.proposable,
        "sentence": sentence(candidate, skill_label(skill)),
    }


CALL_RELATED = ("requested_by", "department", "assignment__unit")


def reinforcement_shape(reinforcement: Reinforcement) -> dict:
    """A call for another force; fetch it with `select_related(*CALL_RELATED)`."""
    return {
        "id": reinforcement.pk,
        "incident": reinforcement.incident_id,
        "force": reinforcement.force,
        "department": {
            "code": reinforcement.department.code,
            "name_zh": reinforcement.department.name_zh,
            "name_en": reinforcement.department.name_en,
        }
        if reinforcement.department
        else None,
        "follows": reinforcement.follows_id,
        "refusal": reinforcement.refusal,
        "answer_by": iso(reinforcement.answer_by),
        "passed_at": iso(reinforcement.passed_at),
        "unit": reinforcement.assignment.unit.name
        if reinforcement.assignment and reinforcement.assignment.unit
        else None,
        "departed_at": iso(reinforcement.assignment.departed_at) if reinforcement.assignment else None,
        "status": reinforcement.status,
        "reason": reinforcement.reason,
        "rule": reinforcement.rule,
        "assignment": reinforcement.assignment_id,
        "requested_by": str(reinforcement.requested_by) if reinforcement.requested_by_id else None,
        "requested_at": iso(reinforcement.requested_at),
        "accepted_at": iso(reinforcement.accepted_at),
        "arrived_at": iso(reinforcement.arrived_at),
        "ended_at": iso(reinforcement.ended_at),
    }


def iso(instant: datetime | None) -> str | None:
    """An instant for JSON."""
    return instant.isoformat() if instant else None
