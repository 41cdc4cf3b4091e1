"""Promises of an incident: started and stopped by events and stages, under the incident's lock."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import cast

from django.db.models import Q

from grid.working import work_calendar
from incidents.events import PER_FORCE, Facts, applies, outcome
from incidents.models import Deadline, FilingStandard, Incident, SlaPolicy
from incidents.models.deadlines import OPEN
from incidents.stages import DEFAULTS
from shushanwei.common.clock import db_now
from shushanwei.common.worktime import LimitKind, add_limit_seconds, deadline_for, limit_seconds, remaining_seconds

STAGE = "stage"


def policies_in_force(at: datetime) -> list[dict]:
    """The clocks of the newest version of each policy effective at `at`, as plain data to be frozen."""
    newest: dict[str, SlaPolicy] = {}
    for policy in (
        SlaPolicy.objects.filter(effective_from__lte=at).order_by("code", "version").prefetch_related("clocks")
    ):
        newest[policy.code] = policy
    return [
        {
            "policy": policy.code,
            "version": policy.version,
            "code": clock.code,
            "start": clock.start,
            "stop": clock.stop,
            "target_s": clock.target_s,
            "applies": clock.applies,
            "accountable": clock.accountable,
            "on_miss": clock.on_miss,
        }
        for policy in newest.values()
        for clock in policy.clocks.all()
    ]


def facts_of(incident: Incident) -> Facts:
    """What decides which promises it is under."""
    return Facts(incident.level, incident.needs_field_action, incident.need_followup, incident.is_test)


def on_event(incident: Incident, event: str, at: datetime, part: str = "") -> list[Deadline]:
    """Stop the clocks that `event` ends, start those that it begins; returns promises found missed by it.

    `part` is the force for E5 and E6. Call it under the incident's lock, once per first occurrence.
    """
    late = []
    ending = Q(incident=incident, generation=incident.generation, stop=event, stopped_at__isnull=True)
    if event in PER_FORCE and part:
        ending &= Q(part=part)
    for deadline in Deadline.objects.select_for_update(no_key=True).filter(ending, void_at__isnull=True):
        if stop(deadline, at):
            late.append(deadline)
    facts = facts_of(incident)
    start_clocks(
        incident,
        [clock for clock in incident.sla if clock["start"] == event and applies(clock["applies"], facts)],
        at,
        part if event in PER_FORCE else "",
    )
    return late


def start_clocks(incident: Incident, clocks: Sequence[dict], at: datetime, part: str = "") -> None:
    """Open a deadline for each frozen clock; one that exists already (a retry) stays as it is."""
    Deadline.objects.bulk_create(
        [
            Deadline(
                incident=incident,
                generation=incident.generation,
                policy=clock["policy"],
                code=clock["code"],
                part=part,
                stop=clock["stop"],
                on_miss=clock["on_miss"],
                accountable=clock["accountable"],
                target_s=clock["target_s"],
                started_at=at,
                due_at=at + timedelta(seconds=clock["target_s"]),
                work_at=at + timedelta(seconds=clock["target_s"]),
            )
            for clock in clocks
        ],
        ignore_conflicts=True,
    )


def stop(deadline: Deadline, at: datetime) -> bool:
    """End one clock; true when this shows a miss that nobody has announced yet (the caller announces it).

    A stop that came in late but happened in time counts as met only if the miss was not announced: what the
    street was told stays told, and the stop is kept beside it.
    """
    at = max(at, deadline.started_at)  # a patrol may already be there: negative durations count as nought
    deadline.stopped_at = at
    deadline.paused_at = None
    fresh_miss = False
    if deadline.missed_at is None:
        deadline.met_at, deadline.missed_at = outcome(deadline.due_at, at)
        fresh_miss = deadline.missed_at is not None
    deadline.save(update_fields=["stopped_at", "met_at", "missed_at", "paused_at"])
    return fresh_miss


def void_clocks(incident: Incident, condition: Q) -> int:
    """Take back open promises that can no longer be asked for; missed ones stay missed."""
    return (
        Deadline.objects.filter(condition, incident=incident, void_at__isnull=True, stopped_at__isnull=True)
        .filter(missed_at__isnull=True)
        .update(void_at=db_now())
    )


def start_stage(incident: Incident, code: str, at: datetime, standard: FilingStandard | None = None) -> Deadline:
    """Open the clock of a stage; the handling stage takes its limit from the filing standard."""
    calendar = work_calendar()
    if code == "handle":
        assert standard is not None
        kind = standard.limit_kind
        limit = _limit(kind)
        seconds = limit_seconds(limit, standard.limit_value, calendar, _street_date(at))
        due = deadline_for(at, limit, standard.limit_value, calendar)
    else:
        kind, seconds = DEFAULTS[code].kind, DEFAULTS[code].seconds
        due = add_limit_seconds(at, seconds, _limit(kind), calendar)
    return _open_stage(incident, code, kind, int(seconds), at, due)


def continue_handling(incident: Incident, at: datetime) -> Deadline | None:
    """After a failed check the handling clock goes on with what was left; time in check is not charged.

    None when nothing was left: the first miss stays the one miss.
    """
    last = (
        Deadline.objects.filter(incident=incident, policy=STAGE, code="handle", void_at__isnull=True)
        .order_by("-started_at", "-id")
        .first()
    )
    if last is None or last.met_at is None:
        return None
    kind = _limit(last.limit_kind)
    left = remaining_seconds(last.due_at, last.met_at, kind, work_calendar())
    due = add_limit_seconds(at, left, kind, work_calendar())
    return _open_stage(incident, "handle", last.limit_kind, int(left), at, due)


def stop_stage(incident: Incident, code: str, at: datetime) -> list[Deadline]:
    """End the running clock of a stage; returns it when that shows an unannounced miss."""
    running = Deadline.objects.select_for_update(no_key=True).filter(
        incident=incident, policy=STAGE, code=code, stopped_at__isnull=True, void_at__isnull=True
    )
    return [deadline for deadline in running if stop(deadline, at)]


def pause_clocks(incident: Incident, at: datetime) -> None:
    """Suspension stops the handling clock (and no other)."""
    Deadline.objects.filter(OPEN, incident=incident, policy=STAGE, code="handle").update(paused_at=at)


def resume_clocks(incident: Incident, at: datetime) -> None:
    """Give back exactly the time that was left, laid on the calendar again."""
    calendar = work_calendar()
    for deadline in Deadline.objects.select_for_update(no_key=True).filter(
        incident=incident, paused_at__isnull=False, void_at__isnull=True
    ):
        assert deadline.paused_at is not None
        kind = _limit(deadline.limit_kind)
        left = remaining_seconds(deadline.due_at, deadline.paused_at, kind, calendar)
        deadline.due_at = deadline.work_at = add_limit_seconds(at, left, kind, calendar)
        deadline.paused_s += int((at - deadline.paused_at).total_seconds())
        deadline.paused_at = None
        deadline.save(update_fields=["due_at", "work_at", "paused_s", "paused_at"])


def _open_stage(incident: Incident, code: str, kind: str, seconds: int, at: datetime, due: datetime) -> Deadline:
    earlier = Deadline.objects.filter(incident=incident, policy=STAGE, code=code, generation=incident.generation)
    return Deadline.objects.create(
        incident=incident,
        generation=incident.generation,
        policy=STAGE,
        code=code,
        part=str(earlier.count() + 1),
        on_miss="",
        limit_kind=kind,
        target_s=max(seconds, 0),
        started_at=at,
        due_at=due,
        work_at=due,
    )


def _street_date(at: datetime) -> date:
    return at.astimezone(work_calendar().zone).date()


def _limit(kind: str) -> LimitKind:
    # Plain clock seconds run as urgent hours do: always.
    return cast(LimitKind, kind or "urgent_hour")
