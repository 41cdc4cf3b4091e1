"""The five figures of 30515 today, for console and wall: counted by the same definitions as the reports."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from grid import selectors_patrols
from shushanwei.cockpit.memo import kept_for
from shushanwei.cockpit.reports import periods, promises
from shushanwei.cockpit.reports.frame import frame_for

CODES = ["R30", "A5", "S15", "F24"]
TARGETS = {"R30": 30, "A5": 300, "S15": 900, "F24": 86400}
TREND_DAYS = 7


@kept_for(5)
def figures_today() -> list[dict]:
    """Today's five figures in the order of the slogan; P365 is that of the last 365 whole days.

    Each: code, target_s, n, met, missed, open_overdue, attainment (0–1, None below five), p50_s, p90_s, trend
    [{day, n, attainment}] and measured; P365 also full_days.
    """
    now = timezone.now()
    trends = _trends()
    lines = promises.totals(frame_for(periods.current("day", now), now))
    answer = [_figure(code, lines[code]) | {"trend": trends[code], "measured": True} for code in CODES]
    return [*answer, _patrols()]


@kept_for(60)
def _patrols() -> dict:
    """P365: mean coverage of the rolling year; not measured while there has been no patrol at all."""
    year = selectors_patrols.year_until(selectors_patrols.today() - timedelta(days=1))
    line = {"n": year.n, "met": year.met, "missed": year.n - year.met, "attainment": year.attainment}
    days = list(year.days.items())[-TREND_DAYS:]
    trend = [{"day": day.isoformat(), "n": year.grids, "attainment": met / year.grids} for day, met in days]
    return _figure("P365", line) | {"trend": trend, "measured": year.n > 0, "full_days": year.full_days}


@kept_for(60)
def _trends() -> dict[str, list[dict]]:
    """Per clock code: one {day, n, attainment} for each of the last days that has a rate."""
    now = timezone.now()
    trends: dict[str, list[dict]] = {code: [] for code in CODES}
    for back in range(TREND_DAYS - 1, -1, -1):
        day = timezone.localtime(now - timedelta(days=back)).date()
        lines = promises.totals(frame_for(periods.containing("day", day), now))
        for code in CODES:
            if lines[code]["attainment"] is not None:
                trends[code].append(
                    {"day": day.isoformat(), "n": lines[code]["n"], "attainment": lines[code]["attainment"]}
                )
    return trends


def _figure(code: str, line: dict) -> dict:
    return {
        "code": code,
        "target_s": line.get("target_s") or TARGETS.get(code),
        "n": line.get("n", 0),
        "met": line.get("met", 0),
        "missed": line.get("missed", 0),
        "open_overdue": line.get("open_late", 0),
        "attainment": line.get("attainment"),
        "p50_s": line.get("p50"),
        "p90_s": line.get("p90"),
    }


def midnight(now: datetime) -> datetime:
    """The start of the local day that `now` falls in."""
    return timezone.make_aware(datetime.combine(timezone.localtime(now).date(), time.min))
