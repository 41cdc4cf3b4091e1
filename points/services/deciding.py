"""What one worker asks for and another decides: the rule of two people, said once."""

from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from points.lifecycle_mall import NEXT_REQUEST, RequestStatus
from points.models import AdjustmentRequest, Resident, RuleDraft
from points.services import filled, ledger
from points.services.ledger import Source
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_POINTS = 1_000  # of one change by hand
Asked = TypeVar("Asked", RuleDraft, AdjustmentRequest)


def locked(model: type[Asked], uuid: UUID) -> Asked:
    """The row that is to be decided, locked. Raises NotFound."""
    row = model.objects.select_for_update(no_key=True).filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def decide(row: RuleDraft | AdjustmentRequest, *, approved: bool, note: str, actor: User) -> bool:
    """Set the decision on a locked row, for the caller to save; false where this person decided so before.

    Raises BadInput for `approver` (who asked) and `note` (a refusal says why), WrongStep where it was decided.
    """
    to = RequestStatus.APPROVED if approved else RequestStatus.REFUSED
    if row.status == to and row.decided_by_id == actor.pk:
        return False
    if to not in NEXT_REQUEST[RequestStatus(row.status)]:
        raise WrongStep(_("%(name)s has decided this already.") % {"name": row.decided_by})
    if approved and row.by_id == actor.pk:
        raise BadInput("approver", _("Somebody else has to approve this."))
    row.decided_note = filled.text("note", note, type(row).decided_note.field, may_be_empty=approved)
    row.status, row.decided_by, row.decided_at = to, actor, db_now()
    return True


def ask_adjustment(resident: Resident, *, points: int, reason: str, uuid: UUID, actor: User) -> AdjustmentRequest:
    """Ask for a change of a resident's points, up or down; the same page sent twice asks once.

    Raises BadInput for `points` and `reason`, Conflict.
    """
    points = filled.number("points", points, least=-MOST_POINTS, most=MOST_POINTS)
    if points == 0:
        raise BadInput("points", _("This cannot be zero."))
    said = filled.text("reason", reason, AdjustmentRequest.reason.field)
    with filled.one_change():
        kept = AdjustmentRequest.objects.filter(uuid=uuid).first()
        if kept is not None:
            if (kept.resident_id, kept.points, kept.by_id) != (resident.pk, points, actor.pk):
                raise Conflict(_("Somebody was faster. Load the page again."))
            return kept
        row = AdjustmentRequest.objects.create(
            uuid=uuid, resident=resident, points=points, reason=said, by=actor, at=db_now()
        )
        record(row, "adjustment.asked", actor=actor, note=said, data={"resident": resident.pk, "points": points})
    return row


@transaction.atomic
def decide_adjustment(uuid: UUID, *, approved: bool, note: str, actor: User) -> AdjustmentRequest:
    """Approve a change, which is made at once, or refuse it. Twice is once.

    Raises NotFound, WrongStep, BadInput for `approver`, `note`, and `points` where fewer are there.
    """
    row = locked(AdjustmentRequest, uuid)
    if not decide(row, approved=approved, note=note, actor=actor):
        return row
    if approved:
        ledger.adjust(
            row.resident_id, row.points, Source("adjustment", str(row.uuid)), note=row.reason, by=row.by,
            approved_by=actor,
        )  # fmt: skip
    row.save()
    record(row, f"adjustment.{row.status}", actor=actor, note=row.decided_note,
           data={"resident": row.resident_id, "points": row.points})  # fmt: skip
    return row
