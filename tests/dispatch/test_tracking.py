"""When a position counts: geofence, jitter, jumps and fixes that come too late."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.tracking import FIXES_NEEDED, Fix, is_jump, is_late, near_after

START = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
LON, LAT = 120.236927, 30.123588


def fix(metres, second=0, accuracy_m=10.0, **values):
    return Fix(LON, LAT + metres / 111_195, accuracy_m, START + timedelta(seconds=second), **values)


def arrives(fixes):
    count, last = 0, None
    for one in fixes:
        count = near_after(count, last, one, LON, LAT)
        last = one.fix_at
        if count >= FIXES_NEEDED:
            return True
    return False


@pytest.mark.parametrize(
    ("fixes", "arrived"),
    [
        ([fix(90, 0), fix(80, 5)], True),
        ([fix(90, 0), fix(110, 5), fix(90, 10)], False),  # not consecutive
        ([fix(90, 0), fix(90, 0)], False),  # the same fix sent twice
        ([fix(20, 0, accuracy_m=51), fix(20, 5, accuracy_m=80)], False),  # too inaccurate
        ([fix(20, 0), fix(20, 5, accuracy_m=300), fix(20, 10)], True),  # a poor fix says nothing either way
        ([fix(101, 0), fix(101, 5)], False),
    ],
)
def test_two_good_fixes_inside_the_geofence_are_an_arrival(fixes, arrived):
    assert arrives(fixes) is arrived


def test_jitter_of_a_parked_car_150_metres_away_never_arrives():
    dice = random.Random(30515)
    for _car in range(200):
        drive = [fix(150 + dice.gauss(0, 15), second) for second in range(0, 1800, 5)]
        assert not arrives(drive)


@pytest.mark.parametrize(
    ("before", "after", "jump"),
    [
        (fix(0), fix(400, 10), False),  # 144 km/h
        (fix(0), fix(2000, 10), True),
        (fix(0), fix(2000, 60), False),  # 120 km/h over a minute
        (fix(0), fix(60, 1), False),  # the noise of two fixes is no journey
        (fix(0), fix(300, 1, accuracy_m=100), True),
    ],
)
def test_faster_than_150_kmh_is_no_journey(before, after, jump):
    assert is_jump(before, after) is jump


def test_a_fix_that_waited_half_a_minute_is_late():
    assert not is_late(fix(0), START + timedelta(seconds=30))
    assert is_late(fix(0), START + timedelta(seconds=31))
