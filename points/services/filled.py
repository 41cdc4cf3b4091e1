"""What people fill in, kept whole or refused by the name of its field: a text cut short says what nobody said."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Field
from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput, Conflict


def text(field: str, value: str | None, column: Field, *, may_be_empty: bool = False) -> str:
    """`value` without surrounding space, as long as its column takes it. Raises BadInput for `field`."""
    said, most = (value or "").strip(), column.max_length or 0
    if "\0" in said:
        raise BadInput(field, _("Null characters are not allowed."))
    if not said and not may_be_empty:
        raise BadInput(field, _("This must be filled in."))
    if len(said) > most:
        raise BadInput(field, _("At most %(most)s characters.") % {"most": most})
    return said


def number(field: str, value: Any, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`. Raises BadInput for `field`."""
    try:
        found = int(str(value).strip())
    except ValueError as error:
        raise BadInput(field, _("This is no number.")) from error
    if not least <= found <= most:
        raise BadInput(field, _("From %(least)s to %(most)s.") % {"least": least, "most": most})
    return found


def days(first: date, last: date, field: str) -> None:
    """Raises BadInput for `field` where `last` lies before `first`."""
    if last < first:
        raise BadInput(field, _("It ends before it begins."))


def page_id(value: Any) -> UUID:
    """The id that the page made for what is sent. Raises BadInput for `uuid`."""
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError as error:
        raise BadInput("uuid", _("Load the page again.")) from error


@contextmanager
def one_change() -> Iterator[None]:
    """A transaction whose refusal by a constraint is a Conflict: the same page was sent twice in the same instant."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Conflict(_("Somebody was faster. Load the page again.")) from error
