"""Find the area under a position from memory, in about a microsecond. No database here.

A raster of small boxes lies over the ground; for each box that was ever asked about it remembers the areas that
reach into it. Many boxes lie inside one area, so that no geometry is computed at all; elsewhere shapely decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

BOXES = 384  # along each side: about 20 m on this street


@dataclass(frozen=True)
class Place:
    """Where a position lies. `grid_code` is empty where a community has no grids of the asked kind."""

    grid_code: str
    community_code: str
    micro_code: str = ""


class AreaIndex:
    """Areas by position; on a border the lower code wins. Built once, read by any number of threads."""

    def __init__(self, areas: Iterable[tuple[str, BaseGeometry]]) -> None:
        """`areas` are codes with polygons of degrees."""
        ordered = sorted(areas, key=lambda area: area[0])
        self.codes = [code for code, _shape in ordered]
        self.shapes = [shape for _code, shape in ordered]
        self.tree = shapely.STRtree(self.shapes)
        self.boxes: dict[int, tuple[int, ...] | int] = {}
        self.west, self.south, self.east, self.north = 0.0, 0.0, 0.0, 0.0
        if ordered:
            self.west, self.south, self.east, self.north = map(float, shapely.total_bounds(self.shapes))
            self.per_lon = BOXES / (self.east - self.west)
            self.per_lat = BOXES / (self.north - self.south)
            # The tree is built by its first question, which should not come from two threads at once.
            self._reaching(0)

    def each(self, lon: float, lat: float) -> Iterator[str]:
        """The codes of all areas that hold or touch the position, lowest first; computed as they are asked for."""
        box = self._box(lon, lat)
        if isinstance(box, int):
            yield self.codes[box]
        elif box:
            for i in box:
                if shapely.intersects_xy(self.shapes[i], lon, lat):
                    yield self.codes[i]

    def first(self, lon: float, lat: float) -> str:
        """The lowest code at the position, empty for none."""
        return next(self.each(lon, lat), "")

    def _box(self, lon: float, lat: float) -> tuple[int, ...] | int | None:
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north and self.codes):
            return None
        # The far edges belong to the last boxes.
        col = min(int((lon - self.west) * self.per_lon), BOXES - 1)
        row = min(int((lat - self.south) * self.per_lat), BOXES - 1)
        number = row * BOXES + col
        box = self.boxes.get(number)
        if box is None:
            box = self.boxes[number] = self._reaching(number)
        return box

    def _reaching(self, number: int) -> tuple[int, ...] | int:
        """The one area that covers the box whole, or those that reach into it, lowest code first."""
        row, col = divmod(number, BOXES)
        # A hair wider than the box: rounding must not put a position into a box that does not know its area.
        hair = 1e-6
        box = shapely.box(
            self.west + (col - hair) / self.per_lon,
            self.south + (row - hair) / self.per_lat,
            self.west + (col + 1 + hair) / self.per_lon,
            self.south + (row + 1 + hair) / self.per_lat,
        )
        areas = sorted(map(int, self.tree.query(box, predicate="intersects")))
        if len(areas) == 1 and shapely.contains_properly(self.shapes[areas[0]], box):
            return areas[0]
        return tuple(areas)


class GroundIndex:
    """Grids of every kind and the communities of one edition of the ground."""

    def __init__(
        self,
        communities: Iterable[tuple[str, BaseGeometry]],
        grids: Iterable[tuple[str, str, str, str, BaseGeometry]],
    ) -> None:
        """`grids` are (code, kind, community code, parent code, polygon)."""
        by_kind: dict[str, list[tuple[str, BaseGeometry]]] = {}
        self.community_of: dict[str, str] = {}
        self.parent_of: dict[str, str] = {}
        for code, kind, community, parent, shape in grids:
            by_kind.setdefault(kind, []).append((code, shape))
            self.community_of[code] = community
            self.parent_of[code] = parent
        self.kinds = {kind: AreaIndex(areas) for kind, areas in by_kind.items()}
        self.communities = AreaIndex(communities)

    def at(self, lon: float, lat: float, kind: str = "social") -> Place | None:
        """Grid, community and micro-grid at a position of WGS-84 degrees; None outside the street."""
        index = self.kinds.get(kind)
        code = index.first(lon, lat) if index else ""
        community = self.community_of[code] if code else self.communities.first(lon, lat)
        if not community:
            return None
        micro = ""
        if "micro" in self.kinds:
            for part in self.kinds["micro"].each(lon, lat):
                micro = micro or part
                # On a border the micro-grid is one of the grid that won.
                if self.parent_of[part] == code:
                    micro = part
                    break
        return Place(code, community, micro)
