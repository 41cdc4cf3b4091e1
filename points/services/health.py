"""Consultations of the green lifeline: residents and health officers write, nobody waits unseen, all is forgotten."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from points.medicine_lifecycle import (
    KEPT_FOR,
    NEXT_OF_THREAD,
    QUIET_FOR,
    TALKING,
    ThreadStatus,
    escalated_from,
    is_emergency,
)
from points.models import Consultation, HealthMessage, HealthRoom, Purpose, Resident
from points.services import consents
from points.services.health_rooms import SEE, is_on_duty, on_duty, rooms_for
from points.services.typed import counted, typed
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany, WrongStep
from shushanwei.common.secrets import seal, unseal
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST = 500
IN_TURN = ("-is_urgent", "waits_since")  # in which order officers answer who waits
FLOOD, MOST_MESSAGES = timedelta(minutes=10), 20  # of one resident


@transaction.atomic
def ask(resident: Resident, text: str, *, uuid: UUID) -> Consultation:
    """Write to the officers of the own community: into the consultation that runs, else into a new one.

    `uuid` is the message's, made by the page; twice is once. A word that calls for 120 makes it urgent at once.
    Who is blocked may ask: it is help, and nothing is earned by it. Raises NotAllowed without the consent for health
    data, BadInput for `text` and `community`, TooMany.
    """
    person = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    before = HealthMessage.objects.select_related("consultation").filter(uuid=uuid).first()
    if before is not None:
        if before.consultation.resident_id != person.pk:
            raise Conflict(_("This id was used for something else."))
        return before.consultation
    said, now = typed("text", text, LONGEST), db_now()
    if not consents.has(person, Purpose.HEALTH):
        raise NotAllowed(_("Without your consent for health data nothing can be asked for."))
    _refuse_flood(person, now)
    urgent = is_emergency(said)
    thread = person.consultations.select_for_update(no_key=True).filter(status__in=TALKING).first()
    verb = "consultation.asked"
    if thread is None:
        room = HealthRoom.objects.filter(community=person.community_id).first()
        if room is None:
            raise BadInput("community", _("Your community has no health room yet."))
        thread, verb = Consultation(uuid=uuid4(), resident=person, room=room, opened_at=now), "consultation.opened"
    _wait(thread, now, urgent)
    thread.save()
    HealthMessage.objects.create(uuid=uuid, consultation=thread, text_sealed=seal(said), is_emergency=urgent, at=now)
    record(thread, verb, data={"resident": person.pk, "urgent": urgent, "room": thread.room_id})
    return thread


def ahead_of(thread: Consultation) -> int:
    """How many of the same community are answered before this one, as `IN_TURN` says; 0 for one that does not wait."""
    if thread.waits_since is None:
        return 0
    waiting = Consultation.objects.filter(room=thread.room_id, status=ThreadStatus.WAITING)
    longer = Q(waits_since__lt=thread.waits_since)
    ahead = longer & Q(is_urgent=True) if thread.is_urgent else longer | Q(is_urgent=True)
    return waiting.filter(ahead).count()


def threads_for(user: User) -> QuerySet[Consultation]:
    """What a health officer sees: the own communities; on duty, also what others have left unanswered.

    Who has answered such a one goes on with it until it ends.
    """
    mine = Q(room__in=rooms_for(user, SEE))
    if user.has_perm(SEE):
        mine |= Q(officer=user, status__in=TALKING)
        if is_on_duty(user, db_now()):
            mine |= Q(status=ThreadStatus.WAITING, escalated_at__isnull=False)
    return Consultation.objects.filter(mine).select_related("room__community", "resident", "officer")


@transaction.atomic
def read(thread_id: int, *, actor: User) -> list[dict[str, Any]]:
    """The messages in clear, oldest first: {text, officer, at, is_emergency}; each look is written down.

    Raises NotFound.
    """
    thread = _for(thread_id, actor)
    record(thread, "consultation.read", actor=actor)
    return messages_of(thread)


@transaction.atomic
def answer(thread_id: int, text: str, *, uuid: UUID, actor: User) -> Consultation:
    """An officer answers. Twice is once. Raises NotFound, BadInput for `text`, WrongStep once it has ended."""
    thread, said = _for(thread_id, actor), typed("text", text, LONGEST)
    if _said_before(thread, uuid):
        return thread
    if thread.status not in TALKING:
        raise WrongStep(_("This cannot be done any more: %(status)s.") % {"status": thread.get_status_display()})
    now = db_now()
    thread.status, thread.officer, thread.said_at = ThreadStatus.ANSWERED, actor, now
    thread.waits_since = thread.escalate_at = None
    thread.first_answer_at = thread.first_answer_at or now
    thread.save()
    _say(thread, uuid, said, actor, now)
    record(thread, "consultation.answered", actor=actor)
    return thread


@transaction.atomic
def hand_over(thread_id: int, text: str, *, uuid: UUID, actor: User) -> Consultation:
    """Send the resident to the community health centre, saying why. Raises NotFound, BadInput for `text`, WrongStep."""
    thread, said = _for(thread_id, actor), typed("text", text, LONGEST)
    if _said_before(thread, uuid):
        return thread
    _end(thread, ThreadStatus.HANDED_OVER)
    thread.officer, thread.first_answer_at = actor, thread.first_answer_at or thread.ended_at
    thread.save()
    _say(thread, uuid, said, actor, db_now())
    record(thread, "consultation.handed_over", actor=actor)
    return thread


@transaction.atomic
def close(thread_id: int, *, actor: User) -> Consultation:
    """The officer ends it; twice is once. What was never answered cannot be closed. Raises NotFound, Conflict."""
    thread = _for(thread_id, actor)
    if thread.status == ThreadStatus.CLOSED:
        return thread
    if thread.status == ThreadStatus.WAITING:
        raise Conflict(_("Answer the question before you close it."))
    _end(thread, ThreadStatus.CLOSED)
    thread.save()
    record(thread, "consultation.closed", actor=actor)
    return thread


@transaction.atomic
def leave(uuid: UUID, resident: Resident) -> Consultation:
    """The resident ends it; twice is once. Raises NotFound."""
    thread = _own(uuid, resident)
    if thread.status != ThreadStatus.CLOSED:
        _end(thread, ThreadStatus.CLOSED)
        thread.save()
        record(thread, "consultation.closed", data={"resident": resident.pk})
    return thread


@transaction.atomic
def rate(uuid: UUID, resident: Resident, stars: Any) -> Consultation:
    """1 to 5, once, after the end. Raises NotFound, BadInput for `stars`, Conflict."""
    thread, given = _own(uuid, resident), counted("stars", stars, 1, 5)
    if thread.status in TALKING:
        raise Conflict(_("It has not ended yet."))
    if thread.rating is not None:
        if thread.rating == given:
            return thread
        raise Conflict(_("You have rated this already."))
    thread.rating, thread.rated_at = given, db_now()
    thread.save(update_fields=["rating", "rated_at"])
    record(thread, "consultation.rated", data={"resident": resident.pk, "stars": given})
    return thread


def due_to_escalate(now: datetime) -> list[int]:
    """Questions that have waited too long."""
    due = Consultation.objects.filter(status=ThreadStatus.WAITING, escalated_at=None, escalate_at__lte=now)
    return list(due.order_by("escalate_at").values_list("pk", flat=True)[:1_000])


@transaction.atomic
def escalate(thread_id: int) -> bool:
    """From now on all on the roster see it; false when it was answered or shown before."""
    thread = Consultation.objects.select_for_update(no_key=True).filter(pk=thread_id).first()
    now = db_now()
    if thread is None or thread.escalate_at is None or thread.escalated_at is not None or thread.escalate_at > now:
        return False
    thread.escalated_at = now
    thread.save(update_fields=["escalated_at"])
    others = [duty.user_id for duty in on_duty(now) if duty.room_id != thread.room_id]
    record(thread, "consultation.escalated", data={"to": others})
    return True


def due_to_end(now: datetime) -> list[int]:
    """Answered consultations in which nobody wrote for days."""
    due = Consultation.objects.filter(status=ThreadStatus.ANSWERED, said_at__lte=now - QUIET_FOR)
    return list(due.order_by("said_at").values_list("pk", flat=True)[:1_000])


@transaction.atomic
def end_quiet(thread_id: int) -> bool:
    """It ends by itself; false when somebody wrote meanwhile."""
    thread = Consultation.objects.select_for_update(no_key=True).filter(pk=thread_id).first()
    if thread is None or thread.status != ThreadStatus.ANSWERED or thread.said_at > db_now() - QUIET_FOR:
        return False
    _end(thread, ThreadStatus.CLOSED)
    thread.save()
    record(thread, "consultation.closed")
    return True


def due_to_erase(now: datetime) -> list[int]:
    """Consultations with messages older than ninety days."""
    old = HealthMessage.objects.filter(at__lte=now - KEPT_FOR)
    return list(old.order_by("consultation_id").values_list("consultation_id", flat=True).distinct()[:1_000])


@transaction.atomic
def erase(thread_id: int) -> bool:
    """Messages older than ninety days go, and the resident with the last of an ended one; false without any."""
    thread = Consultation.objects.select_for_update(no_key=True).filter(pk=thread_id).first()
    if thread is None:
        return False
    gone, _each = thread.messages.filter(at__lte=db_now() - KEPT_FOR).delete()
    if thread.status not in TALKING and not thread.messages.exists():
        thread.resident = None
        thread.save(update_fields=["resident"])
    if gone:
        record(thread, "consultation.erased", data={"messages": gone})
    return gone > 0


@transaction.atomic
def forget_resident(resident: Resident) -> None:
    """Of a resident who erases himself or takes the consent back: consultations end and their messages go."""
    for thread in resident.consultations.select_for_update(no_key=True).order_by("pk"):
        if thread.status in TALKING:
            _end(thread, ThreadStatus.CLOSED)
        gone, _each = thread.messages.all().delete()
        thread.resident = None
        thread.save()
        record(thread, "consultation.erased", data={"messages": gone})


def messages_of(thread: Consultation) -> list[dict[str, Any]]:
    """The messages in clear, for the resident himself or through `read`."""
    return [
        {"text": unseal(row.text_sealed), "officer": row.officer, "at": row.at, "is_emergency": row.is_emergency}
        for row in thread.messages.select_related("officer")
    ]


def _wait(thread: Consultation, now: datetime, urgent: bool) -> None:
    if thread.waits_since is None:
        thread.status, thread.waits_since, thread.escalated_at = ThreadStatus.WAITING, now, None
        thread.escalate_at = escalated_from(now.astimezone(STREET))
    if urgent:
        thread.is_urgent, thread.escalate_at = True, now
    thread.said_at = now


def _end(thread: Consultation, to: ThreadStatus) -> None:
    if to not in NEXT_OF_THREAD[ThreadStatus(thread.status)]:
        raise WrongStep(_("This cannot be done any more: %(status)s.") % {"status": thread.get_status_display()})
    thread.status, thread.ended_at = to, thread.ended_at or db_now()
    thread.waits_since = thread.escalate_at = None


def _say(thread: Consultation, uuid: UUID, text: str, actor: User, now: datetime) -> None:
    HealthMessage.objects.create(uuid=uuid, consultation=thread, officer=actor, text_sealed=seal(text), at=now)


def _said_before(thread: Consultation, uuid: UUID) -> bool:
    before = HealthMessage.objects.filter(uuid=uuid).first()
    if before is not None and before.consultation_id != thread.pk:
        raise Conflict(_("This id was used for something else."))
    return before is not None


def _refuse_flood(person: Resident, now: datetime) -> None:
    recent = HealthMessage.objects.filter(consultation__resident=person, officer=None, at__gt=now - FLOOD)
    if recent.count() >= MOST_MESSAGES:
        raise TooMany(_("Too many messages. Wait a few minutes."))


def _own(uuid: UUID, resident: Resident) -> Consultation:
    thread = Consultation.objects.select_for_update(no_key=True).filter(uuid=uuid, resident=resident).first()
    if thread is None:
        raise NotFound(_("There is no such thing."))
    return thread


def _for(thread_id: int, actor: User) -> Consultation:
    """A consultation that this officer sees, locked."""
    seen = threads_for(actor).filter(pk=thread_id).exists()
    thread = Consultation.objects.select_for_update(no_key=True).filter(pk=thread_id).first()
    if thread is None or not seen:
        raise NotFound(_("There is no such thing."))
    return thread
