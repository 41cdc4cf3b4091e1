"""Volunteer tasks (红蜀有为): published, claimed without ever being overfull, decided on, ended by the sweep.

Lock order: resident, task, claim.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from grid.models import Community
from points.models import Claim, Level, Resident, StandingBlock, VolunteerTask
from points.services.standing import acting
from points.services.wording_screen import checked
from points.volunteering_lifecycle import (
    COMING,
    DONE,
    GRACE,
    HOLDING,
    MOST_OPEN,
    OPEN_CLAIMS,
    ClaimStatus,
    TaskStatus,
    claim_may,
    home_is_safe,
    paused_until,
    task_may,
)
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_SLOTS, LONGEST, FARTHEST = 200, timedelta(hours=12), timedelta(days=90)
LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_WHY = 40, 500, 80, 200


@dataclass(frozen=True)
class TaskDraft:
    """What a task is to be; degrees of WGS-84, None while nobody has said where (a wish before its review)."""

    kind: str
    title: str
    text: str
    community_id: str
    address: str
    starts_at: datetime
    ends_at: datetime
    slots: int = 1
    lon: float | None = None
    lat: float | None = None
    skill: str = ""
    at_home: bool = False
    minors_allowed: bool = False
    risk: str = VolunteerTask.Risk.LOW


def checked_fields(draft: TaskDraft, now: datetime, *, placed: bool) -> dict:
    """The columns of a draft. Raises BadInput for the field that is wrong; `placed`: a position must be there."""
    if draft.kind not in VolunteerTask.Kind.values:
        raise BadInput("kind", _("Choose what it is."))
    if draft.skill not in VolunteerTask.Skill.values:
        raise BadInput("skill", _("Choose what it is."))
    if draft.risk not in VolunteerTask.Risk.values:
        raise BadInput("risk", _("Choose what it is."))
    if not Community.objects.filter(pk=draft.community_id).exists():
        raise BadInput("community", _("There is no such community."))
    if not 1 <= draft.slots <= MOST_SLOTS:
        raise BadInput("slots", _("From %(least)s to %(most)s.") % {"least": 1, "most": MOST_SLOTS})
    if draft.starts_at >= draft.ends_at:
        raise BadInput("ends_at", _("The end lies before the beginning."))
    if draft.ends_at <= now:
        raise BadInput("ends_at", _("This is over already."))
    if draft.ends_at - draft.starts_at > LONGEST:
        raise BadInput("ends_at", _("At most %(n)s hours at a time.") % {"n": LONGEST // timedelta(hours=1)})
    if draft.starts_at > now + FARTHEST:
        raise BadInput("starts_at", _("At most %(n)s days ahead.") % {"n": FARTHEST.days})
    if draft.minors_allowed and (draft.at_home or draft.risk != VolunteerTask.Risk.LOW):
        raise BadInput("minors_allowed", _("Minors help outside of homes only, and where there is no risk."))
    lon, lat = _position(draft, placed)
    return {
        "kind": draft.kind, "title": checked("title", draft.title, least=1, most=LONGEST_TITLE),
        "text": checked("text", draft.text, least=1, most=LONGEST_TEXT), "skill": draft.skill,
        "community_id": draft.community_id,
        "address": checked("address", draft.address, least=1, most=LONGEST_ADDRESS), "lon": lon, "lat": lat,
        "at_home": draft.at_home, "starts_at": draft.starts_at, "ends_at": draft.ends_at, "slots": draft.slots,
        "minors_allowed": draft.minors_allowed, "risk": draft.risk,
    }  # fmt: skip


@transaction.atomic
def publish(draft: TaskDraft, *, uuid: UUID, actor: User) -> VolunteerTask:
    """A task of the street, open at once. The same id again gives what is there. Raises BadInput, Conflict."""
    kept = VolunteerTask.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.published_by_id != actor.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    now = db_now()
    values = checked_fields(draft, now, placed=True)
    task, new = VolunteerTask.objects.get_or_create(
        uuid=uuid,
        defaults={
            **values, "status": TaskStatus.OPEN, "published_by": actor, "made_at": now, "published_at": now,
            "check_code": new_code(), "look_at": draft.ends_at + GRACE,
        },
    )  # fmt: skip
    if new:
        record(task, "volunteer_task.published", actor=actor, data={"kind": task.kind, "slots": task.slots})
    return task


@transaction.atomic
def withdraw(task_id: int, *, why: str, actor: User | None = None, by: Resident | None = None) -> VolunteerTask:
    """Take a task back; who was to come is called off. Twice is once. Raises BadInput for `why`, Conflict, WrongStep.

    `by`: the resident whose wish it is.
    """
    task = locked(task_id)
    if task.status == TaskStatus.WITHDRAWN:
        return task
    task_may(task.status, TaskStatus.WITHDRAWN)
    why = checked("why", why, least=1 if actor else 0, most=LONGEST_WHY)
    if task.claims.filter(status=ClaimStatus.PRESENT).exists():
        raise Conflict(_("Somebody is at work there."))
    if task.claims.filter(status__in=DONE).exists():
        raise Conflict(_("Somebody has helped here already: it ends by itself."))
    now = db_now()
    for claim in task.claims.select_for_update().filter(status__in=OPEN_CLAIMS).order_by("pk"):
        step(claim, ClaimStatus.CALLED_OFF, now, actor=actor)
    task.status, task.ended_at, task.look_at, task.why, task.taken = TaskStatus.WITHDRAWN, now, None, why, 0
    task.save(update_fields=["status", "ended_at", "look_at", "why", "taken"])
    record(task, "volunteer_task.withdrawn", actor=actor, note=why, data={"resident": by.pk} if by else None)
    return task


@transaction.atomic
def claim(resident: Resident, task_uuid: UUID, *, uuid: UUID) -> Claim:
    """Take one slot of a task (认领). The same id, or the same resident again, gives what is there.

    Raises NotFound; NotAllowed for a child where none may help, and in a home for who is not verified; Conflict where
    all slots are taken, three claims are open, no-shows have led to a pause, or the task is the own wish.
    """
    person = acting(resident.pk)
    kept = Claim.objects.select_related("task").filter(uuid=uuid).first()
    if kept is not None:
        if kept.resident_id != person.pk or kept.task.uuid != task_uuid:
            raise Conflict(_("This id was used for something else."))
        return kept
    task = locked_by_uuid(task_uuid)
    mine = task.claims.filter(resident=person, status__in=HOLDING).first()
    if mine is not None:
        return mine
    now = db_now()
    _may_claim(person, task, now)
    open_now = set(Claim.objects.filter(resident=person, status__in=OPEN_CLAIMS).values_list("nth", flat=True))
    if len(open_now) >= MOST_OPEN:
        raise Conflict(_("You have %(n)s open claims; finish one first.") % {"n": MOST_OPEN})
    if task.left <= 0:
        raise Conflict(_("All places are taken."))
    made = Claim.objects.create(
        uuid=uuid, task=task, resident=person, claimed_at=now,
        nth=min(set(range(1, MOST_OPEN + 1)) - open_now),
    )  # fmt: skip
    task.taken += 1
    task.save(update_fields=["taken"])
    record(made, "claim.claimed", data={"resident": person.pk, "task": task.pk})
    return made


@transaction.atomic
def give_back(resident: Resident, claim_uuid: UUID) -> Claim:
    """Leave before the window opens; the slot is free again. Twice is once. Raises NotFound, Conflict, WrongStep."""
    task, row = locked_claim(own_claim(resident, claim_uuid).pk)
    if row.status == ClaimStatus.WITHDRAWN:
        return row
    now = db_now()
    if row.status == ClaimStatus.ACCEPTED and now >= task.starts_at:
        raise Conflict(_("It has begun: speak to the community."))
    step(row, ClaimStatus.WITHDRAWN, now, data={"resident": resident.pk})
    _free_slot(task)
    return row


@transaction.atomic
def leave(claim_id: int, now: datetime) -> None:
    """End an open claim of a resident who is erased; a slot that is not in use is free again."""
    task, row = locked_claim(claim_id)
    if row.status == ClaimStatus.PRESENT:
        step(row, ClaimStatus.LAPSED, now)
    elif row.status in OPEN_CLAIMS:
        step(row, ClaimStatus.WITHDRAWN, now)
        _free_slot(task)


@transaction.atomic
def accept(claim_id: int, *, is_known: bool, actor: User) -> Claim:
    """Take a volunteer on (录用). `is_known`: the household knows this one. Twice is once.

    Raises NotFound, WrongStep, BadInput for `is_known` where one alone would enter a home of strangers.
    """
    task, row = locked_claim(claim_id)
    if row.status == ClaimStatus.ACCEPTED and row.is_known == is_known:
        return row
    if task.at_home and task.slots < 2 and not is_known:
        raise BadInput("is_known", _("Nobody enters a home alone unless the household knows them."))
    step(row, ClaimStatus.ACCEPTED, db_now(), actor=actor, is_known=is_known)
    return row


@transaction.atomic
def refuse(claim_id: int, *, why: str, actor: User) -> Claim:
    """Do not take a volunteer on; the slot is free again. Twice is once. Raises NotFound, WrongStep, BadInput."""
    task, row = locked_claim(claim_id)
    if row.status == ClaimStatus.REFUSED:
        return row
    step(row, ClaimStatus.REFUSED, db_now(), actor=actor, why=checked("why", why, least=1, most=LONGEST_WHY))
    _free_slot(task)
    return row


def due_to_end(now: datetime) -> list[int]:
    """Tasks whose window, and the grace after it, is over."""
    due = VolunteerTask.objects.filter(look_at__lte=now).order_by("look_at")
    return list(due.values_list("pk", flat=True)[:500])


@transaction.atomic
def end_window(task_id: int) -> bool:
    """End a task: who did not come is a no-show, who did not check out has no time. False when it is not due."""
    task, now = locked(task_id), db_now()
    if task.look_at is None or task.look_at > now:
        return False
    to = TaskStatus.WITHDRAWN if task.status == TaskStatus.ASKED else TaskStatus.ENDED
    task_may(task.status, to)
    rows = list(task.claims.select_for_update().filter(status__in=OPEN_CLAIMS).order_by("pk"))
    coming = task.claims.filter(status__in=COMING).count()
    for row in rows:
        if row.status == ClaimStatus.PRESENT:
            step(row, ClaimStatus.LAPSED, now)
        elif row.status == ClaimStatus.ACCEPTED and (not task.at_home or home_is_safe(coming, row.is_known)):
            step(row, ClaimStatus.NO_SHOW, now, missed_at=task.ends_at)
        else:  # nobody decided on it, or one alone could not go in
            step(row, ClaimStatus.CALLED_OFF, now)
            task.taken -= 1
    task.status, task.ended_at, task.look_at = to, task.ends_at, None
    task.save(update_fields=["status", "ended_at", "look_at", "taken"])
    record(task, f"volunteer_task.{to}", at=task.ends_at)
    return True


def pause_of(resident_id: int) -> datetime | None:
    """Until when this resident may not claim because of no-shows; may lie in the past."""
    missed = Claim.objects.filter(resident_id=resident_id, status=ClaimStatus.NO_SHOW)
    now_on = paused_until(at for at in missed.values_list("missed_at", flat=True) if at is not None)
    phone = Resident.objects.filter(pk=resident_id).values("phone_hash")
    before = StandingBlock.objects.filter(kind=StandingBlock.Kind.VOLUNTEERING, phone_hash__in=phone).first()
    ends = [end for end in (now_on, before.until if before else None) if end is not None]
    return max(ends, default=None)


def step(
    row: Claim, to: ClaimStatus, now: datetime, *, actor: User | None = None, data: dict | None = None, **values: object
) -> None:
    """The one place where a claim's status changes; its task is locked. Raises WrongStep."""
    claim_may(row.status, to)
    row.status = to
    if to in (ClaimStatus.ACCEPTED, ClaimStatus.REFUSED):
        values |= {"decided_at": now, "decided_by": actor}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *values])
    record(row, f"claim.{to}", actor=actor, note=str(values.get("why", "")), data={"task": row.task_id, **(data or {})})


def own_claim(resident: Resident, uuid: UUID) -> Claim:
    """A claim of this resident. Raises NotFound."""
    row = Claim.objects.select_related("task").filter(resident=resident, uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def locked(task_id: int) -> VolunteerTask:
    """The task, locked until the transaction ends. Raises NotFound."""
    return _found(VolunteerTask.objects.select_for_update(no_key=True).filter(pk=task_id).first())


def locked_by_uuid(uuid: UUID) -> VolunteerTask:
    """The task of an address, locked until the transaction ends. Raises NotFound."""
    return _found(VolunteerTask.objects.select_for_update(no_key=True).filter(uuid=uuid).first())


def locked_claim(claim_id: int) -> tuple[VolunteerTask, Claim]:
    """A claim below its task, both locked. Raises NotFound."""
    task_id = Claim.objects.filter(pk=claim_id).values_list("task_id", flat=True).first()
    if task_id is None:
        raise NotFound(_("There is no such thing."))
    task = locked(task_id)
    return task, Claim.objects.select_for_update(no_key=True).get(pk=claim_id)


def new_code() -> str:
    """What stands behind a QR code at the place: not to be guessed."""
    return secrets.token_urlsafe(16)


def _may_claim(person: Resident, task: VolunteerTask, now: datetime) -> None:
    if task.status != TaskStatus.OPEN or task.ends_at <= now:
        raise Conflict(_("This task is not open any more."))
    if task.asked_by_id == person.pk:
        raise Conflict(_("This is your own wish."))
    if person.is_child and not task.minors_allowed:
        raise NotAllowed(_("Only grown-ups can help here."))
    if task.at_home and person.level < Level.VERIFIED:
        raise NotAllowed(_("Who enters a home has to be verified by the community."))
    if task.claims.filter(resident=person, status=ClaimStatus.REFUSED).exists():
        raise Conflict(_("The community has chosen others for this task."))
    pause = pause_of(person.pk)
    if pause is not None and pause > now:
        raise Conflict(_("After three times not coming you pause until %(at)s.") % {"at": local(pause, "%Y-%m-%d")})


def _free_slot(task: VolunteerTask) -> None:
    task.taken -= 1
    task.save(update_fields=["taken"])


def _found(task: VolunteerTask | None) -> VolunteerTask:
    if task is None:
        raise NotFound(_("There is no such thing."))
    return task


def _position(draft: TaskDraft, placed: bool) -> tuple[float | None, float | None]:
    if draft.lon is None or draft.lat is None:
        if placed:
            raise BadInput("lon", _("Say where it is."))
        return None, None
    try:
        return to_wgs84(draft.lon, draft.lat)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
