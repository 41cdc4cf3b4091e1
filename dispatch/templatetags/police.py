"""Template words of the police pages."""

from datetime import datetime

from django import template
from django.utils import timezone

from dispatch.police.shapes import closing_text

register = template.Library()


@register.filter
def clock(instant: str | None) -> str:
    """14:05 of the street, with the day where it is another; empty for none."""
    if not instant:
        return ""
    at = timezone.localtime(datetime.fromisoformat(instant))
    return at.strftime("%H:%M" if at.date() == timezone.localdate() else "%m-%d %H:%M")


@register.filter
def closing(facts: dict) -> str:
    """The four facts of a closing, one below the other."""
    return closing_text(facts)
