"""Checked items handed to the services; what cannot be is named by index and field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from incidents.intake.parsing import Bad, BadItem
from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from worksites.intake.parsing import COVER, FUTURE, LIFT, LOAD, FixItem, ManifestItem, PassItem, place
from worksites.models import TruckFix
from worksites.plates import clean_plate, phone_of
from worksites.services.fixes import KEPT_DAYS, Fix, instant_us, keep_fixes
from worksites.services.manifests import Paper, keep_manifests
from worksites.services.passes import Pass, gates_of, keep_passes
from worksites.services.trucks import Fleet, fleet

NAN = float("nan")


@dataclass
class Taken:
    """What became of a body."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Bad] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.rejected += other.rejected


def take_fixes(
    items: Sequence[tuple[int, FixItem]], *, known: Fleet | None = None, source: int = TruckFix.Source.HTTP
) -> Taken:
    """Keep positions; committed when it returns. A plate that nobody registered is named."""
    if known is None:
        known = fleet({clean_plate(i.plate) for _n, i in items}, {phone_of(i.terminal_id) for _n, i in items})
    taken, fixes, now = Taken(), [], db_now()
    for number, item in items:
        try:
            fixes.append(_fix(item, known, now))
        except BadItem as error:
            taken.rejected.append(Bad(number, error.field, error.message))
    kept = keep_fixes(fixes, source=source)
    taken.accepted, taken.duplicates = kept.new, kept.repeated
    return taken


def _fix(item: FixItem, known: Fleet, now: datetime) -> Fix:
    truck = None
    if item.plate:
        truck = known.plates.get(clean_plate(item.plate))
        if truck is None:
            raise BadItem("plate", "no truck has this plate")
    elif item.terminal_id:
        truck = known.terminals.get(phone_of(item.terminal_id))
    if truck is None:
        raise BadItem("terminal_id", "no truck has this terminal" if item.terminal_id else "give plate or terminal_id")
    if item.at > now + FUTURE:
        raise BadItem("at", "lies more than 24 hours in the future")
    if item.at < now - timedelta(days=KEPT_DAYS):
        raise BadItem("at", f"is older than the {KEPT_DAYS} days that are kept")
    lon, lat = (item.lon, item.lat) if not item.positioned and item.lon == item.lat == 0 else place(item)
    return Fix(
        truck, instant_us(item.at), lon, lat, item.speed_kmh, item.heading % 360, round(item.altitude_m),
        item.ignition, item.positioned, LOAD[item.load], LIFT[item.lift], COVER[item.cover],
        NAN if item.mileage_km is None else item.mileage_km, item.alarm_bits, item.status_bits,
    )  # fmt: skip


def take_passes(items: Sequence[tuple[int, PassItem]]) -> Taken:
    """Keep what cameras read; committed when it returns."""
    taken, now = Taken(), db_now()
    gates = gates_of({item.point_code for _n, item in items})
    rows: list[tuple[int, Pass]] = []
    for number, item in items:
        try:
            rows.append((number, _pass(item, gates, now)))
        except BadItem as error:
            taken.rejected.append(Bad(number, error.field, error.message, item.external_id))
    for (number, row), outcome in zip(rows, keep_passes([row for _n, row in rows]), strict=True):
        if outcome == "conflict":
            message = "the same external_id was sent before with another plate or instant"
            taken.rejected.append(Bad(number, "external_id", message, row.external_id, "conflict"))
        elif outcome == "new":
            taken.accepted += 1
        else:
            taken.duplicates += 1
    return taken


def _pass(item: PassItem, gates: dict[str, tuple[float, float]], now: datetime) -> Pass:
    plate = clean_plate(item.plate)
    if not plate:
        raise BadItem("plate", "is no number plate")
    if not now - timedelta(days=KEPT_DAYS) <= item.at <= now + FUTURE:
        raise BadItem("at", "lies more than 24 hours in the future, or is older than what is kept")
    for name in ("point_code", "external_id", "plate_colour", "vehicle_class", "image_url"):
        if "\0" in getattr(item, name):
            raise BadItem(name, "holds a NUL character")
    if item.lon is None or item.lat is None:
        if item.point_code not in gates:
            raise BadItem("lon", "is needed: no gate has this camera")
        lon, lat = gates[item.point_code]
    elif item.crs is None:
        raise BadItem("crs", "is needed with a place")
    else:
        lon, lat = place(item)
    return Pass(
        point_code=item.point_code, external_id=item.external_id, plate=plate, direction=item.direction,
        at=item.at.astimezone(UTC), lon=lon, lat=lat, plate_colour=item.plate_colour, lane=item.lane,
        vehicle_class=item.vehicle_class, speed_kmh=item.speed_kmh, loaded=item.loaded, covered=item.covered,
        confidence=item.confidence, image_url=item.image_url,
    )  # fmt: skip


def take_manifests(items: Sequence[tuple[int, ManifestItem]], *, actor: User | None, by: str) -> Taken:
    """Keep manifests; committed when it returns."""
    taken, papers = Taken(), []
    for number, item in items:
        if "\0" in item.number + item.site + item.sink + item.plate + item.driver_name:
            taken.rejected.append(Bad(number, "number", "holds a NUL character"))
        else:
            papers.append((number, item))
    outcomes = keep_manifests(
        [
            Paper(i.number, i.site, i.sink, i.plate, i.issued_at, i.driver_name, i.volume_m3, i.received_at, i.state)
            for _n, i in papers
        ],
        actor=actor,
        by=by,
    )
    for (number, item), outcome in zip(papers, outcomes, strict=True):
        if outcome.what in ("bad", "conflict"):
            code = "conflict" if outcome.what == "conflict" else "bad-input"
            taken.rejected.append(Bad(number, outcome.field, outcome.message, item.number, code))
        elif outcome.what == "repeated":
            taken.duplicates += 1
        else:
            taken.accepted += 1
    return taken
