"""Cut a convex area into cells of wanted sizes (power diagram) and give all neighbours the same corners."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

XY = tuple[float, float]
Ring = list[XY]  # corners in order, not closed, counter-clockwise, metres
SAME_M = 1e-3  # corners nearer than this are one corner


def area(ring: Sequence[XY]) -> float:
    """Square metres of a counter-clockwise ring."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def centre(ring: Sequence[XY]) -> XY:
    """The centroid of a ring; inside it, for the rings here are convex."""
    total = cx = cy = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        total, cx, cy = total + cross, cx + (x1 + x2) * cross, cy + (y1 + y2) * cross
    return cx / (3 * total), cy / (3 * total)


def cells_of(outline: Ring, seeds: list[XY], sizes: Sequence[float], rounds: int = 60) -> list[Ring]:
    """One convex cell for each seed, together exactly the convex `outline`.

    The cells' areas come near `sizes` (any unit): the weights of the power diagram move until they do, and the
    seeds drift towards the middle of their cells. Same input, same cells.
    """
    wanted = np.asarray(sizes, float) / sum(sizes) * area(outline)
    seeds = list(seeds)
    weights = np.zeros(len(seeds))
    cells: list[Ring] = []
    for _round in range(rounds):
        cells = [_cell(outline, seeds, weights, i) for i in range(len(seeds))]
        sized = np.array([area(cell) if cell else 0.0 for cell in cells])
        missing = wanted - sized
        if np.abs(missing / wanted).max() < 0.01:
            break
        # A cell grows by about two square metres for each unit of weight; half of that keeps neighbours calm.
        weights += 0.25 * missing
        for i, cell in enumerate(cells):
            if cell:
                cx, cy = centre(cell)
                seeds[i] = seeds[i][0] * 0.9 + cx * 0.1, seeds[i][1] * 0.9 + cy * 0.1
    return cells


def scattered(outline: Ring, count: int, rng: np.random.Generator) -> list[XY]:
    """Random seeds inside a convex ring, spread evenly (the best of several tries each)."""
    xs, ys = zip(*outline, strict=True)
    seeds: list[XY] = []
    while len(seeds) < count:
        tries = zip(rng.uniform(min(xs), max(xs), 40), rng.uniform(min(ys), max(ys), 40), strict=True)
        inside = [(float(x), float(y)) for x, y in tries if _inside(outline, x, y)]
        if inside:
            seeds.append(max(inside, key=lambda at: min((_gap(at, seed) for seed in seeds), default=0.0)))
    return seeds


def with_shared_corners(rings: Iterable[Ring]) -> list[Ring]:
    """The same rings, each with the corners of all others that lie on its sides: no gap opens by rounding."""
    rings = list(rings)
    corner: dict[tuple[int, int], XY] = {}

    def known(at: XY) -> XY:
        col, row = round(at[0] / SAME_M), round(at[1] / SAME_M)
        for key in ((col + a, row + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
            if key in corner:
                return corner[key]
        return corner.setdefault((col, row), at)

    rings = [_without_repeats([known(at) for at in ring]) for ring in rings]
    corners = list(corner.values())
    sides = [(a, b) for ring in rings for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
    tree = shapely.STRtree(shapely.linestrings(np.array(sides)))
    on_side: dict[int, list[XY]] = defaultdict(list)
    for point, side in tree.query(shapely.points(np.array(corners)), predicate="dwithin", distance=SAME_M).T:
        if corners[point] not in sides[side]:
            on_side[int(side)].append(corners[point])
    result, number = [], 0
    for ring in rings:
        full: Ring = []
        for start in ring:
            between = sorted(on_side[number], key=lambda at, start=start: _gap(start, at))
            full += [start, *between]
            number += 1
        result.append(full)
    return result


def _cell(outline: Ring, seeds: list[XY], weights: np.ndarray, own: int) -> Ring:
    """What of the outline is nearer to this seed than to any other, by squared distance less weight."""
    x, y = seeds[own]
    cell = outline
    for i in sorted(range(len(seeds)), key=lambda i: _gap(seeds[own], seeds[i])):
        if i == own or not cell:
            continue
        ox, oy = seeds[i]
        bound = (ox * ox + oy * oy - x * x - y * y - weights[i] + weights[own]) / 2
        cell = _half(cell, ox - x, oy - y, bound)
    return cell


def _half(ring: Ring, a: float, b: float, bound: float) -> Ring:
    """The part of a convex ring where a·x + b·y ≤ bound."""
    sides = [a * x + b * y - bound for x, y in ring]
    if max(sides) <= 0:
        return ring
    kept: Ring = []
    for i, (x, y) in enumerate(ring):
        j = (i + 1) % len(ring)
        if sides[i] <= 0:
            kept.append((x, y))
        if (sides[i] < 0) != (sides[j] < 0) and sides[i] != 0 and sides[j] != 0:
            t = sides[i] / (sides[i] - sides[j])
            kept.append((x + t * (ring[j][0] - x), y + t * (ring[j][1] - y)))
    return kept if len(kept) > 2 else []


def _inside(ring: Ring, x: float, y: float) -> bool:
    return all(
        (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def _gap(a: XY, b: XY) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _without_repeats(ring: Ring) -> Ring:
    return [at for i, at in enumerate(ring) if at != ring[i - 1]]
