"""What deeds of the past would have earned under other rules and numbers. No database here.

The deeds are gone through in the order in which they were decided, with the caps of day and month and the budget as
`services.earning` keeps them. What staff, blocked and doubtful residents did stays worth nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

NEVER = ("staff", "blocked", "anonymous", "doubt")  # these had their reason outside the rules
NO_BALANCE = "balance"


class Deed(NamedTuple):
    """A decision as it was made: `units` items or hours, `was` points given, `short` why not all."""

    resident: int
    code: str
    day: date
    units: int
    was: int
    short: str


class Terms(NamedTuple):
    """What a rule gives: `cap` is general, volunteer or none."""

    points: int
    cap: str
    times_a_day: int | None


class Numbers(NamedTuple):
    """The caps of a policy and its budget, in points."""

    general_a_day: int
    volunteer_a_day: int
    all_a_month: int
    budget_a_month: int


@dataclass
class Before:
    """What the month of `day` had given before that day: capped points of each resident, and of all together."""

    day: date
    capped: Mapping[int, int] = field(default_factory=dict)
    all: int = 0


@dataclass
class Outcome:
    """One rule over the whole time: how many deeds, what they earned, what they would have."""

    deeds: int = 0
    was: int = 0
    would: int = 0

    @property
    def change(self) -> int:
        return self.would - self.was


def replay(
    deeds: Iterable[Deed], terms: Mapping[str, Terms], numbers: Numbers, before: Before | None = None
) -> dict[str, Outcome]:
    """Code → what its deeds would have earned; codes without terms keep what they had."""
    found: dict[str, Outcome] = {}
    times: Counter[tuple[int, str, date]] = Counter()
    by_day: Counter[tuple[int, str, date]] = Counter()
    by_month: Counter[tuple[int, int, int]] = Counter()
    budget: Counter[tuple[int, int]] = Counter()
    if before is not None:
        begun = (before.day.year, before.day.month)
        budget[begun] = before.all
        by_month.update({(who, *begun): points for who, points in before.capped.items()})
    for deed in deeds:
        month = (deed.day.year, deed.day.month)
        rule = terms.get(deed.code)
        cap = rule.cap if rule else "none"
        if rule is None:
            would = deed.was
        elif deed.short in NEVER:
            would = 0
        elif rule.points < 0:
            worth = rule.points * deed.units
            would = max(worth, deed.was) if deed.short == NO_BALANCE else worth
        elif rule.times_a_day and times[deed.resident, deed.code, deed.day] >= rule.times_a_day:
            would = 0
        else:
            rooms = [numbers.budget_a_month - budget[month]]
            if cap != "none":
                a_day = numbers.general_a_day if cap == "general" else numbers.volunteer_a_day
                rooms += [
                    a_day - by_day[deed.resident, cap, deed.day],
                    numbers.all_a_month - by_month[deed.resident, *month],
                ]
            would = max(0, min(rule.points * deed.units, *rooms))
        if would > 0:
            times[deed.resident, deed.code, deed.day] += 1
            by_day[deed.resident, cap, deed.day] += would
            by_month[deed.resident, *month] += would if cap != "none" else 0
            budget[month] += would
        outcome = found.setdefault(deed.code, Outcome())
        outcome.deeds += 1
        outcome.was += deed.was
        outcome.would += would
    return found
