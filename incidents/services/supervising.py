"""Supervision 督办: a numbered notice, answered in time by the department, open until it is cleared."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from grid.working import work_calendar
from incidents.lifecycle import LIVE
from incidents.models import Alarm, Deadline, Incident, Supervision
from incidents.models.deadlines import ENDLESS
from incidents.rules import flow_rules
from incidents.services.alarms import acknowledge
from incidents.services.base import locked, must_be_live, must_say, tell
from incidents.services.clocks import STAGE
from incidents.services.sweeping import raise_for
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.common.worktime import add_work_seconds
from shushanwei.people.models import User

Trigger, Level = Supervision.Trigger, Supervision.Level
BATCH = 200


@transaction.atomic
def supervise(incident_id: int, *, actor: User, level: int = 1, note: str = "") -> Supervision:
    """Issue a numbered notice to who handles the case; one of each level may be open at a time."""
    incident = locked(incident_id)
    must_be_live(incident)
    now = db_now()
    if incident.supervisions.filter(level=level, cleared_at__isnull=True).exists():
        raise Conflict(_("A notice of this level is open already."))
    trigger = why(incident, level, now) or Trigger.JUDGEMENT
    if trigger == Trigger.JUDGEMENT:
        note = must_say("note", note)
    reply_s = flow_rules(now).supervision_reply_work_hours * 3600
    notice = Supervision.objects.create(
        incident=incident,
        number=_next_number(now),
        level=level,
        trigger=trigger,
        note=note,
        department=incident.department,
        issued_by=actor,
        issued_at=now,
        reply_due_at=add_work_seconds(now, reply_s, work_calendar()),
    )
    _mark(incident)
    tell(
        incident,
        "supervised",
        actor=actor,
        note=note,
        data={
            "number": notice.number,
            "level": level,
            "trigger": trigger,
            "reply_due_at": notice.reply_due_at.isoformat(),
        },
    )
    # What called for the notice is off the screens with it.
    answered = Alarm.objects.filter(
        incident=incident, kind=Alarm.Kind.SUPERVISION_DUE, data__level=level, acknowledged_at__isnull=True
    )
    for alarm in answered:
        acknowledge(alarm.pk, actor=actor)
    return notice


@transaction.atomic
def reply_supervision(notice_id: int, *, actor: User, reply: str) -> Supervision:
    """The department answers: what was done, by when the rest. The first answer stands; the same again is harmless."""
    reply = must_say("reply", reply)
    incident, notice = _locked(notice_id)
    if notice.replied_at is not None:
        if notice.reply == reply:
            return notice
        raise Conflict(_("%(number)s was answered already.") % {"number": notice.number})
    if notice.cleared_at is not None:
        raise Conflict(_("%(number)s has been cleared.") % {"number": notice.number})
    notice.reply, notice.replied_by, notice.replied_at = reply, actor, db_now()
    notice.save(update_fields=["reply", "replied_by", "replied_at"])
    tell(
        incident, "supervision_answered", actor=actor, note=reply, data={"number": notice.number, "level": notice.level}
    )
    return notice


@transaction.atomic
def clear_supervision(notice_id: int, *, actor: User, note: str = "") -> Supervision:
    """Whoever may issue it clears it; twice changes nothing."""
    incident, notice = _locked(notice_id)
    if notice.cleared_at is not None:
        return notice
    notice.cleared_by, notice.cleared_at = actor, db_now()
    notice.save(update_fields=["cleared_by", "cleared_at"])
    _mark(incident)
    tell(incident, "supervision_cleared", actor=actor, note=note, data={"number": notice.number, "level": notice.level})
    return notice


def why(incident: Incident, level: int, now: datetime) -> str:
    """Which rule calls for a notice of this level, empty for none."""
    rules = flow_rules(now)
    handling = Deadline.objects.filter(
        incident=incident, policy=STAGE, code="handle", generation=incident.generation, **ENDLESS
    ).first()
    if level == Level.SHIFT_LEAD:
        if handling is not None and handling.missed_at is not None:
            return Trigger.OVERDUE
        if incident.rework_count >= rules.supervise_after_rework:
            return Trigger.REWORK
        return Trigger.RETURNED if incident.return_count >= rules.supervise_after_returns else ""
    if incident.supervisions.filter(
        level=Level.SHIFT_LEAD, cleared_at__isnull=True, replied_at__isnull=True, reply_due_at__lt=now
    ).exists():
        return Trigger.UNANSWERED
    if incident.source_kind == "superior":
        return Trigger.SUPERIOR
    if handling is not None and handling.paused_at is None:
        limit = handling.due_at - handling.started_at
        if now > handling.started_at + limit * rules.leader_supervision_after_limits:
            return Trigger.LONG_OPEN
    return ""


def supervisable_ids(now: datetime) -> list[tuple[int, int]]:
    """(incident, level) for which a rule calls and nobody has been told; looked at again under the lock."""
    rules = flow_rules(now)
    live = Incident.objects.filter(status__in=LIVE, suspended_at__isnull=True, ended_at__isnull=True)
    handling = Deadline.objects.filter(incident=OuterRef("pk"), policy=STAGE, code="handle", **ENDLESS)
    told = Alarm.objects.filter(incident=OuterRef("pk"), kind=Alarm.Kind.SUPERVISION_DUE)
    notice = Supervision.objects.filter(incident=OuterRef("pk"))
    first = live.filter(
        Q(Exists(handling.filter(missed_at__isnull=False)))
        | Q(rework_count__gte=rules.supervise_after_rework)
        | Q(return_count__gte=rules.supervise_after_returns),
        ~Exists(told.filter(data__level=1)),
        ~Exists(notice.filter(level=1)),
    )
    silent = notice.filter(level=1, cleared_at__isnull=True, replied_at__isnull=True, reply_due_at__lt=now)
    # A first sieve: twice the limit in clock time; the rule itself is asked under the lock.
    long_open = handling.filter(missed_at__lt=now - timedelta(minutes=1), due_at__lt=now).annotate(
        limit=F("due_at") - F("started_at")
    )
    long_open = long_open.filter(due_at__lt=now - F("limit") * (rules.leader_supervision_after_limits - 1))
    second = live.filter(
        Q(Exists(silent)) | Q(source_kind="superior") | Q(Exists(long_open)),
        ~Exists(told.filter(data__level=2)),
        ~Exists(notice.filter(level=2)),
    )
    found = [(pk, 1) for pk in first.order_by("pk").values_list("pk", flat=True)[:BATCH]]
    return found + [(pk, 2) for pk in second.order_by("pk").values_list("pk", flat=True)[:BATCH]]


@transaction.atomic
def call_for_supervision(incident_id: int, level: int) -> bool:
    """Alarm the shift leader or the commander, once for each level."""
    incident = locked(incident_id)
    trigger = why(incident, level, db_now())
    known = Alarm.objects.filter(incident=incident, kind=Alarm.Kind.SUPERVISION_DUE, data__level=level).exists()
    if incident.ended_at is not None or not trigger or known:
        return False
    if incident.supervisions.filter(level=level).exists():
        return False
    role = "shift_lead" if level == Level.SHIFT_LEAD else "commander"
    raise_for(incident, Alarm.Kind.SUPERVISION_DUE, role, {"level": level, "trigger": trigger}, again=True)
    return True


def _locked(notice_id: int) -> tuple[Incident, Supervision]:
    incident_id = Supervision.objects.filter(pk=notice_id).values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotFound(_("There is no supervision notice %(id)s.") % {"id": notice_id})
    return locked(incident_id), Supervision.objects.select_for_update(no_key=True).get(pk=notice_id)


def _mark(incident: Incident) -> None:
    incident.supervised = (
        incident.source_kind == "superior" or incident.supervisions.filter(cleared_at__isnull=True).exists()
    )
    incident.save(update_fields=["supervised"])


def _next_number(now: datetime) -> str:
    year = now.astimezone(STREET).year
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('supervision_number'))")
        cursor.execute(
            "select coalesce(max(substring(number from '[0-9]+$')::int), 0) from incidents_supervision"
            " where number like %s",
            [f"督〔{year}〕%"],
        )
        return f"督〔{year}〕{cursor.fetchone()[0] + 1:04d}"
