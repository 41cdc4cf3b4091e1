"""Promises of an incident: started and stopped by events and stages, under the incident's lock."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from django.db.models import Q

from grid.working import work_calendar
from incidents.events import PER_FORCE, Facts, applies, outcome
from incidents.models import Deadline, FilingStandard, Incident, SlaPolicy
from incidents.models.deadlines import OPEN
from shushanwei.common.clock import db_now
from shushanwei.common.worktime import (
    LimitKind,
    add_limit_seconds,
    limit_seconds,
    remaining_seconds,
    same_period_window,
)

STAGE = "stage"
LAID_OUT = ["due_at", "work_at", "counted_from", "counted_s", "remind_at"]


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
            "limit_kind": clock.limit_kind,
            "remind_percent": clock.remind_percent,
            "remind_every_s": clock.remind_every_s,
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
            laid_out(
                Deadline(
                    incident=incident,
                    generation=incident.generation,
                    policy=clock["policy"],
                    code=clock["code"],
                    part=part,
                    stop=clock["stop"],
                    on_miss=clock["on_miss"],
                    accountable=clock["accountable"],
                    limit_kind=clock.get("limit_kind", ""),
                    target_s=clock["target_s"],
                    started_at=at,
                    remind_percent=clock.get("remind_percent", 0),
                    remind_every_s=clock.get("remind_every_s", 0),
                ),
                at,
                clock["target_s"],
            )
            for clock in clocks
        ],
        ignore_conflicts=True,
    )


def laid_out(deadline: Deadline, counted_from: datetime, counted_s: float) -> Deadline:
    """Set (not save) when the promise falls due and when it is reminded, from what is left of its limit.

    `counted_s` is in seconds of its own kind of time, from `counted_from` on.
    """
    kind, calendar = limit_kind(deadline.limit_kind), work_calendar()
    deadline.counted_from, deadline.counted_s = counted_from, counted_s
    deadline.due_at = deadline.work_at = add_limit_seconds(counted_from, counted_s, kind, calendar)
    deadline.remind_at = None
    if deadline.remind_percent and not deadline.remind_count:
        unused = deadline.target_s * (100 - deadline.remind_percent) / 100
        deadline.remind_at = add_limit_seconds(counted_from, max(counted_s - unused, 0), kind, calendar)
    return deadline


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


def hand_promise_on(incident: Incident, stop_event: str, part: str, to: str) -> int:
    """The force `to` answers for what `part` was promised for: same start, same due time; a miss stays a miss."""
    open_now = Deadline.objects.select_for_update(no_key=True).filter(
        OPEN, incident=incident, generation=incident.generation, stop=stop_event, part=part
    )
    moved = 0
    for deadline in open_now:
        Deadline.objects.filter(pk=deadline.pk).update(void_at=db_now())
        deadline.pk, deadline.part = None, to
        deadline._state.adding = True
        moved += len(Deadline.objects.bulk_create([deadline], ignore_conflicts=True))
    return moved


def start_stage(incident: Incident, code: str, at: datetime, standard: FilingStandard | None = None) -> Deadline:
    """Open the clock of a stage; the handling stage takes its limit from the filing standard."""
    rule = stage_rule(incident, code)
    if code == "check" and incident.category.same_period:
        until = same_period_window(at, incident.opened_at, work_calendar())[1]
        return _open_stage(incident, rule, "", (until - at).total_seconds(), at)
    if code != "handle":
        return _open_stage(incident, rule, rule["limit_kind"], rule["target_s"], at)
    assert standard is not None
    kind = standard.limit_kind
    seconds = limit_seconds(limit_kind(kind), standard.limit_value, work_calendar(), _street_date(at))
    return _open_stage(incident, rule, kind, seconds, at)


def stage_rule(incident: Incident, code: str) -> dict:
    """The stage's clock as it was copied into the case when it opened; raises LookupError for an unknown stage."""
    for rule in (*incident.sla, *policies_in_force(incident.opened_at)):
        if rule["policy"] == STAGE and rule["code"] == code:
            return rule
    raise LookupError(code)


def stage_due(incident: Incident, code: str, at: datetime) -> datetime:
    """When a stage that begins at `at` would have to be done; same-period checks wait for their time of day."""
    rule = stage_rule(incident, code)
    if code == "check" and incident.category.same_period:
        return same_period_window(at, incident.opened_at, work_calendar())[1]
    return add_limit_seconds(at, rule["target_s"], limit_kind(rule["limit_kind"]), work_calendar())


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
    left = remaining_seconds(last.due_at, last.met_at, limit_kind(last.limit_kind), work_calendar())
    return _open_stage(incident, stage_rule(incident, "handle"), last.limit_kind, left, at)


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
        left = remaining_seconds(deadline.due_at, deadline.paused_at, limit_kind(deadline.limit_kind), calendar)
        laid_out(deadline, at, left)
        deadline.paused_s += int((at - deadline.paused_at).total_seconds())
        deadline.paused_at = None
        deadline.save(update_fields=[*LAID_OUT, "paused_s", "paused_at"])


def _open_stage(incident: Incident, rule: dict, kind: str, seconds: float, at: datetime) -> Deadline:
    earlier = Deadline.objects.filter(
        incident=incident, policy=STAGE, code=rule["code"], generation=incident.generation
    )
    deadline = Deadline(
        incident=incident,
        generation=incident.generation,
        policy=STAGE,
        code=rule["code"],
        part=str(earlier.count() + 1),
        on_miss=rule["on_miss"],
        accountable=rule["accountable"],
        limit_kind=kind,
        target_s=max(int(seconds), 0),
        started_at=at,
        remind_percent=rule["remind_percent"],
        remind_every_s=rule["remind_every_s"],
    )
    laid_out(deadline, at, max(seconds, 0)).save(force_insert=True)
    return deadline


def _street_date(at: datetime) -> date:
    return at.astimezone(work_calendar().zone).date()


def limit_kind(kind: str) -> LimitKind:
    """The kind of time that a clock runs in."""
    # Plain clock seconds run as urgent hours do: always.
    return cast(LimitKind, kind or "urgent_hour")
