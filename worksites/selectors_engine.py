"""The ground of the truck rules out of the database, built once and looked at again; and tracks as arrays."""

import json
import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from grid import selectors as grounds
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from worksites.lifecycle import PermitStatus, SiteStatus
from worksites.models import GatePass, Manifest, Permit, PermitRuleSet, Sink, Site, Truck, TruckRule
from worksites.services.fixes import TABLE
from worksites.trucks.editions import GatePast, editions
from worksites.trucks.engine import manifest, passing
from worksites.trucks.ground import ALWAYS, FOREVER, Card, Gate, Ground, SinkGround, SiteGround, Valid
from worksites.trucks.rules import CODES, DEFAULTS, PARAMS, BadParam, Rule, RuleSet, checked
from worksites.trucks.sitedays import WATCHED_US, SiteDay, counted
from worksites.trucks.tracks import Fixes

LOOK_AGAIN_S = 5.0
REMEMBERED = timedelta(days=400)  # longer than any position is kept
TABLES = ["site", "gate", "sink", "permit", "permit_sinks", "permit_sites", "permitruleset", "truck", "truckrule"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AROUND = timedelta(microseconds=WATCHED_US)
CAMERA_TWICE_S = 120  # the same plate again within these is the same truck turning


def microseconds(at: datetime) -> int:
    """µs since 1970 UTC of an aware instant."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(t: int) -> datetime:
    """The aware instant of µs since 1970 UTC."""
    return EPOCH + timedelta(microseconds=t)


class _Memory:
    def __init__(self) -> None:
        self.ground: Ground | None = None
        self.edition: Any = None
        self.looked_at = 0.0
        self.lock = threading.Lock()


_memory = _Memory()


def truck_ground() -> Ground:
    """Sites, sinks and cards, each with its time, and the rules of now; a change is noticed within five seconds."""
    if _memory.ground is not None and monotonic() - _memory.looked_at < LOOK_AGAIN_S:
        return _memory.ground
    with _memory.lock:
        edition = _edition()
        if _memory.ground is None or edition != _memory.edition:
            _memory.ground, _memory.edition = _built(), edition
        _memory.looked_at = monotonic()
        return _memory.ground


def look_again() -> None:
    """Make the next `truck_ground` of this process ask the database (after a change, between tests)."""
    _memory.ground = _memory.edition = None


def _edition() -> tuple[Any, ...]:
    parts = [f"(select coalesce(sum(hashtextextended(t::text, 0)), 0) from worksites_{name} t)" for name in TABLES]
    day = "(now() at time zone 'Asia/Shanghai')::date"
    rules = "(select array_agg(id order by id) from worksites_truckrule where effective_from <= now())"
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join([*parts, day, rules])}")
        row = cursor.fetchone()
    return (*row[:-1], tuple(row[-1] or ()), grounds.edition())


def rules_in_force(at: datetime) -> RuleSet:
    """Of each code the newest row in force at an instant; a row with impossible numbers falls back to the defaults."""
    rules = dict(DEFAULTS)
    rows = TruckRule.objects.filter(effective_from__lte=at, code__in=CODES).order_by("code", "-effective_from")
    for row in rows.distinct("code"):
        try:
            # A number that a rule no longer has may still stand in an old row.
            numbers = checked(row.code, {name: v for name, v in row.params.items() if name in PARAMS[row.code]})
        except BadParam:
            numbers = dict(DEFAULTS[row.code].params)
        rules[row.code] = Rule(row.code, row.level, row.suppress_s, numbers, row.is_active, row.pk)
    return RuleSet(rules)


def _built() -> Ground:
    now = db_now()
    papers: dict[tuple[str, int], list[Valid]] = {}
    in_force = Q(status=PermitStatus.APPROVED) | Q(status=PermitStatus.VOIDED, voided_on__isnull=False)
    permits = Permit.objects.filter(in_force, valid_to__gte=now.date() - REMEMBERED)
    for permit in permits.prefetch_related("sinks", "sites"):
        until = min(permit.valid_to, permit.voided_on - timedelta(days=1)) if permit.voided_on else permit.valid_to
        paper = Valid(
            permit.kind, permit.valid_from, until, tuple(permit.windows),
            frozenset(sink.pk for sink in permit.sinks.all()), frozenset(site.pk for site in permit.sites.all()),
            tuple(shape(line) for line in permit.routes),
        )  # fmt: skip
        for holder in ("site", "truck"):
            if (pk := getattr(permit, f"{holder}_id")) is not None:
                papers.setdefault((holder, pk), []).append(paper)
    remembered = microseconds(now - REMEMBERED)
    sites = [
        edition
        for site in Site.objects.prefetch_related("gates").order_by("watched_since", "pk")
        for edition in _editions(site, tuple(papers.get(("site", site.pk), ())))
        if edition.until > remembered
    ]
    sinks = [
        SinkGround(
            sink.pk, sink.name, shape(sink.boundary), sink.kind,
            microseconds(sink.registered_at) if sink.registered_at else ALWAYS,
            microseconds(sink.closed_at) if sink.closed_at else FOREVER,
        )
        for sink in Sink.objects.filter(Q(is_active=True) | Q(closed_at__gt=now - REMEMBERED)).order_by("pk")
    ]  # fmt: skip
    cards = {
        truck.pk: Card(truck.pk, truck.plate, truck.volume_m3, tuple(papers.get(("truck", truck.pk), ())))
        for truck in Truck.objects.all()
    }
    rule_set = PermitRuleSet.objects.filter(effective_from__lte=now.astimezone(STREET).date()).first()
    required = frozenset(rule_set.required) if rule_set else frozenset({"transport"})
    return Ground(sites, sinks, cards, rules_in_force(now), _street(), _expressways(), required)


def _editions(site: Site, papers: tuple[Valid, ...]) -> list[SiteGround]:
    since = microseconds(site.watched_since)
    gates = [
        GatePast(
            Gate(gate.pk, gate.lon, gate.lat, gate.code, gate.camera_code),
            microseconds(gate.added_at) if gate.added_at else since,
            microseconds(datetime.combine(gate.filed_on, datetime.min.time(), STREET)) if gate.filed_on else FOREVER,
        )
        for gate in site.gates.all()
    ]  # fmt: skip
    ended = site.finished_at or (site.watched_since if site.status == SiteStatus.FINISHED else None)
    whole = SiteGround(
        site.pk, site.name, shape(site.boundary), digs=site.status != SiteStatus.IDLE or site.idle_since is not None,
        papers=papers, since=since, until=microseconds(ended) if ended else FOREVER,
    )  # fmt: skip
    return editions(whole, gates, microseconds(site.idle_since) if site.idle_since else FOREVER)


def shape(geojson: dict[str, Any]) -> BaseGeometry:
    """A GeoJSON geometry of degrees."""
    return shapely.from_geojson(json.dumps(geojson))


def _street() -> BaseGeometry | None:
    areas = [area.shape for area in grounds.known_ground().communities.values()]
    return shapely.union_all(areas).buffer(0.0005).buffer(-0.0005) if areas else None


def _expressways() -> BaseGeometry | None:
    drawing = MapLayer.objects.filter(code="roads").values_list("geojson", flat=True).first() or {}
    lines = [
        shape(feature["geometry"]) for feature in drawing.get("features", [])
        if feature.get("properties", {}).get("kind") == "expressway"  # as the drawn roads say it
    ]  # fmt: skip
    return shapely.union_all(lines).buffer(0.0005) if lines else None


# tracks

COLUMNS = "(extract(epoch from at) * 1000000)::bigint, lon, lat, speed_kmh::float8, load, lift, cover, ignition::int"


def fixes_of(truck_id: int, after: datetime | None, until: datetime) -> Fixes:
    """Positions of a truck in (after, until] that know where they are, sorted; without `after` of two days."""
    after = after or until - timedelta(days=2)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {COLUMNS} from {TABLE} where truck_id = %s and at > %s and at <= %s and day between %s and %s"
            " and positioned order by at",
            [truck_id, after, until, _day(after), _day(until)],
        )
        rows = cursor.fetchall()
    table = np.array(rows, np.float64).reshape(-1, 8)
    # An instant of 2026 in µs is below 2^53: a float holds it whole.
    return Fixes(
        np.full(len(rows), truck_id, np.int64), table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3],
        *(table[:, n].astype(np.int8) for n in range(4, 8)),
    )  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(STREET).date()


def events_of(truck_id: int, plate: str, after: datetime, until: datetime) -> list[dict[str, Any]]:
    """Passes of the plate and manifests of the truck in (after, until], as the engine reads them, sorted."""
    passes = GatePass.objects.filter(plate=plate, at__gt=after, at__lte=until).select_related("gate")
    found = [
        passing(
            microseconds(one.at), one.lon, one.lat, id=one.pk, code=one.point_code, gate=one.gate_id,
            site=one.gate.site_id if one.gate else None, direction=one.direction, loaded=one.loaded,
            covered=one.covered, confidence=one.confidence,
        )
        for one in passes
    ]  # fmt: skip
    papers = Manifest.objects.filter(truck_id=truck_id, issued_at__gt=after, issued_at__lte=until)
    found += [
        manifest(microseconds(one.issued_at), one.pk, one.site_id, one.sink_id)
        for one in papers.exclude(state=Manifest.State.VOIDED)
    ]
    return sorted(found, key=lambda event: (event["t"], event["what"], event["id"]))


# site-days


def site_days(day: date, sites: Iterable[int] | None = None) -> list[SiteDay]:
    """What gates counted and what manifests say on a day of the street, of each site that has either."""
    since = datetime.combine(day, datetime.min.time(), STREET)
    until = since + timedelta(days=1)
    passes = GatePass.objects.filter(
        at__gte=since, at__lt=until, gate__isnull=False, direction=GatePass.Direction.OUT, loaded=True
    )
    papers = Manifest.objects.filter(issued_at__gte=since, issued_at__lt=until).exclude(state=Manifest.State.VOIDED)
    if sites is not None:
        wanted = list(sites)
        passes, papers = passes.filter(gate__site__in=wanted), papers.filter(site__in=wanted)
    around = GatePass.objects.filter(
        at__gte=since - AROUND, at__lt=until + AROUND, gate__site__in=papers.order_by().values("site")
    )
    read: dict[int, list[int]] = {}
    for site, at in around.values_list("gate__site", "at"):
        read.setdefault(site, []).append(microseconds(at))
    left: dict[int, list[tuple[str, int]]] = {}
    last: dict[tuple[int, str], datetime] = {}
    for site, plate, at in passes.order_by("at").values_list("gate__site", "plate", "at"):
        before = last.get((site, plate))
        if before is None or (at - before).total_seconds() > CAMERA_TWICE_S:
            left.setdefault(site, []).append((plate, microseconds(at)))
        last[site, plate] = at
    written: dict[int, list[tuple[str, int]]] = {}
    for site, plate, at in papers.values_list("site", "truck__plate", "issued_at"):
        written.setdefault(site, []).append((plate, microseconds(at)))
    found = []
    for place in Site.objects.filter(pk__in={*left, *written}).order_by("pk"):
        issued = written.get(place.pk, [])
        plates = {plate for plate, _at in issued}
        bare = [one for one in left.get(place.pk, []) if one[0] not in plates]
        manifests = counted([at for _plate, at in issued], read.get(place.pk, []))
        found.append(SiteDay(
            place.pk, place.name, day.isoformat(), len(left.get(place.pk, [])), manifests, place.lon, place.lat,
            microseconds(since), tuple(bare[:5]),
        ))  # fmt: skip
    return found
