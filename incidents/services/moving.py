"""The only way an incident changes its state, and the only way its events are marked."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents import stages
from incidents.events import EVENTS, MARKABLE
from incidents.lifecycle import ENDED, NEEDS_REASON, Status, may_follow
from incidents.models import Deadline, Incident, TimeRequest
from incidents.services import clocks
from incidents.services.base import locked, must_say, refresh_next_due, tell
from incidents.services.sweeping import raise_alarm
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, WrongStep
from shushanwei.common.wording import local, one_of
from shushanwei.people.models import User

# Ends after which nobody can keep the open promises any more: they are taken back, not missed.
CANCELLED = {Status.REJECTED, Status.MERGED, Status.VOIDED, Status.FORCE_CLOSED}


@transaction.atomic
def move(
    incident_id: int,
    to: Status,
    *,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    expect: str | None = None,
) -> Incident:
    """Take an incident one step along its life; raises WrongStep where the table has no such step.

    `expect` is the state that the caller saw: somebody faster makes it a WrongStep too.
    """
    incident = locked(incident_id)
    if expect is not None and incident.status != expect:
        raise WrongStep(
            _("%(case)s is “%(now)s” by now.") % {"case": incident.case_no, "now": Status(incident.status).label},
            now=incident.status,
            expected=expect,
        )
    step(incident, Status(to), actor=actor, note=note, data=data)
    return incident


def step(
    incident: Incident, to: Status, *, actor: User | None = None, note: str = "", data: dict | None = None
) -> None:
    """`move` for services that already hold the incident's lock."""
    before = Status(incident.status)
    if not may_follow(before, to):
        raise WrongStep(
            _("“%(before)s” cannot become “%(to)s”.") % {"before": before.label, "to": to.label}, now=before, to=to
        )
    if incident.suspended_at is not None and to != Status.FORCE_CLOSED:
        raise WrongStep(
            _("%(case)s is on hold until %(until)s.")
            % {"case": incident.case_no, "until": local(incident.suspended_until)},
            now=before,
        )
    if to in NEEDS_REASON:
        note = must_say("note", note)
    now = db_now()
    if before == Status.HANDLING:
        _drop_requests(incident, now)
    incident.status = to
    late = _stage_clocks(incident, before, to, now)
    _instants(incident, before, to, now)
    if to == Status.CLOSED:
        late += clocks.on_event(incident, "E9", now)
    elif to in CANCELLED:
        clocks.void_clocks(incident, Q())
    refresh_next_due(incident)
    incident.save()
    tell_late(incident, late)
    tell(incident, to.value, actor=actor, note=note, data={"from": before, **(data or {})}, at=now)


@transaction.atomic
def mark(
    incident_id: int,
    event: str,
    *,
    at: datetime | None = None,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    part: str = "",
) -> Incident:
    """Write event E1–E8 into the story; its first occurrence sets the column and moves the clocks.

    `at` is the server's instant of the fact (default now). E5 and E6 may name the force in `part`: its S15
    clock runs by itself. Raises BadInput for an unknown event.
    """
    if event not in MARKABLE:
        raise BadInput("event", one_of(sorted(MARKABLE)))
    incident = locked(incident_id)
    mark_locked(incident, event, at=at, actor=actor, note=note, data=data, part=part)
    return incident


def mark_locked(
    incident: Incident,
    event: str,
    *,
    at: datetime | None = None,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    part: str = "",
) -> None:
    """`mark` for services that already hold the incident's lock."""
    name, column = EVENTS[event]
    at = at or db_now()
    late: list[Deadline] = []
    first = getattr(incident, column) is None
    if first:
        setattr(incident, column, at)
    if first or part:
        late = clocks.on_event(incident, event, at, part)
    if event == "E7":
        # Nobody is waited for at a scene that is closed; what was missed by now stays missed.
        clocks.void_clocks(incident, Q(stop="E6"))
    refresh_next_due(incident)
    incident.save()
    tell_late(incident, late)
    tell(incident, name, actor=actor, note=note, data={"event": event, "part": part, **(data or {})}, at=at)


def pass_promise_on(incident_id: int, event: str, part: str, to: str) -> Incident:
    """The open promise of force `part` that `event` ends becomes that of force `to`, with the time that is left."""
    incident = locked(incident_id)
    clocks.hand_promise_on(incident, event, part, to)
    refresh_next_due(incident)
    incident.save(update_fields=["next_due_at"])
    return incident


def tell_late(incident: Incident, late: Sequence[Deadline]) -> None:
    """Announce misses that a stop brought to light before the sweep did: once, at the instant they fell due."""
    if not late:
        return
    now = db_now()
    for deadline in late:
        deadline.announced_at = now
        deadline.save(update_fields=["announced_at"])
        incident.overdue_at = incident.overdue_at or deadline.missed_at
        tell(
            incident,
            "deadline_missed",
            data={
                "code": deadline.code,
                "part": deadline.part,
                "deadline": deadline.pk,
                "stopped_at": deadline.stopped_at,
            },
            at=deadline.missed_at,
        )
        raise_alarm(deadline, now)
    incident.save(update_fields=["overdue_at"])


def _instants(incident: Incident, before: Status, to: Status, now: datetime) -> None:
    if to == Status.PENDING_DISPATCH and incident.filed_at is None:
        incident.filed_at = now
    if to in ENDED:
        incident.ended_at = now
        incident.suspended_at = incident.suspended_until = None
        if to in (Status.CLOSED, Status.FORCE_CLOSED):
            incident.closed_at = now
    elif before in ENDED:
        incident.ended_at = incident.closed_at = None


def _drop_requests(incident: Incident, now: datetime) -> None:
    # More time for a handling that is over: nobody decides that any more, and the next one may ask anew.
    for asked in TimeRequest.objects.filter(incident=incident, state__in=TimeRequest.OPEN):
        asked.state, asked.decided_at = TimeRequest.State.WITHDRAWN, now
        asked.save(update_fields=["state", "decided_at"])
        until = asked.until.isoformat() if asked.until else None
        tell(incident, "time_withdrawn", data={"request": asked.pk, "kind": asked.kind, "until": until})


def _stage_clocks(incident: Incident, before: Status, to: Status, now: datetime) -> list[Deadline]:
    # 30515 measures immediate incidents; the case file of the others is measured stage by stage.
    if incident.standard_id is None and incident.level <= 3:
        return []
    stopped, started = stages.changes(before, to)
    late: list[Deadline] = []
    if "handle" in stopped and to in stages.VOIDING:
        clocks.void_clocks(incident, Q(policy=clocks.STAGE, code="handle"))
        stopped.discard("handle")
    for code in sorted(stopped):
        late += clocks.stop_stage(incident, code, now)
    for code in sorted(started):
        if code != "handle":
            clocks.start_stage(incident, code, now)
        elif to == Status.REWORK:
            clocks.continue_handling(incident, now)
        elif incident.standard is not None:
            clocks.start_stage(incident, code, now, incident.standard)
    return late
