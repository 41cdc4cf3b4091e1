"""The simulated haulage platform without a server: what it says is what the doors take, in its time and once."""

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
import shapely

from demo.simulator.trucks import CAUGHT_UP_S, Platform
from demo.street import haulage, places
from demo.street.truck_days import told_by
from demo.trucks.world import Place
from shushanwei.common.clock import STREET
from worksites.intake import parsing
from worksites.plates import clean_plate

READERS = {"fixes": parsing.FIX_ITEMS, "passes": parsing.PASS_ITEMS, "manifests": parsing.MANIFEST_ITEMS}
DAY = datetime(2026, 11, 26, 0, 0, tzinfo=STREET)


def feature(number: int, colour: str = "white") -> dict:
    road = places.road_lines()[3 + number % 8][1].interpolate(0.3 + 0.05 * (number % 9), normalized=True)
    box = shapely.box(road.x + 60, road.y + 40, road.x + 140, road.y + 110)
    ring = [[float(v) for v in places.to_degrees(x, y)] for x, y in box.exterior.coords]
    about = {"name": f"示例社区{number:02d}号工地(示例)", "code": f"WS-{number:03d}", "colour": colour,
             "stage": list(haulage.PHASES)[number % 2]}  # fmt: skip
    return {"properties": about, "geometry": {"type": "Polygon", "coordinates": [ring]}}


@pytest.fixture(scope="module")
def ground():
    sites = haulage.site_plans([feature(number) for number in range(1, 25)])
    return sites, haulage.world_of(sites, haulage.truck_plans(sites))


class Heard:
    """A world whose door writes down what is sent to it."""

    def __init__(self) -> None:
        self.bodies: dict[str, list[dict]] = {kind: [] for kind in READERS}
        self.secrets = {"truck-platform": "s"}
        self.door = SimpleNamespace(signed=self.signed)

    async def signed(self, path, source, secret, body):
        kind = path.rstrip("/").rsplit("/", 1)[-1]
        good, bad = READERS[kind].read(msgspec.json.encode(body))
        assert not bad, bad[:3]
        self.bodies[kind] += body[kind]
        return SimpleNamespace(ok=True, status=202, body={"rejected_count": 0})


def platform(ground, hauler, *, since: datetime) -> tuple[Platform, Heard]:
    heard = Heard()
    made = Platform(heard)
    made.sites, made.ground = ground
    made.take(hauler, DAY.date(), told_by(ground[1], hauler, DAY.date()), since.timestamp())
    return made, heard


def busiest(ground):
    return next(one for one in ground[1].haulers if not one.night)


def test_a_day_of_a_truck_is_taken_at_the_doors_and_told_once(ground):
    made, heard = platform(ground, busiest(ground), since=DAY)

    for hour in range(30):
        asyncio.run(made.tell((DAY + timedelta(hours=hour)).timestamp()))
    sent = {kind: len(items) for kind, items in heard.bodies.items()}
    asyncio.run(made.tell((DAY + timedelta(hours=40)).timestamp()))

    assert sent["fixes"] > 1_000 and sent["passes"] > 4 and sent["manifests"] > 4
    assert {kind: len(items) for kind, items in heard.bodies.items()} == sent


def test_nothing_is_told_before_its_time(ground):
    made, heard = platform(ground, busiest(ground), since=DAY)
    noon = DAY + timedelta(hours=12)

    asyncio.run(made.tell(noon.timestamp()))

    assert max(datetime.fromisoformat(item["at"]) for item in heard.bodies["fixes"]) <= noon + timedelta(seconds=2)


def test_what_lies_long_before_the_start_is_left_out(ground):
    noon = DAY + timedelta(hours=12)
    made, heard = platform(ground, busiest(ground), since=noon - timedelta(seconds=CAUGHT_UP_S))

    asyncio.run(made.tell(noon.timestamp()))

    assert 0 < len(heard.bodies["fixes"]) <= CAUGHT_UP_S / 30 * 1.3


def test_manifests_come_back_from_the_sink(ground):
    made, heard = platform(ground, busiest(ground), since=DAY)

    asyncio.run(made.tell((DAY + timedelta(days=2)).timestamp()))

    received = [paper for paper in heard.bodies["manifests"] if "received_at" in paper]
    assert received
    assert all(paper["received_at"] > paper["issued_at"] for paper in received)


def test_trucks_drive_between_sites_and_sinks_mostly_on_the_streets_roads(ground):
    hauler, world = busiest(ground), ground[1]
    told = told_by(world, hauler, DAY.date())
    x, y = places.to_metres(told.fixes[0].lon, told.fixes[0].lat)
    roads = shapely.union_all([line for _road, line in places.road_lines()])
    inside = shapely.contains_xy(places.outline(), x, y) & (told.fixes[0].speed > 15)
    away = shapely.distance(shapely.points(x[inside], y[inside]), roads)
    near = [_calls(place, x, y) for place in (*(world.sites[n - 1] for n in hauler.sites), *world.sinks)]

    assert np.median(away) < 60
    assert sum(near) > 3


def test_the_same_day_is_the_same_again(ground):
    one, two = (told_by(ground[1], busiest(ground), DAY.date()) for _each in range(2))

    assert np.array_equal(one.fixes[0].t, two.fixes[0].t)
    assert np.array_equal(one.fixes[0].lon, two.fixes[0].lon)


def test_every_truck_has_a_plate_of_its_own_and_sites_of_its_company(ground):
    sites, _world = ground
    trucks = haulage.truck_plans(sites)

    assert len({truck.plate for truck in trucks}) == haulage.TRUCKS
    assert all(clean_plate(truck.plate) == truck.plate for truck in trucks)
    assert all(sites[n - 1].haulier == truck.haulier for truck in trucks for n in truck.sites)
    assert all(sites[n - 1].at_night for truck in trucks if truck.night for n in truck.sites)


def _calls(place: Place, x: np.ndarray, y: np.ndarray) -> int:
    """How often the truck came into a place."""
    inside = shapely.contains_xy(place.area.buffer(30), x, y).astype(int)
    return int((np.diff(inside) == 1).sum())
