"""Bodies read into rows: every bad item named by index and field, the good ones kept. No database here."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Raw, Struct

from incidents.intake.parsing import Bad, BadBody, BadItem
from shushanwei.common.geo import BadPosition, to_wgs84

MOST_ITEMS = 5_000
MOST_LINES = 1_000_000
MOST_JSON_BYTES = 10 * 1024 * 1024
MOST_LINES_BYTES = 400 * 1024 * 1024
MOST_LINE_BYTES = 16 * 1024
FUTURE = timedelta(hours=24)
LOAD = {"unknown": 0, "empty": 1, "half": 2, "full": 3}
LIFT = {"unknown": 0, "down": 1, "up": 2}
COVER = {"unknown": 0, "closed": 1, "open": 2}
Crs = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Instant = Annotated[datetime, Meta(tz=True)]
T = TypeVar("T", bound=Struct)


class FixItem(Struct, forbid_unknown_fields=True, kw_only=True):
    """One position: degrees in `crs`, km/h, metres, degrees from north, ISO 8601 with offset; plate or terminal."""

    at: Instant
    lon: float
    lat: float
    crs: Crs
    plate: Annotated[str, Meta(max_length=20)] = ""
    terminal_id: Annotated[str, Meta(max_length=20)] = ""
    speed_kmh: Annotated[float, Meta(ge=0, le=400)] = 0
    heading: Annotated[int, Meta(ge=0, le=360)] = 0
    altitude_m: Annotated[float, Meta(ge=-500, le=9_000)] = 0
    ignition: bool = True
    positioned: bool = True
    load: Literal["unknown", "empty", "half", "full"] = "unknown"
    lift: Literal["unknown", "down", "up"] = "unknown"
    cover: Literal["unknown", "closed", "open"] = "unknown"
    mileage_km: Annotated[float, Meta(ge=0, le=10_000_000)] | None = None
    alarm_bits: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0
    status_bits: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0


class PassItem(Struct, forbid_unknown_fields=True, kw_only=True):
    """One plate that a camera read; without a place it is that of the gate with this camera."""

    point_code: Annotated[str, Meta(min_length=1, max_length=40)]
    external_id: Annotated[str, Meta(min_length=1, max_length=80)]
    plate: Annotated[str, Meta(min_length=1, max_length=20)]
    direction: Literal["out", "in", "by"]
    at: Instant
    lon: float | None = None
    lat: float | None = None
    crs: Crs | None = None
    plate_colour: Annotated[str, Meta(max_length=10)] = ""
    vehicle_class: Annotated[str, Meta(max_length=20)] = ""
    lane: Annotated[int, Meta(ge=0, le=100)] = 0
    speed_kmh: Annotated[float, Meta(ge=0, le=400)] | None = None
    loaded: bool | None = None
    covered: bool | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    image_url: Annotated[str, Meta(max_length=500, pattern=r"^(https?://\S+)?$")] = ""


class ManifestItem(Struct, forbid_unknown_fields=True, kw_only=True):
    """One manifest; the state follows from `received_at` where it is not said."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]
    site: Annotated[str, Meta(max_length=20)]
    sink: Annotated[str, Meta(max_length=20)]
    plate: Annotated[str, Meta(max_length=20)]
    issued_at: Instant
    driver_name: Annotated[str, Meta(max_length=30)] = ""
    volume_m3: float | None = None
    received_at: Instant | None = None
    state: Literal["", "issued", "received", "voided"] = ""


class Reader(Generic[T]):
    """Items of one kind out of a body; `name` is the key of a batch that is an object."""

    def __init__(self, kind: type[T], name: str) -> None:
        self.name = name
        self._one = msgspec.json.Decoder(kind)
        self._all: Any = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]

    def read(self, body: bytes) -> tuple[list[tuple[int, T]], list[Bad]]:
        """A list, or an object whose `name` is one, of at most 5,000. Raises BadBody for the whole."""
        try:
            raw = body.strip()
            if raw[:1] == b"{":
                raw = bytes(msgspec.json.decode(raw, type=dict[str, Raw])[self.name])
            items = msgspec.json.decode(raw, type=list[Raw])
        except KeyError:
            raise BadBody(f"send a list, or an object with {self.name}", status=422, field=self.name) from None
        except msgspec.ValidationError as error:
            raise BadBody(f"{self.name} must be a list", status=422, field=self.name) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadBody(str(error)[:300]) from error
        if not items:
            raise BadBody("the batch is empty", status=422, field=self.name)
        if len(items) > MOST_ITEMS:
            message = f"a batch holds at most {MOST_ITEMS} items, this one {len(items)}"
            raise BadBody(message, status=413, field=self.name)
        try:
            return list(enumerate(self._all.decode(raw))), []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self.lines((number, bytes(item)) for number, item in enumerate(items))

    def lines(self, lines: Iterable[tuple[int, bytes]]) -> tuple[list[tuple[int, T]], list[Bad]]:
        """Numbered items each by itself, as in NDJSON; empty lines are passed over."""
        good: list[tuple[int, T]] = []
        bad: list[Bad] = []
        for number, line in lines:
            if not line.strip():
                continue
            if len(line) > MOST_LINE_BYTES:
                bad.append(Bad(number, "", "the line is too long"))
                continue
            try:
                good.append((number, self._one.decode(line)))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                bad.append(Bad(number, *told(error)))
        return good, bad


def told(error: Exception) -> tuple[str, str]:
    """(field, sentence) of what a decoder complains about."""
    message = str(error)[:300]
    if isinstance(error, UnicodeDecodeError):
        return "", "is not valid UTF-8"
    head, mark, place = message.partition(" - at `$.")
    if mark:
        return place.rstrip("`").split(".")[0].split("[")[0][:80], head
    name = message.partition("field `")[2].partition("`")[0]
    return name[:80], message


def place(item: Any) -> tuple[float, float]:
    """The place in WGS-84; raises BadItem. A position that has no satellite may be anywhere."""
    try:
        return to_wgs84(item.lon, item.lat, item.crs)
    except BadPosition as error:
        raise BadItem(error.field, str(error)) from error


def lines_of(file: Any) -> Iterator[tuple[int, bytes]]:
    """The lines of a binary file with their numbers from 0; an overlong one comes cut, just over the limit."""
    number = 0
    while line := file.readline(MOST_LINE_BYTES + 2):
        first = line
        while line and not line.endswith(b"\n") and len(line) > MOST_LINE_BYTES:
            line = file.readline(MOST_LINE_BYTES + 2)
        yield number, first.removeprefix(b"\xef\xbb\xbf") if number == 0 else first
        number += 1


FIX_ITEMS = Reader(FixItem, "fixes")
PASS_ITEMS = Reader(PassItem, "passes")
MANIFEST_ITEMS = Reader(ManifestItem, "manifests")
