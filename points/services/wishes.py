"""Small wishes of residents (微心愿): asked for by who is verified, shown once the community has approved them."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from points.models import Level, Resident, VolunteerTask
from points.services.standing import acting
from points.services.volunteering import (
    LONGEST_WHY,
    TaskDraft,
    checked_fields,
    locked,
    locked_by_uuid,
    new_code,
    withdraw,
)
from points.services.wording_screen import checked, clean_words
from points.volunteering_lifecycle import GRACE, TaskStatus, task_may
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_WISHES = 3  # that wait or are open
KINDS = (VolunteerTask.Kind.WISH, VolunteerTask.Kind.ERRAND, VolunteerTask.Kind.SERVICE)
LENIENT = {"medicine", "food", "animal"}  # to fetch a medicine or to walk a dog is help, not trade


@transaction.atomic
def ask(resident: Resident, draft: TaskDraft, *, uuid: UUID) -> VolunteerTask:
    """Ask for help; nobody sees it before the review. The same id again gives what is there.

    The community is the resident's own. Raises NotAllowed below level 2; BadInput by field, also for words that may
    not be said; Conflict where three wishes are waiting or open.
    """
    person = acting(resident.pk)
    kept = VolunteerTask.objects.filter(uuid=uuid).first()
    if kept is not None:
        if kept.asked_by_id != person.pk:
            raise Conflict(_("This id was used for something else."))
        return kept
    if person.level < Level.VERIFIED or person.community_id is None:
        raise NotAllowed(_("Your community has to verify you first."))
    if draft.kind not in KINDS:
        raise BadInput("kind", _("Choose what it is."))
    now = db_now()
    values = checked_fields(
        replace(draft, community_id=person.community_id, risk=VolunteerTask.Risk.LOW, minors_allowed=False,
                slots=2 if draft.at_home else 1), now, placed=False,
    )  # fmt: skip
    clean_words({name: values[name] for name in ("title", "text", "address")}, lenient=LENIENT)
    waiting = VolunteerTask.objects.filter(asked_by=person, status__in=[TaskStatus.ASKED, TaskStatus.OPEN])
    if waiting.count() >= MOST_WISHES:
        raise Conflict(_("You have %(n)s wishes already; let them come true first.") % {"n": MOST_WISHES})
    task = VolunteerTask.objects.create(
        uuid=uuid, status=TaskStatus.ASKED, asked_by=person, made_at=now, check_code=new_code(),
        look_at=draft.ends_at, **values,
    )  # fmt: skip
    record(task, "volunteer_task.asked", data={"resident": person.pk, "kind": task.kind})
    return task


@transaction.atomic
def approve(task_id: int, draft: TaskDraft, *, actor: User) -> VolunteerTask:
    """Show a wish, as the worker has put it; kind and community stay. Twice is once. Raises BadInput, WrongStep."""
    task, now = locked(task_id), db_now()
    if task.status == TaskStatus.OPEN and task.published_by_id == actor.pk:
        return task
    task_may(task.status, TaskStatus.OPEN)
    values = checked_fields(replace(draft, kind=task.kind, community_id=task.community_id), now, placed=True)
    values |= {"status": TaskStatus.OPEN, "published_by": actor, "published_at": now, "look_at": draft.ends_at + GRACE}
    for name, value in values.items():
        setattr(task, name, value)
    task.save(update_fields=list(values))
    record(task, "volunteer_task.published", actor=actor, data={"kind": task.kind, "slots": task.slots})
    return task


@transaction.atomic
def refuse_wish(task_id: int, *, why: str, actor: User) -> VolunteerTask:
    """Do not show a wish; its resident reads why. Twice is once. Raises BadInput for `why`, WrongStep."""
    task = locked(task_id)
    if task.status == TaskStatus.REFUSED:
        return task
    task_may(task.status, TaskStatus.REFUSED)
    task.status, task.why = TaskStatus.REFUSED, checked("why", why, least=1, most=LONGEST_WHY)
    task.ended_at, task.look_at = db_now(), None
    task.save(update_fields=["status", "why", "ended_at", "look_at"])
    record(task, "volunteer_task.refused", actor=actor, note=task.why)
    return task


@transaction.atomic
def withdraw_wish(resident: Resident, uuid: UUID) -> VolunteerTask:
    """The resident takes the own wish back. Twice is once. Raises NotFound, Conflict, WrongStep."""
    task = locked_by_uuid(uuid)
    if task.asked_by_id != resident.pk:
        raise NotFound(_("There is no such thing."))
    return withdraw(task.pk, why="", by=resident)
