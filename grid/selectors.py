"""What is asked about the ground: places from memory, areas as GeoJSON, the edition."""

import json
import threading
import time
from collections.abc import Iterator

import shapely
import structlog
from django.db import DatabaseError
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from grid.areas import Area
from grid.areas import Ground as KnownGround
from grid.lookup import GroundIndex, Place
from grid.models import Community, Grid, Ground

log = structlog.get_logger(__name__)
LOOK_AGAIN_S = 2.0  # how old the ground in memory may be


class _Memory:
    """The index of this process, replaced as a whole when the edition changes."""

    def __init__(self) -> None:
        self.index: GroundIndex | None = None
        self.stamp: object = None
        self.looked_at = 0.0
        self.loading = threading.Lock()


_memory = _Memory()


def grid_at(lon: float, lat: float, kind: str = "social") -> Place | None:
    """The place of a position (WGS-84 degrees): grid of `kind`, community, micro-grid; None off the street.

    Answered from memory in microseconds; on a border the lower code wins. A new edition is noticed within two
    seconds. Safe to call from any thread; raises DatabaseError only when the ground was never loaded.
    """
    index = _memory.index
    if index is None or time.monotonic() - _memory.looked_at > LOOK_AGAIN_S:
        index = _fresh_index()
    return index.at(lon, lat, kind)


def look_again() -> None:
    """Make the next `grid_at` of this process ask for the edition (after an import, between tests)."""
    _memory.looked_at = 0.0


def _fresh_index() -> GroundIndex:
    # While one thread loads, the others go on with the ground they have; only the very first wait.
    if not _memory.loading.acquire(blocking=_memory.index is None):
        return _memory.index  # type: ignore[return-value]
    try:
        if _memory.index is not None and time.monotonic() - _memory.looked_at <= LOOK_AGAIN_S:
            return _memory.index
        try:
            stamp = Ground.objects.values_list("edition", "changed_at").first()
            if _memory.index is None or stamp != _memory.stamp:
                _memory.index, _memory.stamp = _loaded_index(), stamp
        except DatabaseError as error:
            if _memory.index is None:
                raise
            log.warning("ground.edition_unknown", error=str(error))
        _memory.looked_at = time.monotonic()
        return _memory.index
    finally:
        _memory.loading.release()


def _loaded_index() -> GroundIndex:
    communities = Community.objects.values_list("code", "polygon")
    grids = Grid.objects.values_list("code", "kind", "community_id", "parent_id", "polygon")
    return GroundIndex(
        [(code, shapely.geometry.shape(polygon)) for code, polygon in communities],
        [(*row, parent or "", shapely.geometry.shape(polygon)) for *row, parent, polygon in grids],
    )


def edition() -> int:
    """The edition of all polygons; 0 while there are none."""
    return Ground.objects.values_list("edition", flat=True).first() or 0


def known_ground() -> KnownGround:
    """What is loaded, in the form that a file is checked against."""
    ground = KnownGround()
    for row in Community.objects.all():
        ground.communities[row.code] = Area(
            row.code, row.kind, row.name, row.polygon, shapely.geometry.shape(row.polygon)
        )
    for grid in Grid.objects.all():
        ground.grids[grid.code] = Area(
            grid.code,
            grid.kind,
            grid.name,
            grid.polygon,
            shapely.geometry.shape(grid.polygon),
            community=grid.community_id,
            parent=grid.parent_id or "",
        )
    return ground


def features() -> Iterator[dict]:
    """Communities, then grids, then their parts, as GeoJSON features."""
    yield from map(community_feature, Community.objects.all())
    for grid in Grid.objects.order_by("parent", "code"):
        yield grid_feature(grid)


def communities_geojson(kind: str = "") -> bytes:
    """The communities as a FeatureCollection; `kind` community or village narrows it."""
    rows = Community.objects.filter(kind=kind) if kind else Community.objects.all()
    return _collection([community_feature(row) for row in rows])


def grids_geojson(kind: str = "", community: str = "") -> bytes:
    """The grids as a FeatureCollection, all of them or of one kind, one community."""
    rows = Grid.objects.all()
    if kind:
        rows = rows.filter(kind=kind)
    if community:
        rows = rows.filter(community=community)
    return _collection([grid_feature(row) for row in rows])


def community_feature(row: Community) -> dict:
    """One community as it is exported and imported."""
    properties = {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "short_name": row.short_name,
        "population": row.population,
        "label_lon": row.label_lon,
        "label_lat": row.label_lat,
    }
    return {"type": "Feature", "id": row.code, "properties": properties, "geometry": row.polygon}


def grid_feature(row: Grid) -> dict:
    """One grid as it is exported and imported."""
    properties = {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "community": row.community_id,
        "parent": row.parent_id,
        "households": row.households,
        "label_lon": row.label_lon,
        "label_lat": row.label_lat,
    }
    return {"type": "Feature", "id": row.code, "properties": properties, "geometry": row.polygon}


def _collection(rows: list[dict]) -> bytes:
    # The outline is a sketch wherever it is drawn (示意边界), and the file says so too.
    head = {"type": "FeatureCollection", "edition": edition(), "approximate": True, "features": rows}
    return json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()


def community_rows() -> QuerySet[Community]:
    """The communities with the number of their grids, micro-grids and households, without polygons."""
    # Grouping drops the order of the model.
    return (
        Community.objects.order_by("code")
        .defer("polygon")
        .annotate(
            grid_count=Count("grids", filter=Q(grids__kind=Grid.Kind.SOCIAL)),
            micro_count=Count("grids", filter=Q(grids__kind=Grid.Kind.MICRO)),
            household_count=Sum("grids__households", filter=Q(grids__kind=Grid.Kind.SOCIAL)),
        )
    )


def grid_rows(community: str) -> QuerySet[Grid]:
    """The grids of one community that are not parts of others, with the number of their parts."""
    grids = Grid.objects.filter(community=community, parent=None).order_by("kind", "code")
    return grids.defer("polygon").annotate(part_count=Count("parts"))


def ground_totals() -> dict[str, int]:
    """How many communities, people, grids and micro-grids there are."""
    totals = Community.objects.aggregate(communities=Count("code"), people=Coalesce(Sum("population"), 0))
    return totals | Grid.objects.aggregate(
        grids=Count("code", filter=Q(kind=Grid.Kind.SOCIAL)), micro_grids=Count("code", filter=Q(kind=Grid.Kind.MICRO))
    )
