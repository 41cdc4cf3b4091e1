"""Small pieces of sentences that many messages share."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET


def one_of(values: Iterable[str]) -> str:
    """“use one of a, b, c”."""
    return _("Use one of: %(values)s.") % {"values": ", ".join(values)}


def local(instant: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant in the street's own time; empty for none."""
    return instant.astimezone(STREET).strftime(form) if instant else ""
