"""What workers read of the residents' side; permission and reach are part of fetching."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from grid.models import Community, Grid
from points import trial
from points.models import (
    OF_RESIDENTS,
    Award,
    LedgerAccount,
    LedgerTransaction,
    Level,
    PointRule,
    Resident,
    TransactionKind,
)
from points.services import residents
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

SEE, LEDGER = "points.view_residents", "points.view_ledger"
Kind = TransactionKind


def residents_for(user: User, permission: str = SEE) -> QuerySet[Resident]:
    """The residents within this person's reach: of the street, or of the own communities and of none yet."""
    reach = reach_of(user, permission)
    rows = Resident.objects.filter(erased_at=None, level__gte=Level.PHONE).select_related("community", "verified_by")
    if reach.street:
        return rows
    if not reach.areas:
        return rows.none()
    return rows.filter(Q(community=None) | Q(community__in=communities_for(user, permission)))


def communities_for(user: User, permission: str) -> QuerySet[Community]:
    """The communities in which a permission holds: all, or the own and those of the own grids."""
    reach, rows = reach_of(user, permission), Community.objects.all()
    if reach.street:
        return rows
    grids = Grid.objects.filter(code__in=reach.areas).values("community")
    return rows.filter(Q(code__in=reach.areas) | Q(code__in=grids))


def resident_for(user: User, uuid: UUID, permission: str = SEE) -> Resident:
    """One resident within reach. Raises NotFound."""
    row = residents_for(user, permission).filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def search(user: User, *, words: str, level: str, community: str, blocked: bool) -> QuerySet[Resident]:
    """Residents by nickname or whole phone number, level, community. Raises BadInput for `phone`: eleven digits."""
    rows = residents_for(user).order_by("-id")
    if words.isascii() and words.isdecimal() and len(words) >= 7:
        # Only the whole number finds somebody: parts of it are nobody's to search through.
        owner = residents.phone_owner(words)
        rows = rows.filter(pk=owner.pk) if owner else rows.none()
    elif words:
        rows = rows.filter(nickname__icontains=words)
    if level in ("1", "2"):
        rows = rows.filter(level=int(level))
    if community:
        rows = rows.filter(community=community)
    return rows.filter(blocked_until__gt=db_now()) if blocked else rows


def in_force(now: datetime) -> dict[str, PointRule]:
    """Code → the version in force."""
    held = PointRule.objects.filter(valid_from__lte=now).filter(Q(valid_to=None) | Q(valid_to__gt=now))
    return {row.code: row for row in held.order_by("id")}


def tried(days: int, terms: Mapping[str, trial.Terms], numbers: trial.Numbers) -> dict[str, trial.Outcome]:
    """What the last `days` whole days would have earned; nothing is written."""
    today = db_now().astimezone(STREET).date()
    since = today - timedelta(days=days)
    rows = Award.objects.filter(day__gte=since, day__lt=today).order_by("id")
    told = rows.values_list("resident_id", "code", "day", "worth", "rule__points", "given", "short").iterator()
    deeds = (
        trial.Deed(who, code, day, worth // points if points else 1, given, short)
        for who, code, day, worth, points, given, short in told
    )
    return trial.replay(deeds, terms, numbers, _before(since))


def _before(since: date) -> trial.Before:
    given = Award.objects.filter(day__gte=since.replace(day=1), day__lt=since, given__gt=0)
    capped = given.exclude(rule__cap=PointRule.Cap.NONE).order_by().values("resident").annotate(n=Sum("given"))
    return trial.Before(since, {row["resident"]: row["n"] for row in capped}, given.aggregate(n=Sum("given"))["n"] or 0)


def ranking(month: date, community: str | None) -> QuerySet[Resident, dict[str, Any]]:
    """Who earned most in a month (its first day), of the street or of a community: {pk, nickname, n}, most first.

    Without those who do not want to be seen in it.
    """
    rows = _earned_in(month).filter(resident__in_ranking=True, resident__erased_at=None)
    if community:
        rows = rows.filter(resident__community=community)
    return rows.order_by("-n", "resident_id")  # type: ignore[return-value]


def earned_by(resident: Resident, month: date) -> int:
    """What somebody earned in a month, less what was reversed."""
    row = _earned_in(month).filter(resident=resident).order_by("resident_id").first()
    return row["n"] if row else 0


def _earned_in(month: date):
    rows = LedgerTransaction.objects.filter(
        day__gte=month, day__lt=month + relativedelta(months=1), kind__in=(Kind.EARN, Kind.REVERSE)
    )
    kept = Sum(Case(When(kind=Kind.REVERSE, then=-F("points")), default=F("points"), output_field=IntegerField()))
    named = rows.order_by().values("resident_id", "resident__nickname")
    return named.annotate(n=kept).filter(n__gt=0)


def months(today: date, count: int) -> list[date]:
    """The first days of this month and those before it, the oldest first."""
    return [today.replace(day=1) - relativedelta(months=back) for back in reversed(range(count))]


def moved_in(month: date, whose: QuerySet[Resident] | None = None) -> dict[str, int]:
    """Points of a month: given, reversed and returned (both of any month), redeemed, expired, taken off, by hand.

    Only what was adjusted by hand may be below zero.
    """
    rows = LedgerTransaction.objects.filter(day__gte=month, day__lt=month + relativedelta(months=1))
    if whose is not None:
        rows = rows.filter(resident__in=whose)
    sums = dict(rows.order_by().values_list("kind").annotate(n=Sum("points")))
    up = rows.filter(kind=Kind.ADJUST, lines__account__kind__in=OF_RESIDENTS).aggregate(n=Sum("lines__amount"))["n"]
    return {
        "given": sums.get(Kind.EARN, 0),
        "reversed": sums.get(Kind.REVERSE, 0),
        "redeemed": sums.get(Kind.REDEEM, 0),
        "returned": sums.get(Kind.REFUND, 0),
        "expired": sums.get(Kind.EXPIRE, 0),
        "fined": sums.get(Kind.FINE, 0),
        "by_hand": up or 0,
    }


MOVED = ("given", "reversed", "redeemed", "returned")


def by_community(month: date) -> list[dict[str, Any]]:
    """Each community: MOVED in a month, what its residents hold; the richest first."""
    given, undone, spent, back = (
        Coalesce(Sum("points", filter=Q(kind=kind)), 0) for kind in (Kind.EARN, Kind.REVERSE, Kind.REDEEM, Kind.REFUND)
    )
    rows = LedgerTransaction.objects.filter(day__gte=month, day__lt=month + relativedelta(months=1)).order_by()
    moved: dict[str | None, dict[str, Any]] = {
        row["resident__community"]: dict(row)
        for row in rows.values("resident__community").annotate(
            given=given, reversed=undone, redeemed=spent, returned=back
        )
    }
    held = LedgerAccount.objects.filter(kind__in=OF_RESIDENTS).order_by()
    found = [
        {
            "code": code, "name": name or "", "held": points, "residents": count,
            **{what: moved.get(code, {}).get(what, 0) for what in MOVED},
        }
        for code, name, points, count in held.values_list(
            "resident__community", "resident__community__short_name"
        ).annotate(n=Coalesce(Sum("balance"), 0), who=Count("resident", distinct=True))
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row["held"], row["name"]))
