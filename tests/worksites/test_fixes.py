"""What trucks said is kept once, in the partition of its day, and wakes the rules."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from shushanwei.common.clock import STREET, db_now
from tests.racing import all_at_once
from tests.worksites.fleet import CENTRE, fix, make_truck
from worksites.models import HeldFix, TruckFix, TruckState
from worksites.services import fixes
from worksites.services.fixes import Fix, Kept, as_array, hand_over, hold_fixes, instant_us, keep_fixes

pytestmark = pytest.mark.django_db


def test_a_position_is_kept_as_it_was_said():
    truck, at = make_truck(), db_now().replace(microsecond=123_456)
    said = Fix(truck.pk, instant_us(at), *CENTRE, 42.5, 90, 12, True, True, 3, 2, 1, 1234.5, 7, 0x80303)
    assert keep_fixes([said], source=TruckFix.Source.JT808) == Kept(1, 0, 0)
    row = TruckFix.objects.get()
    assert (row.at, row.day, row.lon, row.lat) == (at, at.astimezone(STREET).date(), *CENTRE)
    assert (row.speed_kmh, row.heading, row.altitude_m, row.mileage_km) == (42.5, 90, 12, 1234.5)
    assert (row.ignition, row.positioned, row.load, row.lift, row.cover) == (True, True, 3, 2, 1)
    assert (row.alarm_bits, row.status_bits, row.source) == (7, 0x80303, 1)


def test_said_twice_it_is_kept_once_and_stays_as_it_was_first():
    truck, at = make_truck(), db_now()
    assert keep_fixes([fix(truck, at), fix(truck, at, 0.1)]) == Kept(1, 1, 0)
    assert keep_fixes([fix(truck, at, 0.2)]) == Kept(0, 1, 0)
    assert TruckFix.objects.get().lat == CENTRE[1]


def test_the_newest_place_is_the_trucks_place_also_when_older_ones_come_later():
    truck, now = make_truck(), db_now()
    keep_fixes([fix(truck, now, 0.02, load=3), fix(truck, now - timedelta(minutes=1), 0.01)])
    assert keep_fixes([fix(truck, now - timedelta(hours=5))]).new == 1
    state = TruckState.objects.get()
    assert (state.at, state.lat, state.load) == (now, CENTRE[1] + 0.02, 3)
    assert state.engine_work_at is not None and state.received_at is not None


def test_each_new_position_wakes_the_rules_again_and_a_repeated_one_does_not():
    truck, now = make_truck(), db_now()
    keep_fixes([fix(truck, now)])
    TruckState.objects.update(engine_work_at=None)
    keep_fixes([fix(truck, now)])
    assert TruckState.objects.get().engine_work_at is None
    keep_fixes([fix(truck, now + timedelta(seconds=30))])
    assert TruckState.objects.get().engine_work_at is not None


def test_a_truck_without_a_satellite_is_heard_but_keeps_its_place():
    truck, now = make_truck(), db_now()
    keep_fixes([fix(truck, now)])
    lost = Fix(truck.pk, instant_us(now + timedelta(minutes=1)), 0, 0, 0, positioned=False)
    assert keep_fixes([lost]).new == 1
    state = TruckState.objects.get()
    assert (state.at, state.lon) == (now, CENTRE[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": 24.1},
        {"days": -fixes.KEPT_DAYS - 1},
        {"lon": float("nan")},
        {"lon": 181.0},
        {"lat": float("inf")},
        {"lon": 0.0, "lat": 0.0},
        {"speed_kmh": float("nan")},
    ],
)
def test_what_cannot_be_is_refused_and_the_rest_kept(wrong):
    truck, now = make_truck(), db_now()
    moved = timedelta(**{name: wrong.pop(name) for name in list(wrong) if name in ("hours", "days")})
    bad = fix(truck, now + moved)._replace(**wrong)
    assert keep_fixes([bad, fix(truck, now + timedelta(seconds=1))]) == Kept(1, 0, 1)


def test_a_late_position_of_yesterday_and_one_of_tomorrow_are_kept():
    truck, now = make_truck(), db_now()
    assert keep_fixes([fix(truck, now - timedelta(days=40)), fix(truck, now + timedelta(hours=23))]).new == 2


def test_a_truck_that_nobody_knows_is_refused():
    truck = make_truck()
    ghost = fix(truck, db_now())._replace(truck_id=truck.pk + 999)
    assert keep_fixes([ghost, fix(truck, db_now())]) == Kept(1, 0, 1)


def test_positions_lie_in_the_partition_of_the_streets_day():
    fixes.PARTITIONS.ensure()
    truck, now = make_truck(), db_now()
    keep_fixes([fix(truck, now)])
    with connection.cursor() as cursor:
        cursor.execute("select tableoid::regclass::text from worksites_truckfix")
        assert cursor.fetchone()[0] == f"worksites_truckfix_d{now.astimezone(STREET):%Y%m%d}"


def test_an_array_is_taken_as_it_is():
    truck, now = make_truck(), db_now()
    rows = np.repeat(as_array([fix(truck, now)]), 1000)
    rows["at"] -= np.arange(1000) * 1_000_000
    assert keep_fixes(rows, source=TruckFix.Source.FILE) == Kept(1000, 0, 0)


def test_an_unknown_terminals_positions_wait_for_its_truck():
    now = db_now()
    said = Fix(0, instant_us(now), *CENTRE, 10, mileage_km=5.5, load=2, status_bits=3)
    assert hold_fixes(["13900000001"], [said, said]) == 1
    truck = make_truck()
    assert hand_over("13900000001", truck.pk) == Kept(1, 0, 0)
    row = TruckFix.objects.get()
    assert (row.truck_id, row.at, row.mileage_km, row.load, row.status_bits) == (truck.pk, now, 5.5, 2, 3)
    assert not HeldFix.objects.exists()


def test_what_nobody_claimed_goes_after_a_week():
    hold_fixes(["1", "2"], [Fix(0, instant_us(db_now()), *CENTRE, 1), Fix(1, instant_us(db_now()), *CENTRE, 1)])
    HeldFix.objects.filter(phone="1").update(received_at=db_now() - timedelta(days=8))
    assert fixes.forget_held() == 1 and HeldFix.objects.get().phone == "2"


def test_a_flood_of_one_unknown_terminal_is_cut(monkeypatch):
    monkeypatch.setattr(fixes, "HELD_MOST", 10)
    now = db_now()
    hold_fixes(["1"], [Fix(0, instant_us(now - timedelta(seconds=n)), *CENTRE, 1) for n in range(25)])
    fixes.forget_held()
    assert HeldFix.objects.count() == 10 and HeldFix.objects.filter(at=now).exists()


@pytest.mark.django_db(transaction=True)
def test_two_gateways_with_the_same_positions_in_another_order_do_not_block_each_other():
    trucks, now = [make_truck(f"浙A{n:05d}") for n in range(20)], db_now()
    batch = [fix(truck, now - timedelta(seconds=n)) for truck in trucks for n in range(50)]
    orders = batch, batch[::-1], batch[::2], batch[1::2][::-1]
    kept = all_at_once(*[lambda rows=rows: keep_fixes(rows) for rows in orders])
    assert sum(one.new for one in kept) == 1000 == TruckFix.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("truncate worksites_truckfix")
