"""Two weeks of truck alerts: what the rules found in the diaries of some trucks, and what people said to it.

Tracks, passes and manifests are kept as well, so that each alert can be replayed and other numbers tried on them.
"""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

import numpy as np
from django.db import transaction
from django.db.models import Q

from demo.simulator.pictures import photo
from demo.street import haulage
from demo.street import wording_sites as words
from demo.street.haulage import SEED, SINK_CODE
from demo.street.site_past import SPACE
from demo.street.truck_acts import cast
from demo.street.truck_days import ROAD_CLOSED, told_by
from demo.trucks.diary import Label
from demo.trucks.world import Hauler
from grid.models import MapLayer
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.facts import DUMPING
from worksites.lifecycle import AlertStatus
from worksites.models import Gate, GatePass, Manifest, Sink, Site, Truck, TruckAlert, TruckFix
from worksites.selectors_engine import instant, microseconds, truck_ground
from worksites.services.engine import finished_days, keep_trips, mark_day_judged, mark_judged, site_day_hits
from worksites.services.engine_alerts import raise_alerts
from worksites.services.fixes import FIXES, PARTITIONS, keep_fixes
from worksites.services.mud import SEEN_WITHIN, Mud, report_mud
from worksites.trucks.engine import judge
from worksites.trucks.tracks import Fixes

DAYS = 14
STANDS_KMH = 3.0  # slower, the next place is only noise
SLACK_S = 600  # an alert belongs to what went on within so many seconds of it
JUDGED_AFTER = timedelta(seconds=20)
WAITS = timedelta(hours=20)  # what is younger nobody has decided
PLAIN = {"T01"}  # the register says it by itself
MUD_SEEN_BY = "brigade1"
JUDGES = ["video", "seat1", "seat2", "brigade1"]


@transaction.atomic
def load_truck_past() -> int:
    """Write the alerts of the days before today once; returns how many. The sites must be loaded."""
    if TruckAlert.objects.exists():
        return 0
    plans = haulage.site_plans(MapLayer.objects.get(code="worksites").geojson["features"])
    world = haulage.world_of(plans, haulage.truck_plans(plans))
    now = db_now()
    first = now.astimezone(STREET).date() - timedelta(days=DAYS)
    PARTITIONS.ensure(behind=DAYS)
    ids = _Ids(plans)
    labels: list[Label] = []
    excuses: list[Label] = []
    hits: list[dict[str, Any]] = []
    red = {n for n, plan in enumerate(plans, start=1) if plan.digs and plan.colour == "red"}
    for hauler, driver in cast(world, red):
        told = told_by(world, hauler, first, DAYS, driver)
        truck = ids.trucks[hauler.plate]
        fixes = _until(now, _of_truck(truck, told.fixes[0].sorted()))
        found = judge(truck_ground(), fixes, {truck: ids.written(hauler, told.events[hauler.id], now)})[truck]
        keep_trips(truck, found, None)
        keep_fixes(_rows(fixes), source=TruckFix.Source.FILE)
        mark_judged(truck, found.state)
        hits += [hit for hit in found.hits if instant(hit["detected"]) < now]
        labels += [replace(label, truck=truck) for label in told.labels]
        excuses += [replace(note, truck=truck) for note in told.notes if note.style == ROAD_CLOSED]
    for day in [day for day in finished_days() if day >= first]:
        hits += site_day_hits(day, truck_ground().rules["T12"])
        mark_day_judged(day)
    raised = [alert for hit in sorted(hits, key=lambda hit: hit["detected"]) for alert in _raised(hit)]
    _decide_all(raised, labels, excuses, now)
    return len([*raised, _mud(now)])


class _Ids:
    """The rows behind the numbers of the made-up ground."""

    def __init__(self, plans: list[haulage.SitePlan]) -> None:
        sites = dict(Site.objects.values_list("code", "pk"))
        sinks = dict(Sink.objects.values_list("code", "pk"))
        gates = dict(Gate.objects.values_list("camera_code", "pk"))
        self.trucks = dict(Truck.objects.values_list("plate", "pk"))
        self.sites = {n: sites[plan.code] for n, plan in enumerate(plans, start=1)}
        self.gates = {n: gates.get(plan.gates[0].camera) for n, plan in enumerate(plans, start=1)}
        self.sinks = {n: sinks[SINK_CODE.format(n)] for n in range(1, len(haulage.SINK_KINDS) + 1)}

    def written(self, hauler: Hauler, events: list[dict[str, Any]], until: datetime) -> list[dict[str, Any]]:
        """Keep the passes and manifests up to `until`; the same events with the ids of their rows."""
        truck = self.trucks[hauler.plate]
        said = [event for event in events if instant(event["t"]) < until]
        rows: list[GatePass | Manifest] = [
            self._manifest(hauler, event, until) if event["what"] == "manifest" else self._pass(hauler, event)
            for event in said
        ]
        for row in rows:
            row.truck_id = truck
        papers = Manifest.objects.bulk_create(row for row in rows if isinstance(row, Manifest))
        seen = GatePass.objects.bulk_create(row for row in rows if isinstance(row, GatePass))
        ids = {id(row): row.pk for row in [*papers, *seen]}
        kept = []
        for event, row in zip(said, rows, strict=True):
            known = {"id": ids[id(row)], "site": self.sites.get(event["site"])}
            if isinstance(row, Manifest):
                kept.append(event | known | {"sink": row.sink_id})
            else:
                kept.append(event | known | {"gate": row.gate_id})
        return kept

    def _manifest(self, hauler: Hauler, event: dict[str, Any], until: datetime) -> Manifest:
        at = instant(event["t"])
        received = at + timedelta(minutes=50)
        done = received < until
        return Manifest(
            number=f"LD{at.astimezone(STREET):%Y%m%d%H%M%S}{hauler.id:03d}", site_id=self.sites[event["site"]],
            sink_id=self.sinks[event["sink"]], issued_at=at, received_at=received if done else None,
            state=Manifest.State.RECEIVED if done else Manifest.State.ISSUED,
        )  # fmt: skip

    def _pass(self, hauler: Hauler, event: dict[str, Any]) -> GatePass:
        at = instant(event["t"])
        return GatePass(
            point_code=event["code"], external_id=f"P{hauler.id}-{event['id']}", gate_id=self.gates.get(event["gate"]),
            plate=hauler.plate, direction=event["direction"], at=at, received_at=at, lon=event["lon"], lat=event["lat"],
            loaded=event["loaded"], covered=event["covered"], confidence=event["confidence"],
        )  # fmt: skip


def _of_truck(truck: int, fixes: Fixes) -> Fixes:
    columns: dict[str, Any] = vars(fixes) | {"truck": np.full(len(fixes), truck, np.int64)}
    return Fixes(**columns)


def _until(now: datetime, fixes: Fixes) -> Fixes:
    """What has been told by now, the engine off at its end: silence after it is not the truck's."""
    past = fixes.at(fixes.t < microseconds(now))
    past.ignition[-1:] = 0
    return past


def _rows(fixes: Fixes) -> np.ndarray:
    """As they are kept. A truck that moves points to where it is next; one that stands, to where it came."""
    rows = np.zeros(len(fixes), FIXES)
    rows["truck_id"], rows["at"], rows["speed_kmh"] = fixes.truck, fixes.t, fixes.speed
    for name in ("lon", "lat", "load", "lift", "cover", "ignition"):
        rows[name] = getattr(fixes, name)
    rows["positioned"], rows["mileage_km"] = True, np.nan
    east = np.diff(fixes.lon, append=fixes.lon[-1:]) * np.cos(np.radians(fixes.lat))
    towards = np.degrees(np.arctan2(east, np.diff(fixes.lat, append=fixes.lat[-1:]))) % 360
    moved = np.maximum.accumulate(np.where(fixes.speed > STANDS_KMH, np.arange(len(fixes)), 0))
    rows["heading"] = towards[moved]
    return rows


def _raised(hit: dict[str, Any]) -> list[TruckAlert]:
    """The alert of a hit, raised at its time; none where the rule had spoken."""
    return raise_alerts([hit], now=instant(hit["detected"]) + JUDGED_AFTER)


def _decide_all(raised: list[TruckAlert], labels: list[Label], excuses: list[Label], now: datetime) -> None:
    """Let somebody decide what is old enough, the gravest first; the last that left its line waits for a person."""
    left_line = [alert for alert in raised if alert.rule == "T06" and not _goes_with(excuses, alert)]
    for alert in sorted(raised, key=lambda one: (one.level, one.raised_at)):
        if now - alert.raised_at > WAITS and (alert not in left_line[-1:] or _master(alert) is not None):
            _decide(alert, labels, excuses)


def _decide(alert: TruckAlert, labels: list[Label], excuses: list[Label]) -> None:
    """True, false, or the same as another of the truck: written as it stood then, for its clocks have long run out."""
    dice = random.Random(f"{SEED}{alert.key}")
    if dice.random() < 0.06:
        return
    was_so = alert.rule in PLAIN or alert.facts.get("gate", 0) > alert.facts.get("manifests", 0)
    was_so = was_so or _goes_with([label for label in labels if label.rule == alert.rule], alert)
    alert.taken_at = alert.raised_at + timedelta(minutes=dice.uniform(1, 25))
    alert.decided_at = alert.taken_at + timedelta(minutes=dice.uniform(2, 30))
    alert.judged_by = User.objects.get(username=dice.choice(JUDGES))
    master = _master(alert)
    if master is not None:
        alert.status, alert.merged_into, alert.reason = AlertStatus.MERGED, master, f"与{master.number}为同一趟次"
        alert.decided_at = max(alert.decided_at, master.decided_at + timedelta(minutes=dice.uniform(1, 5)))
    elif alert.rule == "T06" and _goes_with(excuses, alert):
        alert.status, alert.reason = AlertStatus.FALSE, words.ROAD_CLOSED
    elif was_so and alert.rule in words.TRUE and dice.random() < 0.95:
        alert.status, alert.reason = AlertStatus.CONFIRMED, words.TRUE[alert.rule]
        if alert.rule not in DUMPING or dice.random() < 0.7:
            alert.rectified_at = alert.decided_at + timedelta(hours=dice.uniform(3, 18))
    else:
        untrue = words.UNTRUE.get(alert.rule, [words.DRIFTED]) if alert.truck else [words.MISCOUNTED]
        alert.status, alert.reason = AlertStatus.FALSE, dice.choice(untrue)
    alert.save()


def _master(alert: TruckAlert) -> TruckAlert | None:
    """The confirmed alert of the same trip into which this one goes: one that is graver, or as grave and earlier."""
    if alert.trip_id is None:
        return None
    found = TruckAlert.objects.filter(trip=alert.trip_id, status=AlertStatus.CONFIRMED).exclude(rule=alert.rule)
    graver = Q(level__lt=alert.level) | Q(level=alert.level, raised_at__lt=alert.raised_at)
    return found.filter(graver).order_by("level", "raised_at").first()


def _goes_with(labels: list[Label], alert: TruckAlert) -> bool:
    """Whether one of these of its truck belongs to an alert."""
    began, ended = alert.began_at.timestamp(), (alert.ended_at or alert.began_at).timestamp()
    return any(
        one.truck == alert.truck_id and one.since - SLACK_S <= ended and one.until + SLACK_S >= began for one in labels
    )


def _mud(now: datetime) -> TruckAlert:
    """Somebody of the brigade saw mud before a gate, behind the last truck that the camera saw leave it loaded."""
    loaded = GatePass.objects.filter(loaded=True, direction=GatePass.Direction.OUT, truck__isnull=False)
    last = loaded.filter(at__gt=now - SEEN_WITHIN, gate__isnull=False).select_related("gate").order_by("at").last()
    gate = last.gate if last else Gate.objects.filter(site__colour="red").earliest("code")
    seen = min(last.at + timedelta(minutes=3), now) if last else now - timedelta(minutes=20)
    said = Mud(
        uuid5(SPACE, f"mud{gate.code}{seen}"), gate.lon, gate.lat, seen, last.plate if last else "", gate.site_id,
        words.MUD,
    )  # fmt: skip
    picture = photo("路面带泥", seen.astimezone(STREET), tidy=False)
    return report_mud(said, picture, actor=User.objects.get(username=MUD_SEEN_BY))[0]
