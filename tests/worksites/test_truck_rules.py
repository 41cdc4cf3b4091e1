"""The rules in small: what is wrong speaks, what is innocent does not; and a labelled week keeps its floor."""

from datetime import date
from functools import lru_cache

import numpy as np
import pytest

from demo.street import places
from demo.trucks import score
from demo.trucks.month import Driver, tell_each
from demo.trucks.terminal import Terminal
from demo.trucks.world import build
from tests.worksites import roadbook as road
from tests.worksites.roadbook import FIELD, OTHER, SINK, TURNING, day, dump, go, judged, rules, unload
from worksites.trucks import engine
from worksites.trucks.facts import kept
from worksites.trucks.ground import Valid
from worksites.trucks.rules import CODES, DEFAULTS, PARAMS, BadParam, RuleSet, checked
from worksites.trucks.sitedays import counted
from worksites.trucks.tracks import SECOND, Fixes
from worksites.trucks.wording import explain


@pytest.mark.parametrize(
    ("sensors", "expected"), [("all", {"T03": 1}), ("lift", {"T03": 1}), ("none", {"T04": 1})]
)  # fmt: skip
def test_a_dumping_is_found_with_and_without_sensors(sensors, expected):
    d, seen = day()
    dump(d)
    found = judged(d, seen, sensors)
    assert rules(found) == expected
    assert found.trips[min(found.trips)]["state"] == "suspect"


def test_without_camera_and_manifest_the_load_is_not_known_and_the_track_alone_says_nothing():
    d, _seen = day()
    dump(d)
    assert "T04" not in rules(judged(d, [], "none"))


def test_lunch_off_the_route_before_the_sink_is_no_dumping():
    d, seen = day()
    go(d, TURNING, FIELD)
    d.stay(1_500)
    go(d, TURNING)
    unload(d, SINK)
    for sensors in ("all", "lift", "none"):
        assert rules(judged(d, seen, sensors)) == {}


def test_an_empty_body_lifted_for_washing_is_no_dumping():
    d, seen = day()
    unload(d, SINK)
    go(d, FIELD)
    d.now("lift", 2)
    d.stay(240)
    d.now("lift", 1)
    d.stay(60)
    assert rules(judged(d, seen)) == {}
    # Where nothing says that it was empty, a person has to look; but never at level 1.
    assert set(rules(judged(d, seen, "lift")).values()) <= {2}


def test_a_sink_that_is_not_on_the_card_is_the_wrong_one():
    d, seen = day()
    unload(d, OTHER)
    found = judged(d, seen)
    assert rules(found) == {"T05": 2}
    assert "乙场" in explain({**found.hits[-1], "facts": kept(found.hits[-1]["facts"])}, "en")


@pytest.mark.parametrize(("stood", "level"), [(400, 1), (100, 2)])
def test_loading_where_nobody_registered_it_counts_by_the_length_of_the_stop(stood, level):
    d, seen = day(load=False)
    go(d, FIELD)
    d.now("cover", 2)
    d.stay(stood / 2)
    d.now("load", 3)
    d.stay(stood / 2)
    d.now("cover", 1)
    go(d, TURNING)
    unload(d, SINK)
    found = judged(d, seen)
    assert rules(found) == {"T02": level}
    assert next(hit for hit in found.hits if hit["rule"] == "T02")["facts"]["gate_m"] > 1_000


def test_a_plate_read_elsewhere_in_the_same_minute_is_cloned_unless_the_camera_is_unsure():
    d, seen = day()
    lon, lat = places.to_degrees(4_000, -3_000)
    for confidence, expected in ((0.95, {"T11": 1}), (0.6, {})):
        far = engine.passing(int((d.t - 200) * SECOND), float(lon), float(lat), confidence=confidence)
        assert rules(judged(d, [far, *seen])) == expected


def test_every_rule_can_be_said_in_both_languages():
    point = [120.2, 30.1, 1_790_000_000_000_000, 0.0, 1, 2]
    for code in CODES:
        hit = {"rule": code, "facts": kept({"why": "", "points": [point, point], "stood_s": 380, "gate_m": 412})}
        assert explain(hit, "en") and explain(hit, "zh-hans")
    said = explain({"rule": "T02", "facts": kept({"why": "sensor", "stood_s": 380, "gate_m": 412, "points": [
        [*point[:4], 1, 1], [*point[:4], 3, 1]]})}, "zh-hans")  # fmt: skip
    assert said.endswith("在未备案点停留 6 分 20 秒，距最近备案出入口 412 米，载重由空变满"), said


def test_numbers_out_of_bounds_are_refused_by_name():
    assert set(PARAMS) == set(DEFAULTS) == set(CODES) and len(CODES) == 14
    for code, params, field in (
        ("T02", {"stop_s": 5}, "stop_s"), ("T02", {"x": 1}, "x"), ("T02", {"stop_s": True}, "stop_s"),
        ("T04", {"stop_s": 900, "longest_s": 600}, "stop_s"), ("T99", {}, "code"),
    ):  # fmt: skip
        with pytest.raises(BadParam) as bad:
            checked(code, params)
        assert bad.value.field == field
    assert RuleSet().with_params({"T02": {"stop_s": 240}})["T02"]["stop_s"] == 240


def test_a_load_that_nobody_saw_makes_level_two_at_most():
    d, _seen = day()
    dump(d)
    blind = road.ground(camera="")
    assert rules(judged(d, [], "lift", blind)) == {"T03": 2}
    assert rules(judged(d, [], "none", blind)) == {}


@pytest.mark.parametrize(("lasted", "engine_on"), [(150, 1), (400, 0)])
def test_a_load_that_comes_and_goes_without_a_lifted_body_is_a_loose_contact(lasted, engine_on):
    d, seen = day(load=False)
    go(d, FIELD)
    d.now("ignition", engine_on)
    d.now("load", 3)
    d.stay(lasted)
    d.now("load", 1)
    d.stay(900)
    d.now("ignition", 1)
    go(d, TURNING)
    assert rules(judged(d, seen)) == {}


@pytest.mark.parametrize(("lasted", "expected"), [(400, {}), (900, {"T02": 2})])
def test_nothing_is_loaded_through_a_closed_cover_unless_it_stays_loaded(lasted, expected):
    d, seen = day(load=False)
    go(d, FIELD)
    d.stay(100)
    d.now("load", 3)
    d.stay(lasted)
    d.now("load", 1)
    d.stay(60)
    road.home(d)
    found = judged(d, seen)
    assert {rule: level for rule, level in rules(found).items() if rule == "T02"} == expected


@pytest.mark.parametrize("stands", [0, 300])
def test_of_several_stops_the_one_where_it_turned_back_is_told(stands):
    d, seen = day()
    go(d, TURNING, (2_500.0, 400.0))
    d.stay(stands)
    go(d, FIELD)
    d.stay(220)
    turned = d.t
    go(d, (2_500.0, 500.0))
    d.stay(stands)
    road.home(d)
    found = judged(d, seen, "none")
    (told,) = [hit for hit in found.hits if hit["rule"] == "T04"]
    assert abs(told["ended"] / SECOND - turned) < 60


def test_who_waits_beside_its_route_and_comes_back_was_turned_away_unless_the_gate_saw_it_empty():
    for back, expected in ((None, {}), (True, {}), (False, {"T04": 1})):
        d, seen = day()
        go(d, TURNING, (2_500.0, 150.0))
        d.stay(900)
        go(d, TURNING, road.GATE)
        passes = seen if back is None else [*seen, road.seen(d, "in", back)]
        go(d, road.SITE)
        d.stay(500)
        assert rules(judged(d, passes, "none")) == expected


def test_an_echo_of_the_signal_neither_leaves_the_route_nor_lifts_the_body():
    d, seen = day()
    go(d, (4_000.0, 0.0), SINK)
    d.stay(60)
    d.now("lift", 2)
    d.stay(150)
    d.now("load", 1)
    d.now("lift", 1)
    d.stay(200)
    told = road.fixes(d).sorted()
    up = np.flatnonzero(told.lift == 2)[:3]
    told.lat[up] += 0.02
    assert rules(engine.judge(road.GROUND, told, {1: seen})[1], but=()) == {}


def test_four_hours_count_only_what_was_driven():
    for rests, expected in ((0, {"T08": 3}), (1_500, {})):
        d, seen = day()
        for _each in range(10):
            go(d, (4_000.0, 0.0), (-4_000.0, 0.0))
            d.crawl(rests, (-8_000.0, 0.0))
        found = judged(d, seen)
        assert {rule: level for rule, level in rules(found).items() if rule == "T08"} == expected


def test_a_sensor_that_says_empty_for_a_while_on_the_road_has_dumped_nothing():
    d, seen = day()
    go(d, (2_000.0, 0.0))
    d.now("load", 1)
    d.stay(400)
    d.now("load", 3)
    unload(d, SINK)
    found = judged(d, seen)
    assert rules(found) == {}
    assert [trip["state"] for trip in found.trips.values()] == ["done"]


def test_a_slow_load_sensor_accuses_neither_at_the_site_nor_at_the_sink():
    d, seen = day()
    unload(d, SINK)
    slow = Terminal(1, "all", slow_s=120).tell(d)[0].sorted()
    found = engine.judge(road.GROUND, slow, {1: seen})[1]
    assert rules(found) == {}
    (trip,) = found.trips.values()
    assert (trip["site"], trip["sink"], trip["state"]) == (1, 1, "done")


def test_clay_that_sticks_in_the_body_after_the_sink_is_no_load():
    d, seen = day()
    go(d, SINK)
    d.stay(150)
    d.now("lift", 2)
    d.now("load", 2, d.t + 50)
    d.stay(120)
    d.now("lift", 1)
    go(d, TURNING, FIELD)
    d.now("lift", 2)
    d.now("load", 1, d.t + 60)
    d.stay(200)
    d.now("lift", 1)
    road.home(d)
    assert rules(judged(d, seen)) == {}


def test_who_falls_silent_off_its_routes_and_comes_back_there_without_its_load_is_told():
    d, seen = day()
    go(d, TURNING, (2_500.0, 600.0))
    d.stay(60)
    since = d.t
    go(d, FIELD)
    d.stay(800)
    d.silent.append((since, d.t))
    go(d, TURNING, road.GATE, road.SITE)
    d.stay(500)
    assert rules(judged(d, seen, "none"), but=("T06", "T10")) == {"T04": 2}


def test_three_minutes_are_no_stay_in_a_wrong_sink_but_enough_to_unload_there():
    d, seen = day()
    unload(d, OTHER, stay=225)
    found = judged(d, seen, "none")
    assert set(rules(found)) == {"T05"}


def test_a_parked_truck_that_drifts_is_not_on_the_road():
    hours = {"days": [1, 2, 3, 4, 5, 6, 7], "from": "20:00", "until": "21:00"}
    paper = Valid("road_pass", date(2026, 1, 1), date(2027, 12, 31), (hours,))
    barred = road.ground(papers=(paper,))
    rng = np.random.default_rng(2)
    lon, lat = places.to_degrees(rng.normal(2_000, 6, 900), rng.normal(0, 6, 900))
    t = (road.START + np.arange(900) * 30) * SECOND
    rows = [(1, int(t[n]), lon[n], lat[n], 7.0 * (n % 3 > 0), 0, 0, 0, 1) for n in range(900)]
    assert engine.judge(barred, Fixes.of(rows))[1].hits == []
    d, _seen = day()
    assert {"T01": 2, "T07": 2}.items() <= rules(judged(d, [], on=barred)).items()


def test_wild_positions_that_come_back_are_no_jump_and_others_are():
    d, seen = day()
    go(d, TURNING)
    d.stay(1_200)
    told = road.fixes(d).sorted()
    wild = slice(len(told) - 20, len(told) - 17)
    told.lon[wild] += 0.05
    assert rules(engine.judge(road.GROUND, told, {1: seen})[1]) == {}
    told.lon[len(told) - 17 :] += 0.05
    assert rules(engine.judge(road.GROUND, told, {1: seen})[1]) == {"T10": 2}


def test_a_plate_read_while_its_truck_sleeps_in_the_yard_is_cloned():
    d, _seen = day()
    go(d, FIELD)
    d.now("ignition", 0)
    d.parked.append((d.t, d.t + 7_200))
    d.stay(7_200)
    lon, lat = places.to_degrees(4_000, -3_000)
    far = engine.passing(int((d.t - 3_000) * SECOND), float(lon), float(lat), confidence=0.95)
    asleep = Terminal(1, "all", sleeps=True).tell(d)[0].sorted()
    assert rules(engine.judge(road.GROUND, asleep, {1: [far]})[1])["T11"] == 1


def test_manifests_count_only_while_the_gate_camera_worked():
    hour = 3_600 * SECOND
    assert counted([1 * hour, 2 * hour, 5 * hour], [hour, 2 * hour + 60 * SECOND]) == 2
    assert counted([hour], []) == 0


HELD_OUT = 271


@lru_cache(1)
def week():
    """Seven days of eighty trucks out of a seed that no number was chosen by; some thirty acts a rule."""
    return score.run(HELD_OUT, 7, 80).scores


# The aims are 0.95 and 0.9. What T03 (lift sensor only, after a load that nobody saw) and T04 (no sensor) miss of them:
# docs/performance/truck-rules.md. One act of T04 is five points here.
@pytest.mark.parametrize(
    ("rule", "precision", "recall"), [("T02", 0.95, 0.9), ("T03", 0.95, 0.85), ("T04", 0.8, 0.6), ("T05", 0.95, 0.9)]
)  # fmt: skip
def test_a_labelled_week_is_found_without_crying_wolf(rule, precision, recall):
    one = week()[rule]
    assert one.precision >= precision, one.wrong
    assert one.recall >= recall, one.missed


def test_a_labelled_week_knows_detours_from_ordinary_ways_and_rests_from_creeping():
    for rule in ("T06", "T08"):
        assert week()[rule].precision >= 0.95 and week()[rule].recall >= 0.95, rule


def test_the_month_of_a_truck_does_not_depend_on_who_was_told_before():
    world = build(5, trucks=4)
    last = world.haulers[-1]
    *_others, (_truck, after) = tell_each(world, 5, 2)
    alone = Driver(build(5, trucks=4), last, np.random.default_rng([5, last.id])).work(2)
    assert np.array_equal(after.fixes[0].lon, alone.fixes[0].lon)
