"""What the screens hear of trips and truck alerts."""

from datetime import datetime
from typing import Any

from worksites.models import TruckAlert

AUDIENCE = {"permission": "worksites.view_trucks"}
RELATED = ("truck", "site", "sink", "judged_by")


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def alert_shape(alert: TruckAlert) -> dict[str, Any]:
    """A truck alert, in pushes and snapshots alike; fetch it with `select_related(*RELATED)`."""
    return {
        "id": alert.pk,
        "rev": alert.rev,
        "number": alert.number,
        "rule": alert.rule,
        "level": alert.level,
        "status": alert.status,
        "late": alert.is_late,
        "plate": alert.truck.plate if alert.truck else "",
        "truck": alert.truck_id,
        "site": alert.site_id,
        "site_name": alert.site.name if alert.site else "",
        "sink": alert.sink_id,
        "lon": alert.lon,
        "lat": alert.lat,
        "grid": alert.grid_id,
        "began_at": _iso(alert.began_at),
        "ended_at": _iso(alert.ended_at),
        "raised_at": _iso(alert.raised_at),
        "judged_by": str(alert.judged_by) if alert.judged_by else "",
        "taken_at": _iso(alert.taken_at),
        "decided_at": _iso(alert.decided_at),
        "incident": alert.incident_id,
        "facts": alert.facts,
    }
