"""Which unit is proposed, and what the operator reads about it."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from dispatch.matching import Trust, UnitView, proposed, rank, sentence

NOW = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
LON, LAT = 120.236927, 30.123588


def view(id_, metres, age_s=5, **values):
    at = None if age_s is None else NOW - timedelta(seconds=age_s)
    lon, lat = (None, None) if age_s is None else (LON, LAT + metres / 111_195)
    return UnitView(id=id_, name=values.pop("name", f"unit {id_}"), kind=values.pop("kind", "squad"),
                    lon=lon, lat=lat, fix_at=at, accuracy_m=10.0, **values)  # fmt: skip


@pytest.mark.parametrize(
    ("units", "order", "says_nearest"),
    [
        # The nearer one comes first.
        ([view(1, 900), view(2, 300)], [2, 1], 2),
        # A position of more than 60 s is grey: it comes after every fresh one, however near.
        ([view(1, 100, age_s=61), view(2, 3000)], [2, 1], 2),
        # At exactly 60 s it still counts as on-line.
        ([view(1, 100, age_s=60), view(2, 3000)], [1, 2], 1),
        # A ten-day-old position is never nearest, even when nobody else is there.
        ([view(1, 50, age_s=864_000)], [1], None),
        ([view(1, 50, age_s=301), view(2, 4000, age_s=250)], [2, 1], 2),
        # No position at all comes last.
        ([view(1, 0, age_s=None), view(2, 9000, age_s=400)], [2, 1], None),
        # Busy and off-duty units are not offered.
        ([view(1, 10, busy=True), view(2, 20, on_duty=False), view(3, 700)], [3], 3),
        # Work is shared: a unit with four orders gives way to one a little further off.
        ([view(1, 300, load=4), view(2, 500)], [2, 1], 1),
        # Who has declined this order is asked again only after the others.
        ([view(1, 100, tried="declined"), view(2, 2000)], [2, 1], 1),
    ],
)
def test_ranking(units, order, says_nearest):
    found = rank(units, LON, LAT, NOW)

    assert [c.unit.id for c in found] == order
    assert [c.unit.id for c in found if c.nearest] == ([says_nearest] if says_nearest else [])


def test_a_skilled_unit_may_be_two_minutes_further_away():
    units = [view(1, 400), view(2, 900, skills=frozenset({"fire"}))]

    assert rank(units, LON, LAT, NOW, skill="fire")[0].unit.id == 2
    assert rank(units, LON, LAT, NOW, skill="dispute")[0].unit.id == 1


def test_only_forces_of_the_right_kind_are_asked():
    units = [view(1, 100, kind="police"), view(2, 800)]

    assert [c.unit.id for c in rank(units, LON, LAT, NOW, kinds=["squad"])] == [2]


def test_a_lost_unit_is_listed_but_never_proposed():
    found = rank([view(1, 50, age_s=301)], LON, LAT, NOW)

    assert found[0].trust == Trust.LOST
    assert proposed(found) is None


def test_the_operator_reads_one_sentence():
    near = view(1, 857, age_s=8, name="南片二班", skills=frozenset({"fire"}))
    lost = view(2, 100, age_s=720, name="北片一班")
    first, second = rank([near, lost], LON, LAT, NOW, skill="fire")

    with translation.override("zh-hans"):
        assert sentence(first, "消防") == "最近：南片二班 距离1.2公里，约3分钟，按直线估算，位置8秒前，擅长消防"
        assert sentence(second) == "北片一班 距离140米，不到1分钟，按直线估算，最后位置12分钟前，不可靠"
    with translation.override("en"):
        said = sentence(first, "firefighting")
        way = "1.2 km away, about 3 minutes, estimated as a straight line"
        assert said == f"Nearest: 南片二班 {way}, position 8 s ago, good at firefighting"


@pytest.mark.parametrize(
    ("age_s", "accuracy_m", "trust", "says"),
    [
        (0, 10, Trust.FRESH, "位置0秒前"),
        (59, 100, Trust.FRESH, "位置59秒前"),
        (61, 10, Trust.AGED, "位置1分钟前"),
        (300, 10, Trust.AGED, "位置5分钟前"),
        (301, 10, Trust.LOST, "最后位置5分钟前，不可靠"),
        (864_000, 10, Trust.LOST, "最后位置240小时前，不可靠"),
        (8, 250, Trust.FRESH, "位置8秒前，精度仅250米"),
        (None, None, Trust.LOST, "位置未知"),
    ],
)
def test_beside_each_unit_stands_how_old_and_how_exact_its_position_is(age_s, accuracy_m, trust, says):
    (found,) = rank([replace(view(1, 300, age_s=age_s), accuracy_m=accuracy_m)], LON, LAT, NOW)

    assert found.trust == trust
    with translation.override("zh-hans"):
        assert sentence(found).endswith(says)


def test_a_thousand_units_are_ranked_in_a_blink():
    units = [view(n, n % 5000, age_s=n % 400) for n in range(1000)]
    rank(units, LON, LAT, NOW)

    began = time.perf_counter()
    rank(units, LON, LAT, NOW)

    assert time.perf_counter() - began < 0.1
