"""Tables in one partition a day, so that old days are dropped and not deleted (轨迹留存)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from django.db import connection, transaction

from shushanwei.common.clock import STREET, db_now

log = structlog.get_logger(__name__)
AHEAD_DAYS = 14


@dataclass(frozen=True)
class ByDay:
    """A table partitioned by the range of its date column; `<table>_other` takes days without a partition."""

    table: str
    column: str
    kept_days: int

    @property
    def part(self) -> str:
        """The beginning of a partition's name, followed by yyyymmdd."""
        return f"{self.table}_d"

    def days(self) -> Iterable[date]:
        """The days that have a partition, oldest first."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                " where i.inhparent = %s::regclass and c.relname like %s order by 1",
                [self.table, f"{self.part}%"],
            )
            names = [row[0] for row in cursor.fetchall()]
        return [datetime.strptime(name.removeprefix(self.part), "%Y%m%d").date() for name in names]

    def ensure(self, ahead: int = AHEAD_DAYS, behind: int = 1) -> int:
        """Make the partitions of `behind` days ago to `ahead` days from now; returns how many were new.

        What came in for a day without one lies in the default partition and moves over.
        """
        today = db_now().astimezone(STREET).date()
        there = set(self.days())
        wanted = [today + timedelta(days=n) for n in range(-behind, ahead + 1)]
        return sum(self.make(day) for day in wanted if day not in there)

    def drop_old(self, kept_days: int | None = None) -> int:
        """Drop the days that are older than they are kept; returns how many."""
        kept = self.kept_days if kept_days is None else kept_days
        oldest = db_now().astimezone(STREET).date() - timedelta(days=kept)
        dropped = 0
        for day in self.days():
            if day < oldest:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("set local lock_timeout = '2s'")
                    cursor.execute(f"drop table if exists {self.part}{day:%Y%m%d}")
                dropped += 1
        with connection.cursor() as cursor:
            cursor.execute(f"delete from {self.table}_other where {self.column} < %s", [oldest])
        return dropped

    @transaction.atomic
    def make(self, day: date) -> bool:
        """Make the partition of one day; false when it is there."""
        name, after = f"{self.part}{day:%Y%m%d}", day + timedelta(days=1)
        with connection.cursor() as cursor:
            # Rows go on coming in: attaching waits at most two seconds for them, and is tried again an hour later.
            cursor.execute("set local lock_timeout = '2s'")
            cursor.execute("select pg_advisory_xact_lock(hashtext('fix_partitions'))")
            cursor.execute("select to_regclass(%s)", [name])
            if cursor.fetchone()[0] is not None:
                return False
            cursor.execute(f"create table {name} (like {self.table} including all)")
            cursor.execute(f"lock table {self.table}_other in access exclusive mode")
            cursor.execute(
                f"with moved as (delete from {self.table}_other where {self.column} >= %s and {self.column} < %s"
                f" returning *) insert into {name} select * from moved",
                [day, after],
            )
            cursor.execute(
                f"alter table {self.table} attach partition {name} for values from (%s) to (%s)", [day, after]
            )
        log.debug("partition_made", table=self.table, day=str(day))
        return True
