"""Every call is answered: called, answered, handled, done, rated; what nobody answers in time goes up two steps.

Lock order: call → resident, incident. Each step is safe to be sent twice by the same person.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from grid.models import Community, Grid
from incidents.lifecycle import ENDED, Status
from incidents.models import Alarm, CaseCategory
from incidents.models.alerts import SourceKind
from incidents.pictures import clean
from incidents.services import Draft, open_incident
from incidents.services.sweeping import raise_street
from points.calls_lifecycle import (
    CATEGORY,
    DANGER,
    DANGER_LEVEL,
    HELD,
    STEP_EVERY,
    CallKind,
    CallStatus,
    answer_due,
    may_follow,
)
from points.models import CallPhoto, Resident, ServiceCall
from points.services.residents import show_phone
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany, WrongStep
from shushanwei.common.wording import local, one_of
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST, LONGEST_NOTE, LONGEST_ADDRESS, MOST_PHOTOS = 500, 200, 100, 3
MOST_OPEN = 5  # calls of one resident that wait for their first answer
ANSWER = "points.answer_calls"
S, When = CallStatus, CallPhoto.When


@dataclass(frozen=True)
class Called:
    """What the page sends; `community` is a code, `photos` raw bytes."""

    uuid: UUID
    kind: str
    text: str
    community: str = ""
    address: str = ""
    is_safety: bool = False
    anonymous: bool = False
    photos: list[bytes] = field(default_factory=list)


def call_shape(call: ServiceCall) -> dict[str, Any]:
    """A call as the queues of workers hear of it: nothing about who called."""
    return {
        "id": call.pk, "rev": call.rev, "uuid": str(call.uuid), "kind": call.kind, "status": call.status,
        "community": call.community_id, "called_at": call.called_at.isoformat(), "due_at": call.due_at.isoformat(),
        "step": 2 if call.street_at else 1 if call.secretary_at else 0,
    }  # fmt: skip


@transaction.atomic
def call(resident: Resident, said: Called) -> tuple[ServiceCall, bool]:
    """Call a community: (the call, whether it is new). Raises BadInput by field, TooMany, Conflict.

    Who is blocked may call: what was wrongly reported takes away neither the community nor its help.
    """
    _one_at_a_time(f"call:{said.uuid}")
    before = ServiceCall.objects.filter(uuid=said.uuid).first()
    if before is not None:
        if before.resident_id != resident.pk:
            raise Conflict(_("The id of this call was used before."))
        return before, False
    if said.kind not in CallKind.values:
        raise BadInput("kind", one_of(CallKind.values))
    text = _said("text", said.text, LONGEST)
    address = _said("address", said.address, LONGEST_ADDRESS, needed=False)
    if said.anonymous and not said.is_safety:
        raise BadInput("anonymous", _("Only what endangers people can be told without showing who calls."))
    person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    now = db_now()
    if ServiceCall.objects.filter(resident=person, status=S.CALLED).count() >= MOST_OPEN:
        raise TooMany(_("%(n)s of your calls wait for an answer; let them be answered first.") % {"n": MOST_OPEN})
    due_at = answer_due(now)
    row = ServiceCall.objects.create(
        uuid=said.uuid, resident=person, community=_community(said.community or person.community_id or ""),
        kind=said.kind, is_safety=said.is_safety, is_anonymous=said.anonymous, text=text, address=address,
        called_at=now, due_at=due_at, look_at=due_at,
    )  # fmt: skip
    _show(row, said.photos, When.BEFORE, None)
    _tell(row, "called", data={"resident": None if said.anonymous else person.pk})
    return row, True


@transaction.atomic
def answer(call_id: int, reply: str, *, actor: User) -> ServiceCall:
    """The first answer, with words to the caller: whoever gives it holds the call. Raises Conflict for the slower."""
    reply = _said("reply", reply, LONGEST)
    row = _locked(call_id)
    if row.answered_by_id == actor.pk and row.reply == reply:
        return row
    if row.answered_at is not None:
        raise Conflict(
            pgettext("call", "%(who)s answered at %(at)s.")
            % {"who": row.answered_by, "at": local(row.answered_at, "%H:%M:%S")}
        )
    row.answered_at, row.answered_by, row.holder, row.reply, row.look_at = db_now(), actor, actor, reply, None
    _step(row, S.ANSWERED)
    row.save()
    _tell(row, "answered", actor=actor, note=reply)
    return row


@transaction.atomic
def take(call_id: int, *, actor: User) -> ServiceCall:
    """Take over a call that a colleague holds; from then on only the new holder sees the phone."""
    row = _locked(call_id)
    if row.status not in HELD:
        raise WrongStep(_("Nobody works on this call now."), now=row.status)
    if row.holder_id != actor.pk:
        before = row.holder
        row.holder = actor
        row.save()
        _tell(row, "taken", actor=actor, data={"from": str(before)})
    return row


@transaction.atomic
def process(call_id: int, note: str, *, actor: User) -> ServiceCall:
    """Say what is being done (处理中); the caller reads it. Said again it is another line."""
    note = _said("note", note, LONGEST)
    row = _held(call_id, actor)
    if row.status != S.PROCESSING:
        _step(row, S.PROCESSING)
        row.save()
    _tell(row, "processing", actor=actor, note=note)
    return row


@transaction.atomic
def finish(
    call_id: int, result: str, *, actor: User, uuid: UUID | None = None, photos: list[bytes] | None = None
) -> ServiceCall:
    """Done, with the result and pictures of it; `uuid` of the page makes its pictures stored once."""
    result = _said("result", result, LONGEST)
    row = _locked(call_id)
    if row.status == S.DONE and row.holder_id == actor.pk and row.result == result:
        return row
    _must_hold(row, actor)
    row.done_at, row.result = db_now(), result
    _step(row, S.DONE)
    row.save()
    _show(row, photos or [], When.AFTER, actor, uuid)
    _tell(row, "done", actor=actor, note=result)
    return row


@transaction.atomic
def hand_on(call_id: int, note: str, *, danger: bool, actor: User) -> ServiceCall:
    """A department is needed: a case of level Ⅳ; or it is dangerous: an incident of level Ⅱ. Once for each call."""
    note = _said("note", note, LONGEST)
    row = _locked(call_id)
    if row.incident_id is not None:
        if row.holder_id == actor.pk:
            return row
        raise Conflict(_("This call was handed on already."))
    _must_hold(row, actor)
    row.incident = open_incident(_draft(row, note, danger), actor=actor)
    row.handed_on_at = db_now()
    if row.status != S.PROCESSING:
        _step(row, S.PROCESSING)
    row.save()
    _tell(row, "handed_on", actor=actor, note=note, data={"incident": row.incident_id, "danger": danger})
    return row


@transaction.atomic
def rate(call: ServiceCall, rating: int, note: str = "") -> ServiceCall:
    """The caller's one to five, once, when it is done. Raises BadInput, Conflict, WrongStep."""
    if not 1 <= rating <= 5:
        raise BadInput("rating", _("One to five."))
    note = _said("note", note, LONGEST_NOTE, needed=False)
    row = _locked(call.pk)
    if row.rating is not None:
        if row.rating == rating:
            return row
        raise Conflict(_("You have rated this already."))
    row.rating, row.rating_note, row.rated_at = rating, note, db_now()
    _step(row, S.RATED)
    row.save()
    _tell(row, "rated", note=note, data={"rating": rating})
    return row


@transaction.atomic
def not_solved(call: ServiceCall, why: str) -> ServiceCall:
    """The caller says that it is not solved: it is worked on again, once. Raises BadInput, WrongStep."""
    why = _said("why", why, LONGEST_NOTE)
    row = _locked(call.pk)
    if row.reopened_at is not None:
        if row.status == S.PROCESSING:
            return row
        raise WrongStep(_("This was opened again once already; rate it, or call anew."), now=row.status)
    _step(row, S.PROCESSING)
    row.reopened_at, row.incident, row.handed_on_at = db_now(), None, None
    row.save()
    _tell(row, "reopened", note=why)
    return row


@transaction.atomic
def phone_of(call_id: int, why: str, *, actor: User) -> str:
    """The caller's number in clear for who holds the call, until it is rated; each look is written down.

    Raises NotAllowed for everybody else and for anonymous calls, BadInput for `why`.
    """
    row = _locked(call_id)
    if row.is_anonymous:
        raise NotAllowed(_("This caller does not want to be known."))
    if row.status == S.RATED:
        raise NotAllowed(_("The call is over: the number is shown to nobody any more."))
    if row.holder_id != actor.pk:
        raise NotAllowed(_("Only who holds the call may see the number."))
    if not why.strip():
        raise BadInput("why", _("Say why you need the number."))
    return show_phone(row.resident_id, why=f"{row.uuid}: {why.strip()}", actor=actor)


def due_to_escalate(now: datetime) -> list[int]:
    """Calls that nobody answered by the instant at which somebody above is told, the longest waiting first."""
    due = ServiceCall.objects.filter(status=S.CALLED, look_at__lte=now)
    return list(due.order_by("look_at").values_list("pk", flat=True)[:500])


@transaction.atomic
def escalate(call_id: int) -> bool:
    """Tell the secretary of the community, the next time the street; false when somebody was faster."""
    row, now = _locked(call_id), db_now()
    if row.status != S.CALLED or row.look_at is None or row.look_at > now:
        return False
    if row.secretary_at is None:
        row.secretary_at, row.look_at = row.look_at, row.look_at + STEP_EVERY
        row.save()
        _tell(row, "told_secretary", at=row.secretary_at)
        return True
    row.street_at, row.look_at = row.look_at, None
    row.save()
    _tell(row, "told_street", at=row.street_at)
    about = {"code": "call", "part": row.community.short_name, "call": str(row.uuid)}
    raise_street(Alarm.Kind.NO_PROGRESS, "shift_lead", about)
    return True


def handed_on_and_ended() -> list[int]:
    """Calls whose case has ended."""
    over = ServiceCall.objects.filter(status=S.PROCESSING, incident__status__in=ENDED)
    return list(over.exclude(incident__status=Status.MERGED).values_list("pk", flat=True)[:500])


@transaction.atomic
def finish_handed_on(call_id: int) -> bool:
    """The case is the message: what it ended with is the result of the call."""
    row = _locked(call_id)
    incident = row.incident
    if row.status != S.PROCESSING or incident is None or incident.status not in ENDED:
        return False
    with override("zh-hans"):
        ended = str(Status(incident.status).label)
    row.result, row.done_at = (incident.closing.get("done") or ended)[:LONGEST], db_now()
    _step(row, S.DONE)
    row.save()
    _tell(row, "done", note=row.result, data={"incident": incident.pk})
    return True


def _draft(row: ServiceCall, note: str, danger: bool) -> Draft:
    code = DANGER if danger else CATEGORY[CallKind(row.kind)]
    found = CaseCategory.objects.filter(scheme="JCZZ", code=code, is_active=True, parent__isnull=False)
    category = found.select_related("department").order_by("-version").first()
    if category is None:
        raise BadInput("note", _("There is no such class of the governance scheme."))
    with override("zh-hans"):
        kind = CallKind(row.kind).label
        title = _("Call of a resident: %(kind)s") % {"kind": kind}
    person = None if row.is_anonymous else row.resident
    return Draft(
        category=category, level=DANGER_LEVEL if danger else 4, source_kind=SourceKind.RESIDENT, title=title,
        text=f"{row.text}\n{note}", address=f"{row.community.short_name} {row.address}".strip(),
        lon=row.community.label_lon, lat=row.community.label_lat,
        reporter_name=person.nickname if person else "", reporter_phone=person.phone_masked if person else "",
    )  # fmt: skip


def _show(row: ServiceCall, photos: list[bytes], when: str, actor: User | None, uuid: UUID | None = None) -> None:
    if len(photos) > MOST_PHOTOS:
        raise BadInput("photo", _("At most %(most)s photos.") % {"most": MOST_PHOTOS})
    for number, raw in enumerate(photos):
        try:
            tidy = clean(raw, photo=True)
        except BadInput as error:
            raise BadInput("photo", error.message) from error
        named = uuid5(uuid or row.uuid, f"{row.pk} {when} {number}")
        if CallPhoto.objects.filter(uuid=named).exists():
            continue
        photo = CallPhoto(uuid=named, call=row, when=when, sha256=tidy.sha256, at=db_now(), by=actor)
        photo.file.save(f"{named}.jpg", ContentFile(tidy.content), save=False)
        photo.thumb.save(f"{named}_s.jpg", ContentFile(tidy.thumb or b""), save=False)
        photo.save(force_insert=True)


def _step(row: ServiceCall, to: CallStatus) -> None:
    if not may_follow(row.status, to):
        raise WrongStep(
            _("“%(before)s” cannot become “%(to)s”.")
            % {"before": CallStatus(row.status).label, "to": CallStatus(to).label},
            now=row.status,
        )
    row.status = to


def _held(call_id: int, actor: User) -> ServiceCall:
    row = _locked(call_id)
    _must_hold(row, actor)
    return row


def _must_hold(row: ServiceCall, actor: User) -> None:
    if row.status not in HELD:
        raise WrongStep(_("Nobody works on this call now."), now=row.status)
    if row.holder_id != actor.pk:
        raise Conflict(_("%(who)s holds this call.") % {"who": row.holder})


def _tell(
    row: ServiceCall, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    audience = {"permission": ANSWER, "areas": [row.community_id, *_grids(row.community_id)]}
    record(row, f"servicecall.{verb}", actor=actor, note=note, data=data, at=at, shape=call_shape, audience=audience)


def _grids(community: str) -> list[str]:
    # Grid workers are granted their grid; a call is their whole community's.
    return list(Grid.objects.filter(community=community, kind=Grid.Kind.SOCIAL).values_list("pk", flat=True))


def _community(code: str) -> Community:
    found = Community.objects.filter(pk=code).first()
    if found is None:
        raise BadInput("community", _("Choose a community."))
    return found


def _said(name: str, text: str, longest: int, *, needed: bool = True) -> str:
    text = text.strip()
    if needed and not text:
        raise BadInput(name, _("This must be filled in."))
    if len(text) > longest:
        raise BadInput(name, _("At most %(most)s characters.") % {"most": longest})
    return text


def _locked(call_id: int) -> ServiceCall:
    rows = ServiceCall.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "resident", "community", "holder", "answered_by", "incident"
    )
    row = rows.filter(pk=call_id).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def _one_at_a_time(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
