"""The event stream E0–E10 of an incident and the clocks between them. No database here."""

from dataclasses import dataclass
from datetime import datetime

# code → (identifier, column that holds its first occurrence)
EVENTS: dict[str, tuple[str, str]] = {
    "E0": ("received", "opened_at"),
    "E1": ("response_started", "response_started_at"),
    "E2": ("unit_accepted", "unit_accepted_at"),
    "E3": ("arrived", "arrived_at"),
    "E4": ("first_feedback", "first_feedback_at"),
    "E5": ("reinforcement_requested", "reinforcement_requested_at"),
    "E6": ("reinforcement_arrived", "reinforcement_arrived_at"),
    "E7": ("scene_closed", "scene_closed_at"),
    "E8": ("followup_done", "followup_done_at"),
    "E9": ("closed", "closed_at"),
    "E10": ("reopened_by_return", ""),
}
PER_FORCE = {"E5", "E6"}  # S15 runs for each force that was asked
MARKABLE = {"E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"}


@dataclass(frozen=True)
class Facts:
    """What decides which promises an incident is under."""

    level: int
    needs_field_action: bool
    need_followup: bool
    is_test: bool


def applies(rule: str, facts: Facts) -> bool:
    """Whether a clock whose `applies` is `rule` runs for an incident with these facts.

    30515 and the city profile measure levels Ⅰ–Ⅲ; a follow-up is owed to the party whatever the level.
    """
    if facts.is_test:
        return False
    if rule == "followed_up":
        return facts.need_followup
    if facts.level > 3:
        return False
    return {
        "immediate": facts.needs_field_action,
        "attended": facts.needs_field_action,
        "reinforced": True,
        "all": True,
    }[rule]


def outcome(due_at: datetime, stopped_at: datetime) -> tuple[datetime | None, datetime | None]:
    """(met_at, missed_at) of a clock that stopped: at the due instant it is still met; a miss fell due at `due_at`."""
    return (stopped_at, None) if stopped_at <= due_at else (None, due_at)
