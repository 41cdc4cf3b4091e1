"""What forms of residents and of workers say, read into values; every wrong one names its field."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from shushanwei.common.errors import BadInput

EARLIEST, LATEST = 2000, 2100


def text(request: HttpRequest, name: str) -> str:
    """What was typed, empty for nothing."""
    return str(request.POST.get(name, ""))


def flag(request: HttpRequest, name: str) -> bool:
    """Whether a box is ticked."""
    return request.POST.get(name) == "on"


def uuid(request: HttpRequest) -> UUID:
    """The id that the page made. Raises BadInput."""
    try:
        return UUID(text(request, "uuid"))
    except ValueError as error:
        raise BadInput("uuid", _("Load the page again.")) from error


def whole(request: HttpRequest, name: str) -> int:
    """A whole number of at most six digits. Raises BadInput."""
    said = text(request, name).strip()
    if not said.isascii() or not said.isdecimal() or len(said) > 6:
        raise BadInput(name, _("This is no number."))
    return int(said)


def degrees(request: HttpRequest, name: str) -> float | None:
    """A number with a point; None for nothing. Raises BadInput."""
    said = text(request, name).strip()
    if not said:
        return None
    try:
        return float(said[:40])
    except ValueError as error:
        raise BadInput(name, _("This is no number.")) from error


def instant(request: HttpRequest, name: str) -> datetime:
    """Day and minute as a browser types them (`2026-12-01T09:30`), of the street's time. Raises BadInput."""
    try:
        found = datetime.fromisoformat(text(request, name).strip()[:40])
        if found.tzinfo is None:
            found = found.replace(tzinfo=STREET)
        if not EARLIEST <= found.year < LATEST:
            raise ValueError
    except ValueError as error:
        raise BadInput(name, _("Say day and time.")) from error
    return found


def day(request: HttpRequest, name: str) -> date:
    """A day (`2026-12-01`). Raises BadInput."""
    try:
        found = date.fromisoformat(text(request, name).strip()[:20])
        if not EARLIEST <= found.year < LATEST:
            raise ValueError
    except ValueError as error:
        raise BadInput(name, _("Say the day.")) from error
    return found


def minute(at: datetime) -> str:
    """An instant as a field of day and time holds it."""
    return at.astimezone(STREET).strftime("%Y-%m-%dT%H:%M")
