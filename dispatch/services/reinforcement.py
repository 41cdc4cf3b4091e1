"""Calling another force (增援): asked at E5, met at E6; who refuses or stays silent is passed over for the next."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.defaults import FORCES
from dispatch.models import Assignment, DispatchRule, Force, ForceRule, Reinforcement
from dispatch.services.base import Part, Status, alarm_no_unit, end, story, tell_order
from dispatch.services.placing import order_next, place_supporting_department
from dispatch.why import Why
from incidents.models import Alarm, Department, Incident
from incidents.services import mark, pass_promise_on, raise_for
from incidents.services.base import locked, must_be_live
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.people.models import User

MISSED = "a5_missed"  # the rule by which a missed arrival calls another force
NOBODY_ARRIVED = Why(because="nobody_arrived")
Call = Reinforcement.Status
OPEN = (Call.REQUESTED, Call.ACCEPTED)
DANGEROUS = 2  # volunteers are never called to levels Ⅰ and Ⅱ


def force_rule(force: str) -> ForceRule:
    """How a force is called: the row, or the starter rule where the row is gone."""
    return ForceRule.objects.filter(force=force).first() or ForceRule(force=force, **FORCES[force])


@transaction.atomic
def request_reinforcement(
    incident_id: int,
    force: str,
    *,
    actor: User | None = None,
    reason: str = "",
    rule: str = "",
    department_id: int | None = None,
) -> Reinforcement:
    """Ask one force for help, as `request_forces` does."""
    return request_forces(
        incident_id, [force], actor=actor, reason=reason, rule=rule, department_id=department_id, field="force"
    )[0]


@transaction.atomic
def request_forces(
    incident_id: int,
    forces: Sequence[str],
    *,
    actor: User | None = None,
    reason: str = "",
    rule: str = "",
    department_id: int | None = None,
    field: str = "forces",
) -> list[Reinforcement]:
    """Ask forces for help, all in one moment: E5, an S15 clock each, and an order to the soonest free unit of each.

    A call that stands already is answered as it is. Raises BadInput on `field` (no such force, volunteers for a
    dangerous level) or `department`, WrongStep when the story has ended; nothing is asked then.
    """
    if not forces:
        raise BadInput(field, _("Choose at least one force."))
    incident = locked(incident_id)
    must_be_live(incident)
    department = None
    for force in forces:
        if force not in Force.values:
            raise BadInput(field, f"use one of {', '.join(Force.values)}")
        if force == Force.VOLUNTEER and incident.level <= DANGEROUS:
            raise BadInput(field, _("Volunteers are never called to a dangerous incident."))
        if force == Force.DEPARTMENT:
            department = Department.objects.filter(pk=department_id or 0, is_active=True).first()
            if department is None:
                raise BadInput("department", _("Say which department."))
    said = (reason or "").strip()[:500]
    return [
        ask(
            incident,
            force,
            actor=actor,
            reason=said,
            rule=rule,
            department=department if force == Force.DEPARTMENT else None,
        )[0]
        for force in dict.fromkeys(forces)
    ]


def ask(
    incident: Incident,
    force: str,
    *,
    actor: User | None = None,
    reason: str = "",
    rule: str = "",
    department: Department | None = None,
    follows: Reinforcement | None = None,
) -> tuple[Reinforcement, bool]:
    """Under the incident's lock: (the call, whether it is new)."""
    calls = Reinforcement.objects.filter(incident=incident, force=force, department=department)
    standing = calls.filter(status__in=OPEN).first()
    if standing is None and rule:
        # Who is on the scene is not called a second time by a rule.
        there = Q(arrived_at__isnull=False, assignment__ended_at__isnull=True)
        standing = calls.filter(Q(rule=rule) | there).first()
    if standing is not None:
        return standing, False
    now = db_now()
    call = Reinforcement.objects.create(
        incident=incident,
        force=force,
        department=department,
        reason=reason,
        rule=rule,
        follows=follows,
        requested_by=actor,
        requested_at=now,
        answer_by=now + timedelta(seconds=force_rule(force).answer_within_s),
    )
    data = {"force": force, "rule": rule, "reinforcement": call.pk}
    if department is not None:
        data["department"] = department.code
    if rule == MISSED:
        data["why"] = NOBODY_ARRIVED.kept()
    mark(incident.pk, "E5", actor=actor, note=reason, data=data, part=force)
    incident.refresh_from_db(fields=["reinforcement_requested_at", "rev"])
    if not fill(incident, call):
        alarm_no_unit(incident, {"force": force})
    return call, True


def fill(incident: Incident, call: Reinforcement) -> Assignment | None:
    """Under the incident's lock: order the soonest free unit of the force; None when there is none yet."""
    why = NOBODY_ARRIVED if call.rule == MISSED else Why(note=call.reason)
    order: Assignment | None
    if call.department is not None:
        if call.assignment_id:
            return None  # a department is one: who has refused is not asked again
        order = place_supporting_department(incident, call.department, actor=call.requested_by, why=why)
    else:
        order = order_next(incident, Part.REINFORCEMENT, kinds=[call.force], actor=call.requested_by, why=why)
    if order is not None:
        call.assignment = order
        call.status = Call.REQUESTED
        call.save(update_fields=["assignment", "status"])
    return order


def refill(incident: Incident, order: Assignment) -> Assignment | None:
    """Under the incident's lock: after a unit's refusal or silence the next of its force, or the next force."""
    call = call_of(order)
    if call is None or call.status not in OPEN:
        return None
    following = fill(incident, call)
    if following is None and order.status in (Status.DECLINED, Status.RETURNED):
        # Somebody said no and nobody else of the force can come: waiting longer helps nobody.
        call.refusal = order.end_note
        pass_over(incident, call, Call.REFUSED)
    return following


def pass_over(incident: Incident, call: Reinforcement, status: str) -> Reinforcement | None:
    """Under the incident's lock: the force refused or stayed silent (`status`), so the next one is called.

    The promise of fifteen minutes goes on where it stands: it began when help was first asked for. With nobody
    left to call the call stays open, and the shift leader is told.
    """
    now = db_now()
    call.passed_at = now
    following = _next_call(incident, call, status)
    if following is None:
        call.save(update_fields=["passed_at", "refusal"])
        told = {"force": call.force, "reinforcement": call.pk, "after": str(status)}
        raise_for(incident, Alarm.Kind.HELP_UNANSWERED, "shift_lead", told)
        return None
    return following


def _next_call(incident: Incident, call: Reinforcement, status: str) -> Reinforcement | None:
    asked = set(Reinforcement.objects.filter(incident=incident).values_list("force", flat=True))
    left = [force for force in force_rule(call.force).next_forces if force in Force.values and force not in asked]
    if incident.level <= DANGEROUS:
        left = [force for force in left if force != Force.VOLUNTEER]
    if not left or left[0] == Force.DEPARTMENT:
        return None
    _close(incident, call, status)
    pass_promise_on(incident.pk, "E6", call.force, left[0])
    reason = call.reason or call.refusal
    return ask(incident, left[0], actor=call.requested_by, reason=reason, rule=f"next:{call.pk}", follows=call)[0]


def _close(incident: Incident, call: Reinforcement, status: str) -> None:
    order = call.assignment
    if order is not None and order.ended_at is None and order.status == Status.OFFERED:
        end(order, Status.RECALLED, reason="force_passed_over")
        tell_order(order, "recalled")
    before = call.status
    call.status, call.ended_at = status, call.ended_at or db_now()
    call.save(update_fields=["status", "ended_at", "passed_at", "refusal"])
    if before not in (Call.REFUSED, Call.UNANSWERED):
        story(
            incident,
            f"reinforcement_{status}",
            note=call.refusal,
            data={"force": call.force, "part": call.force, "reinforcement": call.pk},
        )


def escort(incident: Incident, rule: DispatchRule, *, notify: bool = True) -> None:
    """Under the incident's lock: what a level asks for beside the main unit (more units, forces, notices)."""
    orders = [o for o in selectors.live_orders(incident.pk) if o.unit_id and o.part != Part.REINFORCEMENT]
    for _more in range(rule.units - len(orders)):
        if order_next(incident, Part.SUPPORT) is None:
            break
    for force in rule.forces:
        ask(incident, force, rule=f"level_{rule.level}")
    for force in rule.notices if notify else ():
        story(incident, "force_notified", data={"force": force})


def call_of(order: Assignment) -> Reinforcement | None:
    """The call that an order fills."""
    return Reinforcement.objects.select_related("department", "assignment").filter(assignment=order).first()


def close_calls(incident: Incident) -> None:
    """Under the incident's lock: the scene is closed, nobody needs to come any more."""
    Reinforcement.objects.filter(incident=incident, status__in=OPEN).update(status=Call.CANCELLED, ended_at=db_now())
