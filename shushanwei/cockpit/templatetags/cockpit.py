"""Words for codes that a frozen note holds."""

from django import template

from incidents.lifecycle import Status

register = template.Library()
SIGNS = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}


@register.filter
def level_sign(level: int) -> str:
    """The Roman numeral of an incident level."""
    return SIGNS.get(level, str(level))


@register.filter
def status_label(status: str) -> str:
    """The state of an incident in the reader's language."""
    return str(Status(status).label) if status in Status.values else status
