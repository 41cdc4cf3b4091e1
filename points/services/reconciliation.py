"""Settling a month with a merchant (对账): what was written off, frozen with a hash when a worker closes it."""

import hashlib
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.translation import gettext as _

from points.lifecycle_mall import RedemptionStatus
from points.models import Merchant, Redemption, Settlement
from points.services import ledger
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

# A write-off that began in the last second of the month has long been committed by then.
SETTLED_AFTER = timedelta(hours=1)


class Sheet(NamedTuple):
    """A month of a merchant: lines [{at, code, reward, points}], their sum, and what it is worth.

    `settlement` is None while the month may still grow.
    """

    merchant: Merchant
    month: date
    lines: list[dict[str, Any]]
    points: int
    yuan_per_point: Decimal
    yuan: Decimal
    settlement: Settlement | None


def month_of(text: str, today: date) -> date:
    """The first day of a month written 2026-11; of the present month for anything else."""
    try:
        year, month = (int(part) for part in text.split("-"))
        found = date(year, month, 1)
    except (ValueError, OverflowError):
        return today.replace(day=1)
    return found if 2020 <= found.year <= today.year + 1 else today.replace(day=1)


def sheet(merchant: Merchant, month: date) -> Sheet:
    """The month as it was settled, else as it stands now. `month` is its first day."""
    held = Settlement.objects.filter(merchant=merchant, month=month).select_related("closed_by").first()
    if held is not None:
        return Sheet(merchant, month, held.lines, held.points, held.yuan_per_point, held.yuan, held)
    lines = _lines(merchant, month)
    points = sum(line["points"] for line in lines)
    worth = Decimal(str(ledger.policy(min(_end(month), db_now())).yuan_per_point))
    return Sheet(merchant, month, lines, points, worth, points * worth, None)


@transaction.atomic
def close(merchant_uuid: UUID, month: date, *, actor: User) -> Settlement:
    """Freeze a month that is over; twice is once. Raises NotFound, and Conflict for a month that still runs."""
    merchant = Merchant.objects.select_for_update(no_key=True).filter(uuid=merchant_uuid).first()
    if merchant is None:
        raise NotFound(_("There is no such thing."))
    now = db_now()
    if _end(month) + SETTLED_AFTER > now:
        raise Conflict(_("This month is not over yet."))
    found = sheet(merchant, month)
    if found.settlement is not None:
        return found.settlement
    row = Settlement.objects.create(
        uuid=uuid4(), merchant=merchant, month=month, lines=found.lines, count=len(found.lines), points=found.points,
        yuan_per_point=found.yuan_per_point, yuan=found.yuan, sha256=fingerprint_of(found), closed_by=actor,
        closed_at=now,
    )  # fmt: skip
    data = {"merchant": merchant.pk, "month": f"{month:%Y-%m}", "points": row.points, "sha256": row.sha256}
    record(row, "settlement.closed", actor=actor, data=data)
    return row


def is_whole(found: Sheet) -> bool:
    """Whether a settled month still is what was settled."""
    return found.settlement is not None and found.settlement.sha256 == fingerprint_of(found)


def fingerprint_of(found: Sheet) -> str:
    """SHA-256 of a month: merchant, month, every line and what the sum is worth, as canonical JSON."""
    body = {
        "merchant": str(found.merchant.uuid), "month": f"{found.month:%Y-%m}", "lines": found.lines,
        "points": found.points, "yuan_per_point": f"{found.yuan_per_point:.2f}", "yuan": f"{found.yuan:.2f}",
    }  # fmt: skip
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def begin(month: date) -> datetime:
    """The instant at which a month begins, given as its first day."""
    return datetime.combine(month, time(0), STREET)


def _lines(merchant: Merchant, month: date) -> list[dict[str, Any]]:
    rows = Redemption.objects.filter(
        merchant=merchant, status=RedemptionStatus.USED, ended_at__gte=begin(month), ended_at__lt=_end(month)
    )
    return [
        {
            "at": f"{row.ended_at.astimezone(STREET):%Y-%m-%d %H:%M:%S}",  # type: ignore[union-attr]
            "code": row.code[-4:],
            "reward": row.reward.name_zh,
            "points": row.points,
        }
        for row in rows.select_related("reward").order_by("ended_at", "id")
    ]


def _end(month: date) -> datetime:
    return begin(month + relativedelta(months=1))
