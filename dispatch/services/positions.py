"""Where units are: batches of fixes from phones, the last believed one kept, arrival seen from them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dispatch import selectors
from dispatch.models import ArrivalProof, Assignment, Unit, UnitPosition
from dispatch.services.answers import depart, set_arrived
from dispatch.services.base import Status, locked_order
from dispatch.services.duty import HEARD_EVERY_S, hear
from dispatch.shapes import position_shape
from dispatch.tracking import FIXES_NEEDED, GEOFENCE_M, Fix, is_jump, is_late, near_after
from grid.models import PositionFix
from grid.services.positions import KeptFix, append_fixes
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.geo import BadPosition, distance_m, to_wgs84
from shushanwei.journal import live
from shushanwei.people.models import User

MOST_FIXES = 500
SET_OFF_KMH = 8  # faster than walking about: the unit is on its way


@dataclass(frozen=True)
class RawFix:
    """One fix as a phone sends it: degrees in `crs`, metres, the phone's own time."""

    lon: float
    lat: float
    accuracy_m: float
    fix_at: datetime
    crs: str = "wgs84"
    speed_kmh: float | None = None
    mocked: bool = False


@dataclass
class Taken:
    """What became of a batch; `arrived` is true when it proved an arrival."""

    taken: int = 0
    late: int = 0
    flagged: int = 0
    old: int = 0
    arrived: bool = False


def take_positions(user: User, fixes: Sequence[RawFix], sent_at: datetime | None = None) -> Taken:
    """The fixes of a unit's phone (see `take_unit_positions`)."""
    return take_unit_positions(selectors.unit_of(user), fixes, sent_at)


def take_unit_positions(
    unit: Unit, fixes: Sequence[RawFix], sent_at: datetime | None = None, device: str = ""
) -> Taken:
    """Keep the unit's newest believed fix, its track, and hold live ones against the geofence of its order.

    `sent_at` is the device's clock when it sent the batch: a clock that runs wrong is set right by it. Fixes that
    were buffered for more than 30 s complete nothing. Raises BadInput (`fixes[i].lon` …) and changes nothing then.
    """
    if len(fixes) > MOST_FIXES:
        raise BadInput("fixes", f"at most {MOST_FIXES} at a time")
    received_at = db_now()
    skew = received_at - sent_at if sent_at else timedelta(0)
    clean = sorted((_clean(i, fix, skew, received_at) for i, fix in enumerate(fixes)), key=lambda f: f.fix_at)
    taken, believed = _keep(unit, clean, received_at, device)
    order = None
    if unit.on_duty_since is not None:
        live_orders = Assignment.objects.filter(unit=unit, status=Status.ACCEPTED, ended_at__isnull=True)
        order = live_orders.select_related("incident").first()
    if order is not None:
        fresh = [fix for fix in believed if not is_late(fix, received_at)]
        if order.departed_at is None and any((fix.speed_kmh or 0) >= SET_OFF_KMH for fix in fresh):
            with suppress(Conflict):  # recalled in this moment
                depart(order.pk)
        # Most fixes are far away and change nothing: the incident's lock is taken only near the scene.
        if fresh and (order.near_fixes or any(_near(order, fix) for fix in fresh)):
            taken.arrived = _hold_against_fence(order.pk, fresh)
    return taken


@dataclass
class Gathered:
    """What became of the batch of a car gateway: fixes believed, and what was wrong with which of them."""

    taken: int = 0
    flagged: int = 0
    old: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)


def take_gateway_positions(fixes: Sequence[tuple[str, str, RawFix]], sent_at: datetime | None = None) -> Gathered:
    """Fixes of car terminals that come through one gateway: (unit's code, terminal, fix) each.

    A fix that is wrong is named by its index and the others are kept. At most `MOST_FIXES`.
    """
    if len(fixes) > MOST_FIXES:
        raise BadInput("fixes", f"at most {MOST_FIXES} at a time")
    gathered = Gathered()
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={code for code, _t, _f in fixes}, is_active=True)}
    by_device: dict[tuple[str, str], list[RawFix]] = {}
    now = db_now()
    for index, (code, terminal, fix) in enumerate(fixes):
        if code not in units:
            gathered.errors.append({"index": index, "field": "unit", "message": _("There is no such unit.")})
            continue
        try:
            _clean(index, fix, timedelta(0), now)
        except BadInput as error:
            name = (error.field or "").rpartition(".")[2]
            gathered.errors.append({"index": index, "field": name, "message": error.message})
            continue
        by_device.setdefault((code, terminal), []).append(fix)
    for (code, terminal), each in sorted(by_device.items()):
        taken = take_unit_positions(units[code], each, sent_at, device=terminal)
        gathered.taken += taken.taken
        gathered.flagged += taken.flagged
        gathered.old += taken.old
    return gathered


def _clean(index: int, raw: RawFix, skew: timedelta, received_at: datetime) -> Fix:
    try:
        lon, lat = to_wgs84(raw.lon, raw.lat, raw.crs)
    except BadPosition as error:
        raise BadInput(f"fixes[{index}].{error.field}", str(error)) from None
    at = min(raw.fix_at + skew, received_at)
    return Fix(lon, lat, max(raw.accuracy_m, 0.0), at, raw.speed_kmh, raw.mocked)


@transaction.atomic
def _keep(unit: Unit, fixes: Sequence[Fix], received_at: datetime, device: str) -> tuple[Taken, list[Fix]]:
    """Under the position's lock: (what became of each fix, those that can be believed, in order)."""
    taken, believed, kept = Taken(), [], []
    row = UnitPosition.objects.select_for_update(no_key=True).filter(unit=unit).first()
    last = Fix(row.lon, row.lat, row.accuracy_m, row.fix_at) if row is not None and row.believed else None
    flag = ""
    for fix in fixes:
        if last is not None and fix.fix_at <= last.fix_at:
            taken.old += 1
            continue
        if fix.mocked or (last is not None and is_jump(last, fix)):
            flag = UnitPosition.Flag.MOCKED if fix.mocked else UnitPosition.Flag.JUMP
            taken.flagged += 1
            kept.append(_history(fix, device, believed=False))
            continue
        taken.taken += 1
        taken.late += is_late(fix, received_at)
        believed.append(fix)
        kept.append(_history(fix, device))
        last = fix
    if kept:
        append_fixes(PositionFix.Kind.UNIT, unit.pk, kept, received_at)
    columns: dict = {"received_at": received_at}
    if flag:
        columns |= {"flag": flag, "flagged_at": received_at}
    if believed:
        newest = believed[-1]
        columns |= {
            "lon": newest.lon,
            "lat": newest.lat,
            "accuracy_m": newest.accuracy_m,
            "speed_kmh": newest.speed_kmh,
            "fix_at": newest.fix_at,
            "believed": True,
        }
    elif row is None and fixes:
        mocked = fixes[-1]
        columns |= {
            "lon": mocked.lon,
            "lat": mocked.lat,
            "accuracy_m": mocked.accuracy_m,
            "fix_at": mocked.fix_at,
            "believed": False,
        }
    if believed or flag:
        if row is None:
            row, _made = UnitPosition.objects.update_or_create(unit=unit, defaults=columns)
        else:
            for name, value in columns.items():
                setattr(row, name, value)
            row.save(update_fields=columns)
        if shape := position_shape(row, received_at):
            transaction.on_commit(lambda: live.publish({"type": "positions", "units": [shape]}), robust=True)
    if unit.seen_at is None or (received_at - unit.seen_at).total_seconds() > HEARD_EVERY_S:
        hear(unit.pk)
    return taken, believed


def _history(fix: Fix, device: str, *, believed: bool = True) -> KeptFix:
    return KeptFix(fix.lon, fix.lat, fix.accuracy_m, fix.fix_at, fix.speed_kmh, fix.mocked, believed, device[:64])


@transaction.atomic
def _hold_against_fence(assignment_id: int, fixes: Sequence[Fix]) -> bool:
    """Count the consecutive fixes inside the geofence; the second one is the arrival (E3 or E6)."""
    incident, order = locked_order(assignment_id)
    if order.status != Status.ACCEPTED or order.ended_at is not None:
        return False
    for fix in fixes:
        order.near_fixes = near_after(order.near_fixes, order.last_fix_at, fix, incident.lon, incident.lat)
        order.last_fix_at = max(fix.fix_at, order.last_fix_at or fix.fix_at)
        if order.near_fixes >= FIXES_NEEDED:
            now = db_now()
            proof = ArrivalProof(
                assignment=order,
                method=ArrivalProof.Method.GEOFENCE,
                lon=fix.lon,
                lat=fix.lat,
                accuracy_m=fix.accuracy_m,
                distance_m=distance_m(fix.lon, fix.lat, incident.lon, incident.lat),
                device_at=fix.fix_at,
                proven_at=now,
            )
            order.save(update_fields=["near_fixes", "last_fix_at"])
            set_arrived(incident, order, proof, actor=None)
            return True
    order.save(update_fields=["near_fixes", "last_fix_at"])
    return False


def _near(order: Assignment, fix: Fix) -> bool:
    return distance_m(fix.lon, fix.lat, order.incident.lon, order.incident.lat) <= GEOFENCE_M
