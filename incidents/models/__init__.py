"""The tables of alerts, incidents and their promises."""

from incidents.models.alerts import Alert, AlertKind, Mute, Source
from incidents.models.catalogue import (
    CaseCategory,
    CategoryMap,
    Department,
    FilingStandard,
    LevelRule,
    LimitKind,
    Scheme,
    SlaClock,
    SlaPolicy,
)
from incidents.models.deadlines import Alarm, CalendarState, CaseSequence, Deadline, Outage, SweepState
from incidents.models.flow import FlowRules, Supervision, TimeRequest
from incidents.models.incident import Attachment, CaseCheck, CaseReturn, Incident

__all__ = [
    "Alarm",
    "Alert",
    "AlertKind",
    "Attachment",
    "CalendarState",
    "CaseCategory",
    "CaseSequence",
    "CaseCheck",
    "CaseReturn",
    "CategoryMap",
    "Deadline",
    "Department",
    "FilingStandard",
    "FlowRules",
    "Incident",
    "LevelRule",
    "LimitKind",
    "Mute",
    "Outage",
    "Scheme",
    "SlaClock",
    "SlaPolicy",
    "Source",
    "Supervision",
    "SweepState",
    "TimeRequest",
]
