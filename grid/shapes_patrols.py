"""The shapes of patrols in the API: codes, instants and numbers; labels are the reader's."""

from collections.abc import Iterable
from typing import Any

from grid import patrolling
from grid.models import Grid, Patrol, PatrolPoint, PatrolVisit
from shushanwei.people.models import User

CONDITIONS = {
    "seconds_inside": patrolling.INSIDE_S,
    "gap_s": patrolling.GAP_S,
    "points_share": patrolling.POINTS_SHARE,
    "point_accuracy_m": patrolling.POINT_ACCURACY_M,
    "speed_kmh": patrolling.SPEED_KMH,
}


def patrol_shape(patrol: Patrol, visits: Iterable[PatrolVisit] = ()) -> dict[str, Any]:
    """One patrol with its verdict; `visits` as {point id: how}."""
    return {
        "uuid": str(patrol.uuid),
        "grid": {"code": patrol.grid_id, "name": patrol.grid.name},
        "worker": str(patrol.worker),
        "started_at": patrol.started_at.isoformat(),
        "ended_at": patrol.ended_at.isoformat() if patrol.ended_at else None,
        "day": patrol.day.isoformat(),
        "seconds_inside": patrol.seconds_inside,
        "points_reached": patrol.points_reached,
        "points_needed": patrol.points_needed,
        "metres": patrol.metres,
        "items": len(patrol.items),
        "normal": patrol.normal,
        "late": patrol.late,
        "valid": patrol.valid,
        "failed": list(patrol.failed),
        "visited": {str(visit.point_id): visit.how for visit in visits},
    }


def point_shape(point: PatrolPoint) -> dict[str, Any]:
    """One point as phones and maps see it; its token is on paper only."""
    return {
        "id": point.pk,
        "grid": point.grid_id,
        "name": point.name,
        "lon": point.lon,
        "lat": point.lat,
        "radius_m": point.radius_m,
        "place": point.place,
        "mandatory": point.mandatory,
    }


def grid_shape(grid: Grid, points: Iterable[PatrolPoint]) -> dict[str, Any]:
    """One grid to be patrolled: outline, route, points in order."""
    route = getattr(grid, "patrol_route", None)
    return {
        "code": grid.code,
        "name": grid.name,
        "community": {"code": grid.community_id, "name": grid.community.short_name},
        "polygon": grid.polygon,
        "label_lon": grid.label_lon,
        "label_lat": grid.label_lat,
        "route": route.line if route is not None else None,
        "points": [point_shape(point) for point in points],
    }


def keepers_shape(keepers: dict[str, User]) -> list[dict[str, str]]:
    """Who answers for a grid, worker first: [{duty, name, phone (masked)}]."""
    order = ["worker", "backup", "leader"]
    return [
        {"duty": duty, "name": str(keepers[duty]), "phone": keepers[duty].phone_masked}
        for duty in order
        if duty in keepers
    ]
