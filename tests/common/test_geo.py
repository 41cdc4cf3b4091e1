"""Positions arrive in four coordinate systems and are stored in one."""

import math

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from shushanwei.common import geo

WGS, GCJ = (120.236927, 30.123588), (120.241404, 30.121130)
china_lons, china_lats = st.floats(74, 135), st.floats(18, 53)


def test_the_landmark_of_the_street_is_shifted_by_430_metres_and_back():
    assert geo.wgs84_to_gcj02(*WGS) == pytest.approx(GCJ, abs=1e-6)
    assert geo.gcj02_to_wgs84(*GCJ) == pytest.approx(WGS, abs=1e-6)
    assert geo.distance_m(*WGS, GCJ[0], WGS[1]) == pytest.approx(430, abs=2)
    assert geo.distance_m(*WGS, WGS[0], GCJ[1]) == pytest.approx(273, abs=2)


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing", "Tian'anmen"],
)
def test_places_that_others_have_converted_lie_where_they_say(wgs, gcj):
    assert geo.distance_m(*geo.to_wgs84(*gcj, "gcj02"), *wgs) < 0.1
    assert geo.distance_m(*wgs, *gcj) > 400


def test_a_position_of_baidu_is_one_more_shift_away():
    assert geo.bd09_to_gcj02(116.41036949371029, 39.92133699351021) == pytest.approx((116.404, 39.915), abs=1e-6)


@given(china_lons, china_lats)
def test_gcj02_and_back_is_the_same_place(lon, lat):
    assert geo.gcj02_to_wgs84(*geo.wgs84_to_gcj02(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)


@given(china_lons, china_lats)
def test_bd09_and_back_is_the_same_place(lon, lat):
    shifted = geo.gcj02_to_bd09(*geo.wgs84_to_gcj02(lon, lat))

    assert geo.to_wgs84(*shifted, "bd09") == pytest.approx((lon, lat), abs=1e-8)
    assert 500 < geo.distance_m(lon, lat, *shifted) < 3000


def test_thousands_of_positions_are_shifted_like_one():
    rng = np.random.default_rng(4)
    lons, lats = rng.uniform(74, 135, 500), rng.uniform(18, 53, 500)

    for one, many in (
        (geo.wgs84_to_gcj02, geo.wgs84_to_gcj02(lons, lats)),
        (geo.gcj02_to_wgs84, geo.gcj02_to_wgs84(lons, lats)),
        (geo.gcj02_to_bd09, geo.gcj02_to_bd09(lons, lats)),
        (geo.bd09_to_gcj02, geo.bd09_to_gcj02(lons, lats)),
    ):
        singly = np.array([one(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)]).T
        assert np.allclose(singly, many, rtol=0, atol=1e-11)
    assert np.allclose(
        geo.distance_m(lons, lats, *WGS), [geo.distance_m(a, b, *WGS) for a, b in zip(lons, lats, strict=True)]
    )


def test_cgcs2000_counts_as_wgs84_and_the_rest_of_the_world_is_not_shifted():
    assert geo.to_wgs84(*WGS, "cgcs2000") == WGS
    assert geo.wgs84_to_gcj02(2.35, 48.86) == (2.35, 48.86)


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "field", "hint"),
    [
        (30.12, 120.23, "wgs84", "lat", "swapped"),
        (13384810.0, 3521000.0, "wgs84", "lon", "metres"),
        (181, 30, "wgs84", "lon", "between"),
        (math.nan, 30, "wgs84", "lon", "not a number"),
        (120.2, math.inf, "gcj02", "lat", "not a number"),
        ("120.2", 30, "wgs84", "lon", "not a number"),
        (True, 30, "wgs84", "lon", "not a number"),
        (0, 0, "wgs84", "lon", "no fix"),
        (120.2, 30.1, "epsg3857", "crs", "must be one of"),
    ],
)
def test_a_position_that_cannot_be_a_place_names_its_field(lon, lat, crs, field, hint):
    with translation.override("en"), pytest.raises(geo.BadPosition, match=hint) as refused:
        geo.to_wgs84(lon, lat, crs)
    assert refused.value.field == field


@given(st.floats(-180, 180), st.floats(-89, 89), st.sampled_from(geo.CRS))
def test_every_position_on_the_globe_can_be_converted(lon, lat, crs):
    if (lon, lat) != (0, 0):
        assert all(math.isfinite(value) for value in geo.to_wgs84(lon, lat, crs))


@given(st.floats(119, 121), st.floats(29, 31), st.floats(1, 5000), st.floats(0, 2 * math.pi))
def test_a_box_around_a_circle_holds_the_circle(lon, lat, metres, bearing):
    step = math.degrees(metres / geo.EARTH_RADIUS_M)
    on_circle = lon + step * math.sin(bearing) / math.cos(math.radians(lat)), lat + step * math.cos(bearing)

    assert geo.Box.near(lon, lat, metres).holds(*on_circle)


def test_a_box_around_positions_holds_them_and_little_else():
    box = geo.Box.around([WGS, GCJ, (120.25, 30.0)])

    assert box == geo.Box(120.236927, 30.0, 120.25, 30.123588)
    assert not box.holds(120.2, 30.1)
    assert box.grown(5000).holds(120.2, 30.1)
