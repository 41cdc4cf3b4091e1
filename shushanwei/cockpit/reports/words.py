"""Figures as people read them: percentages that never flatter, durations, changes in words."""

from datetime import datetime
from math import floor

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shushanwei.cockpit.reports.periods import Kind, Period
from shushanwei.common.clock import STREET

NOTHING = "–"


def percent(part: float | None, digits: int = 1) -> str:
    """`96.4 %`, rounded down so that 99.96 % is not shown as 100 %; "–" for no rate."""
    if part is None:
        return NOTHING
    scale = 10**digits
    return f"{floor(part * 100 * scale + 1e-6) / scale:.{digits}f}%"


def span(seconds: float | None) -> str:
    """`18 s`, `4 min 32 s`, `22 h 50 min`, `3 d 4 h`; "–" for none."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    if whole < 60:
        return _("%(s)d s") % {"s": whole}
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return _("%(m)d min %(s)d s") % {"m": minutes, "s": rest} if rest else _("%(m)d min") % {"m": minutes}
    if whole < 2 * 86400:
        hours, minutes = divmod(round(whole / 60), 60)
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes} if minutes else _("%(h)d h") % {"h": hours}
    days, hours = divmod(round(whole / 3600), 24)
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}


def change(now: float | None, was: float | None, *, rises_well: bool | None, points: bool = False) -> dict | None:
    """{way, tone, words}: how a number moved. `points`: both are rates and the difference is in points.

    None where there is nothing to compare with. The way is a word and an arrow, the tone good, bad or plain.
    """
    if now is None or was is None:
        return None
    difference = now - was
    if points:
        # Both rounded down as they are shown: the reader can do the sum.
        difference = (floor(now * 1000 + 1e-6) - floor(was * 1000 + 1e-6)) / 10
        size = _("%(n).1f points") % {"n": abs(difference)}
    elif was:
        size = f"{abs(difference) / was * 100:.1f}%"
    else:
        size = _("from nought")
    if difference == 0:
        return {"way": "same", "tone": "plain", "arrow": "→", "words": _("unchanged")}
    up = difference > 0
    tone = "plain" if rises_well is None else "good" if up is rises_well else "bad"
    words = (_("up %(size)s") if up else _("down %(size)s")) % {"size": size}
    return {"way": "up" if up else "down", "tone": tone, "arrow": "↑" if up else "↓", "words": words}


def local(name: dict[str, str] | None) -> str:
    """The reader's of the two names; "none" for a missing one."""
    if name is None:
        return _("none")
    return name["zh"] if is_chinese() else name["en"]


def is_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "zh").startswith("zh")


def title(period: Period) -> str:
    """`日研判`, `周分析`, `月通报`: what the report of a period is called."""
    return {Kind.DAY: _("Daily study"), Kind.WEEK: _("Weekly analysis"), Kind.MONTH: _("Monthly bulletin")}[period.kind]


def span_of(period: Period) -> str:
    """The dates of a period as a heading says them."""
    first, last = period.first, period.last
    if period.kind is Kind.DAY:
        return _("%(date)s, %(weekday)s") % {"date": _date(first), "weekday": weekday(first.isoweekday())}
    if period.kind is Kind.WEEK:
        year, week, _day = first.isocalendar()
        return _("week %(week)d of %(year)d (%(first)s to %(last)s)") % {
            "week": week, "year": year, "first": f"{first:%m-%d}", "last": f"{last:%m-%d}",
        }  # fmt: skip
    return _("%(month)d/%(year)d") % {"month": first.month, "year": first.year}


def weekday(number: int) -> str:
    """1 is Monday."""
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")][number - 1]


def clock_time(instant: datetime | str | None, seconds: bool = False, *, short: bool = False) -> str:
    """`2026-11-24 07:00` in the street's time; `short` leaves the year out."""
    if instant is None:
        return NOTHING
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    day, hour = "%m-%d" if short else "%Y-%m-%d", "%H:%M:%S" if seconds else "%H:%M"
    return instant.astimezone(STREET).strftime(f"{day} {hour}")


def _date(day) -> str:
    return _("%(year)d-%(month)d-%(day)d") % {"year": day.year, "month": day.month, "day": day.day}
