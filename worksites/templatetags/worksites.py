"""Reasons and colours in templates."""

from django import template

from worksites import wording
from worksites.lifecycle import PermitKind

register = template.Library()


@register.filter
def reason(fact) -> str:
    """A reason of a colour as a sentence."""
    return wording.reason(fact)


@register.filter
def lack(why) -> str:
    """Why a permit does not count."""
    return wording.lack(why)


@register.filter
def permit_kind(code) -> str:
    """What a kind of permit is called."""
    return str(PermitKind(code).label)


@register.filter
def km(metres) -> str:
    """Metres as kilometres with one decimal."""
    return f"{metres / 1000:.1f}"
