"""What the police desk reads of an incident: which lines of the story, in which words."""

from django.utils.translation import gettext_lazy

from dispatch.models import Unit
from shushanwei.journal.models import Entry
from shushanwei.journal.selectors import story_of

SHOWN = 40
# The police follow the happening and the forces, not the paper that comes after it.
STORY = {
    "incident.opened": gettext_lazy("alert received, incident opened"),
    "incident.alert_joined": gettext_lazy("another alert joined"),
    "incident.answered": gettext_lazy("answered by the seat"),
    "incident.dispatched": gettext_lazy("dispatched"),
    "incident.unit_ordered": gettext_lazy("unit ordered"),
    "incident.unit_declined": gettext_lazy("unit declined"),
    "incident.unit_silent": gettext_lazy("unit did not answer in time"),
    "incident.unit_recalled": gettext_lazy("unit recalled"),
    "incident.unit_accepted": gettext_lazy("unit accepted"),
    "incident.arrived": gettext_lazy("unit on scene"),
    "incident.first_feedback": gettext_lazy("first feedback from the scene"),
    "incident.feedback": gettext_lazy("feedback from the scene"),
    "incident.reinforcement_requested": gettext_lazy("reinforcement requested"),
    "incident.reinforcement_accepted": gettext_lazy("reinforcement on its way"),
    "incident.reinforcement_refused": gettext_lazy("reinforcement refused"),
    "incident.reinforcement_arrived": gettext_lazy("reinforcement on scene"),
    "incident.police_noted": gettext_lazy("note of the police"),
    "incident.transfer_accepted": gettext_lazy("110 transfer accepted"),
    "incident.level_changed": gettext_lazy("level changed"),
    "incident.attached": gettext_lazy("photo or file added"),
    "incident.deadline_missed": gettext_lazy("promise missed"),
    "incident.unit_finished": gettext_lazy("unit finished its part"),
    "incident.scene_closed": gettext_lazy("scene closed"),
    "incident.closed": gettext_lazy("closed"),
}


def lines(incident_id: int) -> list[tuple[Entry, str, str]]:
    """(line, its words, which unit or force), the newest first."""
    newest = story_of("incident", incident_id).filter(verb__in=STORY).order_by("-id")[:SHOWN]
    return [(line, str(STORY[line.verb]), _who(line.data)) for line in newest]


def _who(data: dict) -> str:
    if isinstance(unit := data.get("unit"), str):
        return unit
    force = data.get("part")
    return str(Unit.Kind(force).label) if force in Unit.Kind.values else str(data.get("code", ""))
