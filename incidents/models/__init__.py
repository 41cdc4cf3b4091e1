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
from incidents.models.deadlines import Alarm, CaseSequence, Deadline, Outage, SweepState
from incidents.models.incident import Attachment, CaseCheck, CaseReturn, Incident

__all__ = [
    "Alarm",
    "Alert",
    "AlertKind",
    "Attachment",
    "CaseCategory",
    "CaseSequence",
    "CaseCheck",
    "CaseReturn",
    "CategoryMap",
    "Deadline",
    "Department",
    "FilingStandard",
    "Incident",
    "LevelRule",
    "LimitKind",
    "Mute",
    "Outage",
    "Scheme",
    "SlaClock",
    "SlaPolicy",
    "Source",
    "SweepState",
]
