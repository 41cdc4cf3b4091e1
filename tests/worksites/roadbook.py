"""A small ground for truck tests: a site with a gate camera, two sinks, a truck whose card names the first of them."""

from datetime import date

import numpy as np
from shapely import LineString, box
from shapely.ops import transform

from demo.street import places
from demo.trucks.diary import Diary
from demo.trucks.terminal import Terminal
from worksites.trucks import engine
from worksites.trucks.ground import Card, Gate, Ground, SinkGround, SiteGround, Valid
from worksites.trucks.tracks import SECOND

SITE, SINK, OTHER, FIELD = (0.0, 0.0), (5_000.0, 0.0), (5_000.0, 3_000.0), (2_500.0, 1_000.0)
GATE, TURNING = (100.0, 0.0), (2_500.0, 0.0)
START = 1_790_000_000.0 - 1_790_000_000 % 86_400 + 3_600 * 2  # ten in the morning in the street


def square(middle, half=90):
    x, y = middle
    return transform(places.to_degrees, box(x - half, y - half, x + half, y + half))


def ground(camera="C", **changed):
    lon, lat = places.to_degrees(*GATE)
    line = transform(places.to_degrees, LineString([SITE, SINK]))
    since, until = date(2026, 1, 1), date(2027, 12, 31)
    paper = Valid("transport", since, until, (), frozenset({1}), frozenset({1}), (line,))
    papers = changed.pop("papers", (paper,))
    return Ground(
        [SiteGround(1, "一号地块", square(SITE), (Gate(1, float(lon), float(lat), camera=camera),))],
        [SinkGround(1, "甲场", square(SINK)), SinkGround(2, "乙场", square(OTHER))],
        {1: Card(1, "浙A1D234", 12, papers)}, street=square((2_500, 0), 9_000), **changed,
    )  # fmt: skip


GROUND = ground()


def day(load=True, t=START):
    """A truck loads at the site; returns its diary and what a gate camera saw."""
    d = Diary(np.random.default_rng(3), t, -2_000.0, 0.0)
    d.now("ignition", 1)
    d.stay(60)
    d.go(np.array([d.spot, SITE]), 30, 0, 0)
    return d, [load_up(d, load)]


def load_up(d, load=True):
    """In the site: wait, load, out of the gate under its camera."""
    d.stay(240)
    d.now("load", 3 if load else 1)
    d.stay(240)
    d.go(np.array([d.spot, GATE]), 9, 0, 0)
    return seen(d, "out", load)


def seen(d, direction, load):
    """The gate's camera, now."""
    lon, lat = places.to_degrees(*d.spot)
    return engine.passing(int(d.t * SECOND), float(lon), float(lat), site=1, gate=1, direction=direction, loaded=load)


def fixes(d, sensors="all"):
    """What its terminal told."""
    return Terminal(1, sensors).tell(d)[0]


def judged(d, events, sensors="all", on=GROUND):
    return engine.judge(on, fixes(d, sensors).sorted(), {1: sorted(events, key=lambda event: event["t"])})[1]


def go(d, *spots):
    d.go(np.array([d.spot, *spots]), 36, 0, 0)


def dump(d, stop=240):
    """Into the field, body up, back to the site."""
    go(d, TURNING, FIELD)
    d.stay(stop / 2)
    d.now("lift", 2)
    d.now("load", 1, d.t + 40)
    d.stay(stop / 2)
    d.now("lift", 1)
    home(d)


def unload(d, sink, stay=370):
    """To a sink, body up for two minutes, back to the site."""
    go(d, sink)
    d.stay(stay - 220)
    d.now("lift", 2)
    d.now("load", 1, d.t + 50)
    d.stay(120)
    d.now("lift", 1)
    d.stay(100)
    home(d)


def home(d):
    """Back to the site."""
    go(d, TURNING, GATE, SITE)
    d.stay(500)


def rules(found, *, but=("T06",)):
    """Level by rule."""
    return {hit["rule"]: hit["level"] for hit in found.hits if hit["rule"] not in but}
