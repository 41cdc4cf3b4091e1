"""110 transfers to the street: offered, accepted or returned, answered, closed, judged. Repeating changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch.models import PoliceTransfer
from dispatch.police.lifecycle import GOES_AGAIN, Channel, Quality, ReturnReason, Transfer, Urgency, may_follow
from dispatch.police.link.outbox import share_transfer
from dispatch.police.rules import police_rules
from dispatch.police.shapes import FACTS, TRANSFER_AUDIENCE, TRANSFER_RELATED, closing_text, transfer_shape
from incidents.lifecycle import ENDED
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Alarm, CaseCategory, CategoryMap, Incident
from incidents.rules import flow_rules
from incidents.services import acknowledge, reopen
from incidents.services.base import locked as locked_incident
from incidents.services.base import must_say, tell
from incidents.services.registering import register
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.common.secrets import mask_name, mask_phone, seal, unseal
from shushanwei.common.wording import one_of
from shushanwei.journal.services import record
from shushanwei.people.models import User

ANY_CLASS = "J1007"  # help 求助: where a 110 category has no class of ours, and the seat names none


@dataclass(frozen=True)
class Offer:
    """A call as the police hand it over. Degrees in `crs`; what the police know about persons is not asked for."""

    police_no: str
    call_time: datetime
    alarm_code: str
    address: str
    lon: float
    lat: float
    crs: str = "wgs84"
    description: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    urgency: str = Urgency.NON_URGENT
    channel: str = Channel.ORDER
    transfer_time: datetime | None = None


@transaction.atomic
def receive_transfer(
    offer: Offer, *, actor: User | None = None, by_link: bool = False, peer_rev: int = 0
) -> tuple[PoliceTransfer, bool]:
    """A call is handed to the street; true when it is new to us, or offered again after a return.

    The same `police_no` again changes nothing while it is open. Raises BadInput for `lon`, `lat` and `crs`.
    """
    try:
        lon, lat = to_wgs84(offer.lon, offer.lat, offer.crs)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    now = db_now()
    alarm = _alarm_category(offer.alarm_code)
    columns = {
        "call_time": offer.call_time,
        "transfer_time": offer.transfer_time or now,
        "channel": offer.channel,
        "urgency": offer.urgency,
        "alarm_code": offer.alarm_code,
        "alarm_name": alarm.name_zh if alarm else "",
        "caller_name_sealed": seal(offer.caller_name),
        "caller_phone_sealed": seal(offer.caller_phone),
        "caller_name_masked": mask_name(offer.caller_name)[:40],
        "caller_phone_masked": mask_phone(offer.caller_phone)[:20] if offer.caller_phone else "",
        "address": offer.address[:200],
        "lon": lon,
        "lat": lat,
        "description": offer.description,
        "offered_at": now,
        "accept_deadline": now + timedelta(seconds=police_rules(now).accept_s),
        "peer_rev": peer_rev,
        "by_link": by_link,
    }
    transfer, made = PoliceTransfer.objects.get_or_create(
        police_no=offer.police_no, defaults=columns | {"offered_by": actor}
    )
    transfer = locked_transfer(transfer.pk)
    if not made:
        if transfer.status != Transfer.RETURNED or (by_link and peer_rev <= transfer.peer_rev):
            return transfer, False
        for name, value in columns.items():
            setattr(transfer, name, value)
        transfer.status = Transfer.OFFERED
        transfer.offers += 1
        transfer.accept_missed_at = None
        transfer.return_reason = transfer.return_note = ""
        transfer.save()
    _tell(transfer, "offered", actor=actor, data={"alarm": transfer.alarm_name, "offers": transfer.offers})
    return transfer, True


@transaction.atomic
def accept_transfer(transfer_id: int, *, actor: User, category: str = "", level: int | None = None) -> PoliceTransfer:
    """The street takes it (接收): an incident is opened, or joined where the same thing is known already.

    `category` is a JCZZ code where the seat knows better than the map of 110 categories. Raises BadInput,
    WrongStep when it was returned meanwhile.
    """
    transfer = locked_transfer(transfer_id)
    if transfer.status in (Transfer.ACCEPTED, Transfer.FED_BACK):
        return transfer
    _must_follow(transfer, Transfer.ACCEPTED)
    incident, opened = register(_as_report(transfer, category, level), actor=actor)
    if incident.ended_at is not None:
        raise Conflict(_("%(case_no)s has ended meanwhile; look again.") % {"case_no": incident.case_no})
    transfer.incident = incident
    transfer.status, transfer.accepted_by, transfer.accepted_at = Transfer.ACCEPTED, actor, db_now()
    transfer.save()
    _answered(transfer, actor)
    tell(
        locked_incident(incident.pk),
        "transfer_accepted",
        actor=actor,
        note=transfer.description,
        data={"police_no": transfer.police_no, "alarm": transfer.alarm_name, "opened": opened},
    )
    transfer = locked_transfer(transfer_id)
    _tell(transfer, "accepted", actor=actor, data={"incident": incident.pk, "opened": opened})
    return transfer


@transaction.atomic
def return_transfer(transfer_id: int, *, actor: User, reason: str, note: str = "") -> PoliceTransfer:
    """The street gives it back (退回) with one of four reasons; what is missing, or known already, is said in words."""
    if reason not in ReturnReason.values:
        raise BadInput("reason", one_of(ReturnReason.values))
    if reason in (ReturnReason.INSUFFICIENT, ReturnReason.DUPLICATE):
        note = must_say("note", note)
    transfer = locked_transfer(transfer_id)
    if transfer.status == Transfer.RETURNED:
        return transfer
    _must_follow(transfer, Transfer.RETURNED)
    transfer.status, transfer.return_reason, transfer.return_note = Transfer.RETURNED, reason, (note or "").strip()
    transfer.returned_by, transfer.returned_at = actor, db_now()
    transfer.save()
    _answered(transfer, actor)
    _tell(transfer, "returned", actor=actor, note=transfer.return_note, data={"reason": reason})
    return transfer


@transaction.atomic
def feed_back(transfer_id: int, *, actor: User | None, text: str, at: datetime | None = None) -> PoliceTransfer:
    """The first feedback to the police (初次反馈): from the scene by itself (E4), or typed in by the seat."""
    text = must_say("text", text)
    transfer = locked_transfer(transfer_id)
    if transfer.first_feedback_at is not None:
        return transfer
    _must_follow(transfer, Transfer.FED_BACK)
    transfer.status, transfer.first_feedback, transfer.first_feedback_at = Transfer.FED_BACK, text, at or db_now()
    transfer.save()
    _tell(transfer, "fed_back", actor=actor, note=text)
    return transfer


@transaction.atomic
def give_result(transfer_id: int) -> bool:
    """The step of the sweep: the incident has ended, its closing is the result, or the second closing."""
    transfer = locked_transfer(transfer_id)
    incident = transfer.incident
    if incident is None or transfer.status not in (Transfer.ACCEPTED, Transfer.FED_BACK, Transfer.SENT_BACK):
        return False
    if incident.status == IncidentStatus.MERGED and incident.master_id:
        # The story goes on in the master case.
        transfer.incident_id = incident.master_id
        transfer.save(update_fields=["incident"])
        _tell(locked_transfer(transfer.pk), "follows", data={"incident": incident.master_id})
        return True
    if incident.status not in ENDED or not _ended_since(transfer, incident):
        return False
    facts = {name: incident.closing.get(name, "") for name in FACTS}
    if incident.status != IncidentStatus.CLOSED:
        facts = dict.fromkeys(FACTS, "") | {"done": str(IncidentStatus(incident.status).label)}
    _close(transfer, facts, actor=None)
    return True


@transaction.atomic
def judge_transfer(
    transfer_id: int, *, quality: str, note: str = "", actor: User | None = None, peer_rev: int = 0
) -> PoliceTransfer:
    """What the other side says of the result: passed, or one of three returns (阶段性闭环, 过简闭环, 错误办理).

    An interim closing and a wrong handling open the case again where its life allows it; a text that was too brief
    is written anew and nobody has to go. Raises BadInput, WrongStep while there is no result.
    """
    if quality not in Quality.values:
        raise BadInput("quality", one_of(Quality.values))
    passed = quality == Quality.PASS
    if not passed:
        note = must_say("note", note)
    transfer = locked_transfer(transfer_id)
    again = transfer.quality == quality and transfer.quality_note == note
    if again and (passed or transfer.status != Transfer.CLOSED):
        return transfer
    if transfer.status != Transfer.CLOSED:
        _must_follow(transfer, Transfer.SENT_BACK)
    now = db_now()
    transfer.quality, transfer.quality_note, transfer.judged_at = quality, note, now
    transfer.peer_rev = max(transfer.peer_rev, peer_rev)
    if passed:
        transfer.save()
        _tell(transfer, "passed", actor=actor, note=note)
        return transfer
    transfer.status, transfer.returned_by_district_at = Transfer.SENT_BACK, now
    transfer.save()
    reopened = quality in GOES_AGAIN and _open_again(transfer, note, actor)
    _tell(locked_transfer(transfer.pk), "sent_back", actor=actor, note=note,
          data={"quality": quality, "reopened": reopened})  # fmt: skip
    return locked_transfer(transfer.pk)


@transaction.atomic
def close_again(transfer_id: int, *, actor: User, facts: dict[str, str], confirm_brief: bool = False) -> PoliceTransfer:
    """The second closing 二次闭环意见, written by the seat; a brief one is refused until it is confirmed."""
    said = {name: (facts.get(name) or "").strip()[:2_000] for name in FACTS}
    for name in ("found", "done"):
        must_say(name, said[name])
    brief = flow_rules().closing_brief_chars
    if sum(map(len, said.values())) < brief and not confirm_brief:
        raise BadInput(
            "done",
            _("Fewer than %(count)s characters: the closing may come back as too brief.") % {"count": brief},
            brief=True,
        )
    transfer = locked_transfer(transfer_id)
    if transfer.status == Transfer.CLOSED and transfer.second_closing_text:
        return transfer
    if transfer.status != Transfer.SENT_BACK:
        _must_follow(transfer, Transfer.CLOSED)
    incident = transfer.incident
    if incident is not None and incident.status not in ENDED:
        raise WrongStep(_("%(case_no)s is at work again; its closing will be the second one.")
                        % {"case_no": incident.case_no})  # fmt: skip
    _close(transfer, said, actor=actor)
    return transfer


@transaction.atomic
def show_caller(transfer_id: int, *, actor: User) -> dict[str, str]:
    """Who called, in clear text, for who has to call back; that somebody looked is written down."""
    transfer = locked_transfer(transfer_id)
    record(transfer, "transfer.caller_shown", actor=actor)
    return {"name": unseal(transfer.caller_name_sealed), "phone": unseal(transfer.caller_phone_sealed)}


def proposed_class(transfer: PoliceTransfer) -> tuple[str, int]:
    """(JCZZ code, level) that the 110 category stands for."""
    alarm = _alarm_category(transfer.alarm_code)
    return _class_of(alarm), alarm.default_level if alarm else 3


def locked_transfer(transfer_id: int) -> PoliceTransfer:
    """The transfer under its lock, after that of its incident; raises NotFound."""
    incident_id = PoliceTransfer.objects.filter(pk=transfer_id).values_list("incident_id", flat=True).first()
    if incident_id is not None:
        locked_incident(incident_id)
    rows = PoliceTransfer.objects.select_for_update(no_key=True, of=("self",)).select_related(*TRANSFER_RELATED)
    transfer = rows.filter(pk=transfer_id).first()
    if transfer is None:
        raise NotFound(_("There is no transfer %(id)s.") % {"id": transfer_id})
    return transfer


def _close(transfer: PoliceTransfer, facts: dict[str, str], *, actor: User | None) -> None:
    now, second = db_now(), transfer.status == Transfer.SENT_BACK
    transfer.status = Transfer.CLOSED
    if second:
        transfer.second_closing_text, transfer.second_closed_at = closing_text(facts), now
    else:
        transfer.result, transfer.closed_at = facts, now
    transfer.save()
    _tell(transfer, "closed_again" if second else "closed", actor=actor, note=facts["done"], data={"facts": facts})


def _ended_since(transfer: PoliceTransfer, incident: Incident) -> bool:
    """A case that was closed before it came back is no second closing; it needs one after that."""
    if transfer.status != Transfer.SENT_BACK:
        return True
    since = transfer.returned_by_district_at
    return bool(incident.ended_at and since and incident.ended_at > since)


def _open_again(transfer: PoliceTransfer, note: str, actor: User | None) -> bool:
    incident = transfer.incident
    if incident is None or incident.status != IncidentStatus.CLOSED:
        return False
    try:
        with transaction.atomic():
            reopen(incident.pk, actor=actor, reason=note)
    except WrongStep:
        # Opened once already, or closed long ago: the seat writes the second closing.
        return False
    return True


def _answered(transfer: PoliceTransfer, actor: User) -> None:
    """What called for an answer is off the screens with it."""
    alarms = Alarm.objects.filter(
        kind=Alarm.Kind.TRANSFER_UNANSWERED, acknowledged_at__isnull=True, data__transfer=transfer.pk
    )
    for alarm in alarms:
        acknowledge(alarm.pk, actor=actor)


def _tell(
    transfer: PoliceTransfer, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None
) -> None:
    record(
        transfer,
        f"transfer.{verb}",
        actor=actor,
        note=note,
        data={"police_no": transfer.police_no, **(data or {})},
        shape=transfer_shape,
        audience=TRANSFER_AUDIENCE,
    )
    share_transfer(transfer, verb)


def _must_follow(transfer: PoliceTransfer, to: Transfer) -> None:
    if not may_follow(transfer.status, to):
        raise WrongStep(
            _("%(no)s is “%(now)s”; it cannot become “%(to)s”.")
            % {"no": transfer.police_no, "now": Transfer(transfer.status).label, "to": to.label},
            now=transfer.status,
        )


def _as_report(transfer: PoliceTransfer, category: str, level: int | None) -> dict:
    proposed, usual = proposed_class(transfer)
    return {
        "uuid": uuid5(NAMESPACE_URL, f"110:{transfer.police_no}:{transfer.offers}"),
        "category": category or proposed,
        "level": level or usual,
        "source_kind": "police_110",
        "title": f"{transfer.address} {transfer.alarm_name or transfer.description[:40]}".strip()[:200],
        "text": transfer.description,
        "address": transfer.address,
        "lon": transfer.lon,
        "lat": transfer.lat,
        "crs": "wgs84",
        "reporter_name": unseal(transfer.caller_name_sealed),
        "reporter_phone": unseal(transfer.caller_phone_sealed),
        "need_followup": None,
        "is_test": False,
        "join": True,
    }


def _alarm_category(code: str) -> CaseCategory | None:
    return CaseCategory.objects.filter(scheme="P110", code=code, is_active=True).order_by("-version").first()


def _class_of(alarm: CaseCategory | None) -> str:
    """The class of the event tree that a 110 category stands for."""
    mapped = CategoryMap.objects.filter(from_category=alarm, is_default=True, to_category__scheme="JCZZ").first()
    return mapped.to_category.code if alarm and mapped else ANY_CLASS
