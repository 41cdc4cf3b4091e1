"""A truck that drops its load in a field instead of the sink, as alerts and positions, for the tests of the desk."""

import json
from datetime import datetime, timedelta

import shapely

from demo.street.places import to_degrees
from shushanwei.common.clock import db_now
from tests.worksites.fleet import make_truck
from worksites.models import Gate, Permit, Sink, Site, Truck, TruckAlert
from worksites.services.fixes import Fix, instant_us, keep_fixes

SITE, SINK, FIELD = (1_000.0, 0.0), (6_000.0, 0.0), (3_500.0, 1_200.0)
EVERY_S = 30


def lonlat(spot: tuple[float, float]) -> tuple[float, float]:
    lon, lat = to_degrees(*spot)
    return float(lon), float(lat)


def box(middle: tuple[float, float], half: float = 100) -> dict:
    """A square of degrees around local metres."""
    x, y = middle
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    return json.loads(shapely.to_geojson(shapely.Polygon([lonlat(c) for c in corners])))


def make_ground(plate: str = "浙A1D234") -> Truck:
    """A truck with all sensors, a white site with a filed gate, a sink on its card and the way between them."""
    now = db_now()
    since = now - timedelta(days=100)
    lon, lat = lonlat(SITE)
    site = Site.objects.create(
        code="S1", name="一号地块", boundary=box(SITE), lon=lon, lat=lat, phase="EW", colour="white",
        colour_since=since, rule_colour="white", rule_since=since, watched_since=since, plate_code="P1",
    )  # fmt: skip
    lon, lat = lonlat((SITE[0] + 100, 0))
    Gate.objects.create(
        site=site, code="G1", name="东门", lon=lon, lat=lat, filed_on=since.date(), camera_code="CAM-G1"
    )
    lon, lat = lonlat(SINK)
    sink = Sink.objects.create(code="X1", name="示例消纳场", boundary=box(SINK), lon=lon, lat=lat)
    truck = make_truck(plate, terminal_id="13800000001", has_lift_sensor=True, has_load_sensor=True)
    permit = Permit.objects.create(
        kind="transport", number=f"ZY-{plate[1:]}", status="approved", truck=truck, valid_from=since.date(),
        valid_to=(now + timedelta(days=300)).date(),
        routes=[json.loads(shapely.to_geojson(shapely.LineString([lonlat(SITE), lonlat(SINK)])))],
    )  # fmt: skip
    permit.sinks.add(sink)
    return truck


def dumped(began: datetime) -> list[dict]:
    """Positions of the whole trip from `began`: at the site, out, body up in the field with the load gone, back."""
    legs = [  # (seconds, to, load, lift)
        (300, SITE, 1, 1), (240, SITE, 3, 1), (300, (3_500.0, 0.0), 3, 1), (120, FIELD, 3, 1), (60, FIELD, 3, 1),
        (60, FIELD, 3, 2), (60, FIELD, 1, 2), (60, FIELD, 1, 1), (120, (3_500.0, 0.0), 1, 1), (300, SITE, 1, 1),
        (600, SITE, 1, 1),
    ]  # fmt: skip
    told, at, here = [], began, SITE
    for seconds, to, load, lift in legs:
        metres = ((to[0] - here[0]) ** 2 + (to[1] - here[1]) ** 2) ** 0.5
        for second in range(0, seconds, EVERY_S):
            share = second / seconds
            lon, lat = lonlat((here[0] + (to[0] - here[0]) * share, here[1] + (to[1] - here[1]) * share))
            told.append({
                "at": at + timedelta(seconds=second), "lon": lon, "lat": lat, "load": load, "lift": lift,
                "speed_kmh": round(metres / seconds * 3.6, 1), "ignition": True,
            })  # fmt: skip
        at, here = at + timedelta(seconds=seconds), to
    return told


def drive(truck: Truck, began: datetime) -> None:
    """Let the terminal tell the whole trip."""
    keep_fixes([
        Fix(truck.pk, instant_us(one["at"]), one["lon"], one["lat"], speed_kmh=one["speed_kmh"], load=one["load"],
            lift=one["lift"], ignition=True)
        for one in dumped(began)
    ])  # fmt: skip


def an_alert(truck: Truck | None, number: int = 1, rule: str = "T03", **values) -> TruckAlert:
    """An alert as the rules raise it, half an hour after the lift; `number` is its serial of the day."""
    now = db_now()
    began = values.pop("began_at", now - timedelta(minutes=30))
    lon, lat = lonlat(FIELD)
    points = [
        [lon, lat, began.isoformat(), 0.0, 3, 2],
        [lon, lat, (began + timedelta(seconds=30)).isoformat(), 0, 1, 2],
    ]
    facts = {"why": "lift", "plate": truck.plate if truck else "", "points": points, "up_s": 30, "sink_m": 2_700,
             "nearest_sink": "示例消纳场"}  # fmt: skip
    known = {
        "number": f"YJ-20261127-{number:04d}", "key": f"{rule}:{number}", "level": 1, "truck": truck,
        "site": Site.objects.first(), "began_at": began, "ended_at": began + timedelta(seconds=90), "raised_at": now,
        "lon": lon, "lat": lat, "facts": facts,
    }  # fmt: skip
    return TruckAlert.objects.create(rule=rule, **(known | values))
