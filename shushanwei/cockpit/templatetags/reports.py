"""Tags of the report pages: a figure that opens its list, and a change in words."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shushanwei.cockpit.reports.words import NOTHING
from shushanwei.cockpit.views_reports import address

register = template.Library()


@register.simple_tag(takes_context=True)
def opens(context: template.Context, figure: str, number: int | None, **by) -> SafeString | str:
    """The number as a link to the list behind it; nought is only a number."""
    if number is None:
        return NOTHING
    if not number:
        return "0"
    url = address(context["data"], context["period"], figure, number, **by)
    return format_html('<a href="{}">{}</a>', url, number_format(number, force_grouping=True))


@register.simple_tag(takes_context=True)
def opens_words(context: template.Context, figure: str, words: str, number: int, **by) -> SafeString | str:
    """Words (a rate, a median) as a link to the list that they are taken from."""
    if not number:
        return words
    return format_html('<a href="{}">{}</a>', address(context["data"], context["period"], figure, number, **by), words)


@register.simple_tag(takes_context=True)
def opens_cell(context: template.Context, figure: str, number: int, dimension: str, key) -> SafeString | str:
    """The number of one row of a table by `dimension`."""
    return opens(context, figure, number, **{dimension: key})


@register.simple_tag
def moved(change: dict | None) -> SafeString | str:
    """How a number moved: arrow and words, the tone as a class."""
    if change is None:
        return NOTHING
    return format_html(
        '<span class="moved moved-{}"><span aria-hidden="true">{}</span> {}</span>',
        change["tone"], change["arrow"], change["words"],
    )  # fmt: skip
