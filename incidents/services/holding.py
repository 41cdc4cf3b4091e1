"""Returned, put on hold, given more time, exempted: the exceptions of the flow, each with its reason."""

from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from grid.working import work_calendar
from incidents.lifecycle import Status
from incidents.models import CaseReturn, Deadline, Department, Incident
from incidents.models.deadlines import OPEN
from incidents.services import clocks
from incidents.services.base import locked, must_be, must_say, refresh_next_due, tell
from incidents.services.moving import step
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from shushanwei.common.wording import local, one_of
from shushanwei.common.worktime import LimitKind, extended_deadline
from shushanwei.people.models import User

S = Status
LONGEST_SUSPENSION = timedelta(days=366)
EXTENSIONS = 2


@transaction.atomic
def return_case(
    incident_id: int, *, actor: User, reason: str, note: str = "", department: Department | None = None
) -> Incident:
    """A department sends the case back (回退), with one of the four reasons; what was entered stays."""
    if reason not in CaseReturn.Reason.values:
        raise BadInput("reason", one_of(CaseReturn.Reason.values))
    incident = locked(incident_id)
    must_be(incident, S.DISPATCHED, S.HANDLING)
    CaseReturn.objects.create(
        incident=incident,
        reason=reason,
        note=note,
        from_status=incident.status,
        to_status=S.RETURNED,
        department=department,
        by=actor,
        returned_at=db_now(),
    )
    incident.return_count += 1
    step(incident, S.RETURNED, actor=actor, note=note or str(CaseReturn.Reason(reason).label), data={"reason": reason})
    return incident


@transaction.atomic
def return_to_filing(incident_id: int, *, actor: User, note: str) -> Incident:
    """The dispatcher gives the case back to the seat: to be filed anew, or not at all."""
    incident = locked(incident_id)
    must_be(incident, S.RETURNED, S.PENDING_DISPATCH)
    step(incident, S.PENDING_FILING, actor=actor, note=must_say("note", note))
    return incident


@transaction.atomic
def suspend(incident_id: int, *, actor: User, until: datetime, reason: str) -> Incident:
    """Put on hold (挂账) to a date, once, a year at most, with a document or photo; the handling clock stops."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    must_be(incident, S.HANDLING)
    now = db_now()
    if incident.suspended_at is not None:
        raise Conflict(_("On hold already, until %(until)s.") % {"until": local(incident.suspended_until)})
    if incident.suspension_used:
        raise WrongStep(_("%(case)s was on hold once already.") % {"case": incident.case_no})
    if not now < until <= now + LONGEST_SUSPENSION:
        raise BadInput("until", _("Later than now, at most a year ahead."))
    if not incident.attachments.exists():
        raise Conflict(_("A document or photo must be there first."))
    clocks.pause_clocks(incident, now)
    incident.suspended_at, incident.suspended_until, incident.suspension_used = now, until, True
    refresh_next_due(incident)
    incident.save(update_fields=["suspended_at", "suspended_until", "suspension_used", "next_due_at"])
    tell(incident, "suspended", actor=actor, note=reason, data={"until": until.isoformat()})
    return incident


@transaction.atomic
def resume(incident_id: int, *, actor: User | None = None) -> Incident:
    """Take off hold: by a person, or by the sweep on the end date. The clock gets back what was left."""
    incident = locked(incident_id)
    if incident.suspended_at is None:
        raise WrongStep(_("%(case)s is not on hold.") % {"case": incident.case_no})
    now = db_now()
    # The sweep may be late; the clock goes on from the agreed date.
    at = min(now, incident.suspended_until) if actor is None and incident.suspended_until else now
    clocks.resume_clocks(incident, at)
    incident.suspended_at = incident.suspended_until = None
    refresh_next_due(incident)
    incident.save(update_fields=["suspended_at", "suspended_until", "next_due_at"])
    tell(incident, "resumed", actor=actor, at=at)
    return incident


def resume_due(incident_id: int) -> bool:
    """The sweep's step: resume when the end date has come; false when somebody was faster."""
    with transaction.atomic():
        incident = locked(incident_id)
        if incident.suspended_at is None or (incident.suspended_until and incident.suspended_until > db_now()):
            return False
        resume(incident_id)
        return True


@transaction.atomic
def extend(incident_id: int, *, actor: User, reason: str) -> Incident:
    """Give one more original limit from the current deadline (延期): twice at most, never once overdue."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    must_be(incident, S.DISPATCHED, S.HANDLING)
    deadline = (
        Deadline.objects.select_for_update(no_key=True)
        .filter(OPEN, incident=incident, policy=clocks.STAGE, code="handle")
        .first()
    )
    now = db_now()
    if deadline is None or incident.standard is None:
        raise WrongStep(_("There is no running handling clock."))
    if deadline.due_at <= now:
        raise WrongStep(_("An overdue limit cannot be extended."))
    if incident.extension_count >= EXTENSIONS:
        raise WrongStep(_("At most %(count)s extensions.") % {"count": EXTENSIONS})
    kind = cast(LimitKind, incident.standard.limit_kind)
    deadline.due_at = deadline.work_at = extended_deadline(
        deadline.due_at, kind, incident.standard.limit_value, work_calendar()
    )
    deadline.save(update_fields=["due_at", "work_at"])
    incident.extension_count += 1
    refresh_next_due(incident)
    incident.save(update_fields=["extension_count", "next_due_at"])
    tell(incident, "extended", actor=actor, note=reason, data={"due_at": deadline.due_at.isoformat()})
    return incident


@transaction.atomic
def exempt(deadline_id: int, *, actor: User, reason: str) -> Deadline:
    """An upheld appeal: not counted, the raw fact stays (不计考核). One per promise."""
    reason = must_say("reason", reason)
    found = Deadline.objects.filter(pk=deadline_id).values_list("incident_id", flat=True).first()
    if found is None:
        raise BadInput("deadline", _("There is no such promise."))
    incident = locked(found)
    deadline = Deadline.objects.select_for_update(no_key=True).get(pk=deadline_id)
    if deadline.missed_at is None:
        raise WrongStep(_("Only a missed promise can be appealed."))
    if deadline.exempt:
        raise Conflict(_("Exempted already."))
    deadline.exempt, deadline.exempt_reason = True, reason[:200]
    deadline.save(update_fields=["exempt", "exempt_reason"])
    tell(incident, "exempted", actor=actor, note=reason, data={"deadline": deadline.pk, "code": deadline.code})
    return deadline
