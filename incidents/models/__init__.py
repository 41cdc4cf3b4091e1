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
from incidents.models.deadlines import Alarm, Deadline, Outage
from incidents.models.incident import Attachment, CaseCheck, CaseReturn, Incident

__all__ = [
    "Alarm",
    "Alert",
    "AlertKind",
    "Attachment",
    "CaseCategory",
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
]
