"""What every change of an order shares: lock in order (incident, order, unit), look again, tell."""

from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.models import Assignment, Unit
from dispatch.shapes import ASSIGNMENT_RELATED, assignment_shape
from incidents.models import Alarm, Incident
from incidents.services import locked, raise_for
from incidents.services.base import tell
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

QUIET_S = 600  # an alarm that was acknowledged is not raised again by the next sweep

Status = Assignment.Status
Part = Assignment.Part


def locked_order(assignment_id: int) -> tuple[Incident, Assignment]:
    """The order and its incident under their locks, read again; raises NotFound."""
    incident_id = Assignment.objects.filter(pk=assignment_id).values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotFound(_("There is no order %(id)s.") % {"id": assignment_id})
    incident = locked(incident_id)
    order = (
        Assignment.objects.select_for_update(no_key=True, of=("self",))
        .select_related(*ASSIGNMENT_RELATED)
        .get(pk=assignment_id)
    )
    return incident, order


def tell_order(
    order: Assignment, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None
) -> None:
    """Write the order's next line and push its shape to the centre, the unit's members or the department."""
    record(
        order,
        f"assignment.{verb}",
        actor=actor,
        note=note,
        data={"incident": order.incident_id, **(data or {})},
        shape=assignment_shape,
        audience=audience_of_order(order),
    )


def story(
    incident: Incident, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None
) -> None:
    """Write a line of the incident's story, with the shape it has by now: other steps may have changed it."""
    tell(locked(incident.pk), verb, actor=actor, note=note, data=data)


def audience_of_order(order: Assignment) -> dict:
    """Who may be told of an order."""
    members = order.unit.members.values_list("user_id", flat=True) if order.unit is not None else ()
    return {
        "permission": "dispatch.view_assignment",
        "departments": [order.department.code] if order.department is not None else [],
        "police": order.unit is not None and order.unit.kind == Unit.Kind.POLICE,
        "users": list(members),
    }


def about(order: Assignment) -> dict:
    """What the incident's story keeps of an order."""
    return {
        "assignment": order.pk,
        "part": order.part,
        "unit": order.unit.name if order.unit else None,
        "department": order.department.code if order.department else None,
    }


def end(order: Assignment, status: str, *, reason: str = "", note: str = "", at: datetime | None = None) -> None:
    """Close an order (save included): its unit is free from now on."""
    order.status = status
    order.ended_at = at or db_now()
    order.end_reason = reason[:40]
    order.end_note = note
    order.save(update_fields=["status", "ended_at", "end_reason", "end_note"])


def must_be_open(order: Assignment, *statuses: str) -> None:
    """Raise Conflict when the order has ended or is not in one of `statuses`, saying what it is and since when."""
    if order.status in statuses and order.ended_at is None:
        return
    since = order.ended_at or order.finished_at or order.arrived_at or order.accepted_at or order.offered_at
    raise Conflict(
        _("The order is “%(state)s” since %(at)s.") % {"state": Status(order.status).label, "at": _clock(since)},
        now=order.status,
        since=since.isoformat(),
    )


def busy_conflict(order: Assignment) -> Conflict:
    """The refusal for who comes second: what was ordered, by whom and when."""
    what = order.unit.name if order.unit else str(order.department)
    who = str(order.ordered_by) if order.ordered_by_id else _("the system")
    return Conflict(
        _("%(what)s was ordered to %(case_no)s by %(who)s at %(at)s.")
        % {"what": what, "case_no": order.incident.case_no, "who": who, "at": _clock(order.offered_at)},
        by=who if order.ordered_by_id else None,
        at=order.offered_at.isoformat(),
        unit=order.unit_id,
        unit_name=what,
        incident=order.incident_id,
        assignment=order.pk,
    )


def alarm_no_unit(incident: Incident, data: dict) -> None:
    """Tell the shift leader that nobody can be sent; a standing or recent alarm is not repeated."""
    last = Alarm.objects.filter(incident=incident, kind=Alarm.Kind.NO_UNIT).order_by("-id").first()
    if last is not None and (last.acknowledged_at is None or (db_now() - last.raised_at).total_seconds() < QUIET_S):
        return
    raise_for(incident, Alarm.Kind.NO_UNIT, "shift_lead", data)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(STREET):%H:%M:%S}"
