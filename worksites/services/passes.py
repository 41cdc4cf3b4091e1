"""Plates that cameras read (过车记录): kept once for each camera and its own number of the record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from shushanwei.common.clock import db_now
from worksites.models import Gate

COLUMNS = (
    "point_code text, external_id text, plate text, plate_colour text, vehicle_class text, direction text, lane int,"
    " at timestamptz, lon float8, lat float8, speed_kmh float8, loaded boolean, covered boolean, confidence float8,"
    " image_url text"
)
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(", "))
INSERT = f"""
with kept as (
    insert into worksites_gatepass ({NAMES}, gate_id, truck_id, received_at)
    select {", ".join("s." + name for name in NAMES.split(", "))}, g.id, t.id, %(now)s
    from json_to_recordset(%(rows)s) as s({COLUMNS})
    left join lateral (select id from worksites_gate where camera_code = s.point_code and s.point_code <> ''
                       order by id limit 1) g on true
    left join worksites_truck t on t.plate = s.plate
    order by s.point_code, s.external_id
    on conflict (point_code, external_id) do nothing
    returning point_code, external_id, truck_id
), woken as (
    update worksites_truckstate set engine_work_at = %(now)s
    where truck_id in (select truck_id from kept where truck_id is not null)
)
select point_code, external_id from kept
"""
STORED = """
select p.point_code, p.external_id, p.plate, p.at from worksites_gatepass p
join unnest(%s::text[], %s::text[]) as s(point, external) on p.point_code = s.point and p.external_id = s.external
"""


class Pass(msgspec.Struct, kw_only=True):
    """One pass as it is kept: WGS-84 degrees, km/h, confidence 0–1; direction is out, in or by."""

    point_code: str
    external_id: str
    plate: str
    direction: str
    at: datetime
    lon: float
    lat: float
    plate_colour: str = ""
    vehicle_class: str = ""
    lane: int = 0
    speed_kmh: float | None = None
    loaded: bool | None = None
    covered: bool | None = None
    confidence: float | None = None
    image_url: str = ""


def gates_of(codes: set[str]) -> dict[str, tuple[float, float]]:
    """Where the gate of a camera is, for passes that do not say where they were."""
    gates = Gate.objects.filter(camera_code__in=codes - {""}).order_by("-pk")
    return {code: (lon, lat) for code, lon, lat in gates.values_list("camera_code", "lon", "lat")}


@transaction.atomic
def keep_passes(rows: Sequence[Pass]) -> list[str]:
    """What became of each: `new`, `repeated`, or `conflict` (the number was used for another plate or instant)."""
    if not rows:
        return []
    first = {(row.point_code, row.external_id): row for row in reversed(rows)}
    values: dict[str, Any] = {"now": db_now(), "rows": msgspec.json.encode(list(first.values())).decode()}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        new = set(cursor.fetchall())
        cursor.execute(STORED, [[key[0] for key in first], [key[1] for key in first]])
        stored = {(point, external): (plate, at) for point, external, plate, at in cursor.fetchall()}
    outcome = []
    for row in rows:
        key = (row.point_code, row.external_id)
        if stored[key] != (row.plate, row.at):
            outcome.append("conflict")
        else:
            outcome.append("new" if key in new else "repeated")
            new.discard(key)
    return outcome
