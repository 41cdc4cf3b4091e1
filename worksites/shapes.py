"""Sites as the screens see them: the same dictionary in snapshots and pushes."""

from datetime import datetime
from typing import Any

from worksites.models import Site


def iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def site_shape(site: Site) -> dict[str, Any]:
    """A site on map and wall: place in WGS-84 degrees, colour, phase; the boundary comes with the layer."""
    return {
        "id": site.pk,
        "rev": site.rev,
        "code": site.code,
        "name": site.name,
        "lon": site.lon,
        "lat": site.lat,
        "phase": site.phase,
        "status": site.status,
        "colour": site.colour,
        "colour_since": iso(site.colour_since),
        "stopped_at": iso(site.stopped_at),
    }
