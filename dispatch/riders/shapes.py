"""The one shape of a rider, a request, a part and a note in lists, phones and pushes: codes and instants, no labels."""

import re
from typing import Any

from dispatch.models import DelayNote, HelpCall, HelpPart, Rider, RiderReport
from dispatch.riders.lifecycle import COMING
from dispatch.shapes import iso
from incidents.lifecycle import Status
from incidents.models import Incident

PART_RELATED = ("call__incident__category", "call__incident__community", "rider")
CALL_RELATED = ("incident__category", "incident__community", "asked_by")
REPORT_RELATED = ("incident__category", "rider")
NOTE_RELATED = ("rider__user", "issued_by", "part__call__incident", "report__incident")
NUMBER = re.compile(r"\d[\d\- ]{5,}\d")  # a phone, an identity number: no rider needs one to find a place
VIEW = "dispatch.view_riders"


def rider_shape(rider: Rider) -> dict[str, Any]:
    """A rider as the centre lists him; the phone masked. Where he is stays out of every push."""
    return {
        "id": rider.pk,
        "rev": rider.rev,
        "vest_no": rider.vest_no,
        "nickname": rider.nickname,
        "name": str(rider.user),
        "platform": rider.platform,
        "station": rider.station,
        "area": rider.area,
        "phone_masked": rider.phone_masked,
        "helps_nearby": rider.helps_nearby,
        "radius_m": rider.radius_m,
        "on_duty_since": iso(rider.on_duty_since),
        "joined_at": iso(rider.joined_at),
        "paused_at": iso(rider.paused_at),
    }


def call_shape(call: HelpCall) -> dict[str, Any]:
    """A request for help as the centre sees it; fetch it with `select_related(*CALL_RELATED)`."""
    return {
        "id": call.pk,
        "rev": call.rev,
        "incident": call.incident_id,
        "case_no": call.incident.case_no,
        "status": call.status,
        "text": call.text,
        "wanted": call.wanted,
        "taken": call.taken,
        "radius_m": call.radius_m,
        "asked_by": str(call.asked_by) if call.asked_by_id else None,
        "asked_at": iso(call.asked_at),
        "expires_at": iso(call.expires_at),
        "ended_at": iso(call.ended_at),
        "why": call.why,
    }


def part_shape(part: HelpPart) -> dict[str, Any]:
    """A part as its rider sees it; fetch it with `select_related(*PART_RELATED)`.

    The place is told to who comes, and only while he comes; of the parties nothing at all.
    """
    call, incident = part.call, part.call.incident
    coming = part.status in COMING
    return {
        "id": part.pk,
        "rev": part.rev,
        "call": call.pk,
        "status": part.status,
        "why": call.why,
        "text": without_numbers(call.text),
        "category": {"name_zh": incident.category.name_zh, "name_en": incident.category.name_en},
        "community": incident.community.short_name if incident.community else "",
        "distance_m": part.distance_m,
        "wanted": call.wanted,
        "taken": call.taken,
        "place": {"lon": incident.lon, "lat": incident.lat, "address": without_numbers(incident.address)}
        if coming
        else None,
        "expires_at": iso(call.expires_at),
        "asked_at": iso(part.asked_at),
        "accepted_at": iso(part.accepted_at),
        "arrived_at": iso(part.arrived_at),
        "finished_at": iso(part.finished_at),
        "ended_at": iso(part.ended_at),
        "did": part.did,
        "people": part.people,
    }


def report_shape(report: RiderReport) -> dict[str, Any]:
    """A report and what became of it; fetch it with `select_related(*REPORT_RELATED)`."""
    incident = report.incident
    return {
        "id": report.pk,
        "hazard": report.hazard,
        "case_no": incident.case_no,
        "category": {"name_zh": incident.category.name_zh, "name_en": incident.category.name_en},
        "joined": report.joined,
        "police": report.police,
        "found_at": iso(report.found_at),
        "sent_at": iso(report.sent_at),
        "became": became(incident),
        "solved": report.solved_at is not None,
    }


def became(incident: Incident) -> str:
    """looking, accepted, solved or not_filed: what a rider reads of the case."""
    if incident.status in (Status.REJECTED, Status.VOIDED):
        return "not_filed"
    if incident.status in (Status.CLOSED, Status.FORCE_CLOSED) or incident.scene_closed_at is not None:
        return "solved"
    return "accepted" if incident.filed_at is not None or incident.status == Status.MERGED else "looking"


def note_shape(note: DelayNote) -> dict[str, Any]:
    """A certificate of delay as its rider and the centre see it; fetch it with `select_related(*NOTE_RELATED)`."""
    return {
        "id": note.pk,
        "rev": note.rev,
        "number": note.number,
        "code": note.code,
        "rider": note.rider_id,
        "begun_at": iso(note.begun_at),
        "ended_at": iso(note.ended_at),
        "place": note.place,
        "did": note.did,
        "issued_by": str(note.issued_by),
        "issued_at": iso(note.issued_at),
        "voided_at": iso(note.voided_at),
    }


def without_numbers(text: str) -> str:
    """The text with every long number hidden."""
    return NUMBER.sub("****", text)


def audience(rider: Rider) -> dict[str, Any]:
    """Who may be told of a rider's things: the rider and the centre."""
    return {"permission": VIEW, "users": [rider.user_id]}
