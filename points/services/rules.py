"""New versions of rules and numbers of points: written by one, a rule approved by another; nothing past changes."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from points.lifecycle_mall import RequestStatus
from points.models import PointPolicy, PointRule, RuleDraft
from points.services import filled
from points.services.deciding import decide, locked
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User

LEAST, MOST, MOST_TIMES = -100, 200, 99
# The numbers of a policy and how far each may go.
NUMBERS: dict[str, tuple[int, int]] = {
    "general_a_day": (0, 1_000), "volunteer_a_day": (0, 1_000), "all_a_month": (0, 10_000), "frozen_days": (0, 60),
    "kept_months": (1, 120), "remind_days": (0, 365), "audited_percent": (0, 100), "budget_a_month": (0, 1_000_000),
}  # fmt: skip
DEAREST_POINT = Decimal("10")


def draft(values: dict[str, Any], *, uuid: UUID, actor: User) -> RuleDraft:
    """Write the next version of a rule, for somebody else to approve; the same page sent twice writes one.

    `values`: code, name_zh, name_en, points, cap, times_a_day (empty: no limit), valid_from (aware), reason.
    Raises BadInput by field, NotFound for a code that no rule has, Conflict.
    """
    with filled.one_change():
        kept = RuleDraft.objects.filter(uuid=uuid).first()
        if kept is not None:
            return _same(kept, actor)
        code = str(values.get("code") or "")
        if not PointRule.objects.filter(code=code).exists():
            raise NotFound(_("There is no such rule."))
        cap = values.get("cap")
        if cap not in PointRule.Cap.values:
            raise BadInput("cap", _("Please choose."))
        times, valid_from = values.get("times_a_day"), values.get("valid_from")
        if not isinstance(valid_from, datetime):
            raise BadInput("valid_from", _("This must be filled in."))
        row = RuleDraft.objects.create(
            uuid=uuid, by=actor, at=db_now(), code=code, cap=cap, valid_from=valid_from,
            name_zh=filled.text("name_zh", values.get("name_zh"), RuleDraft.name_zh.field),
            name_en=filled.text("name_en", values.get("name_en"), RuleDraft.name_en.field),
            points=filled.number("points", values.get("points"), least=LEAST, most=MOST),
            times_a_day=None if times in (None, "") else filled.number("times_a_day", times, least=1, most=MOST_TIMES),
            reason=filled.text("reason", values.get("reason"), RuleDraft.reason.field),
        )  # fmt: skip
        record(row, "rule.drafted", actor=actor, note=row.reason, data={"code": code, "points": row.points})
    return row


@transaction.atomic
def decide_draft(uuid: UUID, *, approved: bool, note: str, actor: User) -> RuleDraft:
    """Approve a draft: it becomes the next version from its instant on, and the old one ends there. Or refuse it.

    A draft whose instant has passed counts from now on. Who wrote it may refuse it only (take it back).
    Raises NotFound, BadInput for `note` and `approver`, Conflict where it is decided or a later version is planned.
    """
    row = locked(RuleDraft, uuid)
    if not decide(row, approved=approved, note=note, actor=actor):
        return row
    if approved:
        row.made = _next_version(row, actor)
    row.save()
    data = {"code": row.code, "points": row.points, "version": row.made.version if row.made else None}
    record(row, f"rule.{row.status}", actor=actor, note=row.decided_note, data=data)
    return row


def _next_version(row: RuleDraft, actor: User) -> PointRule:
    old = PointRule.objects.select_for_update(no_key=True).filter(code=row.code, valid_to=None).first()
    if old is None:  # another draft of it was approved in the same instant
        raise Conflict(_("Somebody was faster. Load the page again."))
    since = max(row.valid_from, db_now())
    if old.valid_from >= since:
        raise Conflict(
            _("A version is planned from %(at)s; this one has to begin later.") % {"at": local(old.valid_from)}
        )
    old.valid_to = since
    old.save(update_fields=["valid_to"])
    return PointRule.objects.create(
        code=row.code, version=old.version + 1, name_zh=row.name_zh, name_en=row.name_en, points=row.points,
        per=old.per, cap=row.cap, times_a_day=row.times_a_day, valid_from=since, written_by=row.by, approved_by=actor,
    )  # fmt: skip


def new_policy(values: dict[str, Any], *, actor: User) -> PointPolicy:
    """New numbers from an instant on (`effective_from`, aware; one that has passed: from now on).

    The same numbers as those that would hold then anyway are no new policy. Raises BadInput by field, Conflict.
    """
    numbers: dict[str, Any] = {
        name: filled.number(name, values.get(name), least=least, most=most) for name, (least, most) in NUMBERS.items()
    }
    numbers["yuan_per_point"] = _yuan(values.get("yuan_per_point"))
    said = values.get("effective_from")
    if not isinstance(said, datetime):
        raise BadInput("effective_from", _("This must be filled in."))
    with filled.one_change():
        since = max(said, db_now())
        before = PointPolicy.objects.select_for_update(no_key=True).filter(effective_from__lte=since).first()
        if before is not None and all(getattr(before, name) == value for name, value in numbers.items()):
            return before
        row = PointPolicy.objects.create(effective_from=since, by=actor, **numbers)
        record(row, "policy.written", actor=actor,
               data={name: str(value) for name, value in numbers.items()} | {"from": since.isoformat()})  # fmt: skip
    return row


def _yuan(value: Any) -> Decimal:
    try:
        found = Decimal(str(value).strip()).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise BadInput("yuan_per_point", _("This is no number.")) from error
    if not 0 < found <= DEAREST_POINT:
        raise BadInput("yuan_per_point", _("From %(least)s to %(most)s.") % {"least": "0.01", "most": DEAREST_POINT})
    return found


def _same(kept: RuleDraft, actor: User) -> RuleDraft:
    if kept.by_id != actor.pk or kept.status != RequestStatus.ASKED:
        raise Conflict(_("Somebody was faster. Load the page again."))
    return kept
