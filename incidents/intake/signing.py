"""Signatures of sources: HMAC-SHA256 over the timestamp, a full stop and the body. No database here."""

import hashlib
import hmac
import re
import secrets

from incidents.intake.limits import SIGNATURE_WINDOW_S

VERSION = "v1"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v1=([0-9a-fA-F]{64})", re.ASCII)


class BadSignature(Exception):
    """The sender could not be believed; `field` is the header to look at."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Check:
    """A signature being verified while the body is read: `feed()` the pieces, then ask `fits()`."""

    def __init__(self, key: bytes | None, timestamp: str, signature: str, now: float) -> None:
        """Raises BadSignature for headers that are missing, malformed or outside the replay window."""
        if not _TIMESTAMP.fullmatch(timestamp):
            raise BadSignature("X-Timestamp", "X-Timestamp must be the Unix time in whole seconds")
        if abs(now - int(timestamp)) > SIGNATURE_WINDOW_S:
            raise BadSignature(
                "X-Timestamp", f"X-Timestamp is more than {SIGNATURE_WINDOW_S} seconds away from the clock here"
            )
        given = _SIGNATURE.fullmatch(signature)
        if not given:
            raise BadSignature("X-Signature", "X-Signature must be v1= and 64 hexadecimal digits")
        self._given = given[1].lower()
        # An unknown source is measured like a known one, so that the time taken tells nothing.
        self._mac = hmac.new(key or secrets.token_bytes(32), timestamp.encode() + b".", hashlib.sha256)

    def feed(self, piece: bytes) -> None:
        self._mac.update(piece)

    def fits(self) -> bool:
        """Whether the signature is that of the body fed so far (compared in constant time)."""
        return hmac.compare_digest(self._mac.hexdigest(), self._given)


def sign(key: bytes, timestamp: int, body: bytes) -> str:
    """The value of X-Signature for a body sent at `timestamp` (Unix seconds)."""
    mac = hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"{VERSION}={mac.hexdigest()}"


def new_secret() -> str:
    """A fresh secret for a source, 43 characters safe in headers and files."""
    return secrets.token_urlsafe(32)
