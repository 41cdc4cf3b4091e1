"""A department's part of a case: accept, send back with a reason, handle with a photo, confirm."""

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import Assignment, Reinforcement
from dispatch.services.answers import arrived_by_photo, hand_on
from dispatch.services.base import Part, Status, about, end, locked_order, must_be_open, story, tell_order
from dispatch.services.photos import Photo, keep
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Attachment, CaseReturn, Incident
from incidents.services import mark, move, return_case
from incidents.services.base import must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.people.models import User


@transaction.atomic
def accept_case(assignment_id: int, *, actor: User, handler: User | None = None) -> Assignment:
    """The department takes the case, and may name who handles it; raises Conflict when it was recalled."""
    incident, order = locked_order(assignment_id)
    if order.status in (Status.ACCEPTED, Status.FINISHED, Status.CONFIRMED):
        return order
    must_be_open(order, Status.OFFERED)
    now = db_now()
    order.status, order.accepted_at, order.handler = Status.ACCEPTED, now, handler
    order.delivered_at = order.delivered_at or now
    order.save(update_fields=["status", "accepted_at", "handler", "delivered_at"])
    tell_order(order, "accepted", actor=actor)
    if order.part == Part.REINFORCEMENT:
        Reinforcement.objects.filter(assignment=order, accepted_at__isnull=True).update(
            status=Reinforcement.Status.ACCEPTED, accepted_at=now
        )
        story(incident, "reinforcement_accepted", actor=actor, data=about(order))
    elif incident.status in (IncidentStatus.DISPATCHED, IncidentStatus.REWORK):
        move(incident.pk, IncidentStatus.HANDLING, actor=actor, data=about(order))
    else:
        story(incident, "case_accepted", actor=actor, data=about(order))
    return order


@transaction.atomic
def send_back(assignment_id: int, *, actor: User, reason: str, note: str = "") -> Assignment:
    """Send the case back to the dispatcher (回退), for one of four reasons and with a note.

    "Not our duty" takes the person off first whom the department has named.
    """
    if reason not in CaseReturn.Reason.values:
        raise BadInput("reason", _("Choose one of the four reasons."))
    note = must_say("note", note)
    incident, order = locked_order(assignment_id)
    if order.status == Status.RETURNED:
        return order
    must_be_open(order, Status.OFFERED, Status.ACCEPTED)
    if reason == CaseReturn.Reason.NOT_OUR_DUTY and order.handler_id:
        revoked = str(order.handler)
        order.handler = None
        order.save(update_fields=["handler"])
        tell_order(order, "handler_revoked", actor=actor, data={"handler": revoked})
    end(order, Status.RETURNED, reason=reason, note=note)
    tell_order(order, "returned", actor=actor, note=note, data={"reason": reason})
    if order.part == Part.REINFORCEMENT:
        story(incident, "unit_declined", actor=actor, note=note, data=about(order))
        hand_on(incident, order)
        return order
    return_case(incident.pk, actor=actor, reason=reason, note=note, department=order.department)
    return order


@transaction.atomic
def handle(assignment_id: int, *, actor: User, done: str, photo: Photo) -> Assignment:
    """The work is done: a photo after handling with position and time is needed; it awaits confirmation.

    The handling clock runs on: only the department's confirmation stops it.
    """
    incident, order = locked_order(assignment_id)
    if order.status in (Status.FINISHED, Status.CONFIRMED):
        return order
    if order.part == Part.REINFORCEMENT:
        return _helped(incident, order, actor, done, photo)
    must_be_open(order, Status.ACCEPTED)
    done = must_say("done", done)
    picture = keep(incident, photo, Attachment.Kind.AFTER, actor)
    if picture.lon is None or picture.lat is None:
        raise BadInput("photo", _("The photo has no position; allow the position or choose it on the map."))
    order.status, order.finished_at, order.result = Status.FINISHED, db_now(), {"done": done}
    order.save(update_fields=["status", "finished_at", "result"])
    tell_order(order, "finished", actor=actor, note=done)
    mark(incident.pk, "E7", at=order.finished_at, actor=actor, note=done, data=about(order))
    move(incident.pk, IncidentStatus.HANDLED, actor=actor, note=done, data=about(order))
    return order


@transaction.atomic
def arrive_to_help(assignment_id: int, *, actor: User, photo: Photo) -> Assignment:
    """A department that was called for help is on scene, and shows it by a photo with its position (E6)."""
    incident, order = locked_order(assignment_id)
    if order.part != Part.REINFORCEMENT:
        raise BadInput("part", _("Only who was called for help tells an arrival."))
    if order.status in (Status.ARRIVED, Status.FINISHED):
        return order
    must_be_open(order, Status.ACCEPTED)
    arrived_by_photo(incident, order, actor=actor, photo=photo)
    return order


def _helped(incident: Incident, order: Assignment, actor: User, done: str, photo: Photo) -> Assignment:
    """Help is done: the case stays with whom it is; who never told the arrival has arrived by now."""
    must_be_open(order, Status.ACCEPTED, Status.ARRIVED)
    done = must_say("done", done)
    if order.status == Status.ACCEPTED:
        arrived_by_photo(incident, order, actor=actor, photo=photo)
    else:
        keep(incident, photo, Attachment.Kind.AFTER, actor)
    order.finished_at, order.result = db_now(), {"done": done}
    order.save(update_fields=["finished_at", "result"])
    end(order, Status.FINISHED, reason="finished", at=order.finished_at)
    tell_order(order, "finished", actor=actor, note=done)
    story(incident, "unit_finished", actor=actor, note=done, data=about(order))
    return order


@transaction.atomic
def confirm(assignment_id: int, *, actor: User) -> Assignment:
    """The department confirms that the case is handled: this moment stops the handling clock."""
    incident, order = locked_order(assignment_id)
    if order.status == Status.CONFIRMED:
        return order
    must_be_open(order, Status.FINISHED)
    now = db_now()
    order.confirmed_at = now
    order.save(update_fields=["confirmed_at"])
    end(order, Status.CONFIRMED, reason="confirmed", at=now)
    tell_order(order, "confirmed", actor=actor)
    move(incident.pk, IncidentStatus.PENDING_CHECK, actor=actor, data=about(order))
    return order
