"""Template filters of the intake's pages."""

from django import template

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """`0.5` as `50 %`; a dash where there is nothing to divide."""
    return "—" if value is None else f"{value * 100:.0f} %"
