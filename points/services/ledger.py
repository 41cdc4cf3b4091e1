"""The one place that moves points: earn, release, spend, give back, fine, expire, reverse, adjust.

Each function runs in the caller's transaction or its own, takes the lock of the resident's accounts first (always
frozen before spendable), and is safe to be called twice: the same source gives what it gave before. The database
refuses a balance below zero and a movement that does not balance, whatever this file says.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from points.models import (
    OF_RESIDENTS,
    AccountKind,
    LedgerAccount,
    LedgerLine,
    LedgerTransaction,
    PointLot,
    PointPolicy,
    PointRule,
    TransactionKind,
)
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

LONGEST_NOTE = 200


class Purse(NamedTuple):
    """A resident's two accounts, locked."""

    frozen: LedgerAccount
    spendable: LedgerAccount


class Source(NamedTuple):
    """What a movement rests on: the kind of row and its id."""

    type: str
    id: str


def purse(resident_id: int) -> Purse:
    """The accounts of a resident, made where they are missing, locked until the transaction ends."""
    for kind in OF_RESIDENTS:
        LedgerAccount.objects.get_or_create(kind=kind, resident_id=resident_id)
    rows = LedgerAccount.objects.select_for_update().filter(resident_id=resident_id).order_by("kind")
    found = {row.kind: row for row in rows}
    return Purse(found[AccountKind.FROZEN], found[AccountKind.SPENDABLE])


def balances(resident_id: int) -> tuple[int, int]:
    """(spendable, frozen) points of a resident."""
    found = dict(LedgerAccount.objects.filter(resident_id=resident_id).values_list("kind", "balance"))
    return found.get(AccountKind.SPENDABLE, 0), found.get(AccountKind.FROZEN, 0)


def policy(at: datetime) -> PointPolicy:
    """The numbers in force at an instant; the shipped ones where nobody wrote any."""
    return PointPolicy.objects.filter(effective_from__lte=at).first() or PointPolicy(effective_from=at)


@transaction.atomic
def put_in(
    resident_id: int, points: int, source: Source, *, at: datetime, rule: PointRule | None = None, note: str = ""
) -> LedgerTransaction:
    """Give `points` (> 0) to a resident: frozen for the days of the policy, then spendable, one day expired."""
    mine, now = purse(resident_id), policy(at)
    kept = _before(TransactionKind.EARN, source)
    if kept is not None:
        return kept
    moved = _move(
        TransactionKind.EARN, resident_id, points, source, at,
        [(mine.frozen, points), (_street(AccountKind.ISSUED), -points)], rule=rule, note=note,
    )  # fmt: skip
    PointLot.objects.create(
        resident_id=resident_id, earned_by=moved, points=points, left=points,
        release_at=at + relativedelta(days=now.frozen_days), expires_at=at + relativedelta(months=now.kept_months),
    )  # fmt: skip
    return moved


def due_to_release(now: datetime) -> list[int]:
    """Lots whose days of freezing are over, oldest first."""
    due = PointLot.objects.filter(released_at=None, left__gt=0, release_at__lte=now)
    return list(due.order_by("release_at").values_list("pk", flat=True)[:2_000])


@transaction.atomic
def release(lot_id: int) -> bool:
    """What is left of a lot can be spent from now on; false when it is not due or was released before."""
    lot = _lot(lot_id)
    mine, now = purse(lot.resident_id), db_now()
    lot.refresh_from_db()
    if lot.released_at is not None or lot.left == 0 or lot.release_at > now:
        return False
    _move(
        TransactionKind.RELEASE, lot.resident_id, lot.left, Source("lot", str(lot.pk)), now,
        [(mine.spendable, lot.left), (mine.frozen, -lot.left)],
    )  # fmt: skip
    lot.released_at = now
    lot.save(update_fields=["released_at"])
    return True


@transaction.atomic
def spend(resident_id: int, points: int, source: Source, *, note: str = "") -> LedgerTransaction:
    """Take `points` for a reward, oldest first. Raises Conflict when there are not so many to spend."""
    mine = purse(resident_id)
    kept = _before(TransactionKind.REDEEM, source)
    if kept is not None:
        return kept
    if mine.spendable.balance < points:
        raise Conflict(
            _("You have %(have)s points to spend; this costs %(cost)s.")
            % {"have": mine.spendable.balance, "cost": points}
        )
    _use(resident_id, points, released=True)
    return _move(
        TransactionKind.REDEEM, resident_id, points, source, db_now(),
        [(mine.spendable, -points), (_street(AccountKind.REDEEMED), points)], note=note,
    )  # fmt: skip


@transaction.atomic
def give_back(spent: LedgerTransaction, *, note: str = "", by: User | None = None) -> LedgerTransaction:
    """Give the points of a redemption back, to be spent at once. They keep the age of a new earning."""
    mine, source = purse(spent.resident_id), Source("transaction", str(spent.pk))
    kept = _before(TransactionKind.REFUND, source)
    if kept is not None:
        return kept
    now = db_now()
    moved = _move(
        TransactionKind.REFUND, spent.resident_id, spent.points, source, now,
        [(mine.spendable, spent.points), (_street(AccountKind.REDEEMED), -spent.points)],
        note=note, by=by, reverses=spent,
    )  # fmt: skip
    PointLot.objects.create(
        resident_id=spent.resident_id, earned_by=moved, points=spent.points, left=spent.points, release_at=now,
        released_at=now, expires_at=now + relativedelta(months=policy(now).kept_months),
    )  # fmt: skip
    return moved


@transaction.atomic
def take_off(
    resident_id: int, points: int, source: Source, *, rule: PointRule | None = None, note: str = ""
) -> LedgerTransaction | None:
    """Take up to `points` off, frozen ones first; None where there are none. A balance never falls below zero."""
    mine = purse(resident_id)
    kept = _before(TransactionKind.FINE, source)
    if kept is not None:
        return kept
    frozen = min(points, mine.frozen.balance)
    free = min(points - frozen, mine.spendable.balance)
    if frozen + free == 0:
        return None
    _use(resident_id, frozen, released=False)
    _use(resident_id, free, released=True)
    lines = [(mine.frozen, -frozen), (mine.spendable, -free), (_street(AccountKind.ISSUED), frozen + free)]
    return _move(TransactionKind.FINE, resident_id, frozen + free, source, db_now(), lines, rule=rule, note=note)


@transaction.atomic
def reverse(earned: LedgerTransaction, *, note: str, by: User | None = None) -> LedgerTransaction | None:
    """Undo an earning as far as its points are still there (冲正); None where all are spent.

    Raises BadInput for `note` and for a transaction that is no earning.
    """
    if earned.kind != TransactionKind.EARN:
        raise BadInput("transaction", _("Only points that were earned can be reversed."))
    if not note.strip():
        raise BadInput("note", _("This must be filled in."))
    mine, source = purse(earned.resident_id), Source("transaction", str(earned.pk))
    kept = _before(TransactionKind.REVERSE, source)
    if kept is not None:
        return kept
    lot = PointLot.objects.select_for_update().get(earned_by=earned)
    if lot.left == 0:
        return None
    points, account = lot.left, mine.spendable if lot.released_at else mine.frozen
    lot.left = 0
    lot.save(update_fields=["left"])
    return _move(
        TransactionKind.REVERSE, earned.resident_id, points, source, db_now(),
        [(account, -points), (_street(AccountKind.ISSUED), points)], note=note.strip(), by=by, reverses=earned,
    )  # fmt: skip


def due_to_expire(now: datetime) -> list[int]:
    """Lots with points left whose months are over, oldest first."""
    due = PointLot.objects.filter(left__gt=0, expires_at__lte=now)
    return list(due.order_by("expires_at").values_list("pk", flat=True)[:2_000])


@transaction.atomic
def expire(lot_id: int) -> bool:
    """What is left of a lot whose months are over is gone; false when there is nothing to do."""
    lot = _lot(lot_id)
    mine, now = purse(lot.resident_id), db_now()
    lot.refresh_from_db()
    if lot.left == 0 or lot.expires_at > now:
        return False
    account = mine.spendable if lot.released_at else mine.frozen
    _move(
        TransactionKind.EXPIRE, lot.resident_id, lot.left, Source("lot", str(lot.pk)), now,
        [(account, -lot.left), (_street(AccountKind.EXPIRED), lot.left)],
    )  # fmt: skip
    lot.left = 0
    lot.save(update_fields=["left"])
    return True


def about_to_expire(resident_id: int, now: datetime) -> list[tuple[date, int]]:
    """What a resident loses within the policy's days unless it is spent: (day of the street, points), soonest first."""
    ends = now + relativedelta(days=policy(now).remind_days)
    days: dict[date, int] = {}
    lots = PointLot.objects.filter(resident_id=resident_id, left__gt=0, expires_at__lte=ends)
    for lot in lots.order_by("expires_at"):
        day = lot.expires_at.astimezone(STREET).date()
        days[day] = days.get(day, 0) + lot.left
    return list(days.items())


@transaction.atomic
def adjust(resident_id: int, points: int, source: Source, *, note: str, by: User, approved_by: User) -> None:
    """Put points right by hand, up or down; two people. Raises BadInput for `approver`, `points` and `note`.

    Below what is there nothing can be taken: BadInput for `points` says how many there are.
    """
    if by == approved_by:
        raise BadInput("approver", _("Somebody else has to approve this."))
    if not note.strip():
        raise BadInput("note", _("This must be filled in."))
    if len(note) > LONGEST_NOTE:
        raise BadInput("note", _("At most %(most)s characters.") % {"most": LONGEST_NOTE})
    if points == 0:
        raise BadInput("points", _("This cannot be zero."))
    mine = purse(resident_id)
    if _before(TransactionKind.ADJUST, source) is not None:
        return
    if mine.spendable.balance + points < 0:
        raise BadInput("points", _("There are %(n)s points to spend.") % {"n": mine.spendable.balance})
    now = db_now()
    if points < 0:
        _use(resident_id, -points, released=True)
    lines = [(mine.spendable, points), (_street(AccountKind.ISSUED), -points)]
    moved = _move(TransactionKind.ADJUST, resident_id, abs(points), source, now, lines, note=note.strip(), by=by,
                  approved_by=approved_by)  # fmt: skip
    if points > 0:
        PointLot.objects.create(
            resident_id=resident_id, earned_by=moved, points=points, left=points, release_at=now, released_at=now,
            expires_at=now + relativedelta(months=policy(now).kept_months),
        )  # fmt: skip


def outstanding() -> int:
    """Points that residents hold, frozen ones too: what the street owes."""
    return LedgerAccount.objects.filter(kind__in=OF_RESIDENTS).aggregate(n=Sum("balance"))["n"] or 0


def _move(
    kind: TransactionKind,
    resident_id: int,
    points: int,
    source: Source,
    at: datetime,
    lines: Iterable[tuple[LedgerAccount, int]],
    *,
    rule: PointRule | None = None,
    note: str = "",
    by: User | None = None,
    approved_by: User | None = None,
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    moved = LedgerTransaction.objects.create(
        uuid=uuid4(), at=at, day=at.astimezone(STREET).date(), kind=kind, resident_id=resident_id, points=points,
        rule=rule, source_type=source.type, source_id=source.id, note=note, by=by, approved_by=approved_by,
        reverses=reverses,
    )  # fmt: skip
    for account, amount in lines:
        if amount:
            LedgerLine.objects.create(transaction=moved, account=account, amount=amount)
    if by is not None:
        record(moved, f"points.{kind}", actor=by, note=note, data={"points": points, "resident": resident_id})
    return moved


def _before(kind: TransactionKind, source: Source) -> LedgerTransaction | None:
    return LedgerTransaction.objects.filter(kind=kind, source_type=source.type, source_id=source.id).first()


def _use(resident_id: int, points: int, *, released: bool) -> None:
    """Take points out of the lots, those that expire first before others; the balance has been looked at."""
    lots = PointLot.objects.select_for_update().filter(
        resident_id=resident_id, left__gt=0, released_at__isnull=not released
    )
    for lot in lots.order_by("expires_at", "id"):
        if points == 0:
            return
        used = min(points, lot.left)
        lot.left -= used
        points -= used
        lot.save(update_fields=["left"])
    if points:
        raise RuntimeError("the lots hold less than the balance says")


def _street(kind: AccountKind) -> LedgerAccount:
    return LedgerAccount.objects.get_or_create(kind=kind, resident=None)[0]


def _lot(lot_id: int) -> PointLot:
    lot = PointLot.objects.filter(pk=lot_id).first()
    if lot is None:
        raise NotFound(_("There is no such thing."))
    return lot
