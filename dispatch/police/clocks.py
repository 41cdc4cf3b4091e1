"""What is counted down on the pages of transfers: two minutes to answer, an hour to the first feedback."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from dispatch.models import PoliceTransfer
from dispatch.police.lifecycle import Transfer
from dispatch.police.rules import police_rules
from dispatch.shapes import iso


def with_clocks(transfers: Iterable[PoliceTransfer]) -> None:
    """Give each transfer the clock that matters now, as `clock.js` counts it."""
    feedback = timedelta(seconds=police_rules().feedback_s)
    for transfer in transfers:
        answered = transfer.accepted_at or transfer.returned_at if transfer.status != Transfer.OFFERED else None
        if transfer.status in (Transfer.OFFERED, Transfer.RETURNED):
            clock = _clock("take", transfer.offered_at, transfer.accept_deadline, answered)
        elif transfer.accepted_at:
            due = transfer.accepted_at + feedback
            clock = _clock("feedback", transfer.accepted_at, due, transfer.first_feedback_at or transfer.closed_at)
        else:
            clock = None
        transfer.clock = clock  # type: ignore[attr-defined]


def _clock(code: str, started_at: datetime, due_at: datetime, stopped_at: datetime | None) -> dict[str, Any]:
    return {
        "code": code,
        "started_at": iso(started_at),
        "due_at": iso(due_at),
        "stopped_at": iso(stopped_at),
        "met_at": iso(stopped_at) if stopped_at and stopped_at <= due_at else None,
    }
