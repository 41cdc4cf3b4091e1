"""Taking a reward for points, and what becomes of it: fetched, given up, run out.

Locks are taken in this order: the resident (who takes or leaves), the redemption, its reward, the resident's purse.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from points.lifecycle_mall import NEXT_REDEMPTION, TAKEN, RedemptionStatus
from points.models import CodeTry, MerchantClerk, Redemption, Resident, Reward
from points.services import ledger
from points.services.filled import one_change
from points.services.ledger import Source
from points.services.standing import acting
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import Conflict, NotFound, TooMany, WrongStep
from shushanwei.common.wording import local
from shushanwei.journal.services import record

FETCH_WITHIN = timedelta(days=7)
# No 0 O 1 I L: codes are read out and typed.
ALPHABET, CODE_LENGTH = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 12
MOST_TRIES, TRIES_WITHIN = 20, timedelta(minutes=10)


def redeem(resident: Resident, reward_uuid: UUID, *, uuid: UUID, seen: int | None = None) -> Redemption:
    """Take one piece of a reward for the resident's points; `uuid` is made by the page, and twice is once.

    `seen`: the price on the page. Raises NotFound, NotAllowed while blocked, and Conflict where it is not on offer,
    sold out, over the month's quota, too dear or costs something else by now.
    """
    with one_change():
        return _redeem(acting(resident.pk), reward_uuid, uuid, seen)


def taken_in_month(resident: Resident, reward: Reward, day: date) -> int:
    """How many pieces of a reward somebody holds or fetched of those taken in the month of a day."""
    mine = Redemption.objects.filter(resident=resident, reward=reward, status__in=TAKEN)
    return mine.filter(day__year=day.year, day__month=day.month).count()


@transaction.atomic
def cancel(resident: Resident, uuid: UUID) -> Redemption:
    """Give up what was not fetched: points and stock come back. Twice is once. Raises NotFound, WrongStep."""
    row = _locked(resident=resident, uuid=uuid)
    if row.status == RedemptionStatus.CANCELLED:
        return row
    return _undo(row, RedemptionStatus.CANCELLED, {"resident": resident.pk})


def due_to_expire(now: datetime) -> list[int]:
    """Redemptions that were not fetched in time, oldest first."""
    due = Redemption.objects.filter(status=RedemptionStatus.ISSUED, expires_at__lte=now)
    return list(due.order_by("expires_at").values_list("pk", flat=True)[:2_000])


@transaction.atomic
def expire(redemption_id: int) -> bool:
    """What was not fetched in time goes back to the shelf, its points to the resident; false when not due."""
    row = _locked(pk=redemption_id)
    if row.status != RedemptionStatus.ISSUED or row.expires_at > db_now():
        return False
    _undo(row, RedemptionStatus.EXPIRED, {})
    return True


def forget(resident: Resident) -> None:
    """Give up all that waits for somebody who leaves, and end the work at a counter; the resident's row is locked.

    All rows are locked before the first purse: a sweep or the resident's other phone may be at one of them.
    """
    waiting = Redemption.objects.filter(resident=resident, status=RedemptionStatus.ISSUED)
    rows = list(waiting.select_for_update(no_key=True).order_by("pk"))
    held = Reward.objects.filter(pk__in={row.reward_id for row in rows})
    list(held.select_for_update(no_key=True).order_by("pk"))
    for row in rows:
        _undo(row, RedemptionStatus.CANCELLED, {"resident": resident.pk})
    MerchantClerk.objects.filter(resident=resident, removed_at=None).update(removed_at=db_now())


def clerk_of(resident: Resident) -> MerchantClerk | None:
    """Where a resident writes rewards off, if anywhere."""
    return MerchantClerk.objects.select_related("merchant").filter(resident=resident, removed_at=None).first()


def is_clerk(resident: Resident) -> bool:
    """Whether a resident writes rewards off anywhere: asked on every page, so without the rows."""
    return MerchantClerk.objects.filter(resident=resident, removed_at=None).exists()


def look_up(clerk: MerchantClerk, code: str) -> Redemption:
    """The redemption of a pick-up code at the clerk's own merchant.

    Raises NotFound for any other code, which is counted and written down, and TooMany after twenty in ten minutes.
    """
    said = clean_code(code)
    with transaction.atomic():
        MerchantClerk.objects.select_for_update(no_key=True).get(pk=clerk.pk)
        now = db_now()
        wrong = CodeTry.objects.filter(clerk=clerk, at__gt=now - TRIES_WITHIN).count()
        # Even the right code must wait now: else guessing would go on unseen.
        row = None if wrong >= MOST_TRIES else _of_merchant(clerk, said)
        if row is None and wrong < MOST_TRIES:
            CodeTry.objects.create(clerk=clerk, at=now)
            record(clerk, "merchant.code_refused", data={"resident": clerk.resident_id, "tries": wrong + 1})
    if row is not None:
        return row
    if wrong >= MOST_TRIES:
        raise TooMany(_("Too many wrong codes. Try again in ten minutes."))
    raise NotFound(_("There is no such code at your merchant."))


@transaction.atomic
def write_off(clerk: MerchantClerk, redemption_uuid: UUID, *, uuid: UUID) -> Redemption:
    """Confirm that a reward was handed over (核销), once; the same page sent twice is once.

    Raises NotFound for one of another merchant, Conflict for the clerk's own, WrongStep where it is over.
    """
    row = _locked(merchant_id=clerk.merchant_id, uuid=redemption_uuid)
    if row.status == RedemptionStatus.USED and row.used_uuid == uuid:
        return row
    if row.resident_id == clerk.resident_id:
        raise Conflict(_("Somebody else has to write off what you took yourself."))
    if row.status == RedemptionStatus.ISSUED and row.expires_at <= db_now():
        raise WrongStep(_("This pick-up code has run out."))
    _move(row, RedemptionStatus.USED)
    row.used_by_id, row.used_uuid = clerk.resident_id, uuid
    row.save(update_fields=["status", "ended_at", "used_by", "used_uuid"])
    record(row, "redemption.used", data={"resident": row.resident_id, "clerk": clerk.resident_id})
    return row


def clean_code(text: str) -> str:
    """A code as it is kept: letters and digits only, upper case; what was read wrong stays wrong."""
    return "".join(sign for sign in text[:200].upper() if sign.isascii() and sign.isalnum())


def _redeem(resident: Resident, reward_uuid: UUID, uuid: UUID, seen: int | None) -> Redemption:
    reward = Reward.objects.select_for_update(no_key=True).filter(uuid=reward_uuid).first()
    if reward is None:
        raise NotFound(_("There is no such thing."))
    kept = Redemption.objects.filter(uuid=uuid).first()
    if kept is not None:
        if (kept.resident_id, kept.reward_id) != (resident.pk, reward.pk):
            raise Conflict(_("Somebody was faster. Load the page again."))
        return kept
    now = db_now()
    day = now.astimezone(STREET).date()
    if not (reward.is_active and reward.merchant.is_active and reward.valid_from <= day <= reward.valid_to):
        raise Conflict(_("This is not on offer now."))
    if seen is not None and seen != reward.price:
        raise Conflict(_("This costs %(n)s points. Look at it again.") % {"n": reward.price})
    if reward.stock == 0:
        raise Conflict(_("This is sold out."))
    if reward.a_month is not None and taken_in_month(resident, reward, day) >= reward.a_month:
        raise Conflict(_("You have had this %(n)s times this month; more comes next month.") % {"n": reward.a_month})
    spent = ledger.spend(resident.pk, reward.price, Source("redemption", str(uuid)), note=reward.name_zh)
    reward.stock -= 1
    reward.save(update_fields=["stock"])
    row = Redemption.objects.create(
        uuid=uuid, resident=resident, reward=reward, merchant_id=reward.merchant_id, points=reward.price,
        code=_new_code(), at=now, day=day, expires_at=now + FETCH_WITHIN, spent=spent,
    )  # fmt: skip
    record(row, "redemption.issued", data={"resident": resident.pk, "reward": reward.pk, "points": row.points})
    return row


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _each in range(CODE_LENGTH))


def _of_merchant(clerk: MerchantClerk, code: str) -> Redemption | None:
    mine = Redemption.objects.select_related("reward", "resident", "used_by").filter(merchant_id=clerk.merchant_id)
    return mine.filter(code=code).first()


def _undo(row: Redemption, to: RedemptionStatus, data: dict[str, int]) -> Redemption:
    """Points back to the resident, the piece back to the shelf."""
    _move(row, to)
    reward = Reward.objects.select_for_update(no_key=True).get(pk=row.reward_id)
    reward.stock += 1
    reward.save(update_fields=["stock"])
    row.returned = ledger.give_back(row.spent, note=reward.name_zh)
    row.save(update_fields=["status", "ended_at", "returned"])
    record(row, f"redemption.{to}", data=data)
    return row


def _move(row: Redemption, to: RedemptionStatus) -> None:
    if to not in NEXT_REDEMPTION[RedemptionStatus(row.status)]:
        raise WrongStep(
            _("This is %(status)s since %(at)s.") % {"status": row.get_status_display(), "at": local(row.ended_at)}
        )
    row.status, row.ended_at = to, db_now()


def _locked(**which: Any) -> Redemption:
    row = Redemption.objects.select_for_update(no_key=True).filter(**which).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row
