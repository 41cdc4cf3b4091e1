"""When a site is checked and by whom: drawn for white ones, counted in days for yellow and red. No database, no clock.

A white site is checked on one day of each month that nobody can know before: the day follows from a secret number of
the month and the site's code. The number is fixed when the month begins, its SHA-256 is told at once, the number itself
after the month: so anybody can repeat the draw, and nobody could have chosen.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from worksites.lifecycle import Colour

ALGORITHM = "hmac-sha256/1"
NUMBER_BYTES = 16
INSPECTORS = 2


def commitment(number: str) -> str:
    """What is told of the secret number before its month is over: SHA-256 of its hex digits."""
    return hashlib.sha256(number.encode()).hexdigest()


def lot(number: str, *parts: str) -> int:
    """A fair number out of the secret one and the parts: HMAC-SHA256 of the parts joined by "|", as an integer."""
    return int.from_bytes(hmac.new(number.encode(), "|".join(parts).encode(), hashlib.sha256).digest(), "big")


def month_of(period: str) -> tuple[date, date]:
    """The first and the last day of a period like "2026-11"."""
    year, month = (int(part) for part in period.split("-"))
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def days_to_draw(period: str, after: date | None, is_workday: Callable[[date], bool]) -> list[date]:
    """The days that may be drawn: workdays of the month, later than `after`; all its later days where none is one."""
    first, last = month_of(period)
    begin = first if after is None or after < first else after + timedelta(days=1)
    days = [begin + timedelta(days=n) for n in range((last - begin).days + 1)]
    return [day for day in days if is_workday(day)] or days


def drawn_day(number: str, period: str, site_code: str, days: Sequence[date]) -> date | None:
    """The day of the month on which a white site is checked; None where no day is left."""
    return days[lot(number, "day", period, site_code) % len(days)] if days else None


def drawn_inspectors(number: str, key: str, people: Iterable[str], count: int = INSPECTORS) -> list[str]:
    """`count` names of `people` by lot, all where there are fewer; the order of `people` does not matter."""
    return sorted(set(people), key=lambda name: (lot(number, "who", key, name), name))[:count]


def due_day(colour: Colour, last: date, yellow_days: int, red_days: int) -> date:
    """The last day for the next check of a yellow or red site, counted from its last one."""
    return last + timedelta(days=yellow_days if colour == Colour.YELLOW else red_days)
