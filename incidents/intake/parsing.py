"""Bodies read into alerts: every bad item named by index and field, the good ones kept. No database here."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from incidents.intake import limits
from shushanwei.common.geo import BadPosition, to_wgs84


class Item(Struct, forbid_unknown_fields=True, kw_only=True):
    """One alert as it is sent. Degrees in the stated `crs`, metres, confidence 0–1, ISO 8601 with offset."""

    external_id: Annotated[str, Meta(min_length=1, max_length=120)]
    kind: Annotated[str, Meta(min_length=1, max_length=80)]
    lon: float
    lat: float
    crs: Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
    occurred_at: Annotated[datetime, Meta(tz=True)]
    correlation: Annotated[str, Meta(max_length=120)] = ""
    title: Annotated[str, Meta(max_length=200)] = ""
    text: Annotated[str, Meta(max_length=10_000)] = ""
    accuracy_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    media_url: Annotated[str, Meta(max_length=500)] = ""
    payload: dict[str, Any] = {}


class Row(Struct, kw_only=True):
    """One alert as it is stored: WGS-84, UTC, the payload as checked JSON text."""

    external_id: str
    kind: str
    correlation: str
    title: str
    text: str
    lon: float
    lat: float
    crs: str
    accuracy_m: float | None
    occurred_at: datetime
    confidence: float | None
    media_url: str
    payload: Raw
    digest: str = ""


class Bad(Struct, frozen=True):
    """What was refused and why; `index` counts from 0 (in NDJSON it is the line)."""

    index: int
    field: str
    message: str
    external_id: str = ""
    code: str = "bad-input"


class BadBody(ValueError):
    """The body as a whole cannot be read; `status` is the HTTP status that says so."""

    def __init__(self, message: str, *, status: int = 400, field: str = "") -> None:
        super().__init__(message)
        self.message, self.status, self.field = message, status, field


class BadItem(ValueError):
    """One alert cannot be accepted because of one of its fields."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@dataclass
class Parsed:
    """The good rows and the bad items of one body; `single` when it was one bare alert."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    single: bool = False


class _Envelope(Struct):
    alerts: Raw | UnsetType = UNSET


class _Named(Struct):
    external_id: Any = None


_item = msgspec.json.Decoder(Item)
_items = msgspec.json.Decoder(list[Item])
_raws = msgspec.json.Decoder(list[Raw])
_envelope = msgspec.json.Decoder(_Envelope)
_named = msgspec.json.Decoder(_Named)
_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_EMPTY = Raw(b"{}")
_EARLIEST = datetime(limits.EARLIEST_YEAR, 1, 1, tzinfo=UTC)
_FUTURE = timedelta(seconds=limits.MAX_FUTURE_S)
_TEXTS = ("external_id", "kind", "correlation", "title", "text")
_PLACE = re.compile(r" - at `\$\.?(?:\[\d*\.*\])?\.?([^`]*)`$")
_FIELD = re.compile(r" field `([^`]*)`")
NO_ARRAY = "alerts must be an array"
_BOM = b"\xef\xbb\xbf"


def parse_json(body: bytes, now: datetime) -> Parsed:
    """One alert (object), or a batch (array, or an object with `alerts`) of at most 1,000; raises BadBody."""
    body = body.removeprefix(_BOM).strip(b" \t\r\n")
    if not body:
        raise BadBody("the body is empty")
    if body[:1] not in b"{[":
        raise BadBody("send one alert as an object, or a batch as an array")
    try:
        if body[:1] == b"{":
            batch = _envelope.decode(body).alerts
            if batch is UNSET:
                return _sorted_out([(0, body)], now, single=True)
            body = bytes(batch).strip(b" \t\r\n")
            if body[:1] != b"[":
                raise BadBody(NO_ARRAY, status=422, field="alerts")
        items = _items.decode(body)
    except _UNREADABLE:
        return _one_by_one(body, now)
    _check_count(len(items))
    parsed = Parsed()
    for index, item in enumerate(items):
        try:
            parsed.rows.append((index, checked(item, now)))
        except BadItem as error:
            parsed.bad.append(Bad(index, error.field, error.message, item.external_id))
    return parsed


def _one_by_one(body: bytes, now: datetime) -> Parsed:
    """The same, slower: something in it is wrong, and only the items that hold it shall be refused."""
    try:
        raws = [bytes(raw) for raw in _raws.decode(body)]
    except _UNREADABLE as error:
        # Half a character or NaN spoils a strict reader's whole batch; a lax one finds the borders of the items.
        value = _lax(body, error)
        if isinstance(value, dict) and "alerts" not in value:
            return _sorted_out([(0, _again(value))], now, single=True)
        batch = value["alerts"] if isinstance(value, dict) else value
        if not isinstance(batch, list):
            raise BadBody(NO_ARRAY, status=422, field="alerts") from error
        raws = [_again(item) for item in batch]
    _check_count(len(raws))
    return _sorted_out(enumerate(raws), now)


def _lax(body: bytes, error: Exception) -> Any:
    try:
        return json.loads(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        raise BadBody(_told(error)[1]) from error


def _again(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except RecursionError as error:
        raise BadBody(_told(error)[1]) from error


def parse_lines(lines: Iterable[tuple[int, bytes]], now: datetime) -> Parsed:
    """Numbered lines of NDJSON, one alert each; empty lines are passed over."""
    return _sorted_out(((number, line) for number, line in lines if line.strip()), now)


def lines_of(file: Any) -> Iterator[tuple[int, bytes]]:
    """The lines of a binary file with their numbers from 0; an overlong line comes cut, just over the limit."""
    number = 0
    while line := file.readline(limits.MAX_LINE_BYTES + 1):
        yield number, line.removeprefix(_BOM) if number == 0 else line
        while line and not line.endswith(b"\n") and len(line) > limits.MAX_LINE_BYTES:
            line = file.readline(limits.MAX_LINE_BYTES + 1)
        number += 1


def checked(item: Item, now: datetime) -> Row:
    """The row of an alert; raises BadItem naming the field that a type cannot refuse."""
    for name in _TEXTS:
        if "\x00" in getattr(item, name):
            raise BadItem(name, "holds a NUL character")
    if not item.external_id.strip():
        raise BadItem("external_id", "is blank")
    if not item.kind.strip():
        raise BadItem("kind", "is blank")
    if not item.occurred_at >= _EARLIEST:
        raise BadItem("occurred_at", f"lies before {limits.EARLIEST_YEAR}; is the clock of the device set?")
    if item.occurred_at > now + _FUTURE:
        raise BadItem("occurred_at", "lies more than 24 hours in the future")
    if item.media_url:
        _check_url(item.media_url)
    try:
        lon, lat = to_wgs84(item.lon, item.lat, item.crs)
    except BadPosition as error:
        raise BadItem(error.field, str(error)) from error
    row = Row(
        external_id=item.external_id,
        kind=item.kind,
        correlation=item.correlation,
        title=item.title,
        text=item.text,
        lon=lon,
        lat=lat,
        crs=item.crs,
        accuracy_m=item.accuracy_m,
        occurred_at=item.occurred_at.astimezone(UTC),
        confidence=item.confidence,
        media_url=item.media_url,
        payload=_payload(item.payload) if item.payload else _EMPTY,
    )
    row.digest = blake2b(_encode(row), digest_size=16).hexdigest()
    return row


def _payload(payload: dict[str, Any]) -> Raw:
    """The payload as JSON text that PostgreSQL takes: small, shallow, without NUL."""
    text = _encode_sorted(payload)
    if len(text) > limits.MAX_PAYLOAD_BYTES:
        raise BadItem("payload", f"is larger than {limits.MAX_PAYLOAD_BYTES // 1024} kB")
    # Few brackets cannot be deep: only a suspicious payload is walked.
    if text.count(b"{") + text.count(b"[") > limits.MAX_PAYLOAD_DEPTH and _depth(payload) > limits.MAX_PAYLOAD_DEPTH:
        raise BadItem("payload", f"is nested deeper than {limits.MAX_PAYLOAD_DEPTH} levels")
    if b"\\u0000" in text and _holds_nul(payload):
        raise BadItem("payload", "holds a NUL character")
    return Raw(text)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        known = None
    if not known or not url.isprintable() or " " in url:
        raise BadItem("media_url", "is not an http or https address")


def _check_count(count: int) -> None:
    if not count:
        raise BadBody("the batch is empty", status=422, field="alerts")
    if count > limits.MAX_BATCH:
        raise BadBody(
            f"a batch holds at most {limits.MAX_BATCH} alerts, this one {count}; send more as application/x-ndjson",
            status=413,
            field="alerts",
        )


def _sorted_out(raws: Iterable[tuple[int, bytes]], now: datetime, *, single: bool = False) -> Parsed:
    parsed = Parsed(single=single)
    for index, raw in raws:
        try:
            if len(raw) > limits.MAX_LINE_BYTES:
                raise BadItem("", f"one alert is larger than {limits.MAX_LINE_BYTES // 1024} kB")
            parsed.rows.append((index, checked(_item.decode(raw), now)))
        except BadItem as error:
            parsed.bad.append(Bad(index, error.field, error.message, _name_of(raw)))
        except _UNREADABLE as error:
            parsed.bad.append(Bad(index, *_told(error), _name_of(raw)))
    return parsed


def _told(error: Exception) -> tuple[str, str]:
    """(field, sentence) of what a decoder complains about."""
    if isinstance(error, RecursionError):
        return "", "is nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "", "is not valid UTF-8"
    message = str(error)
    place = _PLACE.search(message)
    if place:
        return place[1].split("[")[0].split(".")[0][:80], message[: place.start()]
    name = _FIELD.search(message)
    return (name[1][:80] if name else ""), message[:300]


def _name_of(raw: bytes) -> str:
    """The external id of an alert that could not be accepted, as far as it can be read."""
    try:
        name = _named.decode(raw[: limits.MAX_LINE_BYTES]).external_id
    except _UNREADABLE:
        return ""
    return name[:120] if isinstance(name, str) else ""


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, level = waiting.pop()
        if isinstance(inner, dict | list):
            deepest = max(deepest, level)
            waiting.extend((child, level + 1) for child in (inner.values() if isinstance(inner, dict) else inner))
    return deepest


def _holds_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            if "\x00" in inner:
                return True
        elif isinstance(inner, dict):
            waiting += [*inner, *inner.values()]
        elif isinstance(inner, list):
            waiting += inner
    return False
