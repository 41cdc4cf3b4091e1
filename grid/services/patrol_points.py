"""Routes and points of the grids: laid out by those who answer for them (巡查路线、必巡点)."""

from typing import Any

import shapely
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from grid.models import Grid, PatrolPoint, PatrolRoute
from grid.models.patrols import new_token
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.common.geo import BadPosition, checked
from shushanwei.journal.services import record
from shushanwei.people.models import User

MOST_POINTS = 40
NEAR_DEG = 0.0006  # a point on the far side of the street along the border still belongs to the grid
CHANGEABLE = {"name", "lon", "lat", "radius_m", "place", "mandatory", "is_active"}


@transaction.atomic
def add_point(
    grid: Grid, *, actor: User | None, name: str, lon: float, lat: float, radius_m: int = 30, place: int | None = None,
    mandatory: bool = True,
) -> PatrolPoint:  # fmt: skip
    """Lay out a point; raises BadInput for a place off the grid (60 m beside it is still its border)."""
    Grid.objects.select_for_update(no_key=True).only("pk").get(pk=grid.pk)
    there = PatrolPoint.objects.filter(grid=grid, is_active=True)
    if there.count() >= MOST_POINTS:
        raise BadInput("grid", _("At most %(most)s points in a grid.") % {"most": MOST_POINTS})
    lon, lat = _within(grid, lon, lat)
    last = there.aggregate(place=Max("place"))["place"] or 0
    point = PatrolPoint.objects.create(
        grid=grid, name=_name(name), lon=lon, lat=lat, radius_m=radius_m, place=place or last + 1, mandatory=mandatory
    )
    record(point, "patrol_point.added", actor=actor, data={"grid": grid.code, "name": point.name})
    return point


@transaction.atomic
def change_point(point_id: int, *, actor: User, **values: Any) -> PatrolPoint:
    """Change name, place, radius, order, or take it out (`is_active=False`)."""
    point = _locked(point_id)
    values = {name: value for name, value in values.items() if name in CHANGEABLE}
    if "name" in values:
        values["name"] = _name(values["name"])
    if "lon" in values or "lat" in values:
        values["lon"], values["lat"] = _within(point.grid, values.get("lon", point.lon), values.get("lat", point.lat))
    changed = {name: value for name, value in values.items() if getattr(point, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(point, name, value)
        point.save(update_fields=list(changed))
        record(point, "patrol_point.changed", actor=actor, data={"grid": point.grid_id, **changed})
    return point


@transaction.atomic
def renew_code(point_id: int, *, actor: User) -> PatrolPoint:
    """A new QR code; who scans the old sheet is told that it was replaced."""
    point = _locked(point_id)
    point.token = new_token()
    point.save(update_fields=["token"])
    record(point, "patrol_point.code_renewed", actor=actor, data={"grid": point.grid_id})
    return point


@transaction.atomic
def set_route(grid: Grid, line: Any, *, actor: User | None) -> dict | None:
    """Set the usual way (a GeoJSON LineString of 2–500 positions, WGS-84), or take it away with None."""
    if line is None:
        route = PatrolRoute.objects.select_for_update().filter(grid=grid).first()
        if route is not None:
            record(route, "patrol_route.removed", actor=actor, data={"grid": grid.code})
            route.delete()
        return None
    clean = {"type": "LineString", "coordinates": _positions(line)}
    route, _made = PatrolRoute.objects.update_or_create(grid=grid, defaults={"line": clean})
    record(route, "patrol_route.set", actor=actor, data={"grid": grid.code, "positions": len(clean["coordinates"])})
    return clean


def _positions(line: Any) -> list[list[float]]:
    places = line.get("coordinates") if isinstance(line, dict) and line.get("type") == "LineString" else None
    if not isinstance(places, list) or not 2 <= len(places) <= 500:
        raise BadInput("line", _("A GeoJSON LineString of 2 to 500 positions is needed."))
    clean = []
    for place in places:
        if not isinstance(place, list) or len(place) < 2:
            raise BadInput("line", _("A position must be two numbers, longitude and latitude."))
        try:
            clean.append([round(number, 7) for number in checked(place[0], place[1])])
        except BadPosition as error:
            raise BadInput("line", str(error)) from None
    return clean


def _within(grid: Grid, lon: float, lat: float) -> tuple[float, float]:
    try:
        lon, lat = checked(lon, lat)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    if not shapely.geometry.shape(grid.polygon).buffer(NEAR_DEG).covers(shapely.Point(lon, lat)):
        raise BadInput("lon", _("This place does not lie in %(grid)s.") % {"grid": grid.name})
    return lon, lat


def _name(name: str) -> str:
    name = (name or "").strip()[:60]
    if not name:
        raise BadInput("name", _("A name is needed."))
    return name


def _locked(point_id: int) -> PatrolPoint:
    rows = PatrolPoint.objects.select_for_update(no_key=True, of=("self",)).select_related("grid")
    point = rows.filter(pk=point_id).first()
    if point is None:
        raise NotFound(_("There is no such point."))
    return point
