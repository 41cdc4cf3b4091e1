"""The words a screen needs for the codes in shapes, in the reader's language, and what the reader may do."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dispatch.models import Assignment, Force, Reinforcement
from incidents.lifecycle import STAGE
from incidents.models import Alarm, Attachment, CaseCheck, CaseReturn, Supervision, TimeRequest
from incidents.models.catalogue import LimitKind
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from worksites.models import PlannedCheck
from worksites.trucks.rules import NAMES

# Everything that may stand in a story; a verb without a line here is shown as its code, and a test names it.
VERBS = {
    "incident.opened": gettext_lazy("alert received, incident opened"),
    "incident.alert_joined": gettext_lazy("another alert joined"),
    "incident.answered": gettext_lazy("answered by the seat"),
    "incident.reported": gettext_lazy("reported"),
    "incident.verifying": gettext_lazy("verification ordered"),
    "incident.pending_filing": gettext_lazy("awaiting filing"),
    "incident.pending_dispatch": gettext_lazy("filed, awaiting dispatch"),
    "incident.dispatched": gettext_lazy("dispatched"),
    "incident.returned": gettext_lazy("sent back"),
    "incident.handling": gettext_lazy("handling began"),
    "incident.handled": gettext_lazy("handled"),
    "incident.pending_check": gettext_lazy("awaiting check"),
    "incident.checking": gettext_lazy("check began"),
    "incident.rework": gettext_lazy("check not passed, rework"),
    "incident.pending_close": gettext_lazy("check passed, awaiting closing"),
    "incident.closed": gettext_lazy("closed"),
    "incident.force_closed": gettext_lazy("closed by order"),
    "incident.rejected": gettext_lazy("not filed"),
    "incident.voided": gettext_lazy("voided"),
    "incident.merged": gettext_lazy("merged into another case"),
    "incident.absorbed": gettext_lazy("another case was merged into this one"),
    "incident.received": gettext_lazy("received"),
    "incident.response_started": gettext_lazy("response started"),
    "incident.unit_accepted": gettext_lazy("unit accepted"),
    "incident.arrived": gettext_lazy("unit on scene"),
    "incident.first_feedback": gettext_lazy("first feedback from the scene"),
    "incident.reinforcement_requested": gettext_lazy("reinforcement requested"),
    "incident.reinforcement_arrived": gettext_lazy("reinforcement on scene"),
    "incident.reinforcement_declined": gettext_lazy("decided: no reinforcement"),
    "incident.scene_closed": gettext_lazy("scene closed"),
    "incident.followup_done": gettext_lazy("follow-up done"),
    "incident.followup_agreed": gettext_lazy("follow-up agreed for later"),
    "incident.level_changed": gettext_lazy("level changed"),
    "incident.suspended": gettext_lazy("put on hold"),
    "incident.resumed": gettext_lazy("taken up again"),
    "incident.extended": gettext_lazy("limit extended"),
    "incident.exempted": gettext_lazy("overdue promise exempted"),
    "incident.attached": gettext_lazy("photo or file added"),
    "incident.deadline_missed": gettext_lazy("promise missed"),
    "incident.deadline_warned": gettext_lazy("a promise is about to be missed"),
    "incident.unit_ordered": gettext_lazy("unit ordered"),
    "incident.unit_declined": gettext_lazy("unit declined"),
    "incident.unit_silent": gettext_lazy("unit did not answer in time"),
    "incident.unit_recalled": gettext_lazy("unit recalled"),
    "incident.unit_promoted": gettext_lazy("supporting unit takes the lead"),
    "incident.unit_finished": gettext_lazy("unit finished its part"),
    "incident.feedback": gettext_lazy("feedback from the scene"),
    "incident.force_notified": gettext_lazy("force notified"),
    "incident.reinforcement_accepted": gettext_lazy("reinforcement on its way"),
    "incident.reinforcement_refused": gettext_lazy("reinforcement refused"),
    "incident.reinforcement_unanswered": gettext_lazy("reinforcement not answered"),
    "incident.unit_departed": gettext_lazy("unit set off"),
    "incident.police_noted": gettext_lazy("note of the police"),
    "incident.riders_asked": gettext_lazy("riders nearby asked for help"),
    "incident.rider_accepted": gettext_lazy("a rider is coming to help"),
    "incident.rider_declined": gettext_lazy("a rider cannot come after all"),
    "incident.rider_arrived": gettext_lazy("a rider is there to help"),
    "incident.rider_finished": gettext_lazy("a rider has helped"),
    "incident.riders_silent": gettext_lazy("no rider came"),
    "incident.riders_withdrawn": gettext_lazy("riders were told not to come"),
    "incident.transfer_accepted": gettext_lazy("110 transfer accepted"),
    "incident.department_ordered": gettext_lazy("given to a department"),
    "incident.case_accepted": gettext_lazy("accepted by the department"),
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
STAGES = {
    "intake": pgettext_lazy("stage clock", "intake"),
    "verify": pgettext_lazy("stage clock", "verification"),
    "dispatch": pgettext_lazy("stage clock", "dispatch"),
    "accept": pgettext_lazy("stage clock", "acceptance"),
    "handle": pgettext_lazy("stage clock", "handling"),
    "check": pgettext_lazy("stage clock", "check"),
    "close": pgettext_lazy("stage clock", "closing"),
}
STEPS = [
    pgettext_lazy("step of a case", "Report"),
    pgettext_lazy("step of a case", "File"),
    pgettext_lazy("step of a case", "Dispatch"),
    pgettext_lazy("step of a case", "Handle"),
    pgettext_lazy("step of a case", "Feed back"),
    pgettext_lazy("step of a case", "Close"),
]
POLICIES = {
    "street_30515": gettext_lazy("30515"),
    "city": gettext_lazy("city profile"),
    "stage": gettext_lazy("stage"),
}
ACTIONS = [
    "incidents.answer_incident",
    "incidents.file_incident",
    "incidents.verify_incident",
    "incidents.check_incident",
    "incidents.close_incident",
    "incidents.force_close_incident",
    "incidents.suspend_incident",
    "incidents.supervise",
    "incidents.supervise_as_leader",
    "incidents.set_level",
    "incidents.follow_up",
    "incidents.acknowledge_alarm",
    "dispatch.order_unit",
    "dispatch.request_reinforcement",
    "dispatch.order_department",
    "dispatch.view_transfer",
    "dispatch.call_riders",
    "grid.view_roster",
    "grid.sign_on",
    "grid.view_team",
    "grid.call_team",
]


def console_setup(user: User) -> dict:
    """Labels, permissions, addresses and the server's time for the console's scripts."""
    return {
        "labels": labels(),
        "may": [code for code in ACTIONS if user.has_perm(code)],
        "me": str(user),
        "urls": {"alert": reverse("worksites:alert", args=["NUMBER"]).replace("NUMBER", "%(number)s")},
        "now": db_now().isoformat(),
    }


def screen_setup(user: User) -> dict:
    """Labels and the server's time for the wall's scripts."""
    return {"labels": labels(), "now": db_now().isoformat(), "kiosk": user.is_kiosk}


def labels() -> dict:
    """{kind of code: {code: words}} in the reader's language."""
    return {
        "verbs": _said(VERBS),
        "clocks": _said(STAGES),
        "policies": _said(POLICIES),
        "steps": [str(step) for step in STEPS],
        "stages": {status.value: stage for status, stage in STAGE.items()},
        "assignments": _choices(Assignment.Status),
        "parts": _choices(Assignment.Part),
        "forces": _choices(Force),
        "calls": _choices(Reinforcement.Status),
        "alarms": _choices(Alarm.Kind),
        "photos": _choices(Attachment.Kind),
        "returns": _choices(CaseReturn.Reason),
        "results": _choices(CaseCheck.Result),
        "limits": _choices(LimitKind),
        "time_kinds": _choices(TimeRequest.Kind),
        "time_states": _choices(TimeRequest.State),
        "notices": _choices(Supervision.Level),
        "triggers": _choices(Supervision.Trigger),
        "rules": _said(NAMES),
        "checks": _choices(PlannedCheck.Kind),
        "system": _("System"),
    }


def _said(words: dict) -> dict[str, str]:
    return {code: str(text) for code, text in words.items()}


def _choices(choices) -> dict[str, str]:
    return {value: str(label) for value, label in choices.choices}
