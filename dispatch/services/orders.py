"""Ordering: a seat's one key, the next unit after a refusal, a department, and taking an order back."""

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.matching import Candidate, Trust, proposed
from dispatch.models import Assignment, Unit
from dispatch.services.base import (
    Part,
    Status,
    about,
    busy_conflict,
    end,
    locked_order,
    must_be_open,
    story,
    tell_order,
)
from dispatch.services.placing import back_to_waiting, had_main, place, place_department, promote, take, take_first
from dispatch.services.reinforcement import escort
from dispatch.why import Why
from incidents.models import Department, Incident
from incidents.services import locked
from incidents.services.base import must_be, must_be_live, must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.people.models import User

MAY_BE_ORDERED = (*selectors.WAITING, *selectors.UNDER_WAY)


@transaction.atomic
def order_unit(
    incident_id: int,
    unit_id: int | None = None,
    *,
    actor: User | None = None,
    reason: str = "",
    part: str = Part.MAIN,
) -> Assignment:
    """Send a unit; without `unit_id` the one that ranking proposes.

    Raises Conflict (with who and when) when another seat was faster or the unit is busy or off duty, BadInput on
    `reason` when the proposal is overruled at a level that needs a reason or the unit's position is unknown or
    older than five minutes, NotFound, WrongStep.
    """
    incident = locked(incident_id)
    _may_take(incident, part)
    reason = (reason or "").strip()[:500]
    candidates = selectors.candidates_for(incident, db_now())
    if unit_id is None:
        taken = take_first(candidates)
        if taken is None:
            raise Conflict(_("No unit on duty can be proposed; choose one and say why, or call reinforcement."))
        unit, candidate = taken
    else:
        unit = take(unit_id)
        candidate = _candidate(incident, unit, candidates)
        _must_explain(incident, candidate, proposed(candidates), part, reason)
    why = Why(note=reason).choosing(candidate, selectors.skill_for(incident))
    first = part == Part.MAIN and not had_main(incident)
    order = place(incident, unit, part, actor=actor, why=why)
    if first:
        escort(incident, selectors.rule_for(incident.level))
    return order


@transaction.atomic
def order_department(
    incident_id: int, department_id: int, *, actor: User | None = None, reason: str = ""
) -> Assignment:
    """Give a case to a department (派遣); raises Conflict when it is with somebody already, NotFound, WrongStep."""
    incident = locked(incident_id)
    _may_take(incident, Part.MAIN)
    department = Department.objects.filter(pk=department_id, is_active=True).first()
    if department is None:
        raise NotFound(_("There is no department %(id)s.") % {"id": department_id})
    return place_department(incident, department, actor=actor, why=Why(note=(reason or "").strip()[:500]))


@transaction.atomic
def recall(assignment_id: int, *, actor: User, reason: str) -> Assignment:
    """Take an order back (撤回); the incident waits again unless another unit is on it. Repeating changes nothing."""
    reason = must_say("reason", reason)
    incident, order = locked_order(assignment_id)
    if order.status == Status.RECALLED:
        return order
    must_be_open(order, *Assignment.OPEN)
    end(order, Status.RECALLED, reason="by_seat", note=reason)
    tell_order(order, "recalled", actor=actor, note=reason)
    story(incident, "unit_recalled", actor=actor, note=reason, data=about(order))
    if order.part == Part.MAIN and promote(incident) is None:
        back_to_waiting(incident, actor=actor, why=Why(note=reason))
    return order


def _may_take(incident: Incident, part: str) -> None:
    must_be_live(incident)
    if incident.suspended_at is not None:
        raise WrongStep(_("%(case_no)s is on hold.") % {"case_no": incident.case_no}, now=incident.status)
    main = next((o for o in selectors.live_orders(incident.pk) if o.part == Part.MAIN), None)
    if part == Part.MAIN:
        if main is not None:
            raise busy_conflict(main)
        must_be(incident, *MAY_BE_ORDERED)
    elif part == Part.SUPPORT:
        must_be(incident, *selectors.UNDER_WAY)
    else:
        raise BadInput("part", "main or support")


def _candidate(incident: Incident, unit: Unit, candidates: list[Candidate]) -> Candidate:
    found = next((c for c in candidates if c.unit.id == unit.pk), None)
    if found is None:
        # A seat may send a force that ranking would not propose for the main part.
        others = selectors.candidates_for(incident, db_now(), kinds=[unit.kind])
        found = next((c for c in others if c.unit.id == unit.pk), None)
    if found is None:
        raise Conflict(_("%(unit)s is no longer free.") % {"unit": unit.name}, unit=unit.pk)
    return found


def _must_explain(incident: Incident, chosen: Candidate, best: Candidate | None, part: str, reason: str) -> None:
    if reason:
        return
    overruled = part == Part.MAIN and best is not None and best.unit.id != chosen.unit.id
    if best is not None and overruled and selectors.rule_for(incident.level).reason_needed:
        raise BadInput("reason", _("At this level, say why not the proposed unit."), proposed=best.unit.id)
    if chosen.trust == Trust.LOST:
        raise BadInput("reason", _("Its position is unknown or older than five minutes: say why this unit."))
