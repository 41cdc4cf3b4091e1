"""The definitions page: read from the registry and the policies in force, so that it cannot say anything else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.events import EVENTS
from incidents.services.clocks import policies_in_force
from shushanwei.cockpit.reports import clockwork, lists, registry
from shushanwei.cockpit.reports.words import span


@dataclass(frozen=True)
class Definition:
    """One promise as the page explains it: from the policy in force and from the registry."""

    clock: clockwork.Clock
    policy: str
    start: str
    start_event: str
    stop: str
    stop_event: str
    target_s: int | None
    accountable: str

    @property
    def target(self) -> str:
        """The target in words: 30 s, 24 h."""
        return span(self.target_s)


def promises(at: datetime) -> list[Definition]:
    """Every promise with its start, stop and target by the policies in force at `at`."""
    rules: dict[str, dict[str, Any]] = {rule["code"]: rule for rule in policies_in_force(at)}
    answer = []
    for clock in clockwork.CLOCKS:
        rule = rules.get(clock.code, {})
        start, stop = rule.get("start", ""), rule.get("stop", "")
        answer.append(
            Definition(
                clock, rule.get("policy", ""), start, EVENTS.get(start, ("", ""))[0], stop,
                EVENTS.get(stop, ("", ""))[0], rule.get("target_s"), rule.get("accountable", ""),
            )
        )  # fmt: skip
    return answer


def states() -> list[tuple[str, Any, Any]]:
    """(code, label, formula) of the states that a promise can be in at the cut-off."""
    return [(code, label, formula) for code, (label, formula, _where) in clockwork.STATES.items()]


def counts() -> list[registry.Figure]:
    """The base counts."""
    return [*registry.COUNTS, *registry.RETURNS]


def parts() -> list[registry.Figure]:
    """What the rates are made of, and what is left out."""
    return registry.PARTS


def rates() -> list[tuple[registry.Rate, registry.Figure, registry.Figure]]:
    """Each rate with its numerator and denominator."""
    return [(rate, lists.figure(rate.numerator), lists.figure(rate.denominator)) for rate in registry.RATES]
