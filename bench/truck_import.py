"""Import of truck positions against a raw COPY of the same rows: `python -m bench.truck_import [--rows 1000000]`."""

import argparse

from bench.common import machine, system, table

RUN = """
import time, io, tempfile, os
from datetime import timedelta
import numpy as np
from django.core.management import call_command
from django.db import connection
from shushanwei.common.clock import db_now
from worksites.models import Company, Truck
from worksites.services.fixes import FIXES, PARTITIONS, instant_us, keep_fixes
PARTITIONS.ensure(behind=3)
company = Company.objects.create(name="bench", kind="haulier")
trucks = Truck.objects.bulk_create([Truck(plate=f"浙A{{n:05d}}", company=company) for n in range(500)])
N = {rows}
each = N // 500
now = instant_us(db_now().replace(microsecond=0))
ids = np.repeat([t.pk for t in trucks], each)
at = np.tile(now - np.arange(each, dtype="i8") * 30_000_000, 500)
lon, lat = 120.2 + np.random.rand(N) * 0.1, 30.1 + np.random.rand(N) * 0.05
plates = {{t.pk: t.plate for t in trucks}}
when = np.datetime_as_string(at.astype("datetime64[us]"), unit="s")
path = os.path.join(tempfile.mkdtemp(), "fixes.csv")
with open(path, "w") as f:
    f.write("plate,at,lon,lat,speed_kmh,load\\n")
    f.writelines(f"{{plates[i]}},{{w}}Z,{{x:.6f}},{{y:.6f}},30,full\\n" for i, w, x, y in zip(ids, when, lon, lat))
day = np.datetime_as_string((at + 8 * 3_600_000_000).astype("datetime64[us]"), unit="D")
text = io.StringIO()
lines = zip(ids, when, day, lon, lat)
text.writelines(f"{{i}}\\t{{w}}+00\\t{{d}}\\t{{x:.6f}}\\t{{y:.6f}}\\t30\\t3\\t3\\t2026-11-27\\n"
                for i, w, d, x, y in lines)
text.seek(0)
began = time.perf_counter()
with connection.cursor() as c:
    names = "truck_id, at, day, lon, lat, speed_kmh, load, source, received_at"
    c.copy_expert(f"copy worksites_truckfix ({{names}}) from stdin", text)
raw = time.perf_counter() - began
with connection.cursor() as c:
    c.execute("truncate worksites_truckfix")
rows = np.zeros(N, dtype=FIXES)
rows["truck_id"], rows["at"], rows["lon"], rows["lat"], rows["mileage_km"] = ids, at, lon, lat, np.nan
began = time.perf_counter()
for n in range(0, N, 50_000):
    keep_fixes(rows[n:n + 50_000])
service = time.perf_counter() - began
with connection.cursor() as c:
    c.execute("truncate worksites_truckfix")
began = time.perf_counter()
call_command("import_fixes", path, stdout=io.StringIO())
file = time.perf_counter() - began
print("JSON", raw, service, file)
"""


def main() -> None:
    """Start a system, write both ways, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    print(f"truck_import: {machine()}")
    with system() as stack:
        raw, service, file = map(float, stack.django(RUN.format(rows=options.rows)).split("JSON")[-1].split())
    ways = [["floor: raw COPY", raw], ["keep_fixes of an array", service], ["import_fixes of a CSV file", file]]
    rows = [[what, took, options.rows / took, took / raw] for what, took in ways]
    table(f"{options.rows:,} positions", ["what", "seconds", "rows/s", "× floor"], rows)


if __name__ == "__main__":
    main()
