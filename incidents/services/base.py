"""What every change of an incident shares: lock it, look again, record it."""

from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from incidents.lifecycle import ENDED, Status
from incidents.models import Deadline, Incident
from incidents.models.deadlines import OPEN
from incidents.shapes import RELATED, UNSHOWN, audience_of, incident_shape
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User


def locked(incident_id: int) -> Incident:
    """The incident under its row lock, read again. The lock order is incident → assignment → unit."""
    rows = Incident.objects.select_for_update(no_key=True, of=("self",)).select_related(*RELATED).defer(*UNSHOWN)
    try:
        return rows.get(pk=incident_id)
    except Incident.DoesNotExist:
        raise NotFound(_("There is no incident %(id)s.") % {"id": incident_id}) from None


def tell(
    incident: Incident,
    verb: str,
    *,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    at: datetime | None = None,
) -> None:
    """Write the story's next line and push the incident's shape."""
    record(
        incident,
        f"incident.{verb}",
        actor=actor,
        note=note,
        data=data,
        at=at,
        shape=incident_shape,
        audience=audience_of(incident),
    )


def refresh_next_due(incident: Incident) -> None:
    """Set (not save) the nearest open promise."""
    incident.next_due_at = Deadline.objects.filter(OPEN, incident=incident).aggregate(at=Min("due_at"))["at"]


def must_be(incident: Incident, *statuses: Status) -> None:
    """Raise WrongStep unless the incident is in one of these states."""
    if incident.status not in statuses:
        raise WrongStep(
            _("%(case)s is “%(now)s”; this step needs “%(needed)s”.")
            % {
                "case": incident.case_no,
                "now": Status(incident.status).label,
                "needed": " / ".join(str(status.label) for status in statuses),
            },
            now=incident.status,
        )


def must_be_live(incident: Incident) -> None:
    """Raise WrongStep when the story has ended."""
    if incident.status in ENDED:
        raise WrongStep(
            _("%(case)s has ended (%(now)s).") % {"case": incident.case_no, "now": Status(incident.status).label},
            now=incident.status,
        )


def must_say(field: str, text: str, *, at_least: int = 1) -> str:
    """The text without surrounding space; raises BadInput when it is too short or longer than 4,000 characters."""
    text = (text or "").strip()
    if len(text) < at_least:
        raise BadInput(field, _("This must be filled in."))
    if len(text) > 4_000:
        raise BadInput(field, _("At most 4,000 characters."))
    return text
