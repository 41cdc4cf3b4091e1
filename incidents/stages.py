"""Stage clocks of a case file: which runs in which state; their limits are data (policy `stage`). No database here."""

from incidents.lifecycle import Status

S = Status


# The handling clock has the limit of the filing standard and runs from dispatch to the department's confirmation.
RUNNING: dict[Status, tuple[str, ...]] = {
    S.REPORTED: ("intake",),
    S.VERIFYING: ("verify",),
    S.PENDING_FILING: ("intake",),
    S.PENDING_DISPATCH: ("dispatch",),
    S.DISPATCHED: ("accept", "handle"),
    S.RETURNED: ("dispatch",),
    S.HANDLING: ("handle",),
    S.HANDLED: ("handle",),
    S.REWORK: ("handle",),
    S.PENDING_CHECK: ("check",),
    S.CHECKING: ("check",),
    S.PENDING_CLOSE: ("close",),
}
# A return voids the handling clock: a new assignment gets a full limit.
VOIDING = {S.RETURNED, S.PENDING_DISPATCH, S.PENDING_FILING}


def changes(before: str, after: str) -> tuple[set[str], set[str]]:
    """(stopped, started) stage codes when a case goes from one state to another."""
    was, now = set(RUNNING.get(Status(before), ())), set(RUNNING.get(Status(after), ()))
    return was - now, now - was
