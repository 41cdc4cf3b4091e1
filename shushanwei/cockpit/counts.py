"""Counts of today for the wall's charts: by hour against the usual day, by source, by category."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from incidents.services.sweeping import oldest_late_s
from shushanwei.cockpit.figures import midnight
from shushanwei.cockpit.memo import kept_for

USUAL_DAYS = 7
TOP_CATEGORIES = 8

_COUNTED = (
    "i.opened_at >= %(since)s and i.opened_at < %(until)s and not i.is_test and i.status not in ('merged', 'voided')"
)
_BY_HOUR = f"""
    select extract(hour from i.opened_at at time zone 'Asia/Shanghai')::int, count(*)
    from incidents_incident i where {_COUNTED} group by 1
"""
_BY_SOURCE = f"select i.source_kind, count(*) from incidents_incident i where {_COUNTED} group by 1 order by 2 desc"
_BY_CATEGORY = f"""
    select c.id, c.name_zh, coalesce(nullif(c.name_en, ''), c.name_zh), count(*)
    from incidents_incident i join incidents_casecategory c on c.id = i.category_id
    where {_COUNTED} group by 1, 2, 3 order by 4 desc, 1 limit {TOP_CATEGORIES}
"""
_BY_STATE = f"""
    select count(*), count(*) filter (where i.ended_at is not null), count(*) filter (where i.level <= 2)
    from incidents_incident i where {_COUNTED}
"""


@kept_for(5)
def today() -> dict:
    """{by_hour: [24], usual_by_hour: [24], by_source, by_category, opened, ended, urgent, as_of} of the local day.

    `usual_by_hour` is the mean of the seven days before, or null where the system has not seen a full day yet.
    """
    now = timezone.now()
    start = midnight(now)
    period = {"since": start, "until": start + timedelta(days=1)}
    with connection.cursor() as cursor:
        by_hour = _hours(cursor, period)
        cursor.execute(_BY_SOURCE, period)
        by_source = [{"source": source, "n": n} for source, n in cursor.fetchall()]
        cursor.execute(_BY_CATEGORY, period)
        by_category = [{"id": pk, "name_zh": zh, "name_en": en, "n": n} for pk, zh, en, n in cursor.fetchall()]
        cursor.execute(_BY_STATE, period)
        opened, ended, urgent = cursor.fetchone()
    return {
        "as_of": now.isoformat(),
        "by_hour": by_hour,
        "usual_by_hour": _usual(start),
        "by_source": by_source,
        "by_category": by_category,
        "opened": opened,
        "ended": ended,
        "urgent": urgent,
    }


@kept_for(600)
def _usual(start: datetime) -> list[float] | None:
    """Mean by hour of the last seven days that saw incidents at all."""
    since = start - timedelta(days=USUAL_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct (opened_at at time zone 'Asia/Shanghai')::date) from incidents_incident"
            " where opened_at >= %s and opened_at < %s",
            [since, start],
        )
        days = cursor.fetchone()[0]
        if not days:
            return None
        return [round(n / days, 2) for n in _hours(cursor, {"since": since, "until": start})]


def _hours(cursor, period: dict) -> list[int]:
    cursor.execute(_BY_HOUR, period)
    found = dict(cursor.fetchall())
    return [found.get(hour, 0) for hour in range(24)]


@kept_for(1)
def late_s() -> float:
    """How many seconds the oldest open promise is past due without being announced; 0 when all is well."""
    return round(oldest_late_s(), 1)
