"""What the other side's messages do here: each carries `rev` of its own book, and an older one changes nothing."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _

from dispatch.models import Assignment, LinkSubject, PoliceCall, PoliceTransfer, Reinforcement, Unit, UnitMember
from dispatch.police.lifecycle import OPEN
from dispatch.police.link import outbox, wire
from dispatch.police.link.outbox import COMING, confirm
from dispatch.services.answers import feedback, finish
from dispatch.services.duty import set_duty
from dispatch.services.escalation import PASSED_OVER, accept_call, locked_call, note_call, refuse_call
from dispatch.services.positions import RawFix, take_positions
from dispatch.services.transfers import Offer, judge_transfer, locked_transfer, receive_transfer
from incidents.lifecycle import ENDED
from incidents.models import Attachment
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound
from shushanwei.people.models import User

Taken = dict[str, Any]


def take_offer(values: dict[str, Any]) -> Taken:
    """A call handed over, or handed over again after a return."""
    rev = values.pop("rev")
    transfer, new = receive_transfer(Offer(**values), by_link=True, peer_rev=rev)
    return {"taken": new, "rev": transfer.rev, "status": transfer.status}


def take_verdict(values: dict[str, Any]) -> Taken:
    """A result judged."""
    found = PoliceTransfer.objects.filter(police_no=values["police_no"]).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(_("There is no transfer %(id)s.") % {"id": values["police_no"]})
    transfer = locked_transfer(found)
    if values["rev"] <= transfer.peer_rev:
        return {"taken": False, "rev": transfer.rev, "status": transfer.status}
    transfer = judge_transfer(found, quality=values["quality"], note=values["note"], peer_rev=values["rev"])
    return {"taken": True, "rev": transfer.rev, "status": transfer.status}


def take_answer(values: dict[str, Any]) -> Taken:
    """An escalation answered; the newest answer counts, in whatever order they come."""
    call_id, rev = int(values["subject"].split(":")[1]), values["rev"]
    if call_id >= 2**63:
        raise NotFound(_("There is no call for the police %(id)s.") % {"id": call_id})
    incident, call = locked_call(call_id)
    known = PoliceCall.objects.filter(call=call).values_list("peer_rev", flat=True).first() or 0
    if values["answer"] == "noted":
        note_call(call.pk, values["note"])
        return _standing(call.pk, taken=True)
    if rev <= known:
        return _standing(call.pk, taken=False)
    if call.status not in (*COMING[:2], *PASSED_OVER) or incident.status in ENDED:
        # Over here already: the other side learns it from the state that is told to it.
        return _standing(call.pk, taken=False)
    if values["answer"] == "accepted":
        accept_call(call.pk, _car(values["car"]).pk if values["car"] else None, peer_rev=rev)
    else:
        refuse_call(call.pk, values["reason"], peer_rev=rev)
        PoliceCall.objects.filter(call_id=call.pk, peer_rev__lt=rev).update(peer_rev=rev)
    return _standing(call.pk, taken=True)


def take_cars(cars: list[dict[str, Any]]) -> dict[str, Any]:
    """Cars by themselves: one that is refused does not take the others along."""
    told = []
    for car in cars:
        try:
            told.append({"code": car["code"], "taken": True} | _take_car(car))
        except DomainError as error:
            told.append({"code": car["code"], "taken": False, "why": error.message})
    return {"cars": told}


def take_acks(values: dict[str, Any]) -> Taken:
    """Versions that were taken over there."""
    for ack in values["acks"]:
        confirm(ack["subject"], ack["rev"])
    return {"taken": True, "rev": 0}


def state() -> dict[str, Any]:
    """All that is open, with versions: escalations that are not over and transfers the street works on."""
    calls = list(
        Reinforcement.objects.filter(force=Unit.Kind.POLICE, status__in=COMING)
        .exclude(incident__status__in=ENDED)
        .select_related("incident__category", "requested_by")
        .order_by("pk")[:500]
    )
    transfers = PoliceTransfer.objects.filter(status__in=OPEN).select_related(
        "incident__category", "accepted_by", "returned_by"
    )
    return {
        "now": db_now().isoformat(),
        "escalations": [
            {"subject": wire.escalation_subject(call.pk), "rev": call.incident.rev,
             "data": wire.escalation_wire(call, call.incident)}
            for call in calls
        ],
        "transfers": [
            {"subject": wire.transfer_subject(row.police_no), "rev": outbox.version_of(row),
             "data": wire.transfer_wire(row)}
            for row in transfers.order_by("pk")[:500]
        ],
        "positions": wire.positions_wire([call.incident_id for call in calls]),
    }  # fmt: skip


def photo(uuid: UUID) -> Attachment | None:
    """A photo of an incident that was escalated to the police; None for any other."""
    found = Attachment.objects.filter(uuid=uuid).exclude(kind=Attachment.Kind.FILE).first()
    if found is None:
        return None
    called = Reinforcement.objects.filter(incident_id=found.incident_id, force=Unit.Kind.POLICE)
    return found if called.exists() else None


def _standing(call_id: int, *, taken: bool) -> Taken:
    call = Reinforcement.objects.select_related("incident").get(pk=call_id)
    told = LinkSubject.objects.filter(pk=wire.escalation_subject(call_id)).values_list("told_rev", flat=True).first()
    return {"taken": taken, "rev": told or call.incident.rev, "status": call.status}


def _car(code: str) -> Unit:
    unit = Unit.objects.filter(code=code, kind=Unit.Kind.POLICE, is_active=True).first()
    if unit is None:
        raise BadInput("car", _("There is no police car %(code)s.") % {"code": code})
    return unit


def _take_car(car: dict[str, Any]) -> dict[str, Any]:
    unit = _car(car["code"])
    crew = _crew(unit)
    if car["on_duty"] is not None:
        set_duty(unit.pk, car["on_duty"], actor=crew)
    arrived = False
    if car["fixes"]:
        arrived = take_positions(crew, [RawFix(**fix) for fix in car["fixes"]]).arrived
    order = Assignment.objects.filter(unit=unit, ended_at__isnull=True).first()
    if order is not None and car["feedback"]:
        # The same words for the same order are one report, however often they come.
        said = uuid5(NAMESPACE_URL, f"{order.pk}:{car['feedback']}")
        feedback(order.pk, actor=crew, uuid=said, text=car["feedback"])
    if order is not None and car["finished"]:
        finish(order.pk, actor=crew, facts={"done": car["feedback"]})
    return {"arrived": arrived, "case_no": order.incident.case_no if order else None}


def _crew(unit: Unit) -> User:
    """The member in whose name a car of the other side speaks."""
    member = UnitMember.objects.filter(unit=unit).select_related("user").order_by("-is_leader", "pk").first()
    if member is None:
        raise BadInput("code", _("%(unit)s has no member here that could speak for it.") % {"unit": unit})
    return member.user
