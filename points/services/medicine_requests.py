"""Asking for a medicine of the chest: three questions, refusals in plain words, a code, handing out, forgetting."""

import json
import re
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from points.medicine_lifecycle import (
    KEPT_FOR,
    MOST_A_MONTH,
    NEXT_OF_REQUEST,
    PICK_UP_FOR,
    AgeGroup,
    ItemStatus,
    Pregnancy,
    RequestStatus,
    is_emergency,
)
from points.models import Level, Medicine, MedicineItem, MedicineRequest, Purpose, Resident
from points.services import consents, medicine
from points.services.health_rooms import APPROVE, SEE, rooms_for
from points.services.standing import blocked
from points.services.typed import chosen, counted, typed
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, WrongStep
from shushanwei.common.secrets import fingerprint, seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is read as something else
CODE_LENGTH = 8
LONGEST_ANSWER = 100
FORMS = re.compile(r"（.*?）|(?:缓释|咀嚼)?(?:片|胶囊|颗粒|口服液|含片|软膏|乳膏|喷剂|洗剂|散|丸|贴|膏)$")


class Emergency(Conflict):
    """What was said calls for 120 first; asked again with `calm`, the request goes on."""

    code, title = "emergency", "Call 120 first"


def safety_answers(values: dict[str, Any], of: Medicine) -> dict[str, str]:
    """The three answers (age, pregnant, allergy) and what it is for, as they are sealed. Raises BadInput by field.

    Children under twelve, pregnant and nursing women and who is allergic to it are sent to the health officer.
    """
    age = chosen("age", values.get("age"), AgeGroup.values)
    pregnant = chosen("pregnant", values.get("pregnant"), Pregnancy.values)
    allergic = chosen("allergic", values.get("allergic"), ["no", "yes"])
    allergy = typed("allergy", values.get("allergy"), LONGEST_ANSWER, needed=allergic == "yes")
    trouble = typed("trouble", values.get("trouble"), LONGEST_ANSWER, needed=False)
    if age == AgeGroup.CHILD:
        raise BadInput("age", _("For children under 12 nothing is handed out here. Ask the health officer."))
    if pregnant == Pregnancy.YES:
        raise BadInput("pregnant", _("In pregnancy and nursing nothing is handed out here. Ask the health officer."))
    if allergic == "yes" and _names(allergy, of):
        raise BadInput("allergy", _("You are allergic to this medicine. Ask the health officer."))
    return {"age": age, "pregnant": pregnant, "allergy": allergy if allergic == "yes" else "", "trouble": trouble}


@transaction.atomic
def ask(
    resident: Resident, item_uuid: UUID, *, uuid: UUID, amount: Any, answers: dict[str, Any], calm: bool = False
) -> tuple[MedicineRequest, bool]:
    """Ask for some units of one medicine of the own community: (the request with its code, whether it is new).

    Raises NotAllowed below level 2, for the blocked and without the consent for health data; Emergency where a word
    calls for 120 and `calm` was not said; BadInput by field; Conflict over an open request, the month's number or where
    somebody was faster; NotFound.
    """
    person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    before = MedicineRequest.objects.filter(uuid=uuid).first()
    if before is not None:
        if before.resident_id != person.pk:
            raise Conflict(_("This id was used for something else."))
        return before, False
    now = db_now()
    if why := blocked(person):
        raise NotAllowed(why)
    if person.level < Level.VERIFIED:
        raise NotAllowed(_("You cannot ask for medicine at the moment."))
    if not consents.has(person, Purpose.HEALTH):
        raise NotAllowed(_("Without your consent for health data nothing can be asked for."))
    room = medicine.chest_of(person)
    shelf = medicine.on_shelf(room) if room else MedicineItem.objects.none()
    item = shelf.select_for_update(no_key=True, of=("self",)).filter(uuid=item_uuid).first()
    if item is None:
        raise NotFound(_("This medicine is not in the chest any more."))
    if not calm and is_emergency(f"{answers.get('trouble', '')} {answers.get('allergy', '')}"):
        raise Emergency(_("What you write sounds like an emergency."), field="emergency")
    told = safety_answers(answers, item.medicine)
    _refuse_too_many(person, now)
    number = counted("amount", amount, 1, min(item.medicine.most, item.left))
    code = "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    row = MedicineRequest.objects.create(
        uuid=uuid, resident=person, item=item, amount=number, answers_sealed=seal(json.dumps(told)),
        code_hash=fingerprint(f"medicine:{code}"), code_sealed=seal(code), asked_at=now, lapses_at=now + PICK_UP_FOR,
        erase_at=now + KEPT_FOR,
    )  # fmt: skip
    item.left -= number
    item.save(update_fields=["left"])
    record(row, "medicine_request.asked", data={"resident": person.pk, "item": item.pk, "amount": number})
    return row, True


@transaction.atomic
def cancel(uuid: UUID, resident: Resident) -> MedicineRequest:
    """The resident needs it no more; twice is once. Raises NotFound, WrongStep."""
    row = MedicineRequest.objects.select_for_update(no_key=True).filter(uuid=uuid, resident=resident).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.status != RequestStatus.CANCELLED:
        _end(row, RequestStatus.CANCELLED, data={"resident": resident.pk})
    return row


def requests_for(user: User) -> QuerySet[MedicineRequest]:
    """The requests in the chests of a health officer."""
    return MedicineRequest.objects.filter(item__room__in=rooms_for(user, APPROVE)).select_related(
        "item__medicine", "item__room__community", "resident", "ended_by"
    )


def by_code(code: str, user: User) -> MedicineRequest:
    """The open request behind a code that was typed or scanned. Raises BadInput for `code`."""
    said = "".join(str(code).split()).replace("-", "").upper()
    row = requests_for(user).filter(code_hash=fingerprint(f"medicine:{said}"), status=RequestStatus.READY).first()
    if row is None:
        raise BadInput("code", _("No medicine waits here for this code."))
    return row


@transaction.atomic
def look(request_id: int, *, actor: User) -> dict[str, str]:
    """The answers in clear, for who is about to hand out; who looked and when is written down.

    Raises NotFound, Conflict where they have been erased.
    """
    row = _locked(request_id, actor, SEE)
    if not row.answers_sealed:
        raise Conflict(_("These answers have been erased."))
    row.looked_at, row.looked_by = db_now(), actor
    row.save(update_fields=["looked_at", "looked_by"])
    record(row, "medicine_request.answers_shown", actor=actor)
    return answers_of(row)


@transaction.atomic
def hand_out(request_id: int, *, actor: User) -> MedicineRequest:
    """It was handed over; twice is once. NotFound, WrongStep, Conflict too late or without a look at the answers."""
    row = _locked(request_id, actor, APPROVE)
    if row.status == RequestStatus.TAKEN:
        return row
    if row.status == RequestStatus.READY and row.lapses_at <= db_now():
        raise Conflict(_("This code has run out."))
    if row.status == RequestStatus.READY and row.looked_by_id != actor.pk:
        raise Conflict(_("Look at the three answers before you hand anything out."))
    _end(row, RequestStatus.TAKEN, actor=actor)
    return row


@transaction.atomic
def refuse(request_id: int, *, reason: str, actor: User) -> MedicineRequest:
    """It is not handed out; the resident reads why. Raises NotFound, BadInput for `reason`, WrongStep."""
    row, reason = _locked(request_id, actor, APPROVE), typed("reason", reason, 200)
    if row.status == RequestStatus.REFUSED:
        return row
    row.reason_sealed = seal(reason)
    row.save(update_fields=["reason_sealed"])
    _end(row, RequestStatus.REFUSED, actor=actor)  # the reason may speak of health: not into the journal
    return row


def due_to_lapse(now: datetime) -> list[int]:
    """Requests that were not picked up in time."""
    due = MedicineRequest.objects.filter(status=RequestStatus.READY, lapses_at__lte=now)
    return list(due.order_by("lapses_at").values_list("pk", flat=True)[:1_000])


@transaction.atomic
def lapse(request_id: int) -> bool:
    """It goes back on the shelf; false when it is not due or has ended."""
    row = MedicineRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    if row is None or row.status != RequestStatus.READY or row.lapses_at > db_now():
        return False
    _end(row, RequestStatus.LAPSED)
    return True


def due_to_erase(now: datetime) -> list[int]:
    """Requests whose ninety days are over."""
    due = MedicineRequest.objects.filter(erased_at=None, erase_at__lte=now).exclude(status=RequestStatus.READY)
    return list(due.order_by("erase_at").values_list("pk", flat=True)[:1_000])


@transaction.atomic
def erase(request_id: int) -> bool:
    """Answers, reason, code and resident go, the numbers stay; false when it is not due."""
    row = MedicineRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    if row is None or row.erased_at is not None or row.status == RequestStatus.READY or row.erase_at > db_now():
        return False
    _forget(row)
    return True


@transaction.atomic
def forget_resident(resident: Resident) -> None:
    """Of a resident who erases himself or takes the consent back: open requests end, all answers go."""
    for row in MedicineRequest.objects.select_for_update(no_key=True).filter(resident=resident).order_by("pk"):
        if row.status == RequestStatus.READY:
            _end(row, RequestStatus.CANCELLED, data={"resident": resident.pk})
        _forget(row)


def answers_of(row: MedicineRequest) -> dict[str, str]:
    """The answers in clear; empty once erased. For the resident himself, or through `look`."""
    found: dict[str, str] = json.loads(unseal(row.answers_sealed)) if row.answers_sealed else {}
    return found


def code_of(row: MedicineRequest) -> str:
    """The pick-up code for the resident's page; empty once the request has ended."""
    return unseal(row.code_sealed)


def _end(
    row: MedicineRequest, to: RequestStatus, *, actor: User | None = None, data: dict[str, Any] | None = None
) -> None:
    """The code dies; what was not taken goes back; a pack of which nothing is left and nothing asked is used up."""
    if to not in NEXT_OF_REQUEST[RequestStatus(row.status)]:
        raise WrongStep(_("This cannot be done any more: %(status)s.") % {"status": row.get_status_display()})
    item = MedicineItem.objects.select_for_update(no_key=True).get(pk=row.item_id)
    row.status, row.ended_at, row.ended_by = to, db_now(), actor
    row.code_hash, row.code_sealed = None, ""
    row.save(update_fields=["status", "ended_at", "ended_by", "code_hash", "code_sealed"])
    if to != RequestStatus.TAKEN:
        item.left += row.amount
    if item.left == 0 and not item.requests.filter(status=RequestStatus.READY).exists():
        medicine.step(item, ItemStatus.USED_UP)
    item.save(update_fields=["left", "status"])
    record(row, f"medicine_request.{to}", actor=actor, data={"item": item.pk, "amount": row.amount, **(data or {})})


def _forget(row: MedicineRequest) -> None:
    row.answers_sealed = row.reason_sealed = row.code_sealed = ""
    row.resident, row.erased_at = None, db_now()
    row.save(update_fields=["answers_sealed", "reason_sealed", "code_sealed", "resident", "erased_at"])
    record(row, "medicine_request.erased")


def _refuse_too_many(person: Resident, now: datetime) -> None:
    mine = MedicineRequest.objects.filter(resident=person)
    if mine.filter(status=RequestStatus.READY).exists():
        raise Conflict(_("You have an open request already: pick that up or cancel it first."))
    here = now.astimezone(STREET)
    this_month = mine.filter(asked_at__gte=here.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    if this_month.exclude(status__in=[RequestStatus.CANCELLED, RequestStatus.REFUSED]).count() >= MOST_A_MONTH:
        raise Conflict(_("At most %(n)s requests a month.") % {"n": MOST_A_MONTH})


def _names(allergy: str, of: Medicine) -> bool:
    """Whether an allergy is one to this medicine, by its generic name without strength and form."""
    plain, core = allergy.lower(), FORMS.sub("", FORMS.sub("", of.name_zh))
    english = of.name_en.lower().split()[0]
    return (len(core) > 1 and core in plain) or (len(english) > 5 and english in plain)


def _locked(request_id: int, actor: User, permission: str) -> MedicineRequest:
    """A request in the reach of a worker, locked."""
    row = (
        MedicineRequest.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk=request_id, item__room__in=rooms_for(actor, permission))
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
