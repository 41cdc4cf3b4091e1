"""The numbers of police co-operation in force: the newest row of their table, or the shipped ones."""

from datetime import datetime

from dispatch.models import PoliceRules
from shushanwei.common.clock import db_now


def police_rules(at: datetime | None = None) -> PoliceRules:
    """The rules in force at `at` (default: now)."""
    at = at or db_now()
    return PoliceRules.objects.filter(effective_from__lte=at).first() or PoliceRules(effective_from=at)
