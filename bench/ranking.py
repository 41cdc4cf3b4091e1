"""Ranking for one incident: `python -m bench.ranking [--units 1000] [--rounds 50]`.

The product's own function with all its queries and the road network, against a bare query of the same rows, beside the
running system.
"""

import argparse
import json

from bench.common import machine, quantiles, system, table

MEASURE = """
import json, time, random
from django.core.management import call_command
from django.db import connection
from demo.street import layers
from dispatch.models import Unit, UnitPosition
from dispatch import selectors
from grid.services.layers import put_roads
from incidents.models import CaseCategory
from incidents.services import Draft, open_incident
from shushanwei.common.clock import db_now
COUNT, ROUNDS = {units}, {rounds}
put_roads(layers.roads())
dice = random.Random(30515)
now = db_now()
Unit.objects.bulk_create([
    Unit(code=f"B{{n}}", name=f"第{{n}}班", kind="squad", skills=["order"], on_duty_since=now, seen_at=now)
    for n in range(COUNT)])
UnitPosition.objects.bulk_create([
    UnitPosition(unit_id=pk, lon=dice.uniform(120.206, 120.279), lat=dice.uniform(30.081, 30.149), accuracy_m=12,
                 fix_at=now, received_at=now)
    for pk in Unit.objects.filter(code__startswith="B").values_list("pk", flat=True)])
category = CaseCategory.objects.select_related("department").get(scheme="JCZZ", code="J0510")
incidents = [open_incident(Draft(category=category, level=3, source_kind="analytics", title="夜间施工噪声",
    lon=dice.uniform(120.21, 120.27), lat=dice.uniform(30.09, 30.14))) for _ in range(10)]
with connection.cursor() as cursor:
    cursor.execute("vacuum analyze dispatch_unit, dispatch_unitposition")
def timed(what):
    took = []
    for n in range(ROUNDS):
        began = time.perf_counter()
        what(incidents[n % 10])
        took.append((time.perf_counter() - began) * 1000)
    return took
def floor(_incident):
    with connection.cursor() as cursor:
        cursor.execute("select u.id, u.name, u.kind, u.skills, p.lon, p.lat, p.fix_at, p.accuracy_m"
                       " from dispatch_unit u join dispatch_unitposition p on p.unit_id = u.id")
        cursor.fetchall()
ask = lambda incident: selectors.candidates_for(incident, db_now())
ask(incidents[0]); floor(None)
found = ask(incidents[0])
assert len(found) == COUNT and found[0].by_road
print("JSON" + json.dumps({{"floor": timed(floor), "rank": timed(ask)}}))
"""


def main() -> None:
    """Write the units, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    print(f"ranking: {machine()}")
    with system() as stack:
        said = stack.django(MEASURE.format(units=options.units, rounds=options.rounds))
    took = json.loads(said.split("JSON")[-1])
    floor, ranked = quantiles(took["floor"]), quantiles(took["rank"])
    rows = [
        [f"floor: bare query of {options.units:,} units", *floor, 1.0],
        [f"{options.units:,} units ranked along the roads", *ranked, ranked[0] / floor[0]],
    ]
    table("One incident", ["what", "p50 ms", "p99 ms", "max ms", "ratio"], rows)


if __name__ == "__main__":
    main()
