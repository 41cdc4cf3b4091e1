"""Placing an order under the incident's lock: the best free unit, a department, or somebody instead of another."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.matching import Candidate
from dispatch.models import Assignment, Unit
from dispatch.services.base import Part, Status, about, alarm_no_unit, busy_conflict, story, tell_order
from dispatch.why import Why
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Department, Incident
from incidents.services import move
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.people.models import User

OFFER_S = 60  # unanswered for so long: the next unit is ordered as well


def order_next(
    incident: Incident, part: str, *, kinds: list[str] | None = None, actor: User | None = None, why: Why | None = None
) -> Assignment | None:
    """Under the incident's lock: order the best free unit by itself; None when there is none."""
    taken = take_first(selectors.candidates_for(incident, db_now(), kinds=kinds))
    if taken is None:
        return None
    unit, candidate = taken
    why = (why or Why()).choosing(candidate, selectors.skill_for(incident))
    return place(incident, unit, part, actor=actor, why=why)


def place(incident: Incident, unit: Unit, part: str, *, actor: User | None, why: Why) -> Assignment:
    """Write the order for a unit whose lock is held, and take the incident along where it was waiting."""
    now = db_now()
    reason, aside = why.stored()
    order = create_order(
        incident=incident,
        unit=unit,
        part=part,
        generation=incident.generation,
        reason=reason,
        why=why.kept(),
        ordered_by=actor,
        offered_at=now,
        expires_at=now + timedelta(seconds=OFFER_S),
    )
    tell_order(order, "offered", actor=actor, note=aside)
    data = about(order) | {"why": order.why}
    if part == Part.MAIN and incident.status in selectors.WAITING:
        move(incident.pk, IncidentStatus.DISPATCHED, actor=actor, note=reason, data=data)
        incident.refresh_from_db(fields=["status", "rev"])
    else:
        story(incident, "unit_ordered", actor=actor, note=reason, data=data)
    return order


def take(unit_id: int) -> Unit:
    """The unit under its lock; raises NotFound, or Conflict when it is off duty or ordered elsewhere."""
    unit = Unit.objects.select_for_update(no_key=True).filter(pk=unit_id, is_active=True).first()
    if unit is None:
        raise NotFound(_("There is no unit %(id)s.") % {"id": unit_id})
    if unit.on_duty_since is None:
        raise Conflict(_("%(unit)s is off duty.") % {"unit": unit.name}, unit=unit.pk)
    live = selectors.live_order_of(unit)
    if live is not None:
        raise busy_conflict(live)
    return unit


def take_first(candidates: Iterable[Candidate]) -> tuple[Unit, Candidate] | None:
    """Lock the first proposable unit that nobody else is taking in this moment; None when all are gone."""
    for candidate in candidates:
        if not candidate.proposable:
            continue
        # Waiting for a second lock while holding a first is how two seats would wait for each other.
        unit = (
            Unit.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(pk=candidate.unit.id, is_active=True, on_duty_since__isnull=False)
            .first()
        )
        if unit is not None and not Assignment.objects.filter(unit=unit, ended_at__isnull=True).exists():
            return unit, candidate
    return None


def place_department(incident: Incident, department: Department, *, actor: User | None, why: Why) -> Assignment:
    """Under the incident's lock: write the department's order and take the incident along where it was waiting."""
    note, _aside = why.stored()
    order = create_order(
        incident=incident,
        department=department,
        part=Part.MAIN,
        generation=incident.generation,
        reason=note,
        why=why.kept(),
        ordered_by=actor,
        offered_at=db_now(),
    )
    if incident.department_id != department.pk:
        incident.department = department
        incident.save(update_fields=["department"])
    tell_order(order, "offered", actor=actor, note=note)
    data = about(order) | {"why": order.why}
    if incident.status in selectors.WAITING:
        move(incident.pk, IncidentStatus.DISPATCHED, actor=actor, note=note, data=data)
        incident.refresh_from_db(fields=["status", "rev"])
    else:
        story(incident, "department_ordered", actor=actor, note=note, data=data)
    return order


def place_supporting_department(
    incident: Incident, department: Department, *, actor: User | None, why: Why
) -> Assignment:
    """Under the incident's lock: call a department for help; who answers for the case stays who it was."""
    note, _aside = why.stored()
    order = create_order(
        incident=incident,
        department=department,
        part=Part.REINFORCEMENT,
        generation=incident.generation,
        reason=note,
        why=why.kept(),
        ordered_by=actor,
        offered_at=db_now(),
    )
    tell_order(order, "offered", actor=actor, note=note)
    story(incident, "department_ordered", actor=actor, note=note, data=about(order) | {"why": order.why})
    return order


def replace(incident: Incident, order: Assignment, *, why: Why) -> Assignment | None:
    """After a refusal or silence, under the incident's lock: somebody else takes the part, or the alarm sounds."""
    if order.part == Part.SUPPORT:
        return order_next(incident, Part.SUPPORT, why=why)
    if order.department_id:
        return None
    if (under_way := promote(incident, started=True)) is not None:
        return under_way
    if incident.status == IncidentStatus.HANDLING:
        back_to_waiting(incident, why=why)
    if (following := order_next(incident, Part.MAIN, why=why)) is not None:
        return following
    if (offered := promote(incident)) is not None:
        return offered
    back_to_waiting(incident, why=why)
    alarm_no_unit(incident, {"after": order.status, "unit": order.unit.name if order.unit else ""})
    return None


def promote(incident: Incident, *, started: bool = False) -> Assignment | None:
    """Make a supporting unit the main one; with `started` only one that has accepted. None when there is none."""
    states = [Status.ACCEPTED, Status.ARRIVED] if started else list(Assignment.OPEN)
    helper = next(
        (o for o in selectors.live_orders(incident.pk) if o.part == Part.SUPPORT and o.status in states), None
    )
    if helper is None:
        return None
    helper.part = Part.MAIN
    helper.save(update_fields=["part"])
    tell_order(helper, "promoted")
    story(incident, "unit_promoted", data=about(helper))
    return helper


def back_to_waiting(incident: Incident, *, actor: User | None = None, why: Why) -> None:
    """Under the incident's lock: nobody is on it, so it waits for dispatch again."""
    if incident.status in (IncidentStatus.DISPATCHED, IncidentStatus.HANDLING):
        note, _aside = why.stored()
        move(incident.pk, IncidentStatus.PENDING_DISPATCH, actor=actor, note=note, data={"why": why.kept()})
        incident.refresh_from_db(fields=["status", "rev"])


def had_main(incident: Incident) -> bool:
    """Whether somebody had the main part in this generation already: what a level asks for is asked once."""
    return Assignment.objects.filter(incident=incident, generation=incident.generation, part=Part.MAIN).exists()


def create_order(**columns: Any) -> Assignment:
    """Write the row; a unique constraint that another seat has won is a Conflict."""
    try:
        with transaction.atomic():
            order = Assignment.objects.create(**columns)
    except IntegrityError as error:
        raise Conflict(_("Somebody else was faster.")) from error
    return order
