"""What people type into a field: kept whole or refused by its name, for a text cut short says what nobody said."""

from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from shushanwei.common.errors import BadInput


def typed(field: str, text: Any, most: int, *, needed: bool = True) -> str:
    """The text without surrounding space, of at most `most` characters. Raises BadInput for `field`."""
    said = str(text or "").strip()
    if "\0" in said:
        raise BadInput(field, _("Null characters are not allowed."))
    if len(said) > most:
        raise BadInput(field, _("At most %(most)s characters.") % {"most": most})
    if needed and not said:
        raise BadInput(field, _("This must be filled in."))
    return said


def chosen(field: str, text: Any, values: list[str]) -> str:
    """One of `values`. Raises BadInput for `field`."""
    if text not in values:
        raise BadInput(field, _("Please choose one of these."))
    return str(text)


def counted(field: str, text: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`. Raises BadInput for `field`."""
    said = str(text or "").strip()
    if not (said.isascii() and said.isdecimal() and len(said) < 10):
        raise BadInput(field, _("This is no number."))
    if not least <= int(said) <= most:
        raise BadInput(field, _("From %(least)s to %(most)s.") % {"least": least, "most": most})
    return int(said)


def day(field: str, text: Any) -> date:
    """A calendar day written as 2027-01-31. Raises BadInput for `field`."""
    try:
        found = parse_date(str(text or "").strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise BadInput(field, _("This is no date."))
    return found


def instant(field: str, text: Any) -> datetime:
    """A minute of the street's clock written as 2027-01-31T08:00. Raises BadInput for `field`."""
    try:
        found = parse_datetime(str(text or "").strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2100:
        raise BadInput(field, _("This is no date."))
    return found if found.tzinfo else found.replace(tzinfo=STREET)
