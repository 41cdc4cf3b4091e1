"""Promises that fell due: found by the sweep, announced exactly once, with their consequences.

Set-based: one transaction takes up to a thousand due promises, so that 5,000 due at once are told in a second.
Two workers share the work (SKIP LOCKED); kill -9 at any point leaves rows that the next sweep finds.
"""

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Min, Q
from prometheus_client import Counter, Gauge, Histogram

from incidents.models import Alarm, Deadline, Incident, Outage
from incidents.models.deadlines import OPEN, SweepState
from incidents.shapes import RELATED, alarm_shape, audience_of, incident_shapes
from shushanwei.common.clock import db_now
from shushanwei.journal.services import Line, announce_change, record_many

log = structlog.get_logger(__name__)
BATCH = 1_000
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
OLDEST = Gauge("deadline_oldest_late_seconds", "How late the oldest unannounced promise is", multiprocess_mode="max")

# Incidents that somebody is changing right now are left for the next round, a moment later.
DUE = """
select d.id, d.incident_id from incidents_deadline d
where d.met_at is null and d.missed_at is null and d.void_at is null and d.paused_at is null
  and d.work_at <= %s order by d.work_at, d.id limit %s
"""
LOCK = """
select id from incidents_incident where id = any(%s) order by id for no key update skip locked
"""
MISS = """
update incidents_deadline set missed_at = due_at, announced_at = %s
where id = any(%s) and incident_id = any(%s) and due_at <= %s
  and met_at is null and missed_at is null and void_at is null and paused_at is null
returning id
"""
ADVANCE = """
update incidents_incident i set
    rev = v.rev,
    overdue_at = coalesce(i.overdue_at, v.due_at),
    next_due_at = (
        select min(d.due_at) from incidents_deadline d where d.incident_id = i.id
        and d.met_at is null and d.missed_at is null and d.void_at is null and d.paused_at is null)
from (select unnest(%s::bigint[]) as id, unnest(%s::bigint[]) as rev, unnest(%s::timestamptz[]) as due_at) v
where i.id = v.id
"""


def announce_missed(limit: int = BATCH) -> int:
    """Announce up to `limit` promises that fell due; returns how many. A bad row never stops the others."""
    now = db_now()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, limit])
        due = cursor.fetchall()
    if not due:
        return 0
    try:
        return _announce([row[0] for row in due], [row[1] for row in due], now)
    except Exception:
        log.exception("sweep_batch_failed", count=len(due))
        if connection.needs_rollback:
            connection.rollback()
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
        cursor.execute(MISS, [now, deadline_ids, free, now])
        missed_ids = [row[0] for row in cursor.fetchall()]
    if not missed_ids:
        return 0
    missed = list(Deadline.objects.filter(pk__in=missed_ids).order_by("due_at", "id"))
    _flag_outage(missed)
    revs = record_many(
        [
            Line(
                "incident",
                deadline.incident_id,
                "incident.deadline_missed",
                deadline.due_at,
                {
                    "code": deadline.code,
                    "part": deadline.part,
                    "deadline": deadline.pk,
                    "during_outage": deadline.during_outage,
                },
            )
            for deadline in missed
        ],
        live_push=True,
    )
    newest = {d.incident_id: (rev, d.due_at) for d, rev in zip(missed, revs, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            ADVANCE, [list(newest), [rev for rev, _ in newest.values()], [due for _, due in newest.values()]]
        )
    alarms = raise_alarms([d for d in missed if not d.during_outage], now)
    Deadline.objects.filter(pk__in=[d.pk for d in missed if d.on_miss in ALARMS]).update(consequence_at=now)
    _push(missed, revs, alarms)
    for deadline in missed:
        MISSED.labels(deadline.code).inc()
        LATENESS.observe(max((now - deadline.due_at).total_seconds(), 0))
    return len(missed)


def raise_alarms(missed: list[Deadline], now: datetime) -> list[Alarm]:
    """The alarms that these misses call for; one that stands already is not raised again."""
    wanted = [
        Alarm(
            kind=KIND_OF[d.code],
            incident_id=d.incident_id,
            deadline=d,
            for_role=ALARMS[d.on_miss],
            data={"code": d.code, "part": d.part, "due_at": d.due_at.isoformat()},
            raised_at=now,
        )
        for d in missed
        if d.on_miss in ALARMS and d.code in KIND_OF
    ]
    Alarm.objects.bulk_create(wanted, ignore_conflicts=True)
    if not wanted:
        return []
    return list(
        Alarm.objects.filter(deadline_id__in=[alarm.deadline_id for alarm in wanted]).select_related("incident")
    )


def raise_alarm(deadline: Deadline, now: datetime) -> None:
    """The alarm for one miss that a late stop brought to light, with its push."""
    alarms = raise_alarms([deadline], now)
    if deadline.on_miss in ALARMS:
        Deadline.objects.filter(pk=deadline.pk, consequence_at__isnull=True).update(consequence_at=now)
    _push_alarms(alarms)


def raise_for(incident: Incident, kind: str, for_role: str, data: dict | None = None) -> Alarm:
    """Raise an alarm that no single promise calls for (no unit, reinforcement undecided), with its push.

    Raised again only when the last one of this kind for this incident has been acknowledged.
    """
    alarm = Alarm.objects.filter(incident=incident, kind=kind, acknowledged_at__isnull=True).first()
    if alarm is None:
        alarm = Alarm.objects.create(
            kind=kind, incident=incident, for_role=for_role, data=data or {}, raised_at=db_now()
        )
        _push_alarms([alarm])
    return alarm


def oldest_late_s(now: datetime | None = None) -> float:
    """How many seconds the oldest open promise is past due without being announced; 0 when none is."""
    now = now or db_now()
    oldest = Deadline.objects.filter(OPEN, work_at__lt=now).aggregate(at=Min("work_at"))["at"]
    late = (now - oldest).total_seconds() if oldest else 0.0
    OLDEST.set(late)
    return late


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


def _flag_outage(missed: list[Deadline]) -> None:
    gaps = list(
        Outage.objects.filter(digested_at__isnull=True, ended_at__isnull=False).values_list("started_at", "ended_at")
    )
    inside = [d for d in missed if any(start < d.due_at <= end for start, end in gaps)]
    for deadline in inside:
        deadline.during_outage = True
    if inside:
        Deadline.objects.filter(pk__in=[d.pk for d in inside]).update(during_outage=True)


def _push(missed: list[Deadline], revs: list[int], alarms: list[Alarm]) -> None:
    incidents = list(Incident.objects.filter(pk__in={d.incident_id for d in missed}).select_related(*RELATED))
    shapes = {shape["id"]: shape for shape in incident_shapes(incidents)}
    by_id = {incident.pk: incident for incident in incidents}
    for deadline, rev in zip(missed, revs, strict=True):
        announce_change(
            "incident",
            deadline.incident_id,
            rev,
            "incident.deadline_missed",
            deadline.due_at,
            shapes[deadline.incident_id],
            audience_of(by_id[deadline.incident_id]),
        )
    _push_alarms(alarms)


def _push_alarms(alarms: list[Alarm]) -> None:
    lines = [
        Line("alarm", alarm.pk, f"alarm.{alarm.kind}", alarm.raised_at, {"incident": alarm.incident_id} | alarm.data)
        for alarm in alarms
    ]
    for alarm, rev in zip(alarms, record_many(lines, live_push=True), strict=True):
        alarm.rev = rev
        announce_change(
            "alarm", alarm.pk, rev, f"alarm.{alarm.kind}", alarm.raised_at, alarm_shape(alarm), ALARM_AUDIENCE
        )
    Alarm.objects.bulk_update(alarms, ["rev"])
