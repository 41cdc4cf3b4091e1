"""Fixes kept and found again: each once, in a partition of its day, dropped whole after 90 days (轨迹留存)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import connection, transaction

from grid.models import PositionFix
from shushanwei.common.clock import STREET, db_now

log = structlog.get_logger(__name__)
KEPT_DAYS = 90
AHEAD_DAYS = 14
TABLE = "grid_positionfix"
PART = f"{TABLE}_d"  # followed by yyyymmdd

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
    """Make the partitions of yesterday to `ahead` days from now; returns how many were new.

    What came in for a day without one lies in the default partition and moves over.
    """
    today = db_now().astimezone(STREET).date()
    there = set(_partitions())
    wanted = [today + timedelta(days=n) for n in range(-1, ahead + 1)]
    return sum(_make(day) for day in wanted if day not in there)


def drop_old_partitions(kept_days: int = KEPT_DAYS) -> int:
    """Drop the days whose fixes are older than `kept_days`; returns how many."""
    oldest = db_now().astimezone(STREET).date() - timedelta(days=kept_days)
    dropped = 0
    for day in _partitions():
        if day < oldest:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '2s'")
                cursor.execute(f"drop table if exists {PART}{day:%Y%m%d}")
            dropped += 1
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {TABLE}_other where received_on < %s", [oldest])
    return dropped


def _partitions() -> Iterable[date]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
            " where i.inhparent = %s::regclass and c.relname like %s order by 1",
            [TABLE, f"{PART}%"],
        )
        names = [row[0] for row in cursor.fetchall()]
    return [datetime.strptime(name.removeprefix(PART), "%Y%m%d").date() for name in names]


@transaction.atomic
def _make(day: date) -> bool:
    name, after = f"{PART}{day:%Y%m%d}", day + timedelta(days=1)
    with connection.cursor() as cursor:
        # Fixes go on coming in: attaching waits at most two seconds for them, and is tried again an hour later.
        cursor.execute("set local lock_timeout = '2s'")
        cursor.execute("select pg_advisory_xact_lock(hashtext('fix_partitions'))")
        cursor.execute("select to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return False
        cursor.execute(f"create table {name} (like {TABLE} including all)")
        cursor.execute(f"lock table {TABLE}_other in access exclusive mode")
        cursor.execute(
            f"with moved as (delete from {TABLE}_other where received_on >= %s and received_on < %s returning *)"
            f" insert into {name} select * from moved",
            [day, after],
        )
        cursor.execute(f"alter table {TABLE} attach partition {name} for values from (%s) to (%s)", [day, after])
    log.info("fixes.partition_made", day=str(day))
    return True
