"""Template filters of the intake's pages."""

from django import template

from incidents.models.catalogue import Level

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """`0.5` as `50%`; a dash where there is nothing to divide."""
    return "–" if value is None else f"{value * 100:.0f}%"


@register.filter
def level_name(level: int) -> str:
    """A level in words: Ⅲ ordinary."""
    return str(Level(level).label)
