"""The numbers of the flow in force: the newest row of their table, or the shipped ones."""

from datetime import datetime

from incidents.models import FlowRules
from shushanwei.common.clock import db_now


def flow_rules(at: datetime | None = None) -> FlowRules:
    """The rules of the flow in force at `at` (default: now)."""
    at = at or db_now()
    return FlowRules.objects.filter(effective_from__lte=at).first() or FlowRules(effective_from=at)
