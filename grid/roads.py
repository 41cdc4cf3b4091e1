"""The road network: how long it takes along the streets from many places to one, and back. No database, no clock.

Built from the lines of the layer `roads`. Degrees are WGS-84, metres are local and flat, times are seconds.
Where no road leads, people go through lanes: a straight line, a little longer and slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

KMH = {"trunk": 45.0, "main": 35.0, "minor": 25.0, "lane": 18.0}  # on call, in town traffic
OTHER_KMH = 25.0
LANE_KMH = 15.0
LANE_DETOUR = 1.4  # lanes are longer than the straight line
STEP_M = 60.0  # a road may be joined about this far apart
NEAREST = 8  # how many joints are tried from a place
METRES_LAT = 110_852.0
SOMEWHERE = (120.2369, 30.1236)  # where metres are counted from while there are no roads: the street
Floats = NDArray[np.float64]


class BadRoads(ValueError):
    """Roads that cannot be driven on; the message names the feature."""


@dataclass(frozen=True)
class Ways:
    """The ways of many places: seconds and metres each, infinite where nobody gets through."""

    seconds: Floats
    metres: Floats


class RoadNetwork:
    """Joints every 60 m along the roads, timed both ways. Built once, read by any number of threads."""

    def __init__(self, geojson: dict[str, Any]) -> None:
        """`geojson`: LineStrings in degrees; `kind` gives the speed unless `kmh` does, `oneway` follows the line.

        Expressways are left out, except a feature with `entry` true: nobody gets off them at a shop door.
        Raises BadRoads.
        """
        lines, kmh, oneway, names = _read(geojson)
        lon, lat = shapely.get_coordinates(shapely.get_geometry(lines, 0))[0] if lines else SOMEWHERE
        self.origin = (float(lon), float(lat))
        self.metres_lon = METRES_LAT * float(np.cos(np.radians(lat)))
        local = [shapely.transform(line, self._local) for line in lines]
        self.at, self.names, heads, tails, lengths, speeds, ways = _joints(local, kmh, oneway, names)
        count = len(self.at)
        seconds = lengths / (speeds / 3.6)
        both = ~ways
        starts = np.concatenate([heads, tails[both]])
        ends = np.concatenate([tails, heads[both]])
        cost, metres = np.concatenate([seconds, seconds[both]]), np.concatenate([lengths, lengths[both]])
        self.forth, self.back = _Matrix(starts, ends, cost, metres, count), _Matrix(ends, starts, cost, metres, count)
        self.tree = cKDTree(self.at) if count else None

    @property
    def is_empty(self) -> bool:
        """Whether there is no road to drive on."""
        return self.tree is None

    def ways_to(self, lons: Floats, lats: Floats, lon: float, lat: float) -> Ways:
        """How to get from each place (arrays of degrees) to (lon, lat), along roads or through lanes."""
        places, goal = self._local_of(lons, lats), self._local_of(np.array([lon]), np.array([lat]))
        lanes = np.hypot(*(places - goal).T) * LANE_DETOUR
        seconds, metres = lanes / (LANE_KMH / 3.6), lanes
        if self.tree is None or not len(places):
            return Ways(seconds, metres)
        away, joints = self._joined(goal)
        cost, length = self.back.tree_from(joints[0], away[0] / (LANE_KMH / 3.6), away[0])
        off, near = self._joined(places)
        by_road = off / (LANE_KMH / 3.6) + cost[near]
        best = by_road.argmin(axis=1)[:, None]
        road_s = np.take_along_axis(by_road, best, 1)[:, 0]
        road_m = np.take_along_axis(off + length[near], best, 1)[:, 0]
        faster = road_s < seconds
        return Ways(np.where(faster, road_s, seconds), np.where(faster, road_m, metres))

    def soonest(self, lons: Floats, lats: Floats) -> Floats:
        """Seconds from the soonest of these places to each joint (`at`); infinite where there is no place at all."""
        if self.tree is None or not len(lons):
            return np.full(len(self.at), np.inf)
        off, near = self._joined(self._local_of(lons, lats))
        return self.forth.tree_from(near.ravel(), off.ravel() / (LANE_KMH / 3.6), off.ravel())[0]

    def times(self, lons: Floats, lats: Floats, to_lons: Floats, to_lats: Floats) -> Floats:
        """Seconds from each of the first places (rows) to each of the second ones (columns)."""
        here, there = self._local_of(lons, lats), self._local_of(to_lons, to_lats)
        lanes = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1]) * LANE_DETOUR
        times: Floats = lanes / (LANE_KMH / 3.6)
        if self.tree is None or not len(here) or not len(there):
            return times
        off, near = self._joined(there)
        for row, (away, joints) in enumerate(zip(*self._joined(here), strict=True)):
            cost, _length = self.forth.tree_from(joints, away / (LANE_KMH / 3.6), away)
            times[row] = np.minimum(times[row], (cost[near] + off / (LANE_KMH / 3.6)).min(axis=1))
        return times

    def crossings(self) -> list[tuple[float, float, str]]:
        """Where named roads meet: (lon, lat, “A × B”)."""
        found = {}
        for joint, names in enumerate(self.names):
            if len(names) > 1:
                found[" × ".join(sorted(names))] = joint
        return [(*self.degrees(*self.at[joint]), words) for words, joint in found.items()]

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Local metres to degrees."""
        return float(self.origin[0] + x / self.metres_lon), float(self.origin[1] + y / METRES_LAT)

    def to_degrees(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of local metres in degrees."""
        scale = np.array([self.metres_lon, METRES_LAT])
        return shapely.transform(geometry, lambda xy: xy / scale + self.origin)

    def to_local(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry of degrees in local metres."""
        return shapely.transform(geometry, self._local)

    def _local(self, degrees: Floats) -> Floats:
        return (degrees - self.origin) * np.array([self.metres_lon, METRES_LAT])

    def _local_of(self, lons: Floats, lats: Floats) -> Floats:
        return self._local(np.column_stack([lons, lats]))

    def _joined(self, places: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """(metres through lanes, joints) of the nearest joints of each place."""
        assert self.tree is not None
        away, joints = self.tree.query(places, k=range(1, min(NEAREST, len(self.at)) + 1))
        return away * LANE_DETOUR, joints


class _Matrix:
    """Who is next to whom, with one more joint that stands for wherever a search begins."""

    def __init__(self, starts: Any, ends: Any, cost: Floats, metres: Floats, count: int) -> None:
        order = np.lexsort((ends, starts))
        starts, ends, cost, metres = starts[order], ends[order], cost[order], metres[order]
        # Two roads between the same joints: the faster one counts.
        if len(starts):
            order = np.lexsort((cost, ends, starts))
            starts, ends, cost, metres = starts[order], ends[order], cost[order], metres[order]
            first = np.concatenate([[True], (np.diff(starts) != 0) | (np.diff(ends) != 0)])
            starts, ends, cost, metres = starts[first], ends[first], cost[first], metres[first]
        self.count, self.ends, self.cost = count, ends, cost
        self.pointers = np.searchsorted(starts, np.arange(count + 1))
        self.metres = dict(zip(zip(starts.tolist(), ends.tolist(), strict=True), metres.tolist(), strict=True))

    def tree_from(self, joints: Any, seconds: Floats, metres: Floats) -> tuple[Floats, Floats]:
        """(seconds, metres) to every joint from a start that reaches `joints` in so many seconds and metres."""
        # The same joint may be reached from several places: the soonest of them counts.
        order = np.lexsort((seconds, joints))
        joints, seconds, metres = joints[order], seconds[order], metres[order]
        first = np.concatenate([[True], np.diff(joints) != 0])
        joints, seconds, metres = joints[first], np.maximum(seconds[first], 1e-6), metres[first]
        graph = csr_array(
            (
                np.concatenate([self.cost, seconds]),
                np.concatenate([self.ends, joints]),
                np.concatenate([self.pointers, [len(self.cost) + len(joints)]]),
            ),
            shape=(self.count + 1, self.count + 1),
        )
        cost, before = dijkstra(graph, indices=self.count, return_predecessors=True)
        return cost[: self.count], self._lengths(cost, before, dict(zip(joints.tolist(), metres.tolist(), strict=True)))

    def _lengths(self, cost: Floats, before: Any, begun: dict[int, float]) -> Floats:
        lengths = np.full(self.count + 1, np.inf)
        lengths[self.count] = 0.0
        known = lengths.tolist()
        came = before.tolist()
        for joint in cost.argsort(kind="stable").tolist():
            last = came[joint]
            if last < 0:
                continue
            step = begun[joint] if last == self.count else self.metres[last, joint]
            known[joint] = known[last] + step
        return np.array(known[: self.count])


def _read(geojson: dict[str, Any]) -> tuple[list[BaseGeometry], list[float], list[bool], list[str]]:
    lines: list[BaseGeometry] = []
    kmh: list[float] = []
    oneway: list[bool] = []
    names: list[str] = []
    for index, feature in enumerate(geojson.get("features") or []):
        properties = feature.get("properties") or {}
        kind = properties.get("kind") or ""
        if kind == "expressway" and not properties.get("entry"):
            continue
        try:
            geometry = shape(feature["geometry"])
        except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
            raise BadRoads(f"feature {index}: {error}") from None
        if geometry.geom_type not in ("LineString", "MultiLineString"):
            raise BadRoads(f"feature {index}: a road is a line, not a {geometry.geom_type}")
        speed = properties.get("kmh", KMH.get(kind, OTHER_KMH))
        if isinstance(speed, bool) or not isinstance(speed, int | float) or not 1 <= speed <= 120:
            raise BadRoads(f"feature {index}: kmh must lie between 1 and 120")
        for line in shapely.get_parts(geometry):
            lines.append(line)
            kmh.append(float(speed))
            oneway.append(bool(properties.get("oneway")))
            names.append(str(properties.get("name") or ""))
    return lines, kmh, oneway, names


def _joints(lines: list[BaseGeometry], kmh: list[float], oneway: list[bool], names: list[str]) -> tuple[Any, ...]:
    """Cut the roads where they meet and every 60 m: joints, the names that meet there, and the pieces between."""
    numbers: dict[tuple[float, float], int] = {}
    known: list[set[str]] = []
    heads, tails, lengths, speeds, ways = [], [], [], [], []
    tree = shapely.STRtree(lines) if lines else None
    for index, line in enumerate(lines):
        others = [lines[i] for i in tree.query(line, predicate="intersects") if i != index] if tree is not None else []
        meets = shapely.get_coordinates([_points(line.intersection(other)) for other in others]) if others else []
        along = {0.0, float(line.length), *(float(line.project(shapely.Point(p))) for p in meets)}
        along |= {float(line.project(shapely.Point(p))) for p in line.coords[1:-1]}
        stops = sorted(along)
        filled = [stops[0]]
        for stop in stops[1:]:
            parts = max(int(np.ceil((stop - filled[-1]) / STEP_M)), 1)
            filled += list(np.linspace(filled[-1], stop, parts + 1)[1:])
        last = None
        for stop in filled:
            point = line.interpolate(stop)
            place = (round(point.x, 0), round(point.y, 0))  # a metre apart is the same joint
            joint = numbers.setdefault(place, len(numbers))
            if joint == len(known):
                known.append(set())
            if names[index]:
                known[joint].add(names[index])
            if last is not None and last[0] != joint:
                heads.append(last[0])
                tails.append(joint)
                lengths.append(stop - last[1])
                speeds.append(kmh[index])
                ways.append(oneway[index])
            last = (joint, stop)
    return (
        np.array(list(numbers), dtype=float).reshape(-1, 2),
        known,
        np.array(heads, dtype=np.int64),
        np.array(tails, dtype=np.int64),
        np.array(lengths, dtype=float),
        np.array(speeds, dtype=float),
        np.array(ways, dtype=bool),
    )


def _points(geometry: BaseGeometry) -> BaseGeometry:
    """The single points of an intersection; where two roads run together, the ends of the shared piece."""
    return geometry if geometry.geom_type in ("Point", "MultiPoint") else shapely.MultiPoint(_ends(geometry))


def _ends(geometry: BaseGeometry) -> Sequence[Any]:
    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    return [end for part in parts for end in (part.coords[0], part.coords[-1])]
