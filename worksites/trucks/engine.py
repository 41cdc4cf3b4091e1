"""Fixes in, trips and hits out: one truck's next chunk after another, or a month of all trucks at once.

There is one step, `judge`: [the last fix seen + new fixes] and a state give trips, hits and the next state. A batch is
one step over everything, a stream many; docs/adr/0012 says why both find the same. `Stream` puts a window for late
fixes before it: what is newer than the newest fix less `WINDOW_US` waits, what is older than what was judged is handed
back, and the caller judges that tail anew from an older state.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from worksites.trucks.ground import Card, Ground
from worksites.trucks.judge import Judge
from worksites.trucks.state import State
from worksites.trucks.tracks import SECOND, Fixes, Seen, see

WINDOW_US = 60 * SECOND
Event = Mapping[str, Any]


@dataclass
class Judged:
    """What came of one truck's chunk: trips by their load_start, hits in order, the state after it."""

    state: State
    trips: dict[int, dict[str, Any]] = field(default_factory=dict)
    hits: list[dict[str, Any]] = field(default_factory=list)


def passing(at: int, lon: float, lat: float, **said: Any) -> dict[str, Any]:
    """A camera's pass as the engine reads it; `at` µs UTC. gate and site are ids where it stands at a gate."""
    return {
        "what": "pass", "t": at, "lon": lon, "lat": lat, "id": said.get("id", 0), "code": said.get("code", ""),
        "gate": said.get("gate"), "site": said.get("site"), "direction": said.get("direction", "by"),
        "loaded": said.get("loaded"), "covered": said.get("covered"), "confidence": said.get("confidence"),
    }  # fmt: skip


def manifest(at: int, number: int, site: int, sink: int) -> dict[str, Any]:
    """A manifest as the engine reads it: issued at µs UTC, its row's id."""
    return {"what": "manifest", "t": at, "id": number, "site": site, "sink": sink}


def judge(
    ground: Ground,
    fixes: Fixes,
    events: Mapping[int, Sequence[Event]] | None = None,
    states: Mapping[int, State] | None = None,
) -> dict[int, Judged]:
    """Judge the next fixes of any trucks. `fixes` are sorted, and of each truck newer than its state's last.

    `events` are passes and manifests by truck, sorted by `t`; those after the last fix are not looked at: give them
    again. The states are used up.
    """
    if not len(fixes):
        return {}
    events, states = events or {}, states or {}
    lasts = [
        (truck, *state.prev) for truck, state in states.items() if state.prev is not None
    ]  # fmt: skip
    if lasts:
        known = set(np.unique(fixes.truck).tolist())
        before = [row for row in lasts if row[0] in known]
        fixes = Fixes.joined([Fixes.of(before), fixes]).sorted() if before else fixes
    seen = see(ground, fixes)
    ends = (np.flatnonzero(np.diff(fixes.truck, append=np.int64(-1))) + 1).tolist()
    found, start = {}, 0
    for end in ends:
        truck = int(fixes.truck[start])
        card = ground.cards.get(truck) or Card(truck, "")
        found[truck] = _one(ground, card, fixes, seen, start, end, states.get(truck) or State(), events.get(truck, ()))
        start = end
    return found


def _one(ground: Ground, card: Card, fixes: Fixes, seen: Seen, start: int, end: int, state: State, events) -> Judged:
    here = slice(start, end)
    odo = state.odo + np.cumsum(seen.cm[here])
    t = fixes.t[here].tolist()
    columns = [
        t, fixes.lon[here].tolist(), fixes.lat[here].tolist(), fixes.speed[here].tolist(), seen.sig[here].tolist(),
        odo.tolist(),
    ]  # fmt: skip
    fold = Judge(ground, card, state, columns)
    begin = 1 if state.prev is not None else 0
    look = (np.flatnonzero(seen.look[here])).tolist()
    length = end - start
    look.append(length)
    place = bisect_left(look, begin)
    since = t[0] if begin else -1
    coming = [event for event in events if since < event["t"] <= t[-1]]
    event_at = [bisect_left(t, event["t"]) for event in coming]
    done, i = 0, begin
    visit, due = fold.visit, fold.due
    while i < length:
        if done < len(event_at) and event_at[done] <= i:
            upto = done
            while upto < len(event_at) and event_at[upto] <= i:
                upto += 1
            visit(i, coming[done:upto])
            done = upto
        else:
            visit(i)
        while look[place] <= i:
            place += 1
        following = look[place]
        soonest = due()
        if soonest <= t[-1]:
            following = min(following, max(i + 1, bisect_left(t, soonest, i + 1)))
        if done < len(event_at):
            following = min(following, event_at[done])
        i = max(i + 1, following)
    state.odo = columns[5][-1]
    state.prev = fixes.row(end - 1)
    return Judged(state, fold.trips, fold.hits)


def silence(ground: Ground, card: Card, state: State, now: int) -> list[dict[str, Any]]:
    """A truck that has been silent up to `now` (µs): the hit of T10 that its next fix would raise, if any."""
    if state.prev is None:
        return []
    fixes = Fixes.of([(card.id, *state.prev)])
    seen = see(ground, fixes)
    columns = [[v] for v in (*state.prev[:4], int(seen.sig[0]), state.odo)]
    fold = Judge(ground, card, state, columns)
    fold.lost(fold.quote(0), now - state.prev[0], int(seen.sig[0]), None)
    return fold.hits


@dataclass
class Stream:
    """One truck fed in pieces of any size, late and repeated: keeps what is newer than its window."""

    ground: Ground
    truck: int
    state: State = field(default_factory=State)
    window_us: int = WINDOW_US
    trips: dict[int, dict[str, Any]] = field(default_factory=dict)
    hits: list[dict[str, Any]] = field(default_factory=list)
    waiting: Fixes | None = None
    events: list[Event] = field(default_factory=list)

    def feed(self, fixes: Fixes, events: Iterable[Event] = ()) -> Fixes:
        """Take fixes in any order; returns those that came after their time was judged (repeated ones among them)."""
        whole = Fixes.joined([self.waiting, fixes]).sorted() if self.waiting is not None else fixes.sorted()
        seen_up_to = self.state.prev[0] if self.state.prev else -(1 << 62)
        late = whole.at(whole.t <= seen_up_to)
        whole = whole.at(whole.t > seen_up_to)
        self.events = sorted([*self.events, *events], key=lambda event: (event["t"], event["id"]))
        if len(whole):
            until = int(whole.t[-1]) - self.window_us
            self._judge(whole.at(whole.t <= until))
            self.waiting = whole.at(whole.t > until)
        return late

    def finish(self) -> None:
        """Judge what waits: nothing older will come."""
        if self.waiting is not None:
            self._judge(self.waiting)
            self.waiting = None

    def _judge(self, fixes: Fixes) -> None:
        if not len(fixes):
            return
        found = judge(self.ground, fixes, {self.truck: self.events}, {self.truck: self.state})[self.truck]
        self.state = found.state
        self.trips |= found.trips
        self.hits += found.hits
        self.events = [event for event in self.events if event["t"] > int(fixes.t[-1])]
