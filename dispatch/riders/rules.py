"""The numbers of the volunteer force in force: the newest row of their table, or the shipped ones."""

from datetime import datetime

from dispatch.models import RiderRules
from shushanwei.common.clock import db_now


def rider_rules(at: datetime | None = None) -> RiderRules:
    """The rules in force at `at` (default: now)."""
    at = at or db_now()
    return RiderRules.objects.filter(effective_from__lte=at).first() or RiderRules(effective_from=at)
