"""Promises that fell due: found by the sweep, announced exactly once, with their consequences.

Set-based: one transaction takes hundreds of due promises, so that 5,000 due at once are told in seconds.
Two workers share the work (SKIP LOCKED); kill -9 at any point leaves rows that the next sweep finds.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Min, Q
from prometheus_client import Counter, Histogram

from incidents.models import Alarm, Deadline, Incident, Outage
from incidents.models.deadlines import OPEN, SweepState
from incidents.shapes import alarm_shape, audience_of, incident_shapes, incidents_to_show
from shushanwei.common.clock import db_now
from shushanwei.journal.services import Change, Line, announce_changes, record_many

log = structlog.get_logger(__name__)
BATCH = 500  # small enough that two rounds share a burst, large enough that a statement pays
OUTAGE_S = 20.0  # no sweep for this long: the system was down
ALARMS = {
    "alarm_shift_lead": "shift_lead",
    "alarm_commander": "commander",
}
ALARM_AUDIENCE = {"permission": "incidents.acknowledge_alarm"}
KIND_OF = {
    "R30": Alarm.Kind.R30_MISSED,
    "A5": Alarm.Kind.A5_MISSED,
    "S15": Alarm.Kind.S15_MISSED,
    "F24": Alarm.Kind.F24_MISSED,
}
MISSED = Counter("deadlines_missed_total", "Promises announced as missed", ["code"])
LATENESS = Histogram(
    "deadline_announcement_lateness_seconds",
    "From the due instant to its announcement",
    buckets=(0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60),
)

# Two workers share what is due: what one has claimed, the other passes over. Nothing here ever waits for a lock,
# so that taking promises before incidents cannot end in a deadlock.
CLAIM = """
select d.id, d.incident_id from incidents_deadline d
where d.met_at is null and d.missed_at is null and d.void_at is null and d.paused_at is null
  and d.work_at <= %s order by d.work_at, d.id limit %s for no key update skip locked
"""
# Incidents that somebody is changing right now are left for the next round, a moment later.
LOCK = """
select id from incidents_incident where id = any(%s) order by id for no key update skip locked
"""
MISS = """
update incidents_deadline d set
    missed_at = d.due_at,
    announced_at = %(now)s,
    remind_at = case when d.remind_every_s > 0 then %(now)s + make_interval(secs => d.remind_every_s) end,
    consequence_at = case when d.on_miss = any(%(alarms)s) then %(now)s else d.consequence_at end,
    during_outage = exists (
        select from incidents_outage o where o.digested_at is null and o.ended_at is not null
        and d.due_at > o.started_at and d.due_at <= o.ended_at)
where d.id = any(%(ids)s) and d.incident_id = any(%(free)s) and d.due_at <= %(now)s
  and d.met_at is null and d.missed_at is null and d.void_at is null and d.paused_at is null
returning d.id, d.incident_id, d.code, d.part, d.on_miss, d.due_at, d.during_outage
"""
ADVANCE = """
update incidents_incident i set
    rev = v.rev,
    overdue_at = coalesce(i.overdue_at, v.due_at),
    next_due_at = (
        select min(d.due_at) from incidents_deadline d where d.incident_id = i.id
        and d.met_at is null and d.missed_at is null and d.void_at is null and d.paused_at is null)
from (select id, max(rev) as rev, min(due_at) as due_at
      from unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) as told(id, rev, due_at) group by id) v
where i.id = v.id
"""
RAISE = """
insert into incidents_alarm (kind, incident_id, deadline_id, rev, for_role, data, raised_at)
select kind, incident_id, deadline_id, 0, for_role, data, %s
from json_to_recordset(%s) as wanted(kind text, incident_id bigint, deadline_id bigint, for_role text, data jsonb)
on conflict do nothing returning id, deadline_id
"""
NUMBER_ALARMS = """
update incidents_alarm a set rev = v.rev from unnest(%s::bigint[], %s::bigint[]) as v(id, rev) where a.id = v.id
"""


class Miss(NamedTuple):
    """One promise that has just been announced as missed."""

    id: int
    incident_id: int
    code: str
    part: str
    on_miss: str
    due_at: datetime
    during_outage: bool


def announce_missed(limit: int = BATCH) -> int:
    """Announce up to `limit` promises that fell due; returns how many. A bad row never stops the others."""
    now = db_now()
    due: list[tuple[int, int]] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(CLAIM, [now, limit])
                due = cursor.fetchall()
            return _announce([row[0] for row in due], [row[1] for row in due], now) if due else 0
    except DatabaseError:
        if not due:
            raise
        log.exception("sweep_batch_failed", count=len(due))
    except Exception:
        log.exception("sweep_batch_failed", count=len(due))
    done = 0
    for deadline_id, incident_id in due:
        try:
            done += _announce([deadline_id], [incident_id], now)
        except Exception:
            log.exception("sweep_row_failed", deadline=deadline_id)
            Deadline.objects.filter(pk=deadline_id).update(work_at=now + timedelta(seconds=30))
    return done


@transaction.atomic
def _announce(deadline_ids: list[int], incident_ids: list[int], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(set(incident_ids))])
        free = [row[0] for row in cursor.fetchall()]
        if not free:
            return 0
        cursor.execute(MISS, {"now": now, "ids": deadline_ids, "free": free, "alarms": list(ALARMS)})
        missed = [Miss(*row) for row in cursor.fetchall()]
    if not missed:
        return 0
    missed.sort(key=lambda miss: (miss.due_at, miss.id))
    revs = record_many([_line(miss) for miss in missed], live_push=True)
    with connection.cursor() as cursor:
        cursor.execute(ADVANCE, [[miss.incident_id for miss in missed], revs, [miss.due_at for miss in missed]])
    incidents = incidents_to_show({miss.incident_id for miss in missed})
    _push(missed, revs, incidents)
    _push_alarms(raise_alarms([miss for miss in missed if not miss.during_outage], now), incidents)
    for code, count in Tally(miss.code for miss in missed).items():
        MISSED.labels(code).inc(count)
    for miss in missed:
        LATENESS.observe(max((now - miss.due_at).total_seconds(), 0))
    return len(missed)


def raise_alarms(missed: Sequence[Miss | Deadline], now: datetime) -> list[Alarm]:
    """The alarms that these misses call for; one that stands already is not raised again."""
    wanted = {
        miss.id: Alarm(
            kind=KIND_OF[miss.code],
            incident_id=miss.incident_id,
            deadline_id=miss.id,
            for_role=ALARMS[miss.on_miss],
            data={"code": miss.code, "part": miss.part, "due_at": miss.due_at.isoformat()},
            raised_at=now,
        )
        for miss in missed
        if miss.on_miss in ALARMS and miss.code in KIND_OF
    }
    if not wanted:
        return []
    rows = [
        {
            "kind": alarm.kind,
            "incident_id": alarm.incident_id,
            "deadline_id": alarm.deadline_id,
            "for_role": alarm.for_role,
            "data": alarm.data,
        }
        for alarm in wanted.values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [now, msgspec.json.encode(rows).decode()])
        raised = cursor.fetchall()
    for alarm_id, deadline_id in raised:
        wanted[deadline_id].pk = alarm_id
    return [wanted[deadline_id] for _, deadline_id in raised]


def raise_alarm(deadline: Deadline, now: datetime) -> None:
    """The alarm for one miss that a late stop brought to light, with its push."""
    alarms = raise_alarms([deadline], now)
    if deadline.on_miss in ALARMS:
        Deadline.objects.filter(pk=deadline.pk, consequence_at__isnull=True).update(consequence_at=now)
    _push_alarms(alarms)


def raise_for(incident: Incident, kind: str, for_role: str, data: dict | None = None, *, again: bool = False) -> Alarm:
    """Raise an alarm that no single promise calls for (no unit, reinforcement undecided), with its push.

    Raised again only when the last one of this kind for this incident has been acknowledged, or with `again`.
    """
    alarm = Alarm.objects.filter(incident=incident, kind=kind, acknowledged_at__isnull=True).first()
    if alarm is None or again:
        alarm = Alarm.objects.create(
            kind=kind, incident=incident, for_role=for_role, data=data or {}, raised_at=db_now()
        )
        _push_alarms([alarm])
    return alarm


def raise_street(kind: str, for_role: str, data: dict) -> Alarm:
    """Raise an alarm that is about no incident, with its push; the caller has looked that it is needed."""
    alarm = Alarm.objects.create(kind=kind, for_role=for_role, data=data, raised_at=db_now())
    _push_alarms([alarm])
    return alarm


def oldest_late_s(now: datetime | None = None) -> float:
    """How many seconds the oldest open promise is past due without being announced; 0 when none is."""
    now = now or db_now()
    oldest = Deadline.objects.filter(OPEN, work_at__lt=now).aggregate(at=Min("work_at"))["at"]
    return (now - oldest).total_seconds() if oldest else 0.0


def next_due() -> datetime | None:
    """When the next open promise falls due."""
    return Deadline.objects.filter(OPEN).aggregate(at=Min("work_at"))["at"]


@transaction.atomic
def note_sweep() -> Outage | None:
    """Say that the sweep is alive; the first call after a gap writes the outage and returns it."""
    now = db_now()
    state, made = SweepState.objects.select_for_update().get_or_create(pk=1, defaults={"last_run_at": now})
    gap = (now - state.last_run_at).total_seconds()
    outage = None
    if not made and gap > OUTAGE_S:
        outage = Outage.objects.create(started_at=state.last_run_at, ended_at=now)
        log.warning("outage", seconds=round(gap))
    if gap > 0 or made:
        SweepState.objects.filter(pk=1).update(last_run_at=now)
    return outage


def digests_wait() -> bool:
    """Whether an outage has not been told yet."""
    return Outage.objects.filter(digested_at__isnull=True, ended_at__isnull=False).exists()


@transaction.atomic
def tell_digests() -> int:
    """Tell what fell due during an outage as one alarm, once nothing of it is left to be announced."""
    told = 0
    for outage in Outage.objects.select_for_update(skip_locked=True).filter(
        digested_at__isnull=True, ended_at__isnull=False
    ):
        assert outage.ended_at is not None
        inside = Q(work_at__lte=outage.ended_at)
        if Deadline.objects.filter(OPEN & inside).exists():
            continue
        missed = Deadline.objects.filter(during_outage=True, due_at__gt=outage.started_at, due_at__lte=outage.ended_at)
        counts: dict[str, int] = {}
        for code in missed.values_list("code", flat=True):
            counts[code] = counts.get(code, 0) + 1
        outage.missed_count = sum(counts.values())
        outage.digested_at = db_now()
        outage.save()
        if counts:
            alarm = Alarm.objects.create(
                kind=Alarm.Kind.OUTAGE_DIGEST,
                for_role="shift_lead",
                raised_at=outage.digested_at,
                data={
                    "from": outage.started_at.isoformat(),
                    "to": outage.ended_at.isoformat(),
                    "counts": counts,
                    "incidents": list(missed.values_list("incident_id", flat=True).distinct()[:200]),
                },
            )
            _push_alarms([alarm])
        told += 1
    return told


def _line(miss: Miss) -> Line:
    data = {"code": miss.code, "part": miss.part, "deadline": miss.id, "during_outage": miss.during_outage}
    return Line("incident", miss.incident_id, "incident.deadline_missed", miss.due_at, data)


def _push(missed: Sequence[Miss], revs: Sequence[int], incidents: Mapping[int, Any]) -> None:
    shapes = dict(zip(incidents, incident_shapes(list(incidents.values())), strict=True))
    announce_changes(
        Change(
            "incident",
            miss.incident_id,
            rev,
            "incident.deadline_missed",
            miss.due_at,
            shapes[miss.incident_id],
            audience_of(incidents[miss.incident_id]),
        )
        for miss, rev in zip(missed, revs, strict=True)
    )


def _push_alarms(alarms: Sequence[Alarm], incidents: Mapping[int, Any] | None = None) -> None:
    if not alarms:
        return
    lines = [
        Line("alarm", alarm.pk, f"alarm.{alarm.kind}", alarm.raised_at, {"incident": alarm.incident_id} | alarm.data)
        for alarm in alarms
    ]
    revs = record_many(lines, live_push=True)
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_ALARMS, [[alarm.pk for alarm in alarms], revs])
    for alarm, rev in zip(alarms, revs, strict=True):
        alarm.rev = rev
    rows = incidents or {}
    announce_changes(
        Change(
            "alarm",
            alarm.pk,
            alarm.rev,
            line.verb,
            alarm.raised_at,
            alarm_shape(alarm, rows.get(alarm.incident_id or 0)),
            ALARM_AUDIENCE,
        )
        for alarm, line in zip(alarms, lines, strict=True)
    )


def sweeps_alone(name: str) -> bool:
    """Whether this transaction is the only sweep of that name, so that the second sees what the first has raised."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtext(%s))", [name])
        return bool(cursor.fetchone()[0])
