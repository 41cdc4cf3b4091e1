"""However a truck's positions come in - in pieces, twice, out of order - its trips and hits are the same."""

import json
from functools import lru_cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.trucks.month import tell_each
from demo.trucks.world import build, ground_of
from worksites.trucks import engine
from worksites.trucks.engine import WINDOW_US, Stream
from worksites.trucks.state import State
from worksites.trucks.tracks import Fixes

DAYS = 3


@lru_cache(1)
def told():
    """A few trucks with and without sensors, all of them tempted."""
    world = build(7, trucks=10)
    for truck in world.haulers:
        truck.crooked = 0.3
    ground = ground_of(world)
    tracks = {
        truck.id: (one.fixes[0].sorted(), one.events[truck.id]) for truck, one in tell_each(world, 7, DAYS)
    }  # fmt: skip
    return ground, tracks


@lru_cache(20)
def batch(truck):
    ground, tracks = told()
    fixes, events = tracks[truck]
    return engine.judge(ground, fixes, {truck: events})[truck]


def same(stream, whole):
    assert stream.hits == whole.hits
    assert stream.trips == whole.trips
    assert stream.state == whole.state


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_size_with_repeats_and_disorder_find_the_same(data):
    ground, tracks = told()
    truck = data.draw(st.sampled_from(sorted(tracks)))
    fixes, events = tracks[truck]
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    # Each arrives up to a window late, some twice.
    delay = rng.uniform(0, WINDOW_US * 0.98, len(fixes)) * (rng.random(len(fixes)) < data.draw(st.floats(0, 1)))
    twice = rng.choice(len(fixes), size=len(fixes) // 20)
    places = np.concatenate([np.arange(len(fixes)), twice])
    order = places[np.argsort(np.concatenate([fixes.t + delay, fixes.t[twice] + WINDOW_US * 3]), kind="stable")]
    size = data.draw(st.sampled_from([1, 2, 3, 7, 40, 500, 5_000])) if len(order) < 4_000 else 13
    first = data.draw(st.integers(0, max(0, len(order) - 2_000)))
    cuts = [0, first, *range(first + size, min(len(order), first + 1_500), size), len(order)]
    stream = Stream(ground, truck, events=list(events))
    for begin, end in zip(cuts, cuts[1:], strict=False):
        stream.feed(fixes.at(order[begin:end]))
        if rng.random() < 0.05:  # a restart
            stream.state = State.of_json(json.loads(json.dumps(stream.state.as_json())))
    stream.finish()
    same(stream, batch(truck))


def test_one_position_at_a_time_with_a_restart_after_each_finds_the_same():
    ground, tracks = told()
    for truck in sorted(tracks)[:4]:
        fixes, events = tracks[truck]
        fixes = fixes.at(slice(0, 2_500))
        state, trips, hits = State(), {}, []
        for place in range(len(fixes)):
            one = engine.judge(ground, fixes.at(slice(place, place + 1)), {truck: events}, {truck: state})[truck]
            trips |= one.trips
            hits += one.hits
            state = State.of_json(json.loads(json.dumps(one.state.as_json())))
        whole = engine.judge(ground, fixes, {truck: events})[truck]
        assert (hits, trips, state) == (whole.hits, whole.trips, whole.state)


def test_looking_at_every_position_finds_what_looking_at_the_marked_ones_does(monkeypatch):
    ground, tracks = told()
    real = engine.see

    def every(ground, fixes):
        seen = real(ground, fixes)
        seen.look[:] = True
        return seen

    monkeypatch.setattr(engine, "see", every)
    for truck, (fixes, events) in tracks.items():
        same(engine.judge(ground, fixes, {truck: events})[truck], batch(truck))


def test_all_trucks_at_once_find_what_each_alone_does():
    ground, tracks = told()
    whole = Fixes.joined([fixes for fixes, _events in tracks.values()]).sorted()
    found = engine.judge(ground, whole, {truck: events for truck, (_fixes, events) in tracks.items()})
    for truck in tracks:
        same(found[truck], batch(truck))


def test_the_month_is_worth_the_test():
    _ground, tracks = told()
    rules = {hit["rule"] for truck in tracks for hit in batch(truck).hits}
    assert rules >= {"T02", "T03", "T05", "T10"}, rules
    assert sum(len(batch(truck).trips) for truck in tracks) > 80


def test_the_state_of_a_truck_stays_small():
    _ground, tracks = told()
    for truck in tracks:
        assert len(json.dumps(batch(truck).state.as_json())) < 8_000
