"""What people type into a field: kept whole or refused by its name, for a text cut short says what nobody said."""

from django.db.models import Field
from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput


def typed(field: str, text: str | None, column: Field, *, most: int = 0) -> str:
    """The text without surrounding space; raises BadInput for `field` where its column takes fewer characters.

    `column` is the model field that keeps it, as in `Company.name.field`; one without a length of its own needs `most`.
    """
    text = (text or "").strip()
    if "\0" in text:
        raise BadInput(field, _("Null characters are not allowed."))
    longest = most or column.max_length
    if longest is not None and len(text) > longest:
        raise BadInput(field, _("At most %(n)s characters.") % {"n": longest})
    return text


def must_type(field: str, text: str | None, column: Field) -> str:
    """As `typed`; raises BadInput where nothing was typed as well."""
    if not (text := typed(field, text, column)):
        raise BadInput(field, _("This must be filled in."))
    return text


def checked_phone(text: str | None) -> str:
    """The phone as it was typed, empty for none; raises BadInput for `phone`."""
    phone = (text or "").strip()
    if phone and (not 5 <= len(phone) <= 20 or not phone.lstrip("+").replace("-", "").replace(" ", "").isdecimal()):
        raise BadInput("phone", _("This is no phone number."))
    return phone
