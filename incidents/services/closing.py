"""After the scene: checked, closed, reopened, closed by order; follow-up with the parties."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.lifecycle import Status
from incidents.models import Attachment, CaseCheck, Deadline, Incident
from incidents.models.deadlines import OPEN
from incidents.rules import flow_rules
from incidents.services import clocks
from incidents.services.base import locked, must_be, must_say, refresh_next_due, tell
from incidents.services.moving import mark_locked, step
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, WrongStep
from shushanwei.common.wording import one_of
from shushanwei.people.models import User

S = Status
FOLLOW_UP_METHODS = ("visit", "phone", "mediation_room")


@transaction.atomic
def order_check(incident_id: int, *, actor: User | None = None, collector: User | None = None) -> Incident:
    """Send a collector, who is not the handler, to look before closing (核查)."""
    incident = locked(incident_id)
    must_be(incident, S.PENDING_CHECK)
    now = db_now()
    due = clocks.stage_due(incident, "check", now)
    CaseCheck.objects.create(
        incident=incident, kind=CaseCheck.Kind.CHECK, collector=collector, ordered_at=now, due_at=due
    )
    step(incident, S.CHECKING, actor=actor, data={"collector": str(collector) if collector else None})
    return incident


@transaction.atomic
def finish_check(incident_id: int, *, actor: User, passed: bool, note: str = "", by_picture: bool = False) -> Incident:
    """The result of the check: passed awaits closing; not passed goes back as rework, with a reason.

    By picture the seat compares the photos made after handling; without one there is nothing to compare.
    """
    incident = locked(incident_id)
    must_be(incident, S.PENDING_CHECK, S.CHECKING)
    if not passed:
        note = must_say("note", note)
    if by_picture and passed and not incident.attachments.filter(kind=Attachment.Kind.AFTER).exists():
        raise Conflict(_("There is no photo made after handling to check."))
    now = db_now()
    if incident.status == S.PENDING_CHECK:
        step(incident, S.CHECKING, actor=actor, data={"by_picture": by_picture})
    check = incident.checks.filter(kind=CaseCheck.Kind.CHECK, done_at__isnull=True).first() or CaseCheck(
        incident=incident, kind=CaseCheck.Kind.CHECK, ordered_at=now, due_at=now
    )
    check.result = CaseCheck.Result.PASSED if passed else CaseCheck.Result.FAILED
    check.note, check.by_picture, check.done_by, check.done_at = note, by_picture, actor, now
    check.save()
    if passed:
        step(incident, S.PENDING_CLOSE, actor=actor, note=note, data={"by_picture": by_picture})
    else:
        incident.rework_count += 1
        step(incident, S.REWORK, actor=actor, note=note, data={"by_picture": by_picture})
    return incident


@transaction.atomic
def close(incident_id: int, *, actor: User, closing: dict, confirm_brief: bool = False) -> Incident:
    """Close with the four facts: found, contacted, done, remains (结案); the closing condition is met.

    A text shorter than the rules of the flow say (30 characters) is likely to come back as too brief 过简闭环: it is
    refused until the seat confirms it.
    """
    incident = locked(incident_id)
    must_be(incident, S.PENDING_CLOSE)
    facts = {}
    for field in ("found", "contacted", "done", "remains"):
        value = closing.get(field, "")
        if not isinstance(value, str):
            raise BadInput(f"closing.{field}", _("A text is needed."))
        facts[field] = value.strip()[:2_000]
    for field in ("found", "done"):
        must_say(f"closing.{field}", facts[field])
    brief = flow_rules().closing_brief_chars
    if sum(map(len, facts.values())) < brief and not confirm_brief:
        raise BadInput(
            "closing",
            _("Fewer than %(count)s characters: the closing may come back as too brief.") % {"count": brief},
            brief=True,
        )
    incident.closing = facts
    step(incident, S.CLOSED, actor=actor, note=facts["done"], data={"closing": facts})
    return incident


@transaction.atomic
def force_close(incident_id: int, *, actor: User, second: User, reason: str) -> Incident:
    """Close by order (强制结案): a shift leader and a commander sign; counted apart."""
    reason = must_say("reason", reason)
    if second.pk == actor.pk:
        raise BadInput("second", _("Two different persons must sign."))
    if not second.has_perm("incidents.force_close_incident"):
        raise BadInput("second", _("This person may not close by order."))
    incident = locked(incident_id)
    step(incident, S.FORCE_CLOSED, actor=actor, note=reason, data={"second": str(second)})
    return incident


@transaction.atomic
def reopen(incident_id: int, *, actor: User | None, reason: str) -> Incident:
    """Open again once, within seven days, after the reporter said "not solved" (重开)."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    must_be(incident, S.CLOSED)
    if incident.reopen_count:
        raise WrongStep(_("%(case)s was reopened once already.") % {"case": incident.case_no})
    days = flow_rules().reopen_within_days
    if incident.closed_at and db_now() - incident.closed_at > timedelta(days=days):
        raise WrongStep(
            _("%(case)s was closed more than %(days)s days ago.") % {"case": incident.case_no, "days": days}
        )
    incident.generation += 1
    incident.reopen_count += 1
    incident.join_key = None
    # What was promised in the first round and not yet due is asked for anew in this one, never twice.
    clocks.void_clocks(incident, Q(generation__lt=incident.generation))
    for column in ("scene_closed_at", "followup_done_at"):
        setattr(incident, column, None)
    step(incident, S.HANDLING, actor=actor, note=reason, data={"generation": incident.generation, "reopened": True})
    return incident


@transaction.atomic
def follow_up(
    incident_id: int,
    *,
    actor: User,
    method: str,
    result: str,
    next_at: datetime | None = None,
) -> Incident:
    """A valid contact with the party after the scene (跟进, E8): method, result, next date."""
    if method not in FOLLOW_UP_METHODS:
        raise BadInput("method", one_of(FOLLOW_UP_METHODS))
    result = must_say("result", result)
    incident = locked(incident_id)
    if incident.scene_closed_at is None:
        raise WrongStep(_("A follow-up comes after the scene is closed."))
    mark_locked(
        incident,
        "E8",
        actor=actor,
        note=result,
        data={"method": method, "next_at": next_at.isoformat() if next_at else None},
    )
    return incident


@transaction.atomic
def agree_follow_up(incident_id: int, *, actor: User, until: datetime, note: str) -> Incident:
    """The party asked for a later date (约定跟进): F24 waits until then and gives back exactly that time."""
    note = must_say("note", note)
    incident = locked(incident_id)
    now = db_now()
    if until <= now:
        raise BadInput("until", _("The appointment must lie in the future."))
    open_f24 = Deadline.objects.select_for_update(no_key=True).filter(
        OPEN, incident=incident, code="F24", generation=incident.generation, due_at__gt=now
    )
    waiting = list(open_f24)
    if not waiting:
        raise WrongStep(_("There is no running follow-up clock."))
    if incident.followup_due_by_appointment and incident.followup_due_by_appointment > now:
        raise WrongStep(_("An appointment stands already."))
    for deadline in waiting:
        clocks.laid_out(deadline, until, (deadline.due_at - now).total_seconds())
        deadline.paused_s += int((until - now).total_seconds())
        deadline.save(update_fields=[*clocks.LAID_OUT, "paused_s"])
    incident.followup_due_by_appointment = until
    refresh_next_due(incident)
    incident.save(update_fields=["followup_due_by_appointment", "next_due_at"])
    tell(incident, "followup_agreed", actor=actor, note=note, data={"until": until.isoformat()})
    return incident
