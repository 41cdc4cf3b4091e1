"""What was wrong by fact, told from the true track: papers, route, hours, speed, rest, silence (T01, T06–T08, T10).

These follow the rules' own definitions, worked out anew from the diary every five seconds; what is measured is how much
of it survives reports every half minute with noise and holes. What lasts hardly longer than a rule asks for may be
reported or not: `must` is false.
"""

from collections.abc import Iterator

import numpy as np
import shapely

from demo.street import places
from demo.trucks.diary import Diary, Label
from demo.trucks.terminal import DAY_S, EVERY_S
from demo.trucks.world import FIRST_DAY, Hauler, World, lines_of

STEP_S = 5
Mask = np.ndarray


class Track:
    """The true track in steps of five seconds: where, how fast (km/h), whether loaded, in the street."""

    def __init__(self, d: Diary) -> None:
        knots = np.array(d.knots)
        self.t = np.arange(knots[0, 0], knots[-1, 0], STEP_S)
        self.x, self.y = np.interp(self.t, knots[:, 0], knots[:, 1]), np.interp(self.t, knots[:, 0], knots[:, 2])
        seconds = np.diff(knots[:, 0])
        pace = np.hypot(np.diff(knots[:, 1]), np.diff(knots[:, 2])) / np.maximum(seconds, 0.1) * 3.6
        self.kmh = pace[np.clip(np.searchsorted(knots[:, 0], self.t, "right") - 1, 0, len(pace) - 1)]
        self.loaded = d.said("load", self.t) > 1
        street = places.outline()
        shapely.prepare(street)
        self.on_road = self.kmh > 5
        self.in_street = np.zeros(len(self.t), bool)
        moving = np.flatnonzero(self.on_road)
        self.in_street[moving] = shapely.contains_xy(street, self.x[moving], self.y[moving])

    def runs(self, mask: Mask, pause_s: float) -> Iterator[tuple[float, float, float]]:
        """(from, until, seconds of it) of each run in which `mask` holds, over pauses of up to so long."""
        places_ = np.flatnonzero(mask)
        if not len(places_):
            return
        breaks = np.flatnonzero(np.diff(places_) * STEP_S > pause_s)
        for first, last in zip(np.r_[0, breaks + 1], np.r_[breaks, len(places_) - 1], strict=True):
            since, until = self.t[places_[first]], self.t[places_[last]] + STEP_S
            yield float(since), float(until), float((last - first + 1) * STEP_S)


def facts_of(world: World, truck: Hauler, d: Diary, days: int) -> list[Label]:
    """Every act that the true track shows."""
    track = Track(d)
    found = [
        *_papers(truck, track, days), *_hours(truck, track), *_route(world, truck, track), *_speed(track),
        *_tired(track), *_silence(d),
    ]  # fmt: skip
    return [Label(rule, truck.id, since, until, style, must=must) for rule, since, until, style, must in found]


Fact = tuple[str, float, float, str, bool]


def _papers(truck: Hauler, track: Track, days: int) -> Iterator[Fact]:
    day = ((track.t - FIRST_DAY.timestamp()) // DAY_S).astype(int)
    for number in range(days + 1):
        lapsed = truck.lapse is not None and number > truck.lapse
        if not lapsed and truck.has_pass:
            continue
        moving = track.t[(day == number) & track.in_street]
        if len(moving):
            must = len(moving) * STEP_S > 2 * EVERY_S
            yield "T01", float(moving[0]), float(moving[-1]), "permit lapsed" if lapsed else "no road pass", must


def _hours(truck: Hauler, track: Track) -> Iterator[Fact]:
    if not truck.has_pass:
        return
    minute = (track.t - FIRST_DAY.timestamp()) % DAY_S / 60
    since, until = (int(text[:2]) * 60 + int(text[3:]) for text in truck.hours)
    open_ = (minute >= since) & (minute < until) if since < until else (minute >= since) | (minute < until)
    for begin, end, seconds in track.runs(track.in_street & ~open_, 3_600):
        yield "T07", begin, end, "too early or late", seconds > 2 * EVERY_S


def _route(world: World, truck: Hauler, track: Track) -> Iterator[Fact]:
    corridor = shapely.union_all([line.buffer(100) for line in lines_of(world, truck)])
    homes = [area for site in world.sites for area in (site.area.buffer(20), shapely.Point(site.gate).buffer(100))]
    allowed = shapely.union_all([corridor, *homes, *(sink.area.buffer(500) for sink in world.sinks)])
    shapely.prepare(allowed)
    laden = np.flatnonzero(track.loaded & _from_site(world, track))
    off = np.zeros(len(track.t), bool)
    off[laden] = ~shapely.contains_xy(allowed, track.x[laden], track.y[laden])
    for since, until, seconds in track.runs(off, EVERY_S):
        if seconds >= 60:
            yield "T06", since, until, "off the lines", seconds > 60 + 2 * EVERY_S


def _from_site(world: World, track: Track) -> Mask:
    """Whether the load that is on it was taken on at a registered site."""
    begins = np.flatnonzero(np.diff(track.loaded.astype(np.int8), prepend=0) == 1)
    if not len(begins):
        return np.zeros(len(track.t), bool)
    areas = shapely.union_all([site.area.buffer(20) for site in world.sites])
    lawful = shapely.contains_xy(areas, track.x[begins], track.y[begins])
    which = np.clip(np.searchsorted(begins, np.arange(len(track.t)), "right") - 1, 0, len(begins) - 1)
    return lawful[which]


def _speed(track: Track) -> Iterator[Fact]:
    limit = np.where(track.in_street, 60, 80) * 1.1
    for since, until, seconds in track.runs(track.kmh > limit, EVERY_S):
        if seconds >= 15:
            yield "T08", since, until, "fast", seconds > 30 + 2 * EVERY_S and seconds > 0.9 * (until - since)


def _tired(track: Track) -> Iterator[Fact]:
    """Four hours without twenty minutes of standing or creeping.

    What a queue moves at 10 to 18 km/h may be either, and so may a rest that is two reports longer or shorter.
    """
    for kmh, rest_s, must in ((18, 1_200 - 2 * EVERY_S, True), (10, 1_200 + 2 * EVERY_S, False)):
        hops = np.flatnonzero(track.kmh > kmh)
        if not len(hops):
            continue
        breaks = np.flatnonzero(np.diff(hops) * STEP_S >= rest_s)
        for first, last in zip(np.r_[0, breaks + 1], np.r_[breaks, len(hops) - 1], strict=True):
            since, until = float(track.t[hops[first]]), float(track.t[hops[last]])
            if until - since >= 4 * 3_600:
                # The rest before it may have ended with some minutes of creeping.
                yield "T08", since - 1_200, until, "tired", must and until - since > 4 * 3_600 + 1_200


def _silence(d: Diary) -> Iterator[Fact]:
    merged: list[list[float]] = []
    for since, until in sorted(d.silent):
        if merged and since <= merged[-1][1] + EVERY_S:
            merged[-1][1] = max(merged[-1][1], until)
        else:
            merged.append([since, until])
    for since, until in merged:
        if until - since > 600 - 3 * EVERY_S and d.said("ignition", np.array([since]))[0]:
            yield "T10", since, until, "silent", until - since > 600
