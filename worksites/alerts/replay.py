"""What the replay of an alert draws: the truck's track around the moment, the ground about it, who saw it pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from worksites.lifecycle import OF_TRUCK, WATCHED, PermitStatus
from worksites.models import GatePass, Manifest, Permit, Sink, Site, Trip, Truck, TruckAlert, TruckFix

BEFORE, AFTER = timedelta(hours=1), timedelta(minutes=30)
LONGEST = timedelta(hours=30)
MOST_FIXES = 20_000
ROUND = 0.02  # degrees around the track in which the ground is drawn, about 2 km
SHOWN = 80


@dataclass(frozen=True)
class Moment:
    """What is replayed: an alert, or a hit that was only tried. Position in WGS-84 degrees."""

    rule: str
    level: int
    truck: Truck | None
    site: Site | None
    sink: Sink | None
    trip: Trip | None
    began: datetime
    ended: datetime | None
    lon: float
    lat: float
    facts: dict[str, Any]

    @classmethod
    def of(cls, alert: TruckAlert) -> "Moment":
        """The moment of an alert."""
        return cls(
            alert.rule, alert.level, alert.truck, alert.site, alert.sink, alert.trip, alert.began_at, alert.ended_at,
            alert.lon, alert.lat, alert.facts,
        )  # fmt: skip

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From an hour before to half an hour after; of what lasted long the first thirty hours."""
        begin = self.began - BEFORE
        return begin, min((self.ended or self.began) + AFTER, begin + LONGEST)

    @property
    def points(self) -> list[dict[str, Any]]:
        """The positions on which the rule rests, as the facts quote them."""
        return [
            {"at": _instant(at), "lon": lon, "lat": lat, "speed_kmh": speed, "load": load, "lift": lift}
            for lon, lat, at, speed, load, lift in self.facts.get("points", [])
            if at
        ]


def track(moment: Moment) -> list[dict[str, Any]]:
    """The positions with a place in the moment's span, in order; none without a truck."""
    if moment.truck is None:
        return []
    since, until = moment.span
    days = since.astimezone(STREET).date(), until.astimezone(STREET).date()
    rows = TruckFix.objects.filter(
        truck=moment.truck, day__range=days, at__gte=since, at__lte=until, positioned=True
    ).order_by("at")
    names = ("at", "lon", "lat", "speed_kmh", "heading", "load", "lift", "cover", "ignition")
    return list(rows.values(*names)[:MOST_FIXES])


def passes(moment: Moment) -> list[GatePass]:
    """Cameras that read the plate in the span; without a truck the cameras of the site's gates."""
    who = Q(plate=moment.truck.plate) if moment.truck else Q(gate__site=moment.site) if moment.site else Q(pk__in=())
    return list(GatePass.objects.select_related("gate__site").filter(who, at__range=moment.span).order_by("at")[:500])


def manifests(moment: Moment) -> list[Manifest]:
    """The manifest of the trip, and those of the truck that were issued in the hours about it."""
    since, until = moment.span
    who = Q(truck=moment.truck) if moment.truck else Q(site=moment.site) if moment.site else Q(pk__in=())
    fits = Q(who, issued_at__gte=since - timedelta(hours=5), issued_at__lte=until)
    if moment.trip is not None and moment.trip.manifest_id:
        fits |= Q(pk=moment.trip.manifest_id)
    return list(Manifest.objects.select_related("site", "sink").filter(fits).order_by("issued_at")[:200])


def permits(moment: Moment) -> list[Permit]:
    """The truck's papers, those in force at the moment first."""
    if moment.truck is None:
        return []
    day = moment.began.astimezone(STREET).date()
    rows = Permit.objects.filter(truck=moment.truck, kind__in=OF_TRUCK).prefetch_related("sinks")
    return sorted(rows, key=lambda paper: (not in_force(paper, day), paper.kind, paper.number))


def in_force(paper: Permit, day: Any) -> bool:
    """Whether a paper counts on a day of the street."""
    return paper.status == PermitStatus.APPROVED and paper.valid_from <= day <= paper.valid_to


def scene(moment: Moment) -> dict[str, Any]:
    """Everything that the page's script draws; instants in seconds since 1970 UTC, WGS-84 degrees, km/h, metres."""
    since, until = moment.span
    fixes, day = track(moment), moment.began.astimezone(STREET).date()
    papers = [paper for paper in permits(moment) if in_force(paper, day)]
    allowed = {sink.pk for paper in papers for sink in paper.sinks.all()}
    lons, lats = [one["lon"] for one in fixes] or [moment.lon], [one["lat"] for one in fixes] or [moment.lat]
    box = {
        "lon__range": (min(*lons, moment.lon) - ROUND, max(*lons, moment.lon) + ROUND),
        "lat__range": (min(*lats, moment.lat) - ROUND, max(*lats, moment.lat) + ROUND),
    }
    own = Q(pk=moment.site.pk) if moment.site else Q(pk__in=())
    sites = Site.objects.filter(Q(status__in=WATCHED, **box) | own).prefetch_related("gates")[:SHOWN]
    sinks = Sink.objects.filter(Q(is_active=True, **box) | Q(pk__in=allowed))[:SHOWN]
    return {
        "from": _s(since), "to": _s(until), "began": _s(moment.began), "ended": _s(moment.ended or moment.began),
        "place": [moment.lon, moment.lat], "rule": moment.rule,
        "track": {
            "t": [_s(one["at"]) for one in fixes],
            **{name: [one[name] for one in fixes] for name in ("lon", "lat", "heading", "load", "lift", "cover")},
            "speed": [round(one["speed_kmh"], 1) for one in fixes],
        },
        "points": [one | {"at": _s(one["at"])} for one in moment.points],
        "sites": [
            {"name": site.name, "colour": site.colour, "own": moment.site is not None and site.pk == moment.site.pk,
             "boundary": site.boundary}
            for site in sites
        ],
        "gates": [
            {"name": gate.name, "lon": gate.lon, "lat": gate.lat, "filed": gate.filed_on is not None,
             "own": moment.site is not None and site.pk == moment.site.pk}
            for site in sites for gate in site.gates.all()
        ],
        "sinks": [
            {"name": sink.name, "allowed": sink.pk in allowed if allowed else None, "boundary": sink.boundary}
            for sink in sinks
        ],
        "routes": [line for paper in papers for line in paper.routes],
        "passes": [
            {"at": _s(one.at), "lon": one.lon, "lat": one.lat, "name": name_of(one),
             "direction": one.get_direction_display(), "loaded": one.loaded}
            for one in passes(moment)
        ],
        "manifests": [{"at": _s(one.issued_at), "number": one.number} for one in manifests(moment)],
        "labels": labels(),
    }  # fmt: skip


def labels() -> dict[str, dict[int, str]]:
    """What the numbers of load, body and cover are called."""
    return {
        "load": {0: _("load unknown"), 1: _("empty"), 2: _("half full"), 3: _("full")},
        "lift": {0: "", 1: _("body down"), 2: _("body up")},
        "cover": {0: "", 1: _("cover closed"), 2: _("cover open")},
    }


def name_of(one: GatePass) -> str:
    """Where a camera stands."""
    return f"{one.gate.site.name} {one.gate.name}" if one.gate else one.point_code


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _s(at: datetime) -> float:
    return round(at.timestamp(), 1)
