"""Riders are asked to an incident nearby: the first who accept come. Lock order: incident, request, parts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dispatch.models import HelpCall, HelpPart, Rider
from dispatch.models_riders import FURTHEST_M, NEAREST_M
from dispatch.riders.lifecycle import COMING, DANGEROUS, LIVE, RUNNING, Help, Part, Why, may_follow
from dispatch.riders.rules import rider_rules
from dispatch.riders.shapes import CALL_RELATED, PART_RELATED, VIEW, audience, call_shape, part_shape
from dispatch.services.base import story
from incidents.models import Incident
from incidents.services import locked
from incidents.services.base import must_be_live, must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.geo import Box, distance_m
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_WANTED = 5
SHORTEST_MIN, LONGEST_MIN = 3, 60


def ask_riders(
    incident_id: int, *, uuid: UUID, text: str, wanted: int = 2, radius_m: int = 1_000, minutes: int = 15, actor: User
) -> tuple[HelpCall, bool]:
    """Ask the riders nearby for help at a case of level Ⅲ or Ⅳ: (the request, whether it is new).

    The console's `uuid` makes it safe to press twice; where a request is running, that one is given. Raises BadInput
    for `level` (a dangerous case), `text`, `wanted`, `radius_m`, `minutes`; WrongStep when the story has ended.
    """
    text = must_say("text", text)[:200]
    for field, value, least, most in (
        ("wanted", wanted, 1, MOST_WANTED),
        ("radius_m", radius_m, NEAREST_M, FURTHEST_M),
        ("minutes", minutes, SHORTEST_MIN, LONGEST_MIN),
    ):
        if not least <= value <= most:
            raise BadInput(field, _("From %(least)s to %(most)s.") % {"least": least, "most": most})
    try:
        return _ask(incident_id, uuid, text, wanted, radius_m, minutes, actor)
    except IntegrityError:
        found = HelpCall.objects.select_related(*CALL_RELATED).filter(uuid=uuid).first()
        if found is None or found.incident_id != incident_id:
            raise Conflict(_("The id of this request was used before.")) from None
        return found, False


@transaction.atomic
def _ask(
    incident_id: int, uuid: UUID, text: str, wanted: int, radius_m: int, minutes: int, actor: User
) -> tuple[HelpCall, bool]:
    incident = locked(incident_id)
    standing = HelpCall.objects.select_related(*CALL_RELATED).filter(incident=incident)
    found = standing.filter(uuid=uuid).first() or standing.filter(ended_at__isnull=True).first()
    if found is not None:
        return found, False
    must_be_live(incident)
    if incident.level <= DANGEROUS:
        raise BadInput("level", _("Riders are never asked to a dangerous incident."))
    now = db_now()
    call = HelpCall.objects.create(
        incident=incident, uuid=uuid, text=text, wanted=wanted, radius_m=radius_m, asked_by=actor, asked_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )  # fmt: skip
    asked = _invite(call, now)
    _tell(call, "asked", actor=actor, note=text, data={"riders": asked})
    story(incident, "riders_asked", actor=actor, note=text, data={"help": call.pk, "riders": asked, "wanted": wanted})
    return call, True


@transaction.atomic
def accept_help(user: User, part_id: int) -> HelpPart:
    """The rider comes, if a place is free; from now on he sees where. Repeating changes nothing.

    Raises Conflict when the places are taken, the request is over or has become dangerous, or he helps elsewhere.
    """
    incident, call, part = _own(user, part_id)
    if part.status in COMING:
        return part
    if incident.level <= DANGEROUS:
        raise Conflict(_("It has become dangerous: please stay away."), why=Why.DANGER)
    if call.status == Help.FILLED or call.taken >= call.wanted:
        raise Conflict(_("Enough others are coming. Thank you."), why="full")
    if call.status != Help.OPEN or call.expires_at <= db_now():
        raise Conflict(_("This request is over."), why=call.why or call.status)
    if part.rider.paused_at is not None:
        raise Conflict(_("You are paused: %(why)s") % {"why": part.rider.pause_reason})
    _must_follow(part, Part.ACCEPTED)
    # Two requests answered at once by the same rider wait for each other here.
    Rider.objects.select_for_update(no_key=True).get(pk=part.rider_id)
    if HelpPart.objects.filter(rider=part.rider, status__in=COMING).exists():
        raise Conflict(_("You are helping elsewhere already."), why="elsewhere")
    part.status, part.accepted_at = Part.ACCEPTED, db_now()
    part.save(update_fields=["status", "accepted_at"])
    call.taken += 1
    if call.taken >= call.wanted:
        call.status = Help.FILLED
    call.save(update_fields=["taken", "status"])
    _tell_part(part, "accepted", actor=user)
    if call.status == Help.FILLED:
        _end_parts(call, [Part.ASKED], Part.FULL)
    _tell(call, "accepted", actor=user)
    story(incident, "rider_accepted", actor=user, data={"help": call.pk, "vest": part.rider.vest_no})
    return part


@transaction.atomic
def decline_help(user: User, part_id: int) -> HelpPart:
    """The rider cannot come, also after he had accepted: then the place is free again and the others are asked."""
    incident, call, part = _own(user, part_id)
    if part.status == Part.DECLINED:
        return part
    had_accepted = part.status == Part.ACCEPTED
    _must_follow(part, Part.DECLINED)
    _end(part, Part.DECLINED)
    _tell_part(part, "declined", actor=user)
    if had_accepted:
        _free_place(call)
        story(incident, "rider_declined", actor=user, data={"help": call.pk, "vest": part.rider.vest_no})
    return part


@transaction.atomic
def arrive_to_help_out(user: User, part_id: int) -> HelpPart:
    """The rider is there. Repeating changes nothing."""
    incident, call, part = _own(user, part_id)
    if part.status in (Part.ARRIVED, Part.FINISHED):
        return part
    _must_follow(part, Part.ARRIVED)
    part.status, part.arrived_at = Part.ARRIVED, db_now()
    part.save(update_fields=["status", "arrived_at"])
    _tell_part(part, "arrived", actor=user)
    story(incident, "rider_arrived", actor=user, data={"help": call.pk, "vest": part.rider.vest_no})
    return part


@transaction.atomic
def finish_help(user: User, part_id: int, *, did: str, people: int = 1) -> HelpPart:
    """The rider has helped: what he did, and how many people. Repeating changes nothing."""
    did = must_say("did", did)[:200]
    if not 0 <= people <= 50:
        raise BadInput("people", _("From %(least)s to %(most)s.") % {"least": 0, "most": 50})
    incident, call, part = _own(user, part_id)
    if part.status == Part.FINISHED:
        return part
    _must_follow(part, Part.FINISHED)
    now = db_now()
    part.arrived_at, part.finished_at, part.did, part.people = part.arrived_at or now, now, did, people
    part.save(update_fields=["arrived_at", "finished_at", "did", "people"])
    _end(part, Part.FINISHED, now)
    _tell_part(part, "finished", actor=user, note=did)
    story(incident, "rider_finished", actor=user, note=did,
          data={"help": call.pk, "vest": part.rider.vest_no, "people": people})  # fmt: skip
    _end_if_done(call)
    return part


@transaction.atomic
def withdraw_help(call_id: int, *, actor: User | None, why: str = Why.SEAT) -> HelpCall:
    """The request is taken back and everybody concerned is told: who is there too, unless the case has just ended."""
    incident, call = locked_call(call_id)
    return _withdraw(incident, call, why, actor)


@transaction.atomic
def look_at_call(call_id: int) -> bool:
    """The step of the sweep: a dangerous or ended case, the end of asking, riders who never came, new ones nearby."""
    incident, call = locked_call(call_id)
    if call.ended_at is not None:
        return False
    now = db_now()
    if incident.level <= DANGEROUS:
        _withdraw(incident, call, Why.DANGER, None)
        return True
    changed = _lapse(call, now)
    if incident.ended_at is not None or incident.scene_closed_at is not None:
        _withdraw(incident, call, Why.ENDED, None)
        return True
    if call.status == Help.OPEN and call.expires_at <= now:
        _end_parts(call, [Part.ASKED, Part.FULL], Part.EXPIRED)
        if call.taken:
            call.status = Help.FILLED
            call.save(update_fields=["status"])
            _tell(call, "closed")
            _end_if_done(call)
        else:
            _end_call(call, Help.EXPIRED, now)
            story(incident, "riders_silent", data={"help": call.pk})
        return True
    if call.status == Help.OPEN and (more := _invite(call, now)):
        _tell(call, "widened", data={"riders": more})
        changed = True
    if call.status == Help.FILLED:
        _end_if_done(call)
        changed = changed or call.ended_at is not None
    return changed


def leave_requests(rider_id: int) -> None:
    """A rider who is asked no more: open questions to him are over. Call it before his row is locked."""
    parts = HelpPart.objects.filter(rider_id=rider_id, status__in=[Part.ASKED, Part.FULL], call__ended_at__isnull=True)
    # In the order of the incidents, so that two of these never wait for each other.
    for part_id in list(parts.order_by("call__incident_id").values_list("pk", flat=True)):
        _incident, _call, part = _locked_part(part_id)
        if part.status in (Part.ASKED, Part.FULL):
            _end(part, Part.DECLINED if part.status == Part.ASKED else Part.WITHDRAWN)
            _tell_part(part, "left")


def running_call_ids() -> list[int]:
    """Requests that are not over, the oldest first."""
    return list(HelpCall.objects.filter(ended_at__isnull=True).order_by("id").values_list("pk", flat=True)[:500])


def riders_near(lon: float, lat: float, radius_m: int, now: datetime) -> list[tuple[float, Rider]]:
    """(metres, rider), nearest first: who has agreed, is on duty, placed lately, free and within both radii."""
    rules = rider_rules(now)
    box = Box.near(lon, lat, radius_m)
    placed = Rider.objects.filter(
        helps_nearby=True,
        on_duty_since__isnull=False,
        paused_at__isnull=True,
        user__is_active=True,
        fix_at__gte=now - timedelta(minutes=rules.position_kept_min),
        lon__range=(box.west, box.east),
        lat__range=(box.south, box.north),
    ).exclude(parts__status__in=COMING)
    found = [(float(distance_m(lon, lat, rider.lon, rider.lat)), rider) for rider in placed]
    return sorted(
        ((away, rider) for away, rider in found if away <= min(radius_m, rider.radius_m)),
        key=lambda pair: (pair[0], pair[1].pk),
    )


def locked_call(call_id: int) -> tuple[Incident, HelpCall]:
    """The incident and the request under their locks, read again; raises NotFound."""
    incident_id = HelpCall.objects.filter(pk=call_id).values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotFound(_("There is no request for help %(id)s.") % {"id": call_id})
    incident = locked(incident_id)
    rows = HelpCall.objects.select_for_update(no_key=True, of=("self",)).select_related(*CALL_RELATED)
    return incident, rows.get(pk=call_id)


def _own(user: User, part_id: int) -> tuple[Incident, HelpCall, HelpPart]:
    if not HelpPart.objects.filter(pk=part_id, rider__user=user).exists():
        raise NotFound(_("There is no request for help %(id)s.") % {"id": part_id})
    return _locked_part(part_id)


def _locked_part(part_id: int) -> tuple[Incident, HelpCall, HelpPart]:
    incident, call = locked_call(HelpPart.objects.values_list("call_id", flat=True).get(pk=part_id))
    part = _parts(call).get(pk=part_id)
    part.call = call  # one row in memory: what is told of the part must not be older than the request
    return incident, call, part


def _parts(call: HelpCall) -> QuerySet[HelpPart]:
    rows = HelpPart.objects.select_for_update(no_key=True, of=("self",)).select_related(*PART_RELATED)
    return rows.filter(call=call).order_by("id")


def _invite(call: HelpCall, now: datetime) -> int:
    incident = call.incident
    near = riders_near(incident.lon, incident.lat, call.radius_m, now)
    known = set(HelpPart.objects.filter(call=call).values_list("rider_id", flat=True))
    live = HelpPart.objects.filter(call=call, status__in=LIVE).count()
    places = max(rider_rules(now).ask_at_once - live, 0)
    new = [(away, rider) for away, rider in near if rider.pk not in known][:places]
    for away, rider in new:
        part = HelpPart.objects.create(call=call, rider=rider, distance_m=round(away), asked_at=now)
        part.call = call
        _tell_part(part, "asked")
    return len(new)


def _lapse(call: HelpCall, now: datetime) -> bool:
    """Who accepted and never came gives his place up; who came and never said that he has finished is let go."""
    since = now - timedelta(minutes=rider_rules(now).lapse_min)
    late = _parts(call).filter(
        Q(status=Part.ACCEPTED, accepted_at__lt=since) | Q(status=Part.ARRIVED, arrived_at__lt=since)
    )
    found = list(late)
    for part in found:
        part.call = call
        came = part.status == Part.ARRIVED
        _end(part, Part.EXPIRED, now)
        _tell_part(part, "expired")
        if not came:
            _free_place(call)
    return bool(found)


def _free_place(call: HelpCall) -> None:
    call.taken -= 1
    if call.status == Help.FILLED and call.expires_at > db_now():
        call.status = Help.OPEN
    call.save(update_fields=["taken", "status"])
    if call.status == Help.OPEN:
        for part in _parts(call).filter(status=Part.FULL):
            part.call = call
            part.status, part.ended_at = Part.ASKED, None
            part.save(update_fields=["status", "ended_at"])
            _tell_part(part, "asked")
    _tell(call, "freed")


def _withdraw(incident: Incident, call: HelpCall, why: str, actor: User | None) -> HelpCall:
    if call.ended_at is not None:
        return call
    now = db_now()
    call.why = why
    # Who is at a scene that has just been closed has helped and says so himself.
    ends = [Part.ASKED, Part.FULL, Part.ACCEPTED] + ([] if why == Why.ENDED else [Part.ARRIVED])
    _end_parts(call, ends, Part.WITHDRAWN)
    if why == Why.ENDED and _parts(call).filter(status=Part.ARRIVED).exists():
        if call.status == Help.OPEN:
            call.status = Help.FILLED
            call.save(update_fields=["status", "why"])
            _tell(call, "closed")
        return call
    helped = _parts(call).filter(status=Part.FINISHED).exists()
    _end_call(call, Help.FINISHED if helped and why == Why.ENDED else Help.WITHDRAWN, now, actor=actor)
    story(incident, "riders_withdrawn", actor=actor, data={"help": call.pk, "because": why})
    return call


def _end_parts(call: HelpCall, statuses: Iterable[Part], to: Part) -> None:
    for part in _parts(call).filter(status__in=list(statuses)):
        part.call = call
        _end(part, to)
        _tell_part(part, to.value)


def _end(part: HelpPart, to: Part, at: datetime | None = None) -> None:
    part.status, part.ended_at = to, at or db_now()
    part.save(update_fields=["status", "ended_at"])


def _end_if_done(call: HelpCall) -> None:
    if call.status in RUNNING and not _parts(call).filter(status__in=LIVE).exists():
        helped = _parts(call).filter(status=Part.FINISHED).exists()
        if helped or call.status == Help.FILLED:
            _end_call(call, Help.FINISHED if helped else Help.EXPIRED, db_now())


def _end_call(call: HelpCall, status: Help, at: datetime, *, actor: User | None = None) -> None:
    call.status, call.ended_at = status, at
    call.save(update_fields=["status", "ended_at", "why"])
    _tell(call, status.value, actor=actor)


def _must_follow(part: HelpPart, to: Part) -> None:
    if not may_follow(part.status, to):
        raise WrongStep(
            _("“%(before)s” cannot become “%(to)s”.") % {"before": Part(part.status).label, "to": to.label},
            now=part.status, why=part.call.why or part.status,
        )  # fmt: skip


def _tell(call: HelpCall, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None) -> None:
    record(call, f"help.{verb}", actor=actor, note=note, data={"incident": call.incident_id, **(data or {})},
           shape=call_shape, audience={"permission": VIEW})  # fmt: skip


def _tell_part(part: HelpPart, verb: str, *, actor: User | None = None, note: str = "") -> None:
    record(part, f"helppart.{verb}", actor=actor, note=note, data={"help": part.call_id}, shape=part_shape,
           audience=audience(part.rider))  # fmt: skip
