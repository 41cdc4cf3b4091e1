"""Durations, instants and states of truck alerts in templates."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from worksites.lifecycle import AlertStatus
from worksites.trucks import wording
from worksites.trucks.rules import DAY_S

register = template.Library()


@register.filter
def spent(seconds: float) -> str:
    """6 min 20 s; whole hours and minutes above two hours."""
    if seconds < 7_200:
        return wording.spent(seconds)
    hours, rest = divmod(round(seconds), 3_600)
    return _("%(h)s h %(m)s min") % {"h": hours, "m": rest // 60}


@register.filter
def silence(seconds: int) -> str:
    """How long a rule holds back for the same truck."""
    if not seconds:
        return _("never silent")
    if seconds >= DAY_S:
        return _("once a day")
    return _("%(h)s h") % {"h": f"{seconds / 3_600:g}"} if seconds >= 3_600 else wording.spent(seconds)


@register.filter
def clock(text: str) -> str:
    """21:30:05 of the street for an ISO instant."""
    return wording.clock(text)


@register.filter
def seconds(at: datetime) -> str:
    """Seconds since 1970 UTC, as scripts read them."""
    return f"{at.timestamp():.1f}"


@register.filter
def alert_status(code: str) -> str:
    """What a state is called."""
    return str(AlertStatus(code).label) if code in AlertStatus.values else ""
