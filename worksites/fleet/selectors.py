"""Trucks, their terminals, tracks, passes and manifests, as far as a person may see them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.people.models import User
from worksites.models import Company, Driver, GatePass, Manifest, Terminal, Truck, TruckFix
from worksites.plates import part_of_plate

VIEW = "worksites.view_trucks"
LONGEST = timedelta(days=7)
MOST_FIXES = 20_000
LOADS = {0: "unknown", 1: "empty", 2: "half", 3: "full"}


def trucks_for(user: User) -> QuerySet[Truck]:
    """The register, or nothing."""
    return Truck.objects.select_related("company", "last") if user.has_perm(VIEW) else Truck.objects.none()


def truck_for(user: User, pk: int) -> Truck:
    """One truck; raises NotFound also where it may not be seen."""
    truck = trucks_for(user).filter(pk=pk).first()
    if truck is None:
        raise NotFound(_("There is no such truck."))
    return truck


def found(user: User, words: str = "", state: str = "") -> QuerySet[Truck]:
    """Trucks by a part of the plate, the company's name or the terminal's number, and by state."""
    rows = trucks_for(user)
    if words:
        plate = part_of_plate(words)
        fits = Q(company__name__icontains=words) | Q(terminal_id__startswith=words)
        rows = rows.filter(fits | Q(plate__contains=plate)) if plate else rows.filter(fits)
    return rows.filter(state=state) if state else rows


def span(since: str | None, until: str | None) -> tuple[datetime, datetime]:
    """The asked stretch of time, by default the street's today; raises BadInput for `from` and `to`."""
    now = db_now()
    begin = _instant("from", since) or now.astimezone(STREET).replace(hour=0, minute=0, second=0, microsecond=0)
    end = _instant("to", until) or min(now + timedelta(days=1), begin + timedelta(days=1))
    if end <= begin:
        raise BadInput("to", _("The end lies before the beginning."))
    if end - begin > LONGEST:
        raise BadInput("to", _("At most 7 days at a time."))
    return begin, end


def _instant(field: str, said: str | None) -> datetime | None:
    if not said:
        return None
    try:
        at = parse_datetime(said)
        if at is None and (day := parse_date(said)):
            at = datetime(day.year, day.month, day.day)
    except ValueError:
        at = None
    if at is None or not 2000 <= at.year < 2100:
        raise BadInput(field, _("An instant in ISO 8601."))
    return at if at.tzinfo else at.replace(tzinfo=STREET)


def track(truck: Truck, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The positions with a place in order; partitions outside the days are not looked at."""
    days = since.astimezone(STREET).date(), until.astimezone(STREET).date()
    rows = TruckFix.objects.filter(truck=truck, day__range=days, at__gte=since, at__lt=until, positioned=True)
    names = ("at", "lon", "lat", "speed_kmh", "heading", "load", "lift", "cover", "ignition")
    fixes = list(rows.order_by("at").values(*names)[:MOST_FIXES])
    return [one | {"load": LOADS[one["load"]], "speed_kmh": round(one["speed_kmh"], 1)} for one in fixes]


def as_geojson(truck: Truck, fixes: list[dict[str, Any]]) -> dict[str, Any]:
    """A feature whose coordinates, times and speeds run side by side; no line of fewer than two places."""
    places = [[one["lon"], one["lat"]] for one in fixes]
    geometry = {"type": "LineString", "coordinates": places} if len(places) > 1 else None
    told = {name: [one[name] for one in fixes] for name in ("at", "speed_kmh", "load")}
    return {"type": "Feature", "geometry": geometry, "properties": {"truck": truck.pk, "plate": truck.plate, **told}}


def companies(words: str = "") -> QuerySet[Company]:
    rows = Company.objects.filter(kind__in=["haulier", "disposal"])
    return rows.filter(name__icontains=words) if words else rows


def drivers(words: str = "") -> QuerySet[Driver]:
    rows = Driver.objects.select_related("company", "truck")
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(company__name__contains=words) | Q(licence_no__contains=words))
    return rows


def terminals(words: str = "", state: str = "") -> QuerySet[Terminal]:
    """Those without a truck first."""
    rows = Terminal.objects.select_related("truck")
    if words:
        plate = part_of_plate(words) or words
        rows = rows.filter(Q(phone__contains=words) | Q(plate_told__contains=plate) | Q(truck__plate__contains=plate))
    if state == "stranger":
        rows = rows.filter(truck=None)
    return rows.order_by(F("truck__plate").asc(nulls_first=True), "phone")


def passes_of(truck: Truck, since: datetime, until: datetime) -> QuerySet[GatePass]:
    rows = GatePass.objects.select_related("gate__site").filter(plate=truck.plate, at__gte=since, at__lt=until)
    return rows.order_by("-at")


def manifests(words: str = "", state: str = "") -> QuerySet[Manifest]:
    rows = Manifest.objects.select_related("site", "sink", "truck")
    if words:
        plate = part_of_plate(words)
        fits = Q(number__icontains=words) | Q(site__name__contains=words) | Q(sink__name__contains=words)
        rows = rows.filter(fits | Q(truck__plate__contains=plate) if plate else fits)
    return rows.filter(state=state) if state else rows
