"""The road network of this process: built from the layer `roads`, rebuilt when its edition changes."""

import threading
import time

import structlog
from django.db import DatabaseError

from grid.models import MapLayer
from grid.roads import BadRoads, RoadNetwork

log = structlog.get_logger(__name__)
LAYER = "roads"
LOOK_AGAIN_S = 5.0  # how old the network in memory may be


class _Memory:
    def __init__(self) -> None:
        self.network = RoadNetwork({})
        self.edition: int | None = None
        self.looked_at: float | None = None
        self.loading = threading.Lock()


_memory = _Memory()


def road_network() -> RoadNetwork:
    """The roads as they are now; an empty network while none were imported (then ways are straight lines)."""
    fresh = _memory.looked_at is not None and time.monotonic() - _memory.looked_at <= LOOK_AGAIN_S
    # While one thread rebuilds, the others go on with the roads they have; only the very first wait.
    if fresh or not _memory.loading.acquire(blocking=_memory.looked_at is None):
        return _memory.network
    try:
        edition = MapLayer.objects.filter(code=LAYER).values_list("edition", flat=True).first()
        if edition != _memory.edition:
            drawing = MapLayer.objects.filter(code=LAYER).values_list("geojson", flat=True).first()
            _memory.network, _memory.edition = _built(drawing or {}), edition
    except DatabaseError as error:
        log.warning("roads.edition_unknown", error=str(error))
    finally:
        _memory.looked_at = time.monotonic()
        _memory.loading.release()
    return _memory.network


def look_again() -> None:
    """Make the next `road_network` of this process ask for the edition (after an import, between tests)."""
    _memory.looked_at, _memory.edition = None, -1


def roads_edition() -> int:
    """Which roads `road_network` has built; 0 for none."""
    return max(_memory.edition or 0, 0)


def _built(geojson: dict) -> RoadNetwork:
    try:
        return RoadNetwork(geojson)
    except BadRoads as error:
        # An unusable drawing must not take the ranking with it.
        log.error("roads.unusable", error=str(error))
        return RoadNetwork({})
