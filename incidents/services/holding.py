"""Returned, put on hold, given more time, exempted: the exceptions of the flow, each with its reason."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from grid.working import work_calendar
from incidents.lifecycle import Status
from incidents.models import CaseReturn, Deadline, Department, Incident
from incidents.models.deadlines import ENDLESS
from incidents.rules import flow_rules
from incidents.services import clocks
from incidents.services.base import locked, must_be, must_say, refresh_next_due, tell
from incidents.services.moving import step
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from shushanwei.common.wording import local, one_of
from shushanwei.common.worktime import limit_seconds
from shushanwei.people.models import User

S = Status


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


def may_suspend(incident: Incident, until: datetime, now: datetime) -> None:
    """Raise unless the case may be put on hold to `until`: once, within a year, with a document or photo."""
    must_be(incident, S.HANDLING)
    if incident.suspended_at is not None:
        raise Conflict(_("On hold already, until %(until)s.") % {"until": local(incident.suspended_until)})
    if incident.suspension_used:
        raise WrongStep(_("%(case)s was on hold once already.") % {"case": incident.case_no})
    longest = flow_rules(now).suspension_longest_days
    if not now < until <= now + timedelta(days=longest):
        raise BadInput("until", _("Later than now, at most %(days)s days ahead.") % {"days": longest})
    _must_have_evidence(incident)


@transaction.atomic
def suspend(incident_id: int, *, actor: User, until: datetime, reason: str) -> Incident:
    """Put on hold (挂账) to a date, once, a year at most, with a document or photo; the handling clock stops."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    now = db_now()
    may_suspend(incident, until, now)
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


def may_extend(incident: Incident, now: datetime) -> Deadline:
    """The handling clock, locked, if its limit may be extended now; raises WrongStep or Conflict otherwise."""
    must_be(incident, S.DISPATCHED, S.HANDLING)
    deadline = (
        Deadline.objects.select_for_update(no_key=True)
        .filter(incident=incident, policy=clocks.STAGE, code="handle", generation=incident.generation, **ENDLESS)
        .first()
    )
    if deadline is None or incident.standard is None or deadline.paused_at is not None:
        raise WrongStep(_("There is no running handling clock."))
    if deadline.due_at <= now:
        raise WrongStep(_("An overdue limit cannot be extended."))
    most = flow_rules(now).extensions_most
    if incident.extension_count >= most:
        raise WrongStep(_("At most %(count)s extensions.") % {"count": most})
    _must_have_evidence(incident)
    return deadline


@transaction.atomic
def extend(incident_id: int, *, actor: User, reason: str) -> Incident:
    """Give one more original limit from the current deadline (延期): twice at most, never once overdue."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    now = db_now()
    deadline = may_extend(incident, now)
    assert incident.standard is not None
    kind = clocks.limit_kind(incident.standard.limit_kind)
    more = limit_seconds(
        kind, incident.standard.limit_value, work_calendar(), deadline.due_at.astimezone(STREET).date()
    )
    counted_from, counted_s = deadline.counted_from or deadline.due_at, deadline.counted_s
    clocks.laid_out(deadline, counted_from, counted_s + more)
    deadline.save(update_fields=clocks.LAID_OUT)
    incident.extension_count += 1
    refresh_next_due(incident)
    incident.save(update_fields=["extension_count", "next_due_at"])
    tell(incident, "extended", actor=actor, note=reason, data={"due_at": deadline.due_at.isoformat()})
    return incident


def _must_have_evidence(incident: Incident) -> None:
    if not incident.attachments.exists():
        raise Conflict(_("A document or photo must be there first."))


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
