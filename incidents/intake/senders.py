"""Who may send: the active sources with their keys, read from the database at most every few seconds."""

import threading
import time
from dataclasses import dataclass

import structlog

from incidents.models import Source
from shushanwei.common.secrets import unseal

log = structlog.get_logger(__name__)
FRESH_S = 5.0  # a source that is switched off or gets a new secret is noticed within this
RETRY_S = 0.5  # an unknown code makes us look again, but not more often than this


@dataclass(frozen=True)
class Sender:
    """An active source: `key` signs its bodies, `rate_per_minute` is how many alerts it may send."""

    id: int
    code: str
    key: bytes
    rate_per_minute: int


_known: dict[str, Sender] = {}
_read_at = float("-inf")
_reading = threading.Lock()


def sender_named(code: str) -> Sender | None:
    """The active source with this code, or None."""
    age = time.monotonic() - _read_at
    if age > FRESH_S or (code not in _known and age > RETRY_S):
        _read_again()
    return _known.get(code)


def forget() -> None:
    """Read all sources again at the next request (after a change in this process, and in tests)."""
    global _read_at
    _read_at = float("-inf")


def _read_again() -> None:
    global _known, _read_at
    with _reading:
        found: dict[str, Sender] = {}
        for source in Source.objects.filter(is_active=True):
            try:
                key = unseal(source.secret).encode()
            except ValueError:
                log.error("source_secret_unreadable", source=source.code)
                continue
            if key:
                found[source.code] = Sender(source.pk, source.code, key, source.rate_per_minute)
        _known, _read_at = found, time.monotonic()
