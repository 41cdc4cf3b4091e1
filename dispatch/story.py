"""What the department reads of its case: which lines of the story, in which words, and what their data adds."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Supervision, TimeRequest
from shushanwei.common.wording import local
from shushanwei.journal.models import Entry
from shushanwei.journal.selectors import story_of

SHOWN = 60
# The department reads what happened to its case, not every push.
STORY = {
    "incident.opened": gettext_lazy("reported"),
    "incident.pending_dispatch": gettext_lazy("filed, awaiting dispatch"),
    "incident.dispatched": gettext_lazy("dispatched"),
    "incident.returned": gettext_lazy("sent back"),
    "incident.handling": gettext_lazy("handling began"),
    "incident.handled": gettext_lazy("handled"),
    "incident.pending_check": gettext_lazy("confirmed, awaiting check"),
    "incident.rework": gettext_lazy("check not passed, rework"),
    "incident.pending_close": gettext_lazy("check passed, awaiting closing"),
    "incident.closed": gettext_lazy("closed"),
    "incident.extended": gettext_lazy("limit extended"),
    "incident.suspended": gettext_lazy("put on hold"),
    "incident.resumed": gettext_lazy("taken up again"),
    "incident.deadline_missed": gettext_lazy("promise missed"),
    "incident.reminded": gettext_lazy("reminded"),
    "incident.supervised": gettext_lazy("supervision notice issued"),
    "incident.supervision_answered": gettext_lazy("supervision notice answered"),
    "incident.supervision_cleared": gettext_lazy("supervision notice cleared"),
    "incident.time_requested": gettext_lazy("more time asked for"),
    "incident.time_endorsed": gettext_lazy("request endorsed by the department"),
    "incident.time_approved": gettext_lazy("request approved"),
    "incident.time_refused": gettext_lazy("request refused"),
    "incident.time_withdrawn": gettext_lazy("request withdrawn"),
    "incident.calendar_changed": gettext_lazy("limit laid out on the changed working calendar"),
}
# The limits that a department has to keep; reminders of others are for others.
LIMITS = {"accept": gettext_lazy("acceptance limit"), "handle": gettext_lazy("handling limit")}


def lines(incident_id: int) -> list[tuple[Entry, str, str]]:
    """(line, its words, what its data adds), the newest first."""
    ours = Q(verb__in=STORY) & (~Q(verb="incident.reminded") | Q(data__code__in=list(LIMITS)))
    newest = story_of("incident", incident_id).filter(ours).order_by("-id")[:SHOWN]
    return [(line, str(STORY[line.verb]), adds(line.verb, line.data)) for line in newest]


def adds(verb: str, data: dict) -> str:
    """Which limit, how many times, until when: what the words of a line leave open; empty for nothing."""
    match verb.removeprefix("incident."):
        case "reminded":
            said = [
                _limit(data),
                _("no. %(n)s") % {"n": data["number"]},
                _("already overdue") if data["missed"] else "",
            ]
        case "deadline_missed":
            said = [_limit(data)]
        case "calendar_changed":
            said = [f"{_limit(moved)} {_until(moved['to'])}" for moved in data["deadlines"] if moved["code"] in LIMITS]
        case "extended":
            said = [_until(data.get("due_at"))]
        case "suspended":
            said = [_until(data.get("until"))]
        case "supervised" | "supervision_answered" | "supervision_cleared":
            said = [data["number"], str(Supervision.Level(data["level"]).label)]
        case "time_requested" | "time_endorsed" | "time_approved" | "time_refused" | "time_withdrawn":
            said = [str(TimeRequest.Kind(data["kind"]).label), _until(data["until"])]
        case _:
            said = []
    return " · ".join(words for words in said if words)


def _limit(data: dict) -> str:
    return str(LIMITS.get(data.get("code", ""), ""))


def _until(instant: str | None) -> str:
    return _("until %(at)s") % {"at": local(datetime.fromisoformat(instant))} if instant else ""
