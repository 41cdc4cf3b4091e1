"""What a unit answers: delivered, accepted, declined, arrived, told, finished. Repeating an answer changes nothing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.models import ArrivalProof, Assignment, Reinforcement, Report
from dispatch.services.base import Part, Status, about, end, locked_order, must_be_open, story, tell_order
from dispatch.services.photos import Photo, keep
from dispatch.services.placing import replace
from dispatch.services.reinforcement import call_of, close_calls, refill
from dispatch.tracking import DOUBTFUL_M
from dispatch.why import Why
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Attachment, Incident
from incidents.services import mark, move
from incidents.services.base import must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotAllowed
from shushanwei.common.geo import distance_m
from shushanwei.people.models import User

FACTS = ("found", "contacted", "done", "remains")
# Answers that came before this one: telling it again is no mistake.
AFTER_OFFER = (Status.ACCEPTED, Status.ARRIVED, Status.FINISHED, Status.CONFIRMED)


@transaction.atomic
def mark_delivered(assignment_id: int, *, actor: User | None, by_radio: bool = False) -> Assignment:
    """The order is on the unit's phone, or was read out by radio: E1, unless the unit is off duty or off-line."""
    incident, order = locked_order(assignment_id)
    if order.delivered_at is None and order.ended_at is None:
        _delivered(incident, order, actor, by_radio=by_radio)
    return order


@transaction.atomic
def accept(assignment_id: int, *, actor: User) -> Assignment:
    """The unit takes the order (接单, E2); raises Conflict when it was recalled or has expired meanwhile."""
    incident, order = locked_order(assignment_id)
    if order.status in AFTER_OFFER:
        return order
    must_be_open(order, Status.OFFERED)
    if order.delivered_at is None:
        _delivered(incident, order, actor)
    order.status, order.accepted_at, order.expires_at = Status.ACCEPTED, db_now(), None
    order.save(update_fields=["status", "accepted_at", "expires_at"])
    tell_order(order, "accepted", actor=actor)
    if order.part == Part.REINFORCEMENT:
        Reinforcement.objects.filter(assignment=order, accepted_at__isnull=True).update(
            status=Reinforcement.Status.ACCEPTED, accepted_at=order.accepted_at
        )
        story(incident, "reinforcement_accepted", actor=actor, data=about(order))
        return order
    mark(incident.pk, "E2", at=order.accepted_at, actor=actor, data=about(order))
    if incident.status in (IncidentStatus.DISPATCHED, IncidentStatus.REWORK):
        move(incident.pk, IncidentStatus.HANDLING, actor=actor, data=about(order))
    return order


@transaction.atomic
def depart(assignment_id: int, *, actor: User | None = None, at: datetime | None = None) -> Assignment:
    """The unit has set off (已出发): told by hand, or seen by its moving. Repeating changes nothing."""
    incident, order = locked_order(assignment_id)
    if order.departed_at is not None or order.status in AFTER_OFFER[1:]:
        return order
    must_be_open(order, Status.ACCEPTED)
    order.departed_at = at or db_now()
    order.save(update_fields=["departed_at"])
    tell_order(order, "departed", actor=actor)
    story(incident, "unit_departed", actor=actor, data=about(order))
    return order


@transaction.atomic
def decline(assignment_id: int, *, actor: User, reason: str) -> Assignment:
    """The unit cannot come, and says why; the next unit is ordered in the same moment."""
    reason = must_say("reason", reason)
    incident, order = locked_order(assignment_id)
    if order.status == Status.DECLINED:
        return order
    must_be_open(order, Status.OFFERED, Status.ACCEPTED)
    end(order, Status.DECLINED, reason="declined", note=reason)
    tell_order(order, "declined", actor=actor, note=reason)
    story(incident, "unit_declined", actor=actor, note=reason, data=about(order))
    hand_on(incident, order)
    return order


def hand_on(incident: Incident, order: Assignment) -> Assignment | None:
    """Under the incident's lock: who takes the part of an order that came to nothing."""
    if order.part == Part.REINFORCEMENT:
        return refill(incident, order)
    name = order.unit.name if order.unit else ""
    because = "declined" if order.status == Status.DECLINED else "silent"
    return replace(incident, order, why=Why(because=because, who=name))


def arrive_by_photo(
    assignment_id: int,
    *,
    actor: User,
    photo: Photo,
    accuracy_m: float | None = None,
    mocked: bool = False,
) -> Assignment:
    """Arrival told by hand with a photo (E3); further than 300 m from the point, or nowhere, it is doubtful.

    Raises NotAllowed for accounts that order units: nobody arrives at a desk. A simulated position is refused.
    """
    if actor.has_perm("dispatch.order_unit"):
        raise NotAllowed(_("An arrival is told from the scene, never from the command room."))
    if mocked:
        raise BadInput("mocked", _("A simulated position proves no arrival."))
    with transaction.atomic():
        incident, order = locked_order(assignment_id)
        if order.status in (Status.ARRIVED, Status.FINISHED):
            return order
        must_be_open(order, Status.ACCEPTED)
        arrived_by_photo(incident, order, actor=actor, photo=photo, accuracy_m=accuracy_m)
        return order


def arrived_by_photo(
    incident: Incident, order: Assignment, *, actor: User, photo: Photo, accuracy_m: float | None = None
) -> None:
    """Under both locks: keep the photo as proof; further than 300 m away, or nowhere, the arrival is doubtful."""
    picture = keep(incident, photo, Attachment.Kind.ARRIVAL, actor)
    away = None
    if photo.lon is not None and photo.lat is not None:
        away = float(distance_m(photo.lon, photo.lat, incident.lon, incident.lat))
    proof = ArrivalProof(
        assignment=order,
        method=ArrivalProof.Method.PHOTO,
        lon=photo.lon,
        lat=photo.lat,
        accuracy_m=accuracy_m,
        distance_m=away,
        doubtful=away is None or away > DOUBTFUL_M,
        photo=picture,
        device_at=photo.shot_at,
        proven_at=db_now(),
    )
    set_arrived(incident, order, proof, actor=actor)


def set_arrived(incident: Incident, order: Assignment, proof: ArrivalProof, *, actor: User | None) -> None:
    """Under both locks: keep the proof and mark E3, or E6 for another force."""
    order.status, order.arrived_at = Status.ARRIVED, proof.proven_at
    order.save(update_fields=["status", "arrived_at"])
    proof.assignment = order
    proof.save()
    data = {
        **about(order),
        "method": proof.method,
        "distance_m": round(proof.distance_m) if proof.distance_m is not None else None,
        "doubtful": proof.doubtful,
    }
    tell_order(order, "arrived", actor=actor, data=data)
    if order.part == Part.REINFORCEMENT:
        call = call_of(order)
        if call is not None:
            call.status, call.arrived_at = Reinforcement.Status.ARRIVED, proof.proven_at
            call.save(update_fields=["status", "arrived_at"])
        force = call.force if call is not None else order.unit.kind if order.unit else ""
        mark(incident.pk, "E6", at=proof.proven_at, actor=actor, data=data, part=force)
    else:
        mark(incident.pk, "E3", at=proof.proven_at, actor=actor, data=data)


@transaction.atomic
def feedback(assignment_id: int, *, actor: User, uuid: UUID, text: str = "", photo: Photo | None = None) -> Report:
    """A report from the scene, in words or with a photo; the first one after arrival is E4."""
    text = (text or "").strip()
    if not text and photo is None:
        raise BadInput("text", _("Say something, or send a photo."))
    if len(text) > 4_000:
        raise BadInput("text", _("At most 4,000 characters."))
    incident, order = locked_order(assignment_id)
    told = Report.objects.filter(uuid=uuid).first()
    if told is not None:
        if told.assignment_id != order.pk:
            raise BadInput("uuid", _("This id was used for another report."))
        return told
    must_be_open(order, Status.ACCEPTED, Status.ARRIVED)
    now = db_now()
    picture = keep(incident, photo, Attachment.Kind.NEAR, actor) if photo else None
    report = Report.objects.create(assignment=order, uuid=uuid, text=text, photo=picture, by=actor, reported_at=now)
    first = order.status == Status.ARRIVED and order.first_feedback_at is None
    if first:
        order.first_feedback_at = now
        order.save(update_fields=["first_feedback_at"])
    tell_order(order, "feedback", actor=actor, note=text, data={"photo": bool(picture)})
    if first and order.part != Part.REINFORCEMENT:
        mark(incident.pk, "E4", at=now, actor=actor, note=text, data=about(order))
    else:
        story(incident, "feedback", actor=actor, note=text, data=about(order))
    return report


@transaction.atomic
def finish(assignment_id: int, *, actor: User, facts: dict[str, str], photo: Photo | None = None) -> Assignment:
    """The unit is done. For the main unit the scene is closed (E7) and the case awaits its check.

    `facts`: found, contacted, done, remains; the main unit says at least found and done, with a photo made
    after handling unless one is there or the matter is between people. Raises BadInput on these fields.
    """
    incident, order = locked_order(assignment_id)
    if order.status == Status.FINISHED:
        return order
    must_be_open(order, Status.ARRIVED)
    result = {name: (facts.get(name) or "").strip()[:2_000] for name in FACTS}
    main = order.part == Part.MAIN
    if main:
        must_say("found", result["found"])
        must_say("done", result["done"])
    if photo is not None:
        keep(incident, photo, Attachment.Kind.AFTER, actor)
    elif main and not incident.need_followup and not _has_after_photo(incident):
        raise BadInput("photo", _("A photo made after handling is needed."))
    order.result, order.finished_at = result, db_now()
    order.save(update_fields=["result", "finished_at"])
    end(order, Status.FINISHED, reason="finished", at=order.finished_at)
    tell_order(order, "finished", actor=actor, note=result["done"])
    if main:
        _close_scene(incident, order, actor, result)
    else:
        story(incident, "unit_finished", actor=actor, note=result["done"], data=about(order))
    return order


def _close_scene(incident: Incident, order: Assignment, actor: User, result: dict[str, str]) -> None:
    mark(incident.pk, "E7", at=order.finished_at, actor=actor, note=result["done"], data={**about(order), **result})
    for other in selectors.live_orders(incident.pk):
        release(other, "scene_closed")
    close_calls(incident)
    # A squad needs no department to confirm its work.
    move(incident.pk, IncidentStatus.HANDLED, actor=actor, note=result["done"], data=about(order))
    move(incident.pk, IncidentStatus.PENDING_CHECK, actor=actor)


def release(order: Assignment, reason: str) -> None:
    """Under the incident's lock: free a unit that nobody needs any more; who was there has finished."""
    status = Status.FINISHED if order.status == Status.ARRIVED else Status.RECALLED
    if status == Status.FINISHED:
        order.finished_at = db_now()
        order.save(update_fields=["finished_at"])
    end(order, status, reason=reason)
    tell_order(order, "finished" if status == Status.FINISHED else "recalled", data={"why": reason})


def _delivered(incident: Incident, order: Assignment, actor: User | None, *, by_radio: bool = False) -> None:
    now: datetime = db_now()
    order.delivered_at = now
    order.save(update_fields=["delivered_at"])
    phantom = ""
    if order.unit is not None:
        order.unit.refresh_from_db(fields=["on_duty_since", "seen_at"])
        if order.unit.on_duty_since is None:
            phantom = "off_duty"
        elif not selectors.is_online(order.unit, now):
            phantom = "offline"
    data = {"by_radio": by_radio, "phantom": phantom}
    tell_order(order, "delivered", actor=actor, data=data)
    if not phantom:
        mark(incident.pk, "E1", at=now, actor=actor, data={**about(order), "by_radio": by_radio})


def _has_after_photo(incident: Incident) -> bool:
    return incident.attachments.filter(kind=Attachment.Kind.AFTER, uploaded_at__gte=incident.opened_at).exists()
