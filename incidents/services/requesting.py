"""More time asked for and decided: handler → own department → dispatcher (延期、挂账的申请与审批)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.lifecycle import Status
from incidents.models import Incident, TimeRequest
from incidents.services.base import locked, must_be, must_say, tell
from incidents.services.holding import extend, may_extend, may_suspend, suspend
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.wording import local, one_of
from shushanwei.people.models import User

Kind, State = TimeRequest.Kind, TimeRequest.State


@transaction.atomic
def request_time(
    incident_id: int, *, actor: User, kind: str, reason: str, until: datetime | None = None, endorsed: bool = False
) -> TimeRequest:
    """Ask for an extension or a suspension, with a reason and a document or photo already with the case.

    `endorsed`: the department itself asks, so the request goes straight to the dispatcher. What the dispatcher
    could not approve now (overdue, used up, an end too far away) is refused here already.
    """
    if kind not in Kind.values:
        raise BadInput("kind", one_of(Kind.values))
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    must_be(incident, Status.HANDLING)
    now = db_now()
    if kind == Kind.SUSPENSION:
        if until is None:
            raise BadInput("until", _("A suspension needs an end date."))
        may_suspend(incident, until, now)
    else:
        until = None
        may_extend(incident, now)
    try:
        with transaction.atomic():
            asked = TimeRequest.objects.create(
                incident=incident,
                kind=kind,
                state=State.ENDORSED if endorsed else State.ASKED,
                reason=reason,
                until=until,
                department=incident.department,
                asked_by=actor,
                asked_at=now,
                endorsed_by=actor if endorsed else None,
                endorsed_at=now if endorsed else None,
            )
    except IntegrityError:
        raise Conflict(_("Such a request is waiting for its answer already.")) from None
    _tell(incident, asked, "time_requested", actor, reason)
    return asked


@transaction.atomic
def endorse_request(request_id: int, *, actor: User) -> TimeRequest:
    """The department stands behind its handler's request; twice changes nothing."""
    incident, asked = _locked(request_id)
    if asked.state == State.ENDORSED:
        return asked
    _must_be(asked, State.ASKED)
    asked.state, asked.endorsed_by, asked.endorsed_at = State.ENDORSED, actor, db_now()
    asked.save(update_fields=["state", "endorsed_by", "endorsed_at"])
    _tell(incident, asked, "time_endorsed", actor)
    return asked


@transaction.atomic
def decide_request(request_id: int, *, actor: User, approve: bool, note: str = "") -> TimeRequest:
    """The dispatcher's word. Approved: the limit is extended or the case put on hold in the same transaction.

    A refusal needs a reason and uses nothing up.
    """
    if not approve:
        note = must_say("note", note)
    incident, asked = _locked(request_id)
    decided = State.APPROVED if approve else State.REFUSED
    if asked.state == decided:
        return asked
    _must_be(asked, State.ENDORSED)
    asked.state, asked.decided_by, asked.decided_at, asked.decision_note = decided, actor, db_now(), note
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    _tell(incident, asked, "time_approved" if approve else "time_refused", actor, note)
    if approve and asked.kind == Kind.EXTENSION:
        extend(incident.pk, actor=actor, reason=asked.reason)
    elif approve:
        assert asked.until is not None
        suspend(incident.pk, actor=actor, until=asked.until, reason=asked.reason)
    return asked


@transaction.atomic
def withdraw_request(request_id: int, *, actor: User) -> TimeRequest:
    """Who asked, or the department, takes it back before it is decided."""
    incident, asked = _locked(request_id)
    if asked.state == State.WITHDRAWN:
        return asked
    _must_be(asked, State.ASKED, State.ENDORSED)
    asked.state, asked.decided_by, asked.decided_at = State.WITHDRAWN, actor, db_now()
    asked.save(update_fields=["state", "decided_by", "decided_at"])
    _tell(incident, asked, "time_withdrawn", actor)
    return asked


def _locked(request_id: int) -> tuple[Incident, TimeRequest]:
    incident_id = TimeRequest.objects.filter(pk=request_id).values_list("incident_id", flat=True).first()
    if incident_id is None:
        raise NotFound(_("There is no request %(id)s.") % {"id": request_id})
    return locked(incident_id), TimeRequest.objects.select_for_update(no_key=True).get(pk=request_id)


def _must_be(asked: TimeRequest, *states: TimeRequest.State) -> None:
    if asked.state not in states:
        raise Conflict(
            _("The request is “%(now)s” since %(at)s.")
            % {"now": asked.get_state_display(), "at": local(asked.decided_at or asked.endorsed_at or asked.asked_at)}
        )


def _tell(incident: Incident, asked: TimeRequest, verb: str, actor: User, note: str = "") -> None:
    until = asked.until.isoformat() if asked.until else None
    tell(incident, verb, actor=actor, note=note, data={"request": asked.pk, "kind": asked.kind, "until": until})
