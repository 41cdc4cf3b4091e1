"""The three colours of a site (三色执法): which one the rules say, and why. No database, no clock.

Red is aimed at while a serious finding or a confirmed dumping alert is open or was confirmed within `counts_days`,
while `minors_for_red` minor findings are open, or while a correction is overdue. Yellow is aimed at while a minor
finding is open or was confirmed within these days; white otherwise. A site rises to what is aimed at in the same
instant. It goes down one step at a time, and only when the aim is lower, everything is corrected and re-checked, and
it was found clean often enough since it has its colour: from red by two checks in a row, `clean_apart_days` apart,
from yellow by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from worksites.lifecycle import RANK, Colour, Severity

Reason = dict[str, Any]


@dataclass(frozen=True)
class Rules:
    """The numbers of the rules; days and counts."""

    counts_days: int = 30
    minors_for_red: int = 3
    clean_from_red: int = 2
    clean_from_yellow: int = 1
    clean_apart_days: int = 5


@dataclass(frozen=True)
class FindingFact:
    """A finding as it stands: open until it was corrected and re-checked."""

    number: str
    severity: str
    confirmed_at: datetime
    ended_at: datetime | None = None
    corrected_at: datetime | None = None
    missed_at: datetime | None = None  # its limit passed before it was corrected


@dataclass(frozen=True)
class AlertFact:
    """A truck alert that a person confirmed; open until it is cleared up."""

    number: str
    rule: str
    confirmed_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True)
class CheckFact:
    """A signed check."""

    at: datetime
    clean: bool


@dataclass(frozen=True)
class Facts:
    """All that colours a site. Withdrawn findings are not among them; checks may come in any order."""

    findings: Sequence[FindingFact] = ()
    alerts: Sequence[AlertFact] = ()
    checks: Sequence[CheckFact] = ()
    stopped: bool = False


@dataclass(frozen=True)
class Decision:
    """What the rules say now: the colour, their aim with its reasons, and what a step down still lacks."""

    colour: Colour
    target: Colour
    why: list[Reason] = field(default_factory=list)
    lacks: list[Reason] = field(default_factory=list)
    next_look_at: datetime | None = None  # when time alone may change the answer


def aim(facts: Facts, rules: Rules, now: datetime) -> tuple[Colour, list[Reason]]:
    """The target colour with everything that speaks for it."""
    since = now - timedelta(days=rules.counts_days)
    opened = [f for f in facts.findings if f.ended_at is None]
    serious = [f.number for f in facts.findings if f.severity == Severity.SERIOUS and _counts(f.ended_at, f, since)]
    dumping = [a.number for a in facts.alerts if a.cleared_at is None or a.confirmed_at > since]
    minors = [f.number for f in opened if f.severity == Severity.MINOR]
    overdue = [f.number for f in opened if f.missed_at is not None and f.corrected_at is None]
    why: list[Reason] = []
    if serious:
        why.append({"why": "serious", "numbers": serious, "days": rules.counts_days})
    if dumping:
        why.append({"why": "dumping", "numbers": dumping, "days": rules.counts_days})
    if len(minors) >= rules.minors_for_red:
        why.append({"why": "many_minor", "numbers": minors, "count": len(minors), "limit": rules.minors_for_red})
    if overdue:
        why.append({"why": "overdue", "numbers": overdue})
    if why:
        return Colour.RED, why
    recent = [f.number for f in facts.findings if f.severity == Severity.MINOR and _counts(f.ended_at, f, since)]
    if recent:
        return Colour.YELLOW, [{"why": "minor", "numbers": recent, "days": rules.counts_days}]
    return Colour.WHITE, [{"why": "nothing", "days": rules.counts_days}]


def decide(current: Colour, since: datetime, facts: Facts, rules: Rules, now: datetime) -> Decision:
    """The colour that a site must have now, when it has had `current` since `since`."""
    target, why = aim(facts, rules, now)
    look = _next_look(facts, rules, now)
    if RANK[target] >= RANK[current]:
        return Decision(target, target, why, [], look)
    lacks = _lacks(current, since, facts, rules, now)
    if lacks:
        return Decision(current, target, why, lacks, look)
    below = Colour.YELLOW if current == Colour.RED else Colour.WHITE
    clean = clean_in_a_row(facts.checks, since, now, rules.clean_apart_days if current == Colour.RED else 0)
    return Decision(below, target, [{"why": "clean", "checks": clean, "before": current}, *why], [], look)


def _lacks(current: Colour, since: datetime, facts: Facts, rules: Rules, now: datetime) -> list[Reason]:
    """What still stands between a site and its step down."""
    lacks: list[Reason] = []
    uncorrected = [f.number for f in facts.findings if f.ended_at is None]
    uncleared = [a.number for a in facts.alerts if a.cleared_at is None]
    if uncorrected or uncleared:
        lacks.append({"why": "uncorrected", "numbers": uncorrected + uncleared})
    if facts.stopped:
        lacks.append({"why": "stopped"})
    red = current == Colour.RED
    needed = rules.clean_from_red if red else rules.clean_from_yellow
    clean = clean_in_a_row(facts.checks, since, now, rules.clean_apart_days if red else 0)
    if clean < needed:
        lacks.append({"why": "checks", "clean": clean, "needed": needed})
    return lacks


def clean_in_a_row(checks: Sequence[CheckFact], since: datetime, now: datetime, apart_days: int) -> int:
    """How many clean checks in a row end the ones after `since`; two within `apart_days` count as one."""
    count, last = 0, None
    for check in sorted((c for c in checks if since < c.at <= now), key=lambda c: c.at):
        if not check.clean:
            count, last = 0, None
        elif last is None or check.at - last >= timedelta(days=apart_days):
            count, last = count + 1, check.at
    return count


def holds(expires_on: date, today: date) -> bool:
    """Whether an approved override still holds: through its last day."""
    return today <= expires_on


def _counts(ended_at: datetime | None, finding: FindingFact, since: datetime) -> bool:
    return ended_at is None or finding.confirmed_at > since


def _next_look(facts: Facts, rules: Rules, now: datetime) -> datetime | None:
    """The next instant at which something leaves the days that count."""
    days = timedelta(days=rules.counts_days)
    leaves = [thing.confirmed_at + days for thing in (*facts.findings, *facts.alerts)]
    return min((at for at in leaves if at > now), default=None)
