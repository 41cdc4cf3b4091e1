"""The positions of trucks: kept by COPY, once for each truck and instant, in a partition of the day."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction

from shushanwei.common.clock import db_now
from shushanwei.common.partitions import ByDay
from worksites.models import TruckFix

KEPT_DAYS = 180
TABLE = "worksites_truckfix"
PARTITIONS = ByDay(TABLE, "day", KEPT_DAYS)
FUTURE = timedelta(hours=24)
HELD_DAYS = 7
HELD_MOST = 20_000  # of one unknown terminal: a flood of one must not fill the disk
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01, from where its binary instants count


class Fix(NamedTuple):
    """One position as it is kept: WGS-84 degrees, km/h, degrees from north, metres; `at_us` is µs since 1970 (UTC).

    lift, cover, load: the numbers of `worksites.models.tracks`; a mileage that is not known is NaN.
    """

    truck_id: int
    at_us: int
    lon: float
    lat: float
    speed_kmh: float
    heading: int = 0
    altitude_m: int = 0
    ignition: bool = True
    positioned: bool = True
    load: int = 0
    lift: int = 0
    cover: int = 0
    mileage_km: float = float("nan")
    alarm_bits: int = 0
    status_bits: int = 0


class Kept(NamedTuple):
    """What became of a batch: new rows, rows that were there, rows refused (time, place, no such truck)."""

    new: int = 0
    repeated: int = 0
    refused: int = 0

    def plus(self, other: "Kept") -> "Kept":
        return Kept(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


# (name, numpy type, PostgreSQL type) of each column that comes by COPY, in one order everywhere.
COLUMNS = [
    ("truck_id", "i8", "bigint"),
    ("at", "i8", "timestamptz"),
    ("lon", "f8", "float8"),
    ("lat", "f8", "float8"),
    ("speed_kmh", "f4", "float4"),
    ("heading", "i2", "int2"),
    ("altitude_m", "i2", "int2"),
    ("ignition", "?", "bool"),
    ("positioned", "?", "bool"),
    ("load", "i2", "int2"),
    ("lift", "i2", "int2"),
    ("cover", "i2", "int2"),
    ("mileage_km", "f4", "float4"),
    ("alarm_bits", "i8", "bigint"),
    ("status_bits", "i8", "bigint"),
]
NAMES = [name for name, _kind, _type in COLUMNS]
FIXES = np.dtype([(name, kind) for name, kind, _type in COLUMNS])
# Each row of binary COPY: how many columns, then size and value of each. No column of ours has another width.
_WIRE = np.dtype(
    [("columns", ">i2")]
    + [part for name, kind, _t in COLUMNS for part in ((f"{name}_size", ">i4"), (name, f">{kind}".replace(">?", "?")))]
)
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
INBOX = "worksites_fixes_in"
MAKE_INBOX = (
    f"create temp table if not exists {INBOX} ("
    + ", ".join(f"{name} {type_}" for name, _kind, type_ in COLUMNS)
    + ") on commit delete rows"
)
_PLAIN = ", ".join(f"f.{name}" for name in NAMES if name != "mileage_km")
KEEP = f"""
with kept as (
    insert into {TABLE} ({_PLAIN.replace("f.", "")}, mileage_km, day, source, received_at)
    select {_PLAIN}, nullif(f.mileage_km, 'NaN'), (f.at at time zone 'Asia/Shanghai')::date, %(source)s, %(now)s
    from {INBOX} f where f.truck_id in (select id from worksites_truck)
    order by f.truck_id, f.at  -- in one order always: two overlapping batches must wait, not deadlock
    on conflict do nothing
    returning truck_id, at, lon, lat, speed_kmh, heading, load, lift, cover, ignition, positioned
), newest as (
    -- The newest that knows where it is; where none does, the truck has been heard all the same.
    select distinct on (truck_id) * from kept order by truck_id, positioned desc, at desc
), told as (
    insert into worksites_truckstate as s (truck_id, at, received_at, lon, lat, speed_kmh, heading, load, lift, cover,
                                           ignition, engine, engine_work_at)
    select truck_id, case when positioned then at end, %(now)s, case when positioned then lon end,
           case when positioned then lat end, speed_kmh, heading, load, lift, cover, ignition, '{{}}', %(now)s
    from newest order by truck_id
    on conflict (truck_id) do update set
        received_at = greatest(s.received_at, excluded.received_at),
        engine_work_at = excluded.engine_work_at,
        at = greatest(s.at, excluded.at),
        {", ".join(
            f"{name} = case when excluded.at > coalesce(s.at, '-infinity') then excluded.{name} else s.{name} end"
            for name in ("lon", "lat", "speed_kmh", "heading", "load", "lift", "cover", "ignition")
        )}
    returning 1
)
select (select count(*) from kept),
       (select count(*) from {INBOX} f where f.truck_id in (select id from worksites_truck))
"""  # fmt: skip
HELD = ", ".join(name for name in NAMES if name != "truck_id")
HOLD = f"""
insert into worksites_heldfix (phone, {HELD}, source, received_at)
select p.phone, {HELD.replace("mileage_km", "nullif(f.mileage_km, 'NaN')")}, %(source)s, %(now)s
from {INBOX} f join unnest(%(numbers)s::bigint[], %(phones)s::text[]) as p(number, phone) on p.number = f.truck_id
order by 1, 2 on conflict do nothing
"""


def instant_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - EPOCH) // MICROSECOND


def as_array(fixes: Sequence[Fix]) -> np.ndarray:
    """The same as an array of `FIXES`, whose numbers are cut to what the columns hold."""
    return np.array(fixes, dtype=FIXES)


def keep_fixes(fixes: Sequence[Fix] | np.ndarray, *, source: int = TruckFix.Source.HTTP) -> Kept:
    """Keep positions of known trucks and wake the rules for those trucks; committed when it returns.

    Refused are instants more than 24 h ahead or older than rows are kept, places off the globe, unknown trucks. Late
    ones are kept. What is there already (truck and instant) stays as it was. Any number; 20,000 at once are quick.
    """
    rows = fixes if isinstance(fixes, np.ndarray) else as_array(fixes)
    if not len(rows):
        return Kept()
    with transaction.atomic(), connection.cursor() as cursor:
        now = db_now()
        good = rows[_believable(rows, now)]
        if not len(good):
            return Kept(refused=len(rows))
        _copy(cursor, good)
        cursor.execute(KEEP, {"source": int(source), "now": now})
        new, known = cursor.fetchone()
    return Kept(new, known - new, len(rows) - known)


def hold_fixes(phones: Sequence[str], fixes: Sequence[Fix], *, source: int = TruckFix.Source.JT808) -> int:
    """Keep positions of terminals without a truck aside; `truck_id` is the index of the terminal in `phones`."""
    rows = as_array(fixes)
    if not len(rows):
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        now = db_now()
        good = rows[_believable(rows, now)]
        if not len(good):
            return 0
        _copy(cursor, good)
        numbers = list(range(len(phones)))
        cursor.execute(HOLD, {"source": int(source), "now": now, "numbers": numbers, "phones": list(phones)})
        return cursor.rowcount


def hand_over(phone: str, truck_id: int) -> Kept:
    """What was kept aside of a terminal becomes the track of its truck. Call it in the transaction that binds them."""
    columns = ", ".join(["phone", *NAMES[1:]])
    with connection.cursor() as cursor:
        cursor.execute(f"delete from worksites_heldfix where phone = %s returning {columns}", [phone])
        held = cursor.fetchall()
    fixes = [
        Fix(truck_id, instant_us(at), *rest[:-3], *[rest[-3] if rest[-3] is not None else float("nan")], *rest[-2:])
        for _phone, at, *rest in held
    ]
    return keep_fixes(fixes, source=TruckFix.Source.JT808)


def forget_held() -> int:
    """Held positions older than `HELD_DAYS`, and of one terminal beyond the newest `HELD_MOST`, go; how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from worksites_heldfix where received_at < %s", [db_now() - timedelta(days=HELD_DAYS)])
        gone = cursor.rowcount
        cursor.execute(
            "delete from worksites_heldfix h using ("
            " select phone, (array_agg(at order by at desc))[%s] as oldest from worksites_heldfix"
            " group by phone having count(*) > %s) many where h.phone = many.phone and h.at < many.oldest",
            [HELD_MOST, HELD_MOST],
        )
        return gone + cursor.rowcount


def _believable(rows: np.ndarray, now: datetime) -> np.ndarray:
    """Which rows have a time and a place that can be; where there is no position, any place will do."""
    latest, oldest = instant_us(now + FUTURE), instant_us(now - timedelta(days=KEPT_DAYS))
    lon, lat = rows["lon"], rows["lat"]
    # NaN compares as false, infinity is off the globe.
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0) & rows["positioned"])
    return (rows["at"] <= latest) & (rows["at"] >= oldest) & on_earth & np.isfinite(rows["speed_kmh"])


def binary(rows: np.ndarray) -> bytes:
    """An array of `FIXES` as the bytes of a binary COPY."""
    wire = np.empty(len(rows), dtype=_WIRE)
    wire["columns"] = len(COLUMNS)
    for name, _kind, _type in COLUMNS:
        wire[f"{name}_size"] = FIXES[name].itemsize
        wire[name] = rows[name]
    wire["at"] -= POSTGRES_EPOCH_US
    return _HEAD + wire.tobytes() + _TAIL


def _copy(cursor: Any, rows: np.ndarray) -> None:
    cursor.execute(MAKE_INBOX)
    # Within one long transaction (a test, an import) the rows of the call before still lie there.
    cursor.execute(f"delete from {INBOX}")
    cursor.copy_expert(f"copy {INBOX} from stdin (format binary)", BytesIO(binary(rows)))
