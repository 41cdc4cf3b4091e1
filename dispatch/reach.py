"""The five-minute reach: where the units can be in time, the holes, and where standing by would close them.

No database, no clock. Places are arrays of WGS-84 degrees, times seconds, areas square metres.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dispatch.matching import DETOUR, METRES_PER_MINUTE
from grid.roads import LANE_DETOUR, LANE_KMH, RoadNetwork

LANE_SPEED = LANE_KMH / 3.6 / LANE_DETOUR  # metres a second of beeline, off the roads
STRAIGHT_SPEED = METRES_PER_MINUTE / 60 / DETOUR  # the same where there are no roads at all
LEAST_DISC_M = 20.0
LEAST_HOLE_M2 = 10_000.0
SIMPLE_M = 8.0
LEAST_GAIN = 0.01  # a proposal that helps fewer than one in a hundred is not worth driving
MOST_PROPOSALS = 3
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """A community: its code, polygon of degrees and people."""

    code: str
    shape: BaseGeometry
    people: int


@dataclass(frozen=True)
class Hole:
    """A piece of one community that nobody reaches in time."""

    community: str
    shape: BaseGeometry
    area_m2: float
    share: float  # of the community's area


@dataclass(frozen=True)
class Reach:
    """What lies within reach (degrees), the holes (the largest first), and the shares that are covered."""

    shape: BaseGeometry
    holes: list[Hole]
    area_share: float
    people_share: float
    by_community: dict[str, float] = field(default_factory=dict)  # covered share of each community's area


def reach_of(roads: RoadNetwork, lons: Floats, lats: Floats, parts: Sequence[Part], seconds: float) -> Reach:
    """Where somebody of (lons, lats) can be within `seconds`, held against the communities.

    People are taken to live evenly in their community.
    """
    local = [roads.to_local(part.shape) for part in parts]
    covered = _covered(roads, lons, lats, seconds)
    holes, by_community = [], {}
    area = reached = people = served = 0.0
    for part, shape in zip(parts, local, strict=True):
        left = shape.difference(covered)
        share = 1 - left.area / shape.area if shape.area else 1.0
        by_community[part.code] = share
        area, reached = area + shape.area, reached + shape.area * share
        people, served = people + part.people, served + part.people * share
        for piece in shapely.get_parts(left):
            if piece.geom_type == "Polygon" and piece.area >= LEAST_HOLE_M2:
                drawn = roads.to_degrees(piece.simplify(SIMPLE_M))
                holes.append(Hole(part.code, drawn, float(piece.area), float(piece.area / shape.area)))
    holes.sort(key=lambda hole: -hole.area_m2)
    street = shapely.union_all(local) if local else covered
    drawn = roads.to_degrees(covered.intersection(street).simplify(SIMPLE_M))
    return Reach(drawn, holes, reached / area if area else 1.0, served / people if people else 1.0, by_community)


def _covered(roads: RoadNetwork, lons: Floats, lats: Floats, seconds: float) -> BaseGeometry:
    """The reach as one shape of local metres: discs around the joints and around the units themselves."""
    starts = np.array([roads.to_local(shapely.Point(lon, lat)).coords[0] for lon, lat in zip(lons, lats, strict=True)])
    if not len(starts):
        return shapely.Polygon()
    speed = STRAIGHT_SPEED if roads.is_empty else LANE_SPEED
    discs = [shapely.buffer(shapely.points(starts), seconds * speed, quad_segs=8)]
    if not roads.is_empty:
        radius = (seconds - roads.soonest(lons, lats)) * LANE_SPEED
        near = radius > LEAST_DISC_M
        discs.append(shapely.buffer(shapely.points(roads.at[near]), radius[near], quad_segs=4))
    return shapely.union_all(np.concatenate(discs))


@dataclass(frozen=True)
class Proposal:
    """Move this unit (its index) to this spot (its index): then `share` of the demand lies within reach."""

    unit: int
    spot: int
    before: float
    share: float


def standby(
    from_units: NDArray[np.bool_], from_spots: NDArray[np.bool_], weights: Floats, movable: NDArray[np.bool_]
) -> list[Proposal]:
    """Where to stand by: the moves that bring most of the demand into reach, each on top of those before it.

    `from_units` and `from_spots`: who (rows) reaches which place of demand (columns) in time; `weights` of the
    places; `movable` units may be asked to move, each once.
    """
    covers, free, taken = from_units.copy(), movable.copy(), np.zeros(len(from_spots), dtype=bool)
    whole = weights.sum()
    found: list[Proposal] = []
    while whole > 0 and free.any() and len(found) < MOST_PROPOSALS:
        times_covered = covers.sum(axis=0)
        now = weights[times_covered > 0].sum() / whole
        best: tuple[float, int, int] = (now, -1, -1)
        for unit in np.flatnonzero(free):
            without = (times_covered - covers[unit]) > 0
            shares = ((without | from_spots) @ weights) / whole
            shares[taken] = 0
            spot = int(shares.argmax())
            best = max(best, (float(shares[spot]), int(unit), spot))
        share, unit, spot = best
        if unit < 0 or share - now < LEAST_GAIN:
            break
        found.append(Proposal(unit, spot, float(now), share))
        covers[unit], free[unit], taken[spot] = from_spots[spot], False, True
    return found
