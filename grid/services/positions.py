"""Fixes kept and found again: each once, in a partition of its day, dropped whole after 90 days (轨迹留存)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from grid.models import PositionFix
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.partitions import AHEAD_DAYS, ByDay

KEPT_DAYS = 90
TABLE = "grid_positionfix"
PARTITIONS = ByDay(TABLE, "received_on", KEPT_DAYS)

INSERT = f"""
insert into {TABLE} (subject_kind, subject_id, device, lon, lat, accuracy_m, speed_kmh, fix_at,
                     received_at, received_on, mocked, believed)
select %(kind)s, %(subject)s, f.device, f.lon, f.lat, f.accuracy_m, f.speed_kmh, f.fix_at,
       %(now)s, %(day)s, f.mocked, f.believed
from unnest(%(device)s::text[], %(lon)s::float8[], %(lat)s::float8[], %(accuracy_m)s::float8[],
            %(speed_kmh)s::float8[], %(fix_at)s::timestamptz[], %(mocked)s::boolean[], %(believed)s::boolean[])
     as f(device, lon, lat, accuracy_m, speed_kmh, fix_at, mocked, believed)
where not exists (
    select from {TABLE} old where old.subject_kind = %(kind)s and old.subject_id = %(subject)s
    and old.fix_at = f.fix_at and old.device = f.device)
on conflict do nothing
"""


class KeptFix(NamedTuple):
    """One fix: WGS-84 degrees, metres, km/h, instants on the server's clock."""

    lon: float
    lat: float
    accuracy_m: float
    fix_at: datetime
    speed_kmh: float | None = None
    mocked: bool = False
    believed: bool = True
    device: str = ""


@transaction.atomic
def keep_fixes(kind: str, subject_id: int, fixes: Sequence[KeptFix], *, received_at: datetime | None = None) -> int:
    """Keep the fixes of a patrol or unit and return how many were new.

    A fix is the same when subject, `fix_at` and device are: it is kept once, whenever and however often it is sent.
    """
    if not fixes:
        return 0
    now = received_at or db_now()
    columns = {name: [getattr(fix, name) for fix in fixes] for name in KeptFix._fields}
    with connection.cursor() as cursor:
        # The key of the table holds the day of arrival: a batch repeated at midnight is told apart by waiting here.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"fixes:{kind}:{subject_id}"])
        cursor.execute(
            INSERT, columns | {"kind": kind, "subject": subject_id, "now": now, "day": now.astimezone(STREET).date()}
        )
        return cursor.rowcount


def append_fixes(kind: str, subject_id: int, fixes: Sequence[KeptFix], received_at: datetime) -> None:
    """Keep fixes that the caller knows to be new, without looking for them: for who reports every few seconds.

    Call it in the transaction that holds the subject's lock.
    """
    day = received_at.astimezone(STREET).date()
    rows = [(kind, subject_id, *fix, received_at, day) for fix in fixes]
    names = "subject_kind, subject_id, " + ", ".join(KeptFix._fields) + ", received_at, received_on"
    marks = ", ".join(["%s"] * (len(KeptFix._fields) + 4))
    with connection.cursor() as cursor:
        cursor.executemany(f"insert into {TABLE} ({names}) values ({marks}) on conflict do nothing", rows)


def track_of(
    kind: str, subject_id: int, since: datetime | None = None, until: datetime | None = None
) -> list[PositionFix]:
    """The kept fixes of a subject in the order of `fix_at`, from `since` on and before `until`."""
    rows = PositionFix.objects.filter(subject_kind=kind, subject_id=subject_id)
    if since is not None:
        rows = rows.filter(fix_at__gte=since)
    if until is not None:
        rows = rows.filter(fix_at__lt=until)
    return list(rows.order_by("fix_at", "device"))


def ensure_partitions(ahead: int = AHEAD_DAYS) -> int:
    """Make the partitions of yesterday to `ahead` days from now; returns how many were new."""
    return PARTITIONS.ensure(ahead)


def drop_old_partitions(kept_days: int = KEPT_DAYS) -> int:
    """Drop the days whose fixes are older than `kept_days`; returns how many."""
    return PARTITIONS.drop_old(kept_days)
