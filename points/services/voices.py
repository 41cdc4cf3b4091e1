"""Voice notes from outside: known by their content, short and small. No database here."""

import io
import wave
from typing import NamedTuple

import puremagic
from django.utils.translation import gettext as _

from shushanwei.common.errors import BadInput

LARGEST = 2 * 1024 * 1024
LONGEST_S = 60
# Containers that phones record into, by what the first bytes say → (content type, suffix).
KNOWN = {
    ".webm": ("audio/webm", ".webm"),
    ".ogg": ("audio/ogg", ".ogg"),
    ".mp4": ("audio/mp4", ".m4a"),
    ".m4a": ("audio/mp4", ".m4a"),
    ".mp3": ("audio/mpeg", ".mp3"),
    ".mpga": ("audio/mpeg", ".mp3"),
    ".aac": ("audio/aac", ".aac"),
    ".amr": ("audio/amr", ".amr"),
    ".wav": ("audio/wav", ".wav"),
}


class Voice(NamedTuple):
    """What may be stored."""

    content_type: str
    suffix: str
    seconds: int | None


def checked(raw: bytes, seconds: int | None) -> Voice:
    """A voice note that may be kept; `seconds` as the phone counted. Raises BadInput for `voice`."""
    if len(raw) > LARGEST:
        raise BadInput("voice", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
    try:
        found = puremagic.magic_string(raw)
    except (puremagic.PureError, ValueError, OSError):
        found = []
    best = max((match.confidence for match in found), default=0)
    known = [KNOWN[match.extension] for match in found if match.extension in KNOWN and match.confidence == best]
    if not known:
        raise BadInput("voice", _("This is no voice note that can be played."))
    content_type, suffix = known[0]
    if suffix == ".wav":
        seconds = _length(raw)
    if seconds is not None and not 0 <= seconds <= LONGEST_S:
        raise BadInput("voice", _("At most %(most)s seconds.") % {"most": LONGEST_S})
    return Voice(content_type, suffix, seconds)


def _length(raw: bytes) -> int:
    try:
        with wave.open(io.BytesIO(raw)) as sound:
            return round(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise BadInput("voice", _("This is no voice note that can be played.")) from error
