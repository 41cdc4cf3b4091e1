"""The truck rules against a bare point-in-polygon pass: `python -m bench.truck_rules [--positions 5800000]`.

One day of a city is the day of sixty trucks repeated, shifted in time by minutes, until it has so many positions; one
core, no database. The bare pass asks shapely's prepared polygons (sites, sinks, the street) for the same positions.
"""

import argparse
import os
import sys
import time

import numpy as np
import shapely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")

from bench.common import machine, table
from demo.trucks.month import tell_each
from demo.trucks.world import build, ground_of
from worksites.trucks.engine import judge
from worksites.trucks.tracks import SECOND, Fixes

SEED = 20
MOST_S, LEAST_RATIO = 60.0, 0.25
TRUCKS = 60  # judged at once


def main() -> int:
    """Print the table; 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--positions", type=int, default=5_800_000, help="of the city's day, at least")
    options = parser.parse_args()
    world = build(SEED, TRUCKS)
    ground = ground_of(world)
    days = [(one.fixes[0].sorted(), one.events[truck.id]) for truck, one in tell_each(world, SEED, 2)]
    days = [(fixes.at(slice(len(fixes) // 2, None)), events) for fixes, events in days]
    judge(ground, days[0][0], {})  # corridors and calendars are made once a day
    for truck in world.haulers:
        ground.corridor(truck.id)

    engine_s = bare_s = wall_s = 0.0
    count = hits = trips = trucks = 0
    rng = np.random.default_rng(SEED)
    while count < options.positions:
        part, events = [], {}
        for fixes, said in days:
            shift = int(rng.integers(-20, 21)) * 60 * SECOND
            part.append(Fixes(fixes.truck, fixes.t + shift, *(getattr(fixes, n) for n in
                        ("lon", "lat", "speed", "load", "lift", "cover", "ignition"))))  # fmt: skip
            events[int(fixes.truck[0])] = [{**event, "t": event["t"] + shift} for event in said]
        whole = Fixes.joined(part)
        began, clock = time.process_time(), time.perf_counter()
        found = judge(ground, whole, events)
        engine_s += time.process_time() - began
        wall_s += time.perf_counter() - clock
        began = time.process_time()
        _bare(ground, whole)
        bare_s += time.process_time() - began
        count, trucks = count + len(whole), trucks + len(days)
        hits += sum(len(one.hits) for one in found.values())
        trips += sum(len(one.trips) for one in found.values())

    ratio = bare_s / engine_s
    rows = [
        ("point in polygon, bare", count, bare_s, count / bare_s, 1.0),
        (f"whole engine ({trips:,} trips, {hits:,} hits)", count, engine_s, count / engine_s, f"{ratio:.2f}"),
    ]
    table(f"One core; {machine()}", ["", "positions", "CPU seconds", "positions/s", "ratio"], rows)
    print(f"{trucks:,} truck days; the engine took {wall_s:.1f} s on the clock")
    print(f"aims: the day under {MOST_S:.0f} s, ratio ≥ {LEAST_RATIO}")
    return 0 if engine_s < MOST_S and ratio >= LEAST_RATIO else 1


def _bare(ground, fixes: Fixes) -> None:
    x, y = ground.plane.metres(fixes.lon, fixes.lat)
    for layer in (ground.inside, ground.sink, ground.in_street):
        for area in layer.areas:
            shapely.contains_xy(area, x, y)


if __name__ == "__main__":
    sys.exit(main())
