"""What makes a patrol valid: the conditions of the handbook, held against invented tracks."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from grid.patrolling import GAP_S, Fault, Fix, Point, Told, counting_day, judge, seconds_inside, thin
from shushanwei.common.clock import STREET

START = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
# About 480 m by 440 m.
GRID = shapely.box(120.230, 30.120, 120.235, 30.124)
POINTS = [Point(n, 120.2305 + n * 0.001, 30.122, 30) for n in range(4)]
NORMAL = Told(normal=True)


def walk(seconds=16 * 60, every=5, accuracy=8.0, lat=30.122, **more) -> list[Fix]:
    """To and fro through the middle of the grid at about 1 m/s, past every point."""
    fixes = []
    for t in range(0, seconds + 1, every):
        there = (t * 1e-5) % 0.008
        lon = 120.2305 + (there if there <= 0.004 else 0.008 - there)
        fixes.append(Fix(START + timedelta(seconds=t), lon, lat, accuracy, **more))
    return fixes


def verdict(fixes, told=NORMAL, points=POINTS):
    return judge(fixes, GRID, points, told)


def test_a_quarter_of_an_hour_past_all_points_is_valid():
    whole = verdict(walk())
    assert whole.valid
    assert whole.seconds_inside == 16 * 60
    assert whole.points_reached == whole.points_needed == 4


CASES = {
    "one second short": (walk(15 * 60 - 1, every=1), NORMAL, Fault.TIME),
    "half of it beside the grid": (walk(8 * 60) + [f._replace(at=f.at + timedelta(minutes=9), lat=30.130) for f in walk(8 * 60)], NORMAL, Fault.TIME),  # noqa: E501
    "a fix every 31 s is no track": (walk(60 * 60, every=31), NORMAL, Fault.TIME),
    "points seen with 31 m accuracy only": (walk(accuracy=31), NORMAL, Fault.POINTS),
    "nothing said": (walk(), Told(), Fault.RESULT),
    "one simulated fix": (walk()[:-1] + [walk()[-1]._replace(mocked=True)], NORMAL, Fault.MOCKED),
    "a fix at 25 km/h": (walk()[:-1] + [walk()[-1]._replace(speed_kmh=25.0)], NORMAL, Fault.SPEED),
    "two phones in one track": (walk()[:-1] + [walk()[-1]._replace(device="other")], NORMAL, Fault.DEVICES),
    "another phone at the same time": (walk(), Told(normal=True, other_device=True), Fault.DEVICES),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_condition_fails_by_itself(case):
    fixes, told, fault = CASES[case]
    assert verdict(fixes, told).failed == (fault,)


def test_at_the_bounds_it_still_counts():
    assert verdict(walk(15 * 60)).valid
    assert verdict(walk(20 * 60, every=30)).valid
    assert verdict(walk(accuracy=30)).valid
    assert verdict([f._replace(speed_kmh=24.9) for f in walk()]).valid


def test_seventy_per_cent_of_the_points_are_enough_by_fix_or_code():
    ten = [Point(n, 120.2305 if n < 6 else 120.24, 30.122, 30) for n in range(10)]
    assert verdict(walk(), points=ten).failed == (Fault.POINTS,)
    seventh = Told(normal=True, checked_in={6: START})
    assert verdict(walk(), seventh, ten).valid
    again = Told(normal=True, checked_in={5: START})  # the same point twice is one point
    assert verdict(walk(), again, ten).failed == (Fault.POINTS,)


def test_an_item_reported_is_a_result_like_normal():
    assert verdict(walk(), Told(items=1)).valid


def test_a_grid_without_points_asks_for_none():
    assert verdict(walk(), points=[]).valid


def test_a_scooter_is_seen_between_fixes_and_one_wild_fix_is_not():
    fast = [f._replace(lon=120.2302 + n * 0.00047) for n, f in enumerate(walk(60)[:10])]  # 45 m in 5 s
    assert Fault.SPEED in verdict(fast).failed
    wild = walk()
    wild[50] = wild[50]._replace(lon=wild[50].lon + 0.0006)  # 58 m beside the way, and back
    assert verdict(wild).valid


def test_the_border_belongs_to_the_grid():
    assert verdict(walk(lat=30.124), points=[]).seconds_inside == 16 * 60


def test_a_fix_that_says_nothing_is_a_gap():
    blind = [f._replace(accuracy_m=500.0) if 100 <= n < 120 else f for n, f in enumerate(walk(20 * 60))]
    assert verdict(blind).seconds_inside == 20 * 60 - 21 * 5


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        ("2026-11-27 23:30", "2026-11-28 00:20", "2026-11-27"),
        ("2026-11-27 23:45", "2026-11-28 00:20", "2026-11-28"),
        ("2026-11-27 23:45", "2026-11-28 00:15", "2026-11-27"),  # exactly half: the day on which it began
        ("2026-11-27 08:00", "2026-11-27 09:00", "2026-11-27"),
        ("2026-11-28 00:00", "2026-11-28 00:00", "2026-11-28"),
    ],
)
def test_across_midnight_the_day_with_more_than_half_counts(start, end, day):
    at = [datetime.fromisoformat(text).replace(tzinfo=STREET) for text in (start, end)]
    assert counting_day(*at, STREET) == date.fromisoformat(day)


# ── properties ──

seconds = st.integers(0, 1800)
lons, lats = st.floats(120.228, 120.237), st.floats(30.118, 30.126)
fix = st.builds(
    Fix,
    at=seconds.map(lambda s: START + timedelta(seconds=s)),
    lon=lons,
    lat=lats,
    accuracy_m=st.floats(1, 150),
    speed_kmh=st.none() | st.floats(0, 40),
    mocked=st.just(False),
)
tracks = st.lists(fix, max_size=60, unique_by=lambda f: f.at)
steps = st.lists(st.integers(1, 45), min_size=2, max_size=80)
inside = st.builds(
    lambda s, lon, lat: Fix(START + timedelta(seconds=s), lon, lat, 8.0),
    seconds, st.floats(120.2301, 120.2349), st.floats(30.1201, 30.1239),
)  # fmt: skip


def facts(fixes):
    found = verdict(fixes)
    return found.seconds_inside, found.reached, found.failed


@given(tracks, st.randoms())
def test_the_order_of_arrival_and_repeats_change_nothing(fixes, dice):
    shuffled = [*fixes, *fixes[: len(fixes) // 2]]
    dice.shuffle(shuffled)
    assert facts(shuffled) == facts(fixes)


@given(tracks, inside)
def test_one_more_fix_inside_never_takes_minutes_or_points_away(fixes, more):
    if any(f.at == more.at for f in fixes):
        return
    before, after = verdict(fixes), verdict([*fixes, more])
    assert after.seconds_inside >= before.seconds_inside
    assert set(after.reached) >= set(before.reached)


@given(steps)
def test_minutes_are_the_sum_of_the_gaps_that_are_short_enough(gaps):
    at, fixes = START, [Fix(START, 120.232, 30.122, 8.0)]
    for gap in gaps:
        at += timedelta(seconds=gap)
        fixes.append(Fix(at, 120.232, 30.122, 8.0))
    assert seconds_inside(fixes, GRID) == sum(gap for gap in gaps if gap <= GAP_S)


@given(tracks)
def test_minutes_never_exceed_the_time_between_first_and_last(fixes):
    total = verdict(fixes).seconds_inside
    span = (max(f.at for f in fixes) - min(f.at for f in fixes)).total_seconds() if fixes else 0
    assert 0 <= total <= span


@given(st.lists(st.integers(1, 40), min_size=1, max_size=200), st.randoms(), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_what_the_verdict_rests_on(gaps, dice, cut):
    at, lon, lat, fixes = START, 120.232, 30.122, []
    for gap in gaps:
        at += timedelta(seconds=gap)
        lon += dice.uniform(-2e-4, 2e-4)
        lat += dice.uniform(-2e-4, 2e-4)
        fixes.append(Fix(at, lon, lat, dice.choice([5.0, 20.0, 40.0]), None, dice.random() < 0.01))
    kept = [f for n in range(0, len(fixes), cut) for f in thin(fixes[n : n + cut], GRID, POINTS)]
    whole, thinned = verdict(fixes), verdict(kept)
    assert thinned.seconds_inside == whole.seconds_inside
    assert thinned.reached == whole.reached
    assert (Fault.MOCKED in thinned.failed) == (Fault.MOCKED in whole.failed)


def test_thinning_leaves_a_fifth_of_a_walk():
    fixes = walk(3600, every=2)
    kept = thin(fixes, GRID, POINTS)
    assert len(kept) < len(fixes) / 5
    assert max((b.at - a.at).total_seconds() for a, b in zip(kept, kept[1:], strict=False)) <= GAP_S
