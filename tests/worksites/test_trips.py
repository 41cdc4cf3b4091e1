"""A trip goes from a source to a sink and ends where the next begins, whatever happens to the positions on the way."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worksites import roadbook as road
from tests.worksites.roadbook import FIELD, GROUND, OTHER, SINK, SITE, TURNING, day, dump, go, judged, rules, unload
from worksites.trucks import engine
from worksites.trucks.engine import WINDOW_US, Stream
from worksites.trucks.state import State
from worksites.trucks.tracks import SECOND


def trips(found):
    return [found.trips[start] for start in sorted(found.trips)]


def two_rounds():
    """Two lawful rounds and a dumping."""
    d, events = day()
    unload(d, SINK)
    events.append(road.load_up(d))
    dump(d)
    events.append(road.load_up(d))
    unload(d, SINK)
    return d, events


def test_a_lawful_trip_is_written_down_from_the_gate_to_the_sink_and_back():
    d, events = day()
    unload(d, SINK)
    for sensors in ("all", "lift", "none"):
        found = judged(d, events, sensors)
        assert found.hits == []
        (trip,) = trips(found)
        assert (trip["state"], trip["site"], trip["gate"], trip["sink"]) == ("done", 1, 1, 1)
        assert trip["load_start"] < trip["depart"] < trip["arrive"] < trip["leave"]
        assert 4_500 < trip["distance_m"] < 5_600 and trip["route_matched"]
        assert trip["by"] == ("sensor" if sensors == "all" else "camera")
    assert trips(judged(d, events))[0]["unload"] - trips(judged(d, events))[0]["arrive"] < 400 * SECOND


def test_the_empty_way_back_belongs_to_the_trip_and_is_none_of_its_own():
    d, events = day()
    go(d, SINK)
    d.stay(150)
    d.now("lift", 2)
    d.now("load", 1, d.t + 50)
    d.stay(120)
    d.now("lift", 1)
    d.stay(100)
    go(d, TURNING, (1_500.0, 0.0))
    d.stay(30)
    (trip,) = trips(judged(d, events))
    assert (trip["state"], trip["sink"]) == ("returning", 1)
    assert trip["leave"] is not None
    go(d, road.GATE, SITE)
    d.stay(400)
    (trip,) = trips(judged(d, events))
    assert trip["state"] == "done"


def test_three_rounds_are_three_trips_one_of_them_suspect():
    d, events = two_rounds()
    found = judged(d, events)
    assert [(trip["state"], trip["to_type"], trip["sink"]) for trip in trips(found)] == [
        ("done", 2, 1), ("suspect", 4, None), ("done", 2, 1),
    ]  # fmt: skip
    assert rules(found) == {"T03": 1}
    assert next(trip for trip in trips(found) if trip["hits"])["hits"] == ["T06", "T03"]


def test_a_truck_that_only_drives_past_a_sink_has_not_been_there():
    d, events = day()
    go(d, SINK, (5_600.0, 0.0))
    d.stay(60)
    go(d, SINK, TURNING)
    d.stay(30)
    (trip,) = trips(judged(d, events, "none"))
    assert (trip["state"], trip["arrive"], trip["sink"]) == ("loaded", None, None)


def test_a_load_brought_back_to_its_site_is_no_dumping_and_the_next_trip_begins_there():
    d, events = day()
    go(d, TURNING, FIELD)
    d.stay(900)
    go(d, TURNING, road.GATE)
    events.append(road.seen(d, "in", True))
    go(d, SITE)
    d.stay(600)
    go(d, road.GATE)
    events.append(road.seen(d, "out", True))
    unload(d, SINK)
    for sensors in ("all", "lift", "none"):
        found = judged(d, events, sensors)
        assert rules(found) == {}, sensors
        assert trips(found)[-1]["sink"] == 1


def test_a_trip_whose_end_nobody_saw_is_lost_and_blamed_on_nobody():
    d, events = day()
    go(d, (4_000.0, 0.0))
    since = d.t
    go(d, SINK)
    d.stay(150)
    d.now("load", 1)
    d.stay(300)
    go(d, (3_900.0, 0.0))
    d.silent.append((since, d.t))
    road.home(d)
    for sensors in ("all", "none"):
        found = judged(d, events, sensors)
        (trip,) = trips(found)
        assert trip["state"] == "lost", sensors
        assert set(rules(found)) <= {"T10"}


def test_a_short_hole_in_the_network_changes_no_trip():
    d, events = day()
    unload(d, SINK)
    whole = trips(judged(d, events))
    d, events = day()
    go(d, TURNING)
    since = d.t
    d.silent.append((since, since + 100))
    unload(d, SINK)
    for one, other in zip(whole, trips(judged(d, events)), strict=True):
        assert (one["site"], one["sink"], one["state"]) == (other["site"], other["sink"], other["state"])


def test_positions_that_do_not_come_in_order_or_twice_change_nothing():
    d, events = two_rounds()
    told = road.fixes(d)
    rng = np.random.default_rng(1)
    delay = rng.uniform(0, WINDOW_US * 0.9, len(told))
    order = np.argsort(told.t + delay, kind="stable")
    order = np.concatenate([order, order[-20:]])
    stream = Stream(GROUND, 1, events=sorted(events, key=lambda event: event["t"]))
    for begin in range(0, len(order), 3):
        stream.feed(told.at(order[begin : begin + 3]))
    stream.finish()
    whole = engine.judge(GROUND, told.sorted(), {1: events})[1]
    assert (stream.trips, stream.hits, stream.state) == (whole.trips, whole.hits, whole.state)


@given(st.lists(st.integers(1, 400), max_size=12), st.booleans(), st.sampled_from(["all", "lift", "none"]))
@settings(max_examples=60, deadline=None)
def test_a_restart_between_any_two_positions_leaves_the_trips_as_they_are(cuts, restarts, sensors):
    d, events = two_rounds()
    told = road.fixes(d, sensors).sorted()
    whole = engine.judge(GROUND, told, {1: events})[1]
    state, found, hits = State(), {}, []
    places = sorted({cut for cut in cuts if cut < len(told)})
    for begin, end in zip([0, *places], [*places, len(told)], strict=True):
        one = engine.judge(GROUND, told.at(slice(begin, end)), {1: events}, {1: state})[1]
        found |= one.trips
        hits += one.hits
        state = State.of_json(json.loads(json.dumps(one.state.as_json()))) if restarts else one.state
    assert (found, hits, state) == (whole.trips, whole.hits, whole.state)


def test_the_wrong_sink_is_the_trips_end_as_well():
    d, events = day()
    unload(d, OTHER)
    (trip,) = trips(judged(d, events))
    assert (trip["to_type"], trip["sink"], trip["hits"]) == (2, 2, ["T06", "T05"])
