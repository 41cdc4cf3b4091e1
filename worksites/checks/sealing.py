"""The hash that locks a sheet: SHA-256 of its canonical JSON. No database here."""

import hashlib
import json
from typing import Any


def canonical(sheet: dict[str, Any]) -> bytes:
    """Keys in order, no spaces, UTF-8: the same sheet gives the same bytes everywhere. Raises ValueError for NaN."""
    said = json.dumps(sheet, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return said.encode()


def digest(sheet: dict[str, Any]) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(canonical(sheet)).hexdigest()
