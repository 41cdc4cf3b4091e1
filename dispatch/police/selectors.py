"""Reads of transfers and escalations; permission is part of fetching."""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from dispatch import selectors as units
from dispatch.matching import Candidate
from dispatch.models import PoliceMessage, PoliceTransfer, Reinforcement, Unit
from dispatch.police.lifecycle import Transfer
from dispatch.police.shapes import TRANSFER_RELATED
from incidents.models import Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

VIEW = "dispatch.view_transfer"
DESK = "dispatch.work_police_desk"
Call = Reinforcement.Status
COMING = (Call.REQUESTED, Call.ACCEPTED, Call.ARRIVED)
CALL_RELATED = ("incident__category", "incident__community", "incident__grid", "incident__department", "requested_by",
                "assignment__unit", "police__answered_by")  # fmt: skip
# What waits for an answer first, then what is at work, then what is done.
URGENT_FIRST = Case(
    When(status=Transfer.OFFERED, then=Value(0)),
    When(status=Transfer.SENT_BACK, then=Value(1)),
    When(status__in=[Transfer.ACCEPTED, Transfer.FED_BACK], then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


def transfers_for(user: User) -> QuerySet[PoliceTransfer]:
    """The transfers a person may see: the street's seats and the police side see all of them, others none."""
    reach = reach_of(user, VIEW)
    rows = PoliceTransfer.objects.select_related(*TRANSFER_RELATED)
    return rows if reach.street or reach.police else rows.none()


def transfer_for(user: User, pk: int) -> PoliceTransfer:
    """One transfer the person may see; raises NotFound otherwise."""
    transfer = transfers_for(user).filter(pk=pk).first()
    if transfer is None:
        raise NotFound(_("There is no transfer %(id)s.") % {"id": pk})
    return transfer


def calls_for(user: User) -> QuerySet[Reinforcement]:
    """The calls for the police that the desk works on, the newest first."""
    reach = reach_of(user, DESK)
    calls = Reinforcement.objects.filter(force=Unit.Kind.POLICE).select_related(*CALL_RELATED).order_by("-id")
    return calls if reach.street or reach.police else calls.none()


def call_for(user: User, pk: int) -> Reinforcement:
    """One call for the police; raises NotFound for who does not work the desk."""
    call = calls_for(user).filter(pk=pk).first()
    if call is None:
        raise NotFound(_("There is no call for the police %(id)s.") % {"id": pk})
    return call


def open_calls(user: User) -> list[Reinforcement]:
    """What the desk has to answer or to follow: unanswered first, then the oldest."""
    live = calls_for(user).filter(status__in=COMING, incident__ended_at__isnull=True)
    return sorted(live, key=lambda call: (call.status != Call.REQUESTED, call.incident.level, call.pk))


def cars_for(incident: Incident) -> list[Candidate]:
    """The police cars on duty, ranked as for any order."""
    return units.candidates_for(incident, db_now(), kinds=[Unit.Kind.POLICE])


def escalated_incident_ids(user: User) -> list[int]:
    """Incidents for which the police were called: whoever works the desk may see them (newest two hundred)."""
    if not reach_of(user, DESK).police:
        return []
    calls = Reinforcement.objects.filter(force=Unit.Kind.POLICE).order_by("-id")
    return list(calls.values_list("incident_id", flat=True)[:200])


def is_escalated(incident: Any) -> bool:
    """Whether the police were called to an incident: their desk hears what happens to it."""
    if incident.reinforcement_requested_at is None:
        return False
    return Reinforcement.objects.filter(incident_id=incident.id, force=Unit.Kind.POLICE).exists()


def dead_messages() -> QuerySet[PoliceMessage]:
    """Messages that were given up, the newest first."""
    return PoliceMessage.objects.filter(state=PoliceMessage.State.DEAD).order_by("-id")


def waiting_messages() -> QuerySet[PoliceMessage]:
    """Messages that have not been taken yet, the oldest first."""
    return PoliceMessage.objects.filter(state=PoliceMessage.State.PENDING).order_by("id")


def returned_or_ended() -> Q:
    """Transfers on which the street works no more."""
    return Q(status__in=[Transfer.CLOSED, Transfer.RETURNED])
