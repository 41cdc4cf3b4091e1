"""Calling another force (增援): asked once at E5, filled when one of its units is free, met at E6."""

from django.db import transaction

from dispatch import selectors
from dispatch.models import Assignment, DispatchRule, Reinforcement, Unit
from dispatch.services.base import Part, alarm_no_unit, story
from dispatch.services.placing import order_next
from dispatch.why import Why
from incidents.models import Incident
from incidents.services import mark
from incidents.services.base import locked, must_be_live
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.people.models import User

MISSED = "a5_missed"  # the rule by which a missed arrival calls another force
NOBODY_ARRIVED = Why(because="nobody_arrived")
OPEN = (Reinforcement.Status.REQUESTED, Reinforcement.Status.ACCEPTED)


@transaction.atomic
def request_reinforcement(
    incident_id: int, force: str, *, actor: User | None = None, reason: str = "", rule: str = ""
) -> Reinforcement:
    """Ask a force (a kind of unit) for help: E5, its S15 clock, and an order to its nearest free unit.

    A call that stands already is answered as it is. Raises BadInput on `force`, WrongStep when the story has ended.
    """
    if force not in Unit.Kind.values:
        raise BadInput("force", f"use one of {', '.join(Unit.Kind.values)}")
    incident = locked(incident_id)
    must_be_live(incident)
    return ask(incident, force, actor=actor, reason=(reason or "").strip()[:500], rule=rule)[0]


def ask(
    incident: Incident, force: str, *, actor: User | None = None, reason: str = "", rule: str = ""
) -> tuple[Reinforcement, bool]:
    """Under the incident's lock: (the call, whether it is new)."""
    calls = Reinforcement.objects.filter(incident=incident, force=force)
    standing = calls.filter(status__in=OPEN).first()
    if standing is None and rule:
        standing = calls.filter(rule=rule).first()
    if standing is not None:
        return standing, False
    call = Reinforcement.objects.create(
        incident=incident, force=force, reason=reason, rule=rule, requested_by=actor, requested_at=db_now()
    )
    data = {"force": force, "rule": rule, "reinforcement": call.pk}
    if rule == MISSED:
        data["why"] = NOBODY_ARRIVED.kept()
    mark(incident.pk, "E5", actor=actor, note=reason, data=data, part=force)
    incident.refresh_from_db(fields=["reinforcement_requested_at", "rev"])
    if not fill(incident, call):
        alarm_no_unit(incident, {"force": force})
    return call, True


def fill(incident: Incident, call: Reinforcement) -> Assignment | None:
    """Under the incident's lock: order the nearest free unit of the force; None when there is none yet."""
    why = NOBODY_ARRIVED if call.rule == MISSED else Why(note=call.reason)
    order = order_next(incident, Part.REINFORCEMENT, kinds=[call.force], actor=call.requested_by, why=why)
    if order is not None:
        call.assignment = order
        call.status = Reinforcement.Status.REQUESTED
        call.save(update_fields=["assignment", "status"])
    return order


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
    return Reinforcement.objects.filter(assignment=order).first()


def close_calls(incident: Incident) -> None:
    """Under the incident's lock: the scene is closed, nobody needs to come any more."""
    Reinforcement.objects.filter(incident=incident, status__in=OPEN).update(
        status=Reinforcement.Status.CANCELLED, ended_at=db_now()
    )
