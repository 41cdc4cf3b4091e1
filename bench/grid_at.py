"""How long it takes to find the grid under a position: `python bench/grid_at.py` prints a table.

The same 20,000 positions of the street, in memory, against asking shapely's tree for each of them.
"""

import random
import sys
import time
from pathlib import Path

import django
import shapely
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
settings.configure(USE_I18N=False, INSTALLED_APPS=[])
django.setup()

from grid import geojson  # noqa: E402 - needs the settings
from grid.lookup import GroundIndex  # noqa: E402

POSITIONS = 20_000
GROUND = Path(__file__).resolve().parent.parent / "grid" / "data" / "ground.geojson"


def main() -> None:
    """Build the index, ask it cold and warm, ask the tree."""
    rng = random.Random(330109003)
    ground = geojson.read(GROUND.read_text("utf-8"))
    areas = list(ground.grids.values())
    started = time.perf_counter()
    index = GroundIndex(
        [(area.code, area.shape) for area in ground.communities.values()],
        [(area.code, area.kind, area.community, area.parent, area.shape) for area in areas],
    )
    built_ms = (time.perf_counter() - started) * 1e3
    west, south, east, north = shapely.total_bounds([area.shape for area in ground.communities.values()])
    positions = [(rng.uniform(west, east), rng.uniform(south, north)) for _n in range(POSITIONS)]
    tree = shapely.STRtree([area.shape for area in areas])

    print(
        f"{len(ground.communities)} communities, {len(areas)} grids and micro-grids, index built in {built_ms:.1f} ms"
    )
    print(f"{'':28}{'µs each':>10}")
    rows = [
        ("first time (cold boxes)", _each_us(index.at, positions)),
        ("grid, community, micro-grid", _each_us(index.at, positions)),
        ("shapely tree, for comparison", _each_us(lambda *at: tree.query(shapely.Point(at), "intersects"), positions)),
    ]
    for name, each in rows:
        print(f"{name:28}{each:10.2f}")
    print(f"ratio to the tree: {rows[2][1] / rows[1][1]:.1f} times faster")


def _each_us(ask, positions) -> float:
    started = time.perf_counter()
    for lon, lat in positions:
        ask(lon, lat)
    return (time.perf_counter() - started) / len(positions) * 1e6


if __name__ == "__main__":
    main()
