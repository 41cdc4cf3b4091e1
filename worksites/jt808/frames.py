"""Frames of JT/T 808 on the wire: marks, escaping, checksum, headers of 2013 and 2019. No database here."""

from functools import reduce
from operator import xor
from struct import Struct
from typing import NamedTuple

MARK, ESCAPE = 0x7E, 0x7D
MOST_BODY = 1023  # ten bits of the header say how long it is
MOST_RAW = 2 * (MOST_BODY + 22) + 2  # every byte escaped
SPLIT, VERSIONED = 1 << 13, 1 << 14
_HEAD = Struct(">HH")
_WORD = Struct(">H")
_PART = Struct(">HH")


class Frame(NamedTuple):
    """One frame that is whole. `phone` are its digits without leading zeros, `address` the same as it came.

    `total` is 0 for a message in one piece, else the number of pieces, and `number` counts them from 1.
    """

    message: int
    version: int  # 2013 or 2019
    phone: str
    address: bytes
    serial: int
    body: bytes
    total: int = 0
    number: int = 0
    encrypted: bool = False


class Bad(NamedTuple):
    """What cannot be read: `kind` is noise, long, escape, checksum, header, length, phone or piece.

    `frame` has the header as far as it can be believed, to answer that the message was wrong.
    """

    kind: str
    frame: Frame | None = None


class Splitter:
    """Bytes of one connection cut into frames; what is bad costs only itself."""

    def __init__(self) -> None:
        self._rest = b""
        self._inside = False  # a mark was seen: what follows is a frame
        self._skipping = False  # too long already: nothing of it is kept

    def feed(self, data: bytes) -> list[Frame | Bad]:
        """The frames that are whole now, and what was bad, in order."""
        pieces = (self._rest + data if self._rest else data).split(b"\x7e")
        self._rest = pieces.pop()
        found: list[Frame | Bad] = []
        for piece in pieces:
            inside, self._inside = self._inside, True
            if self._skipping:
                self._skipping = False
            elif not piece:
                continue
            elif not inside:
                found.append(Bad("noise"))
            else:
                found.append(read_frame(piece))
        if self._skipping:
            self._rest = b""
        elif len(self._rest) > MOST_RAW:
            self._rest, self._skipping = b"", True
            found.append(Bad("long"))
        return found


def read_frame(raw: bytes) -> Frame | Bad:
    """What stands between two marks, unescaped, checked and taken apart."""
    if len(raw) > MOST_RAW:
        return Bad("long")
    if ESCAPE in raw:
        if raw.count(b"\x7d") != raw.count(b"\x7d\x01") + raw.count(b"\x7d\x02"):
            return Bad("escape")
        # In this order: 7d 01 02 is 7d and 02, not 7e.
        raw = raw.replace(b"\x7d\x02", b"\x7e").replace(b"\x7d\x01", b"\x7d")
    if len(raw) < 13:
        return Bad("header")
    if reduce(xor, raw):
        return Bad("checksum")
    message, attributes = _HEAD.unpack_from(raw)
    if attributes & VERSIONED:
        version, at, end = 2019, 5, 15
    else:
        version, at, end = 2013, 4, 10
    start = end + 2
    if attributes & SPLIT:
        start += 4
    if len(raw) <= start:
        return Bad("header")
    address = raw[at:end]
    phone = address.hex()
    if not phone.isdecimal():
        return Bad("phone")
    serial = raw[end] << 8 | raw[end + 1]
    total, number = _PART.unpack_from(raw, end + 2) if attributes & SPLIT else (0, 0)
    body = raw[start:-1]
    encrypted = bool(attributes & 0x1C00)
    frame = Frame(message, version, phone.lstrip("0") or "0", address, serial, body, total, number, encrypted)
    if len(body) != attributes & 0x03FF:
        return Bad("length", frame)
    if attributes & SPLIT and not 1 <= number <= total:
        return Bad("piece", frame)
    return frame


def write_frame(
    message: int, body: bytes, *, address: bytes, serial: int, version: int = 2013, total: int = 0, number: int = 0
) -> bytes:
    """The bytes of one frame, marks included. `address` is BCD, 6 bytes of 2013 or 10 of 2019; a body ≤ 1,023."""
    attributes = len(body)
    if total:
        attributes |= SPLIT
    if version == 2019:
        head = _HEAD.pack(message, attributes | VERSIONED) + b"\x01"
    else:
        head = _HEAD.pack(message, attributes)
    raw = head + address + _WORD.pack(serial & 0xFFFF)
    if total:
        raw += _PART.pack(total, number)
    raw += body
    raw += bytes((reduce(xor, raw),))
    if ESCAPE in raw or MARK in raw:
        raw = raw.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")
    return b"\x7e" + raw + b"\x7e"


def address_of(phone: str, version: int = 2013) -> bytes:
    """The digits of a terminal's number as the header holds them."""
    return bytes.fromhex(phone.rjust(20 if version == 2019 else 12, "0"))
