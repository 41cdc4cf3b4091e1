"""Which of many areas a position lies in, for millions of positions: a coarse raster answers most, shapes the rest."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
METRES_LAT = 111_195.0
CELL_M = 50.0
MOST_CELLS = 4_000_000


class Plane:
    """A local plane of metres east and north of a point; true to 0.3 % within thirty kilometres."""

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self.metres_lon = METRES_LAT * math.cos(math.radians(lat))

    def metres(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Degrees to metres; arrays or floats."""
        return (lon - self.lon) * self.metres_lon, (lat - self.lat) * METRES_LAT

    def of(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of degrees in metres."""
        return shapely.transform(geometry, lambda c: np.column_stack(self.metres(c[:, 0], c[:, 1])))

    def gap_m(self, lon1: float, lat1: float, lon2: float, lat2: float) -> float:
        """Metres between two positions in degrees."""
        return math.hypot((lon2 - lon1) * self.metres_lon, (lat2 - lat1) * METRES_LAT)


class Layer:
    """Areas in metres. `label(x, y)` is 0 outside all, else 1 + the index of an area that holds it.

    `times` are (since, until) of each area in µs UTC: at other times it holds nothing, and `label` needs the instants.
    """

    def __init__(
        self, areas: Sequence[BaseGeometry], times: Sequence[tuple[int, int]] = (), cell_m: float = CELL_M
    ) -> None:
        self.areas = list(areas)
        self.since, self.until = (np.array([time[n] for time in times], np.int64) for n in (0, 1))
        self.groups: list[list[int]] = []
        if not self.areas:
            self.raster = np.zeros((0, 0), np.int32)
            self.west = self.south = 0.0
            self.cell = cell_m
            return
        west, south, east, north = (float(v) for v in shapely.total_bounds(self.areas))
        while (east - west) / cell_m * (north - south) / cell_m > MOST_CELLS:
            cell_m *= 2
        self.cell, self.west, self.south = cell_m, west - cell_m, south - cell_m
        columns, rows = int((east - self.west) // cell_m) + 2, int((north - self.south) // cell_m) + 2
        self.raster = np.zeros((rows, columns), np.int32)
        members: dict[int, list[int]] = {}
        certain = np.zeros((rows, columns), bool)
        touched = np.zeros((rows, columns), np.int32)
        for index, area in enumerate(self.areas):
            self._draw(index, area, certain, touched, members)
        # One area that fills a cell answers for it; everything else is looked at closely.
        for cell, indexes in members.items():
            row, column = divmod(cell, columns)
            if len(indexes) == 1 and certain[row, column]:
                self.raster[row, column] = indexes[0] + 1
        seen: dict[tuple[int, ...], int] = {}
        for cell, indexes in members.items():
            row, column = divmod(cell, columns)
            if self.raster[row, column] == 0:
                key = tuple(indexes)
                if key not in seen:
                    seen[key] = len(seen)
                    self.groups.append(indexes)
                self.raster[row, column] = -1 - seen[key]
        for area in self.areas:
            shapely.prepare(area)

    def _draw(self, index, area, certain, touched, members) -> None:
        west, south, east, north = area.bounds
        c0, c1 = int((west - self.west) // self.cell), int((east - self.west) // self.cell)
        r0, r1 = int((south - self.south) // self.cell), int((north - self.south) // self.cell)
        xs = self.west + (np.arange(c0, c1 + 1) + 0.5) * self.cell
        ys = self.south + (np.arange(r0, r1 + 1) + 0.5) * self.cell
        gx, gy = (g.ravel() for g in np.meshgrid(xs, ys))
        half = self.cell * 0.7072
        outer, inner = area.buffer(half), area.buffer(-half)
        shapely.prepare(outer)
        near = shapely.contains_xy(outer, gx, gy)
        inside = np.zeros(len(gx), bool)
        if not inner.is_empty:
            shapely.prepare(inner)
            inside = shapely.contains_xy(inner, gx, gy)
        width = c1 - c0 + 1
        columns = self.raster.shape[1]
        for place in np.flatnonzero(near).tolist():
            row, column = r0 + place // width, c0 + place % width
            members.setdefault(row * columns + column, []).append(index)
            touched[row, column] += 1
            certain[row, column] = bool(inside[place])

    def label(self, x: Floats, y: Floats, t: NDArray[np.int64] | None = None) -> NDArray[np.int32]:
        """The label of each position, arrays of one shape; `t` in µs UTC where the areas have their times."""
        if not self.areas:
            return np.zeros(len(x), np.int32)
        column = np.floor((x - self.west) * (1 / self.cell))
        row = np.floor((y - self.south) * (1 / self.cell))
        rows, columns = self.raster.shape
        out = (column < 0) | (row < 0) | (column >= columns) | (row >= rows)
        if out.any():
            column[out] = row[out] = 0  # the rim is empty
        found = self.raster.ravel().take((row * columns + column).astype(np.int64))
        if not len(self.since) or (len(x) and t.min() >= self.since.max() and t.max() < self.until.min()):
            t = None  # every area is there all the time
        if t is not None:
            certain = np.flatnonzero(found > 0)
            found[certain[~self._there(found[certain] - 1, t[certain])]] = 0
        doubtful = np.flatnonzero(found < 0)
        if len(doubtful):
            codes = -1 - found[doubtful]
            found[doubtful] = 0
            order = np.argsort(codes, kind="stable")
            codes, doubtful = codes[order], doubtful[order]
            ends = np.flatnonzero(np.diff(codes, append=-1)) + 1
            start = 0
            for end in ends.tolist():
                places = doubtful[start:end]
                self._look(places, self.groups[int(codes[start])], x, y, t, found)
                start = end
        return found

    def _there(self, index, t) -> NDArray[np.bool_]:
        return (self.since[index] <= t) & (t < self.until[index])

    def _look(self, places, group, x, y, t, found) -> None:
        for index in group:
            if not len(places):
                return
            holds = shapely.contains_xy(self.areas[index], x[places], y[places])
            if t is not None:
                holds &= self._there(index, t[places])
            found[places[holds]] = index + 1
            places = places[~holds]
