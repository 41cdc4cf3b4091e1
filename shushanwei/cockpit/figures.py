"""The five figures of 30515 over a period, and the counts beside them: read by console, wall and reports.

Attainment = met ÷ (denominator − exempt). A promise still open past its due time counts as missed now; one that
is still running inside its allowance is in nobody's denominator yet. Tests, merged duplicates and voided items
do not count. A promise belongs to the period in which its clock started.
"""

from datetime import datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from shushanwei.cockpit.memo import kept_for

CODES = ["R30", "A5", "S15", "F24"]
TARGETS = {"R30": 30, "A5": 300, "S15": 900, "F24": 86400}
TREND_DAYS = 7

# `stopped` is when the promise was kept or came late; a promise still open has run until now.
_CLOCKS = """
    select d.code, d.started_at, d.met_at, d.stopped_at is null and d.met_at is null and i.ended_at is null as open,
           d.met_at is not null or d.missed_at is not null
               or (d.paused_at is null and d.due_at <= statement_timestamp()) as decided,
           greatest(0, extract(epoch from coalesce(d.stopped_at, d.met_at, statement_timestamp()) - d.started_at)
               - d.paused_s) as ran_s
    from incidents_deadline d
    join incidents_incident i on i.id = d.incident_id
    where d.started_at >= %(since)s and d.started_at < %(until)s and d.code = any(%(codes)s)
      and d.void_at is null and not d.exempt and not i.is_test and i.status not in ('merged', 'voided')
"""
_FIGURES = f"""
    select code, count(*) filter (where decided), count(met_at) filter (where decided),
           count(*) filter (where decided and open),
           percentile_cont(array[0.5, 0.9]) within group (order by ran_s) filter (where decided)
    from ({_CLOCKS}) c group by code
"""
_TREND = f"""
    select code, (started_at at time zone 'Asia/Shanghai')::date, count(*) filter (where decided),
           count(met_at) filter (where decided)
    from ({_CLOCKS}) c group by 1, 2 order by 2
"""


def figures(since: datetime, until: datetime, codes: list[str] | None = None) -> dict[str, dict]:
    """Per clock code: n, met, missed, open_overdue, attainment (0–1 or null), p50_s, p90_s, target_s.

    A code without a decided promise has n = 0 and null in place of every figure: no data is not 100 %.
    """
    codes = codes or CODES
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {"since": since, "until": until, "codes": codes})
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    return {code: _figure(code, *rows.get(code, (0, 0, 0, None))) for code in codes}


def _figure(code: str, n: int, met: int, open_overdue: int, percentiles) -> dict:
    p50, p90 = percentiles if n and percentiles else (None, None)
    return {
        "code": code,
        "target_s": TARGETS.get(code),
        "n": n,
        "met": met,
        "missed": n - met,
        "open_overdue": open_overdue,
        "attainment": round(met / n, 4) if n else None,
        "p50_s": _whole(p50),
        "p90_s": _whole(p90),
    }


def trend(since: datetime, until: datetime, codes: list[str] | None = None) -> dict[str, list[dict]]:
    """Per clock code: one {day, n, attainment} for each local day that has a decided promise."""
    codes = codes or CODES
    with connection.cursor() as cursor:
        cursor.execute(_TREND, {"since": since, "until": until, "codes": codes})
        rows = cursor.fetchall()
    days: dict[str, list[dict]] = {code: [] for code in codes}
    for code, day, n, met in rows:
        if n:
            days[code].append({"day": day.isoformat(), "n": n, "attainment": round(met / n, 4)})
    return days


@kept_for(5)
def figures_today() -> list[dict]:
    """The five figures of today, in the order of the slogan. P365 is not measured until patrols are."""
    now = timezone.now()
    today = midnight(now)
    trends = _trends()
    measured = figures(today, now + timedelta(seconds=1))
    answer = [measured[code] | {"trend": trends.get(code, []), "measured": True} for code in CODES]
    return [*answer, _figure("P365", 0, 0, 0, None) | {"trend": [], "measured": False}]


@kept_for(60)
def _trends() -> dict[str, list[dict]]:
    today = midnight(timezone.now())
    return trend(today - timedelta(days=TREND_DAYS - 1), today + timedelta(days=1))


def midnight(now: datetime) -> datetime:
    """The start of the local day that `now` falls in."""
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time.min))


def _whole(value) -> int | None:
    return None if value is None else round(value)
