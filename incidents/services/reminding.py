"""Reminders 催办: before a limit is used up, and again and again after a miss until somebody really moves."""

from datetime import datetime

from django.db import transaction

from grid.working import work_calendar
from incidents.models import Alarm, Deadline
from incidents.models.deadlines import CALENDAR_KINDS, RUNNING
from incidents.services.base import locked, tell
from incidents.services.clocks import limit_kind
from incidents.services.sweeping import ALARMS, KIND_OF, raise_for
from shushanwei.common.clock import db_now
from shushanwei.common.worktime import add_limit_seconds, used_seconds

BATCH = 500
LOOK_AHEAD_S = 60.0


def remindable_ids(now: datetime) -> list[int]:
    """Promises whose reminder has come, the oldest first."""
    due = Deadline.objects.filter(remind_at__lte=now, **RUNNING)
    return list(due.order_by("remind_at").values_list("id", flat=True)[:BATCH])


@transaction.atomic
def remind(deadline_id: int) -> bool:
    """Write one reminder into the story and push it; false when the promise was kept or taken back meanwhile.

    An acknowledged alarm of a promise of 30515 is raised again: acknowledging is not moving. Limits in working time
    are reminded in working time only.
    """
    found = Deadline.objects.filter(pk=deadline_id).values_list("incident_id", flat=True).first()
    if found is None:
        return False
    incident = locked(found)
    deadline = Deadline.objects.select_for_update(no_key=True).filter(pk=deadline_id, **RUNNING).first()
    now = db_now()
    if deadline is None or deadline.remind_at is None or deadline.remind_at > now:
        return False
    if incident.ended_at is not None or deadline.generation != incident.generation:
        deadline.remind_at = None
        deadline.save(update_fields=["remind_at"])
        return False
    kind, calendar = limit_kind(deadline.limit_kind), work_calendar()
    if kind in CALENDAR_KINDS:
        opening = add_limit_seconds(now, LOOK_AHEAD_S, kind, calendar)
        if used_seconds(now, opening, kind, calendar) < (opening - now).total_seconds():
            # The office is closed: wait for its next minute.
            deadline.remind_at = opening
            deadline.save(update_fields=["remind_at"])
            return False
    deadline.remind_count += 1
    deadline.remind_at = None
    if deadline.missed_at is not None and deadline.remind_every_s:
        deadline.remind_at = add_limit_seconds(now, deadline.remind_every_s, kind, calendar)
    deadline.save(update_fields=["remind_at", "remind_count"])
    tell(
        incident,
        "reminded",
        data={
            "code": deadline.code,
            "part": deadline.part,
            "deadline": deadline.pk,
            "number": deadline.remind_count,
            "missed": deadline.missed_at is not None,
            "due_at": deadline.due_at.isoformat(),
        },
    )
    if deadline.missed_at is not None and deadline.code in KIND_OF:
        role = ALARMS.get(deadline.on_miss, "shift_lead")
        raise_for(incident, Alarm.Kind.NO_PROGRESS, role, {"code": deadline.code, "part": deadline.part})
    return True
