"""The plain case of a phone's position in two statements: one fix, believed, on the way from nowhere to nowhere.

Hundreds of phones report every few seconds; compiling six queries for each would cost four times what they take.
Whatever is not plain - several fixes, a doubtful one, near the scene, about to set off - is left to
`services.positions`, which knows all the rules; both keep the same rows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from dispatch.models import UnitPosition
from dispatch.services.duty import HEARD_EVERY_S
from dispatch.services.positions import SET_OFF_KMH, RawFix, Taken
from dispatch.shapes import position_shape
from dispatch.tracking import GEOFENCE_M, Fix, is_jump, is_late
from shushanwei.common.clock import STREET
from shushanwei.common.geo import BadPosition, distance_m, to_wgs84
from shushanwei.common.prepared import fetch_one
from shushanwei.journal import live

# Who sends, where the unit was, what it is ordered to do, and what time it is.
WHO = """
select u.id, u.seen_at, u.on_duty_since, p.lon, p.lat, p.accuracy_m, p.fix_at, p.believed, p.flag, p.flagged_at,
       a.id, a.departed_at, a.near_fixes, i.lon, i.lat, statement_timestamp()
from knox_authtoken t
join people_user w on w.id = t.user_id and w.is_active
join dispatch_unitmember m on m.user_id = w.id
join dispatch_unit u on u.id = m.unit_id and u.is_active
left join dispatch_unitposition p on p.unit_id = u.id
left join dispatch_assignment a on a.unit_id = u.id and a.ended_at is null and a.status = 'accepted'
left join incidents_incident i on i.id = a.incident_id
where t.digest = %(digest)s and (t.expiry is null or t.expiry > statement_timestamp())
and exists (
    select from people_rolegrant g join people_role r on r.id = g.role_id
    where g.user_id = w.id and 'dispatch.answer_order' = any(r.permissions))
order by m.is_leader desc, u.code
limit 1
"""
# The row of the last position is the lock: who finds another one there than was read has been overtaken.
KEEP = """
with moved as (
    update dispatch_unitposition
    set lon = %(lon)s, lat = %(lat)s, accuracy_m = %(accuracy_m)s, speed_kmh = %(speed_kmh)s, fix_at = %(fix_at)s,
        received_at = %(now)s
    where unit_id = %(unit)s and fix_at = %(before)s and believed
    returning unit_id
), kept as (
    insert into grid_positionfix (subject_kind, subject_id, lon, lat, accuracy_m, fix_at, speed_kmh, mocked, believed,
                                  device, received_at, received_on)
    select 'unit', unit_id, %(lon)s, %(lat)s, %(accuracy_m)s, %(fix_at)s, %(speed_kmh)s, false, true, '', %(now)s,
           %(day)s
    from moved on conflict do nothing
)
select count(*) from moved
"""
# What `services.duty.hear` does, in one statement.
HEARD = """
with heard as (
    update dispatch_unit set seen_at = %(now)s where id = %(unit)s returning id
), present as (
    update grid_signon set heard_at = %(now)s
    where off_at is null and post = 'unit'
    and user_id in (select m.user_id from dispatch_unitmember m join heard on heard.id = m.unit_id)
)
select count(*) from heard
"""
TYPES = {
    "unit": "bigint",
    "before": "timestamptz",
    "lon": "float8",
    "lat": "float8",
    "accuracy_m": "float8",
    "speed_kmh": "float8",
    "fix_at": "timestamptz",
    "now": "timestamptz",
    "day": "date",
}


@dataclass(frozen=True)
class _Row:
    unit: int
    seen_at: datetime | None
    on_duty_since: datetime | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    fix_at: datetime | None
    believed: bool | None
    flag: str | None
    flagged_at: datetime | None
    order: int | None
    departed_at: datetime | None
    near_fixes: int | None
    to_lon: float | None
    to_lat: float | None
    now: datetime


def take_plain(digest: str, raw: RawFix, sent_at: datetime | None) -> Taken | None:
    """Keep one fix of the unit whose phone holds this token; None, and nothing is done, where it is not plain."""
    found = fetch_one("phone_who", {"digest": "text"}, WHO, {"digest": digest})
    if found is None:
        return None
    row = _Row(*found)
    skew = row.now - sent_at if sent_at else timedelta(0)
    try:
        lon, lat = to_wgs84(raw.lon, raw.lat, raw.crs)
    except BadPosition:
        return None
    fix = Fix(lon, lat, max(raw.accuracy_m, 0.0), min(raw.fix_at + skew, row.now), raw.speed_kmh, raw.mocked)
    if not _is_plain(row, fix) or not _kept(row, fix):
        return None
    if row.seen_at is None or (row.now - row.seen_at).total_seconds() > HEARD_EVERY_S:
        fetch_one("phone_heard", {"unit": "bigint", "now": "timestamptz"}, HEARD, {"unit": row.unit, "now": row.now})
    return Taken(taken=1, late=int(is_late(fix, row.now)))


def _is_plain(row: _Row, fix: Fix) -> bool:
    if fix.mocked or not row.believed or row.lon is None or row.lat is None or row.fix_at is None:
        return False
    if fix.fix_at <= row.fix_at or is_jump(Fix(row.lon, row.lat, row.accuracy_m or 0.0, row.fix_at), fix):
        return False
    if row.order is None or row.on_duty_since is None:
        return True
    if row.near_fixes or row.to_lon is None or row.to_lat is None:
        return False
    sets_off = row.departed_at is None and (fix.speed_kmh or 0) >= SET_OFF_KMH
    return not sets_off and distance_m(fix.lon, fix.lat, row.to_lon, row.to_lat) > GEOFENCE_M


def _kept(row: _Row, fix: Fix) -> bool:
    values = {
        "unit": row.unit,
        "before": row.fix_at,
        "lon": fix.lon,
        "lat": fix.lat,
        "accuracy_m": fix.accuracy_m,
        "speed_kmh": fix.speed_kmh,
        "fix_at": fix.fix_at,
        "now": row.now,
        "day": row.now.astimezone(STREET).date(),
    }
    counted = fetch_one("phone_keep", TYPES, KEEP, values)
    kept = bool(counted and counted[0])
    if kept:
        position = UnitPosition(
            unit_id=row.unit,
            lon=fix.lon,
            lat=fix.lat,
            accuracy_m=fix.accuracy_m,
            speed_kmh=fix.speed_kmh,
            fix_at=fix.fix_at,
            received_at=row.now,
            flag=row.flag or "",
            flagged_at=row.flagged_at,
        )
        if shape := position_shape(position, row.now):
            transaction.on_commit(lambda: live.publish({"type": "positions", "units": [shape]}), robust=True)
    return kept
