"""Driving: the way along the roads from one place to another, and where a car is after so many metres."""

import heapq
import itertools

import numpy as np
import shapely
import shapely.ops
from shapely import LineString, Point

from demo.street import places

Spot = tuple[float, float]  # local metres
LANE_FACTOR = 1.3  # off the drawn roads there are lanes, never quite straight
WORST_DETOUR = 1.7  # where the drawn roads go round further than this, there is a lane that does not


class RoadMap:
    """The drawn roads as a network. Expressways are left out: nobody gets off them at a shop door."""

    def __init__(self) -> None:
        lines = [line for road, line in places.road_lines() if road.rank != "expressway"]
        self.whole = shapely.union_all(lines)
        self.next_to: dict[Spot, dict[Spot, float]] = {}
        for part in shapely.get_parts(self.whole):
            for a, b in itertools.pairwise((round(x, 1), round(y, 1)) for x, y in part.coords):
                metres = float(np.hypot(a[0] - b[0], a[1] - b[1]))
                self.next_to.setdefault(a, {})[b] = metres
                self.next_to.setdefault(b, {})[a] = metres
        self.nodes = list(self.next_to)
        self.points = np.array(self.nodes)

    def way(self, start: Spot, goal: Spot) -> LineString:
        """The line to drive: along the roads, or through lanes where that is much shorter."""
        straight = float(np.hypot(goal[0] - start[0], goal[1] - start[1]))
        if straight < 1:
            return LineString([start, (start[0] + 1, start[1])])
        nodes = self._shortest(self._nearest(start), self._nearest(goal)) if straight > 300 else []
        by_road = LineString([start, *nodes, goal]) if nodes else None
        if by_road is None or by_road.length > straight * WORST_DETOUR:
            return _lanes(start, goal)
        return by_road

    def anywhere(self, rng: np.random.Generator, around: Spot, reach_m: float) -> Spot:
        """A spot on a road within about `reach_m` of a place."""
        angle, metres = rng.uniform(0, 2 * np.pi), reach_m * np.sqrt(rng.random())
        point = Point(around[0] + metres * np.cos(angle), around[1] + metres * np.sin(angle))
        near = self.whole.interpolate(0) if self.whole.is_empty else shapely.ops.nearest_points(self.whole, point)[0]
        return near.x, near.y

    def _nearest(self, spot: Spot) -> Spot:
        return self.nodes[int(np.argmin(np.hypot(self.points[:, 0] - spot[0], self.points[:, 1] - spot[1])))]

    def _shortest(self, start: Spot, goal: Spot) -> list[Spot]:
        best: dict[Spot, float] = {start: 0.0}
        came: dict[Spot, Spot] = {}
        waiting = [(0.0, start)]
        while waiting:
            metres, here = heapq.heappop(waiting)
            if here == goal:
                path = [here]
                while here in came:
                    here = came[here]
                    path.append(here)
                return path[::-1]
            if metres > best[here]:
                continue
            for there, step in self.next_to[here].items():
                if metres + step < best.get(there, np.inf):
                    best[there], came[there] = metres + step, here
                    heapq.heappush(waiting, (metres + step, there))
        return []


def _lanes(start: Spot, goal: Spot) -> LineString:
    """Two bends instead of the beeline, about a quarter longer."""
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    side = 0.36 * (LANE_FACTOR - 1) / 0.3
    first = (start[0] + 0.3 * dx - side * 0.6 * dy, start[1] + 0.3 * dy + side * 0.6 * dx)
    second = (start[0] + 0.72 * dx - side * 0.6 * dy, start[1] + 0.72 * dy + side * 0.6 * dx)
    return LineString([start, first, second, goal])
