"""P365 of a period: covered grids ÷ grids × days, on the period before and with the rolling year beside it."""

from datetime import timedelta
from typing import Any

from grid import selectors_patrols
from grid.models import Grid
from shushanwei.cockpit.reports import clockwork
from shushanwei.cockpit.reports.access import Reader
from shushanwei.cockpit.reports.periods import Period
from shushanwei.cockpit.reports.words import change, percent


def row(period: Period, reader: Reader) -> dict[str, Any]:
    """One row like those of the promises; a day counts from its first minute on, `measured` is false before any patrol.

    Late uploads are accepted for three days, so this is read anew each time and not frozen with the report.
    """
    codes = None if reader.whole_street else _codes(reader)
    now = _coverage(period, codes)
    was = _coverage(period.previous, codes)
    year = selectors_patrols.year_until(min(period.last, selectors_patrols.today() - timedelta(days=1)), codes)
    return {
        "code": clockwork.PATROL[0],
        "label": clockwork.PATROL[1],
        "patrol": True,
        "measured": now.n > 0,
        "n": now.n,
        "met": now.met,
        "missed": now.n - now.met,
        "attainment": now.attainment,
        "attainment_text": percent(now.attainment),
        "full_days": now.full_days,
        "days": len(now.days),
        "year_text": percent(year.attainment, 2),
        "year_full_days": year.full_days,
        "year_days": len(year.days),
        "change": change(now.attainment, was.attainment, rises_well=True, points=True),
    }


def _coverage(period: Period, codes: list[str] | None) -> selectors_patrols.Year:
    last = min(period.last, selectors_patrols.today())
    if last < period.first:
        return selectors_patrols.Year({}, 0, 0, 0, 0)
    return selectors_patrols.year_until(last, codes, days=(last - period.first).days + 1)


def _codes(reader: Reader) -> list[str]:
    areas = list(reader.reach.areas)
    grids = Grid.objects.filter(kind=Grid.Kind.SOCIAL)
    return list((grids.filter(code__in=areas) | grids.filter(community__in=areas)).values_list("pk", flat=True))
