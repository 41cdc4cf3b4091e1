"""What terminals say and what they are answered, byte by byte (JT/T 808-2013 and -2019). No database here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from struct import Struct
from struct import error as StructError
from typing import NamedTuple

TERMINAL_ANSWER, HEARTBEAT, LOG_OUT, ASK_TIME, ASK_PIECES = 0x0001, 0x0002, 0x0003, 0x0004, 0x0005
REGISTER, AUTHENTICATE, POSITION, POSITIONS = 0x0100, 0x0102, 0x0200, 0x0704
ANSWER, RESEND, TIME, REGISTERED = 0x8001, 0x8003, 0x8004, 0x8100
# What a terminal answers or says unasked, that this platform has no use for: confirmed and passed over.
PASSED_OVER = {TERMINAL_ANSWER, ASK_PIECES, 0x0104, 0x0107, 0x0201, 0x0302, 0x0303, 0x0500, 0x0608, 0x0700, 0x0702,
               0x0701, 0x0705, 0x0800, 0x0801, 0x0802, 0x0805, 0x0900, 0x0901, 0x0A00}  # fmt: skip
OK, FAILED, WRONG, UNSUPPORTED = 0, 1, 2, 3  # results of ANSWER
REGISTERED_OK, VEHICLE_TAKEN, NO_VEHICLE, TERMINAL_TAKEN, NO_TERMINAL = 0, 1, 2, 3, 4
MOST_POSITIONS = 500  # in one 0x0704

IGNITION, POSITIONED, SOUTH, WEST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
LOADS = (1, 2, 0, 3)  # by the two bits: empty, half, reserved (not known), full
MILEAGE = 0x01
GMT8_S = 8 * 3600
_POSITION = Struct(">IIIIHHH6s")
_WORD = Struct(">H")
_DWORD = Struct(">I")
_ANSWER = Struct(">HHB")


class BadBody(ValueError):
    """A message whose body is not what its number says; `kind` names what is wrong with it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Position(NamedTuple):
    """A position report: WGS-84 degrees as sent, metres, km/h, degrees from north, microseconds since 1970 (UTC).

    `load` is 1 empty, 2 half, 3 full, 0 not known; `items` are the extra items by number, without mileage.
    """

    alarm: int
    status: int
    lon: float
    lat: float
    altitude_m: int
    speed_kmh: float
    heading: int
    at_us: int
    load: int
    mileage_km: float | None
    items: dict[int, bytes]

    @property
    def ignition(self) -> bool:
        return bool(self.status & IGNITION)

    @property
    def positioned(self) -> bool:
        return bool(self.status & POSITIONED)

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_us / 1_000_000, UTC)


class Registration(NamedTuple):
    """Who a terminal says it is (0x0100)."""

    province: int
    city: int
    maker: str
    model: str
    serial: str
    colour: int
    plate: str


def read_position(body: bytes) -> Position:
    """The body of 0x0200. Raises BadBody: short, time (no date of the calendar) or position (off the globe)."""
    if len(body) < 28:
        raise BadBody("short")
    alarm, status, lat_e6, lon_e6, altitude, speed, heading, clock = _POSITION.unpack_from(body)
    if lat_e6 > 90_000_000 or lon_e6 > 180_000_000:
        raise BadBody("position")
    items: dict[int, bytes] = {}
    mileage = None
    if len(body) > 28:
        items = read_items(body)
        told = items.pop(MILEAGE, None)
        if told is not None and len(told) == 4:
            mileage = _DWORD.unpack(told)[0] / 10
    return Position(
        alarm,
        status,
        lon_e6 / -1e6 if status & WEST else lon_e6 / 1e6,
        lat_e6 / -1e6 if status & SOUTH else lat_e6 / 1e6,
        altitude,
        speed / 10,
        heading % 360,
        read_time_us(clock),
        LOADS[(status >> 8) & 3],
        mileage,
        items,
    )


def read_items(body: bytes, at: int = 28) -> dict[int, bytes]:
    """The extra items (id, length, value) from `at` on; a tail that is cut off is left, what came before it counts."""
    items: dict[int, bytes] = {}
    end = len(body)
    while at + 2 <= end:
        size = body[at + 1]
        if at + 2 + size > end:
            break
        items[body[at]] = body[at + 2 : at + 2 + size]
        at += 2 + size
    return items


def read_positions(body: bytes) -> tuple[list[Position], list[str]]:
    """The body of 0x0704: (positions, what was wrong with each of the others). Raises BadBody for the whole."""
    if len(body) < 3:
        raise BadBody("short")
    count, at, good, bad = _WORD.unpack_from(body)[0], 3, [], []
    if not 1 <= count <= MOST_POSITIONS:
        raise BadBody("count")
    for _number in range(count):
        if at + 2 > len(body):
            bad.append("short")
            break
        size = _WORD.unpack_from(body, at)[0]
        try:
            if at + 2 + size > len(body):
                raise BadBody("short")
            good.append(read_position(body[at + 2 : at + 2 + size]))
        except BadBody as error:
            bad.append(error.kind)
        at += 2 + size
    return good, bad


@lru_cache(maxsize=512)
def _day_s(digits: bytes) -> int:
    told = digits.hex()
    day = date(2000 + int(told[:2]), int(told[2:4]), int(told[4:]))
    return (day.toordinal() - 719_163) * 86_400


def read_time_us(clock: bytes) -> int:
    """BCD[6] YYMMDDhhmmss of GMT+8 as microseconds since 1970 (UTC). Raises BadBody."""
    told = clock[3:].hex()
    try:
        hours, minutes, seconds = int(told[:2]), int(told[2:4]), int(told[4:])
        begun = _day_s(clock[:3])
    except ValueError:
        raise BadBody("time") from None
    if hours > 23 or minutes > 59 or seconds > 59:
        raise BadBody("time")
    return (begun + hours * 3600 + minutes * 60 + seconds - GMT8_S) * 1_000_000


def read_registration(body: bytes, version: int) -> Registration:
    """The body of 0x0100; of 2013 also the shorter layout of 2011. Raises BadBody."""
    if version == 2019:
        maker, model, serial = 11, 30, 30
    elif len(body) >= 37:
        maker, model, serial = 5, 20, 7
    else:
        maker, model, serial = 5, 8, 7
    at = 4 + maker + model + serial
    if len(body) < at + 1:
        raise BadBody("short")
    province, city = _WORD.unpack_from(body)[0], _WORD.unpack_from(body, 2)[0]
    return Registration(
        province,
        city,
        _text(body[4 : 4 + maker]),
        _text(body[4 + maker : 4 + maker + model]),
        _text(body[at - serial : at]),
        body[at],
        _text(body[at + 1 :])[:20],
    )


def read_token(body: bytes, version: int) -> str:
    """The token of 0x0102; of 2019 its length stands before it. Raises BadBody."""
    if version == 2019:
        if not body or len(body) < 1 + body[0]:
            raise BadBody("short")
        body = body[1 : 1 + body[0]]
    return _text(body)


def answer_body(serial: int, message: int, result: int) -> bytes:
    """The body of 0x8001."""
    return _ANSWER.pack(serial, message, result)


def registered_body(serial: int, result: int, token: str = "") -> bytes:
    """The body of 0x8100; the token only where it went well."""
    return _WORD.pack(serial) + bytes((result,)) + (token.encode("gbk") if result == REGISTERED_OK else b"")


def resend_body(first: int, numbers: Sequence[int], version: int) -> bytes:
    """The body of 0x8003: which pieces are missing; their count is a byte in 2013, a word in 2019."""
    numbers = numbers[:255]
    count = _WORD.pack(len(numbers)) if version == 2019 else bytes((len(numbers),))
    return _WORD.pack(first) + count + b"".join(_WORD.pack(number) for number in numbers)


def time_body(now: datetime) -> bytes:
    """The body of 0x8004: BCD[6] of UTC."""
    return bytes.fromhex(f"{now.astimezone(UTC):%y%m%d%H%M%S}")


# ── what a terminal would send: for tests, measurements and the simulated street ──


def write_position(
    *, alarm: int = 0, status: int = IGNITION | POSITIONED, lon: float, lat: float, altitude_m: int = 0,
    speed_kmh: float = 0, heading: int = 0, at: datetime, items: Iterable[tuple[int, bytes]] = (),
) -> bytes:  # fmt: skip
    """The body of 0x0200."""
    status |= (SOUTH if lat < 0 else 0) | (WEST if lon < 0 else 0)
    seconds = int(at.timestamp()) + GMT8_S
    clock = bytes.fromhex(f"{datetime.fromtimestamp(seconds, UTC):%y%m%d%H%M%S}")
    place = round(abs(lat) * 1e6), round(abs(lon) * 1e6)
    body = _POSITION.pack(alarm, status, *place, altitude_m, round(speed_kmh * 10), heading, clock)
    return body + b"".join(bytes((number, len(value))) + value for number, value in items)


def write_positions(bodies: Sequence[bytes], *, late: bool = False) -> bytes:
    """The body of 0x0704."""
    return _WORD.pack(len(bodies)) + bytes((late,)) + b"".join(_WORD.pack(len(body)) + body for body in bodies)


def write_registration(
    plate: str, *, version: int = 2013, province: int = 33, city: int = 100, maker: str = "SSW", model: str = "T1",
    serial: str = "0000001", colour: int = 2,
) -> bytes:  # fmt: skip
    """The body of 0x0100."""
    sizes = (11, 30, 30) if version == 2019 else (5, 20, 7)
    words = b"".join(
        word.encode("gbk").ljust(size, b"\0")[:size] for word, size in zip((maker, model, serial), sizes, strict=True)
    )
    return _WORD.pack(province) + _WORD.pack(city) + words + bytes((colour,)) + plate.encode("gbk")


def write_token(token: str, version: int = 2013) -> bytes:
    """The body of 0x0102."""
    said = token.encode("gbk")
    return bytes((len(said),)) + said + b"8".ljust(15, b"0") + bytes(20) if version == 2019 else said


def read_answer(body: bytes) -> tuple[int, int, int]:
    """(serial number, message, result) of a 0x8001. Raises BadBody."""
    try:
        serial, message, result = _ANSWER.unpack(body)
    except StructError:
        raise BadBody("short") from None
    return serial, message, result


def _text(raw: bytes) -> str:
    # A zero may end a string in the middle of its place, and PostgreSQL takes none.
    return raw.split(b"\0", 1)[0].decode("gbk", "replace").strip() if raw[:1] != b"\0" else _text_of_tail(raw)


def _text_of_tail(raw: bytes) -> str:
    # Some terminals fill up from the left.
    return raw.lstrip(b"\0").split(b"\0", 1)[0].decode("gbk", "replace").strip()
