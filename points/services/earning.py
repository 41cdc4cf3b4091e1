"""What a deed is worth: the rule in force, the caps of day and month, the budget; decided once for each deed."""

import random
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from points.models import Award, PointPolicy, PointRule, Resident, TransactionKind
from points.models.ledger import LedgerTransaction
from points.services import ledger
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

Short = Award.Short


def rule_of(code: str, at: datetime) -> PointRule:
    """The version of a rule that was in force at an instant. Raises NotFound."""
    held = PointRule.objects.filter(code=code, valid_from__lte=at).filter(Q(valid_to=None) | Q(valid_to__gt=at))
    rule = held.order_by("-version").first()
    if rule is None:
        raise NotFound(_("There is no rule %(code)s.") % {"code": code})
    return rule


@transaction.atomic
def award(
    resident_id: int, code: str, source: Source, *, units: int = 1, at: datetime | None = None, refused: str = ""
) -> Award:
    """Decide what a deed earns, and give it. The same deed (source and code) is decided once and for ever.

    `units`: items or hours; `refused`: one of `Award.Short` where the caller knows why nothing is due (anonymous,
    doubt). Caps count by the street's calendar day and month of `at`. Raises NotFound for a rule that is not there.
    """
    at = at or db_now()
    rule = rule_of(code, at)
    one_at_a_time()
    ledger.purse(resident_id)
    kept = Award.objects.filter(source_type=source.type, source_id=source.id, code=code).first()
    if kept is not None:
        return kept
    now, day = ledger.policy(at), at.astimezone(STREET).date()
    worth = rule.points * units
    given, short = (worth, "") if worth < 0 else _allowed(resident_id, rule, worth, day, now, refused, at)
    row = Award.objects.create(
        resident_id=resident_id, rule=rule, code=code, source_type=source.type, source_id=source.id, at=at, day=day,
        worth=worth, given=given if worth > 0 else 0, short=short,
    )  # fmt: skip
    mine = Source("award", str(row.pk))
    if given > 0:
        row.transaction = ledger.put_in(resident_id, given, mine, at=at, rule=rule)
        row.is_audited = random.SystemRandom().random() * 100 < now.audited_percent
    elif worth < 0:
        row.transaction = ledger.take_off(resident_id, -worth, mine, rule=rule)
        taken = row.transaction.points if row.transaction else 0
        row.given, row.short = -taken, Short.BALANCE if taken < -worth else ""
    row.save(update_fields=["transaction", "is_audited", "given", "short"])
    return row


def one_at_a_time() -> None:
    """The budget of the month belongs to all: decisions about it are made one after the other.

    Taken before any purse: who moves points and decides about others in one transaction calls this first.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('points budget'))")


@transaction.atomic
def audit(award_id: int, *, passed: bool, note: str, actor: User) -> Award:
    """Write down what a look at an award found; one that failed is reversed as far as its points are there.

    Raises NotFound, Conflict where somebody has looked, BadInput for `note` where it failed.
    """
    row = Award.objects.select_for_update(no_key=True).filter(pk=award_id).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    if row.audited_at is not None:
        if row.audit_passed == passed and row.audited_by_id == actor.pk:
            return row
        raise Conflict(_("Somebody has looked at this already."))
    note = note.strip()
    if not passed and not note:
        raise BadInput("note", _("Say what was wrong."))
    if len(note) > ledger.LONGEST_NOTE:
        raise BadInput("note", _("At most %(most)s characters.") % {"most": ledger.LONGEST_NOTE})
    row.audited_at, row.audited_by, row.audit_passed, row.audit_note = db_now(), actor, passed, note
    row.save(update_fields=["audited_at", "audited_by", "audit_passed", "audit_note"])
    if not passed and row.transaction is not None and row.transaction.kind == TransactionKind.EARN:
        ledger.reverse(row.transaction, note=note, by=actor)
    record(row, "award.audited", actor=actor, note=note, data={"passed": passed})
    return row


def _allowed(
    resident_id: int, rule: PointRule, worth: int, day: date, now: PointPolicy, refused: str, at: datetime
) -> tuple[int, str]:
    """(points that may be given, why not all)."""
    person = Resident.objects.get(pk=resident_id)
    if refused:
        return 0, refused
    if person.staff_id is not None:
        return 0, Short.STAFF
    # Who has left holds nothing: a deed may be settled days later.
    if person.erased_at is not None or (person.blocked_until is not None and person.blocked_until > at):
        return 0, Short.BLOCKED
    month = Award.objects.filter(resident_id=resident_id, day__year=day.year, day__month=day.month, given__gt=0)
    today = month.filter(day=day)
    if rule.times_a_day and today.filter(code=rule.code).aggregate(n=Count("id"))["n"] >= rule.times_a_day:
        return 0, Short.TIMES
    rooms = []
    if rule.cap == PointRule.Cap.GENERAL:
        rooms.append((now.general_a_day - _sum(today.filter(rule__cap=rule.cap)), Short.DAY))
    if rule.cap == PointRule.Cap.VOLUNTEER:
        rooms.append((now.volunteer_a_day - _sum(today.filter(rule__cap=rule.cap)), Short.DAY))
    if rule.cap != PointRule.Cap.NONE:
        rooms.append((now.all_a_month - _sum(month.exclude(rule__cap=PointRule.Cap.NONE)), Short.MONTH))
    rooms.append((now.budget_a_month - given_in(day), Short.BUDGET))
    room, why = min(rooms)
    given = max(0, min(worth, room))
    return given, "" if given == worth else why


def given_in(day: date) -> int:
    """Points that were given out in the month of a day, less what was reversed."""
    rows = LedgerTransaction.objects.filter(day__year=day.year, day__month=day.month)
    earned = rows.filter(kind=TransactionKind.EARN).aggregate(n=Sum("points"))["n"] or 0
    return earned - (rows.filter(kind=TransactionKind.REVERSE).aggregate(n=Sum("points"))["n"] or 0)


def _sum(rows: QuerySet[Award]) -> int:
    return rows.aggregate(n=Sum("given"))["n"] or 0
