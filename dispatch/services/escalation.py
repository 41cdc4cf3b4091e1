"""What the police answer to a call for them (升级警情): taken with a car, refused with a reason, noted.

An escalation is a `Reinforcement` of force police; its car is the `Assignment` of that call.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.matching import proposed
from dispatch.models import Assignment, PoliceCall, Reinforcement, Unit
from dispatch.police.link.outbox import share_call
from dispatch.services.answers import accept, mark_delivered
from dispatch.services.base import Part, Status, about, end, story, tell_order
from dispatch.services.placing import place, take
from dispatch.why import Why
from incidents.models import Incident
from incidents.services import locked
from incidents.services.base import must_be_live, must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.people.models import User

Call = Reinforcement.Status
COMING = (Call.REQUESTED, Call.ACCEPTED)
PASSED_OVER = (Call.REFUSED, Call.UNANSWERED)


@transaction.atomic
def accept_call(
    call_id: int, unit_id: int | None = None, *, nearest: bool = False, actor: User | None = None, peer_rev: int = 0
) -> Reinforcement:
    """The police come, with this car; without one: with the car that is ordered already, the nearest free one where
    `nearest` is asked for, or one named later.

    Another car of the same call is taken back. Who had refused may come after all. Repeating changes nothing.
    Raises BadInput on `unit` for what is no police car, Conflict for a car that is busy or off duty, WrongStep.
    """
    incident, call = locked_call(call_id)
    must_be_live(incident)
    if call.status not in (*COMING, *PASSED_OVER):
        raise _over(call)
    order = _live_order(call)
    if unit_id is not None and (order is None or order.unit_id != unit_id):
        if order is not None:
            if order.status == Status.ARRIVED:
                raise WrongStep(_("%(unit)s is on the scene already.") % {"unit": order.unit})
            _take_back(incident, order, "other_car", actor)
        order = _send(incident, call, unit_id, actor)
    elif order is None and nearest:
        ranked = selectors.candidates_for(incident, db_now(), kinds=[Unit.Kind.POLICE])
        if (best := proposed(ranked)) is not None:
            order = _send(incident, call, best.unit.id, actor)
    first = call.status != Call.ACCEPTED
    call.status, call.ended_at, call.refusal = Call.ACCEPTED, None, ""
    call.accepted_at = call.accepted_at or db_now()
    call.save(update_fields=["status", "ended_at", "refusal", "accepted_at"])
    _answered(call, actor, peer_rev=peer_rev)
    if order is not None and order.status == Status.OFFERED:
        # The desk tells its car by radio: the order is heard and taken in one.
        speaker = actor or _crew(order.unit)
        mark_delivered(order.pk, actor=actor, by_radio=True)
        if speaker is not None:
            accept(order.pk, actor=speaker)
    elif first:
        story(incident, "reinforcement_accepted", actor=actor, data={"part": call.force, "reinforcement": call.pk})
    share_call(locked_call(call_id)[1], "accepted")
    return Reinforcement.objects.get(pk=call_id)


@transaction.atomic
def refuse_call(call_id: int, reason: str, *, actor: User | None = None, peer_rev: int = 0) -> Reinforcement:
    """The police do not come, and say why; their car is free again. The street's rules decide who is asked next."""
    reason = must_say("reason", reason)
    incident, call = locked_call(call_id)
    if call.status == Call.REFUSED:
        return call
    if call.status not in COMING:
        raise _over(call)
    order = _live_order(call)
    if order is not None:
        if order.status == Status.ARRIVED:
            raise WrongStep(_("%(unit)s is on the scene already.") % {"unit": order.unit})
        _take_back(incident, order, "call_refused", actor, reason)
    call.status, call.ended_at, call.refusal = Call.REFUSED, db_now(), reason
    call.save(update_fields=["status", "ended_at", "refusal"])
    _answered(call, actor, peer_rev=peer_rev)
    story(
        incident,
        "reinforcement_refused",
        actor=actor,
        note=reason,
        data={"part": call.force, "force": call.force, "reinforcement": call.pk},
    )
    share_call(call, "refused")
    return call


@transaction.atomic
def note_call(call_id: int, text: str, *, actor: User | None = None) -> Reinforcement:
    """A note of the police to the street: it stands in the story of the incident, marked as theirs."""
    text = must_say("text", text)
    incident, call = locked_call(call_id)
    story(incident, "police_noted", actor=actor, note=text, data={"reinforcement": call.pk})
    share_call(call, "noted")
    return call


def locked_call(call_id: int) -> tuple[Incident, Reinforcement]:
    """The incident and the call for the police under their locks, read again; raises NotFound."""
    found = Reinforcement.objects.filter(pk=call_id, force=Unit.Kind.POLICE).values_list("incident_id", flat=True)
    incident_id = found.first()
    if incident_id is None:
        raise NotFound(_("There is no call for the police %(id)s.") % {"id": call_id})
    incident = locked(incident_id)
    rows = Reinforcement.objects.select_for_update(no_key=True, of=("self",)).select_related("requested_by")
    return incident, rows.get(pk=call_id)


def _live_order(call: Reinforcement) -> Assignment | None:
    if call.assignment_id is None:
        return None
    orders = Assignment.objects.filter(pk=call.assignment_id, ended_at__isnull=True)
    return orders.select_related("unit", "department", "incident", "ordered_by", "handler").first()


def _send(incident: Incident, call: Reinforcement, unit_id: int, actor: User | None) -> Assignment:
    if not Unit.objects.filter(pk=unit_id, kind=Unit.Kind.POLICE, is_active=True).exists():
        raise BadInput("unit", _("This is no police car."))
    unit = take(unit_id)
    ranked = selectors.candidates_for(incident, db_now(), kinds=[Unit.Kind.POLICE])
    chosen = next((candidate for candidate in ranked if candidate.unit.id == unit.pk), None)
    why = Why(note=call.reason)
    if chosen is not None:
        why = why.choosing(chosen, selectors.skill_for(incident))
    order = place(incident, unit, Part.REINFORCEMENT, actor=actor, why=why)
    call.assignment = order
    call.save(update_fields=["assignment"])
    return order


def _take_back(incident: Incident, order: Assignment, reason: str, actor: User | None, note: str = "") -> None:
    end(order, Status.RECALLED, reason=reason, note=note)
    tell_order(order, "recalled", actor=actor, note=note)
    story(incident, "unit_recalled", actor=actor, note=note, data=about(order))


def _answered(call: Reinforcement, actor: User | None, *, peer_rev: int = 0) -> None:
    said, _made = PoliceCall.objects.select_for_update(no_key=True).get_or_create(call=call)
    said.answered_by, said.answered_at = actor, said.answered_at or db_now()
    said.peer_rev = max(said.peer_rev, peer_rev)
    said.save()


def _crew(unit: Unit | None) -> User | None:
    """Who speaks for a car where the other centre answers for it."""
    member = unit.members.select_related("user").order_by("-is_leader", "pk").first() if unit else None
    return member.user if member else None


def _over(call: Reinforcement) -> Conflict:
    return WrongStep(_("The call is “%(now)s” by now.") % {"now": Call(call.status).label}, now=call.status)
