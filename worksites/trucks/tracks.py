"""Positions as arrays, and what can be said of each of them at once: where it lies, how fast, with what load."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from worksites.trucks.ground import WEEK_MIN, Ground

SECOND = 1_000_000
DAY_US = 86_400 * SECOND
ZONE_US = 8 * 3_600 * SECOND  # the street's clock is eight hours ahead of UTC, without summer time
EPOCH = date(1970, 1, 1)
GAP_US = 120 * SECOND  # longer without a position is a gap in which something may have happened

# Bits of a signature: it changes only where something happened that a rule may care about.
STOP, SLOW, OVER10, ON, STREET, NEAR_SINK, ROUND_SINK, OFF, NO_PAPER, HOURS, FAST = (1 << n for n in range(11))
HOPPED, THROWN = 1 << 60, 1 << 61  # the step to it is longer, or far longer, than the speeds at its ends say
STEP = NO_PAPER | HOURS | HOPPED | THROWN  # told by the way to a position; not known of the last one of a state
HOPPED_M, THROWN_M = 100.0, 350.0
LOAD, LIFT, COVER, DAY = 11, 13, 15, 17  # two bits each from here; the day is even or odd
SOURCE, INSIDE, SINK = 18, 32, 46  # labels of 14 bits each
LABEL = (1 << 14) - 1


@dataclass
class Fixes:
    """Positions sorted by truck and time, each truck and instant once. Arrays of one length.

    `t` int64 µs since 1970 UTC; lon, lat degrees WGS-84; km/h; degrees; load 0–3, lift and cover 0–2, ignition 0/1 as
    in `worksites.models.tracks`.
    """

    truck: NDArray[np.int64]
    t: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    speed: NDArray[np.float64]
    load: NDArray[np.int8]
    lift: NDArray[np.int8]
    cover: NDArray[np.int8]
    ignition: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.t)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> "Fixes":
        """Out of rows (truck, t, lon, lat, speed, load, lift, cover, ignition) in any order, repeated or not."""
        columns = list(zip(*rows, strict=True)) if rows else [[] for _field in fields(cls)]
        kinds = [np.int64, np.int64, *[np.float64] * 3, *[np.int8] * 4]
        return cls(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True))).sorted()

    @classmethod
    def joined(cls, parts: Iterable["Fixes"]) -> "Fixes":
        """Several one after the other; at least one."""
        whole = list(parts)
        return cls(*(np.concatenate([getattr(part, f.name) for part in whole]) for f in fields(cls)))

    def at(self, places: Any) -> "Fixes":
        """The positions at `places` (mask, slice or indexes)."""
        return Fixes(*(getattr(self, f.name)[places] for f in fields(self)))

    def sorted(self) -> "Fixes":
        """By truck and time, of repeated ones the first."""
        order = np.lexsort((self.t, self.truck))
        truck, t = self.truck[order], self.t[order]
        fresh = np.ones(len(t), bool)
        fresh[1:] = (truck[1:] != truck[:-1]) | (t[1:] != t[:-1])
        return self.at(order[fresh])

    def row(self, place: int) -> list[Any]:
        """One position as JSON can hold it: [t, lon, lat, speed, load, lift, cover, ignition]."""
        return [
            int(self.t[place]), float(self.lon[place]), float(self.lat[place]), float(self.speed[place]),
            int(self.load[place]), int(self.lift[place]), int(self.cover[place]), int(self.ignition[place]),
        ]  # fmt: skip


@dataclass
class Seen:
    """What is said of each position, in arrays: its signature, the way from the one before, where to look."""

    sig: NDArray[np.int64]
    cm: NDArray[np.int64]  # centimetres from the position before of the same truck, 0 for its first
    look: NDArray[np.bool_]  # the signature changed, or there was a gap or jump before it


def see(ground: Ground, fixes: Fixes) -> Seen:
    """Everything that needs no memory, for all positions of all trucks at once."""
    x, y = ground.plane.metres(fixes.lon, fixes.lat)
    rules, speed = ground.rules, fixes.speed
    slow = speed < rules["T02"]["speed_kmh"]
    sig = (slow * SLOW).astype(np.int64)
    sig |= (slow & (speed <= rules["T03"]["speed_kmh"])) * STOP
    sig |= (speed > rules["T09"]["speed_kmh"]) * OVER10
    sig |= (fixes.ignition > 0) * ON
    for layer, bit in ((ground.near_sink, NEAR_SINK), (ground.round_sink, ROUND_SINK)):
        if layer.areas:
            sig |= (layer.label(x, y, fixes.t) > 0) * bit
    in_street = ground.in_street.label(x, y) > 0
    sig |= in_street * STREET
    sig |= fixes.load.astype(np.int64) << LOAD
    sig |= fixes.lift.astype(np.int64) << LIFT
    sig |= fixes.cover.astype(np.int64) << COVER
    source = ground.source.label(x, y, fixes.t).astype(np.int64)
    sink = ground.sink.label(x, y, fixes.t).astype(np.int64)
    sig |= source << SOURCE
    sig |= ground.inside.label(x, y, fixes.t).astype(np.int64) << INSIDE
    sig |= sink << SINK

    local = fixes.t + ZONE_US
    day = local // DAY_US
    sig |= (day & 1) << DAY
    _speeding(ground, x, y, speed, in_street, sig)
    first = np.ones(len(fixes), bool)
    first[1:] = fixes.truck[1:] != fixes.truck[:-1]
    cm = np.zeros(len(fixes), np.int64)
    gone = np.hypot(np.diff(x), np.diff(y))
    cm[1:] = np.rint(gone * 100)
    _hopping(fixes, gone, first, sig)
    driven = in_street & _driven(fixes, gone, first)
    _by_truck(ground, fixes, x, y, local, day, driven, (source > 0) | (sink > 0), sig)
    look = first.copy()
    look[1:] |= sig[1:] != sig[:-1]
    look[1:] |= np.diff(fixes.t) > GAP_US
    look[1:] |= cm[1:] > rules["T10"]["jump_m"] * 100
    cm[first] = 0
    return Seen(sig, cm, look)


def _speeding(ground, x, y, speed, in_street, sig) -> None:
    rule = ground.rules["T08"]
    allowed = 1 + rule["over_percent"] / 100
    hurried = np.flatnonzero(speed > min(rule["limit_kmh"], rule["limit_fast_kmh"]) * allowed)
    if len(hurried):
        slow_here = in_street[hurried] & (ground.on_fast.label(x[hurried], y[hurried]) == 0)
        limit = np.where(slow_here, rule["limit_kmh"], rule["limit_fast_kmh"]) * allowed
        sig[hurried[speed[hurried] > limit]] |= FAST


def _hopping(fixes, gone, first, sig) -> None:
    """Between two stops it drove on a little, or an echo of the signal throws it about."""
    seconds = np.diff(fixes.t) / SECOND
    further = gone - 1.5 * np.maximum(fixes.speed[1:], fixes.speed[:-1]) / 3.6 * seconds
    seen = (seconds <= GAP_US / SECOND) & ~first[1:]
    sig[1:] |= ((further > HOPPED_M) & seen) * HOPPED
    sig[1:] |= ((further > THROWN_M) & seen) * THROWN


def _driven(fixes, gone, first) -> NDArray[np.bool_]:
    """Not only said to move but further on than where it was: a parked truck drifts at some km/h on one spot."""
    driven = np.zeros(len(fixes), bool)
    seconds = np.diff(fixes.t) / SECOND
    slower = np.minimum(fixes.speed[1:], fixes.speed[:-1])
    driven[1:] = (gone > slower / 3.6 * seconds / 2) & (slower > 0) & (seconds <= GAP_US / SECOND) & ~first[1:]
    return driven


def _by_truck(ground, fixes, x, y, local, day, driven, home, sig) -> None:
    """What depends on the truck's card: off its lines, without papers, at a forbidden hour."""
    moving = driven & _faster(fixes, ground.rules["T01"]["moving_kmh"])
    barred = driven & _faster(fixes, ground.rules["T07"]["moving_kmh"])
    minute = None
    ends = np.flatnonzero(np.diff(fixes.truck, append=np.int64(-1) if len(fixes) else 0)) + 1
    start = 0
    for end in ends.tolist():
        truck, here = int(fixes.truck[start]), slice(start, end)
        corridor = ground.corridor(truck)
        away = np.flatnonzero(~home[here]) + start
        if corridor is None:
            sig[away] |= OFF
        elif len(away):
            sig[away[corridor.label(x[away], y[away]) == 0]] |= OFF
        for number in _days(day[here]):
            on_day = EPOCH + timedelta(days=number)
            week, lacks = ground.week(truck, on_day), bool(ground.missing(truck, on_day))
            if week is None and not lacks:
                continue
            places = np.flatnonzero(day[here] == number) + start
            if lacks:
                sig[places[moving[places]]] |= NO_PAPER
            if week is not None:
                if minute is None:
                    # 1 January 1970 was a Thursday.
                    minute = (local // (60 * SECOND) + 3 * 1440) % WEEK_MIN
                sig[places[~week[minute[places]] & barred[places]]] |= HOURS
        start = end


def _faster(fixes, kmh: float) -> NDArray[np.bool_]:
    """Faster at this position and at the one before."""
    fast = fixes.speed > kmh
    fast[1:] &= fast[:-1].copy()
    return fast


def _days(day) -> list[int]:
    first, last = int(day[0]), int(day[-1])
    return list(range(first, last + 1)) if last - first < 400 else np.unique(day).tolist()
