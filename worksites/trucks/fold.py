"""One truck, fix after fix: load, stops, sources and sinks. What is found goes to the rules beside it.

`visit` may be called for any fix and must be called for those that `Seen.look` marks, that a pass or manifest precedes
or that reach `due`: for every other fix it changes nothing but what is rewritten alike. So the result does not depend
on which fixes are skipped, nor on how they were cut into pieces (docs/adr/0012).
"""

from collections.abc import Sequence
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.ground import Card, Ground, SiteGround
from worksites.trucks.standing import FORGET_US, Standing
from worksites.trucks.state import State
from worksites.trucks.tracks import GAP_US, LABEL, SECOND
from worksites.trucks.trips import BLACK_SINK, CLOSED, EMPTY, HALF, MANIFEST_US, SINK, UP

NEVER = 1 << 62
DWELL_US = 180 * SECOND  # at a source, in or out of a sink: held for longer than this
HARDLY_CM = 100_000
LAG_US = 180 * SECOND  # a sensor may tell a change of load so much later


class Fold(Standing):
    """What a truck does, told by its fixes one after the other."""

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        super().__init__(ground, card, state, columns)
        rule = ground.rules["T03"]
        self.settle_us, self.doubt_us = int(rule["settle_s"] * SECOND), int(rule["doubt_s"] * SECOND)
        self.hold_us = int(ground.rules["T02"]["hold_s"] * SECOND)
        self.closed_us = int(ground.rules["T02"]["doubt_s"] * SECOND)
        self.here = 0

    # what the rules beside it do; see judge.py
    def on_gap(self, p: int, i: int) -> None: ...
    def on_pass(self, event: dict[str, Any], p: int, i: int) -> None: ...
    def on_loaded(self, after: list, before: list, sig: int) -> None: ...
    def on_emptied(self, after: list, before: list, off: bool) -> bool: ...
    def on_sink(self, i: int, unloaded: bool) -> None: ...
    def on_short_call(self, i: int, slow: list) -> None: ...
    def on_return(self, i: int) -> None: ...
    def rules_at(self, p: int, i: int) -> None: ...
    def rules_due(self) -> int:
        return NEVER

    def visit(self, i: int, events: Sequence[dict[str, Any]] = ()) -> None:
        """Look at fix `i`, with the passes and manifests since the fix before it."""
        p, self.here = i - 1, i
        if self.sig[i] & tr.THROWN:
            self.st.echo = self.t[i]
        if p >= 0 and self.t[i] - self.t[p] > GAP_US:
            self.silence_ended(p, i)
            self.on_gap(p, i)
        for event in events:
            if event["what"] == "pass":
                self.on_pass(event, p, i)
            else:
                self.manifest(event)
        self.standing(p, i)
        self._body(p, i)
        self._load(p, i)
        self._source(i)
        self._sink(i)
        self.rules_at(p, i)

    def due(self) -> int:
        """The instant from which a fix must be visited though nothing changes in it."""
        st, soonest = self.st, self.rules_due()
        if st.cand is not None:
            soonest = min(soonest, st.cand[1] + self._wait_us(self.here))
        if st.src is not None and st.phase != "at_source" and st.src[4] and not (st.load >= HALF and st.trip):
            soonest = min(soonest, st.src[1] + DWELL_US)
        if st.sink is not None and not st.sink[5]:
            soonest = min(soonest, st.sink[1] + DWELL_US)
        if st.out is not None and st.out[1] is not None:
            soonest = min(soonest, st.out[1] + DWELL_US)
        return soonest

    # load

    def _body(self, p: int, i: int) -> None:
        st, s = self.st, self.sig[i]
        if s >> tr.LIFT & 3 == UP:
            if st.lifted is None or st.lifted[1] is not None:
                st.lifted = [self.t[i], None, bool(s & tr.NEAR_SINK)]
        elif st.lifted is not None and st.lifted[1] is None:
            st.lifted[1] = self.t[p] if p >= 0 else self.t[i]
        if s >> tr.COVER & 3 != CLOSED:
            st.shut = None
        elif st.shut is None:
            st.shut = self.t[i]

    def _was_lifted(self, since: int) -> bool:
        """Whether the body was seen lifted since an instant."""
        lifted = self.st.lifted
        return lifted is not None and (lifted[1] is None or lifted[1] >= since)

    def was_shut(self, since: int) -> bool:
        """Whether the cover was seen closed all the time since an instant: nothing is loaded through it."""
        return self.st.shut is not None and self.st.shut <= since

    def _sink_stop(self, until: int) -> list[Any] | None:
        """Its last slow time at a sink, so short a time before that a slow sensor tells of that only now."""
        slows = [slow for slow in (*self.st.slows, self.st.slow) if slow is not None and slow[4] & tr.NEAR_SINK]
        return next((slow for slow in reversed(slows) if slow[1] is None or slow[1] >= until - LAG_US), None)

    def _wait_us(self, i: int) -> int:
        """How long a change of load must last until it is believed: longer where nothing else speaks for it."""
        st = self.st
        assert st.cand is not None
        value, since, after, sig, before, sig_before = st.cand
        both = sig | sig_before
        expected = both & tr.NEAR_SINK or both >> tr.SOURCE & LABEL or self.sig[i] >> tr.SOURCE & LABEL
        if expected or after[2] - before[2] > GAP_US:
            return self.settle_us
        if st.load == EMPTY:
            return max(self.settle_us, self.closed_us if self.was_shut(since - LAG_US) else self.hold_us)
        if st.load >= HALF and value == EMPTY and not self._was_lifted(since - LAG_US):
            return max(self.settle_us, self.doubt_us)  # no body is emptied without being lifted
        return self.settle_us

    def _load(self, p: int, i: int) -> None:
        st, value = self.st, self.sig[i] >> tr.LOAD & 3
        if value == 0:
            return
        if value == st.load:
            st.cand = None
            return
        both_laden = value >= HALF and st.cand is not None and st.cand[0] >= HALF and st.load == EMPTY
        if st.cand is None or (st.cand[0] != value and not both_laden):
            before = p if p >= 0 else i
            st.cand = [value, self.t[i], self.quote(i), self.sig[i], self.quote(before), self.sig[before] & ~tr.STEP]
        st.cand[0] = value
        if self.t[i] - st.cand[1] < self._wait_us(i):
            return
        _value, _since, after, sig, before, sig_before = st.cand
        was, st.load, st.cand = st.load, value, None
        if was == EMPTY and value >= HALF:
            self._loaded(i, after, before, sig, sig_before)
        elif was >= HALF and value == EMPTY:
            self._emptied(i, after, before, sig, sig_before)

    def _loaded(self, i: int, after: list, before: list, sig: int, sig_before: int) -> None:
        st = self.st
        label = (sig >> tr.SOURCE & LABEL) or (sig_before >> tr.SOURCE & LABEL)
        st.cargo = not label and (bool((sig | sig_before) & tr.NEAR_SINK) or self._sink_stop(before[2]) is not None)
        site = self.site_at(label)
        if site is not None:
            since = st.src[1] if st.src is not None and st.src[0] == site.id else after[2]
            self.start_trip(site, "sensor", since, after)
        elif st.left is not None and after[2] - st.left[1] <= LAG_US:
            site = next((one for one in self.ground.lawful if one.id == st.left[0]), None)
            self.start_trip(site, "sensor", st.left[2], after)
            self.depart(i, site)
        elif not st.cargo:
            self.on_loaded(after, before, sig)

    def _emptied(self, i: int, after: list, before: list, sig: int, sig_before: int) -> None:
        st, both, off = self.st, sig | sig_before, bool(sig & sig_before & tr.OFF)
        trip = st.trip
        at_sink = st.lifted is not None and st.lifted[2] and self._was_lifted(after[2] - 2 * LAG_US)
        st.loading = None
        called = self._sink_stop(before[2])
        if both & tr.NEAR_SINK or at_sink or st.cargo or st.clay or called is not None:
            st.cargo = st.clay = False
            if trip is None:
                return
            if trip["unload"] is None:
                trip["unload"] = after[2]
                self.keep(trip)
            if st.sink is not None and not st.sink[5]:
                self._arrive_sink(i, True)
            elif trip["sink"] is None and after[2] - before[2] > GAP_US:
                self.on_emptied(after, before, off)  # in a sink, but nobody saw which
            elif trip["sink"] is None:
                place = before if sig_before & tr.NEAR_SINK else after
                self.on_short_call(i, called or [before[2], after[2], place[0], place[1], sig])
            return
        site = self.site_at(sig >> tr.INSIDE & LABEL)
        if site is not None:
            self.end_trip("done")  # brought back, or to another site that needs it
            return
        dumped = self.on_emptied(after, before, off)
        trip = st.trip
        if trip is not None:
            if dumped:
                trip |= {"to_type": BLACK_SINK, "to_lon": after[0], "to_lat": after[1]}
                trip["arrive"] = trip["arrive"] or before[2]
            trip["unload"] = after[2]
            self.set_state("suspect" if dumped else "lost")
        st.phase = "returning"

    # sources

    def _source(self, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        site = self.site_at(s >> tr.SOURCE & LABEL)
        if st.src is not None and (site is None or site.id != st.src[0]):
            self._leave_source(i)
            st.src = None
        if site is None:
            return
        inside = bool(s >> tr.INSIDE & LABEL)
        if st.src is None:
            if not s & tr.SLOW:
                return
            st.src = [site.id, t, self.lon[i], self.lat[i], inside]
        elif inside:
            st.src[4] = True
        if st.src[4] and st.phase != "at_source" and t - st.src[1] >= DWELL_US:
            self._arrive_source(i)

    def _arrive_source(self, i: int) -> None:
        st = self.st
        if st.load >= HALF and st.trip and not st.clay:
            return
        if st.clay:
            st.clay, st.load, st.cand = False, 0, None
        if st.phase == "loaded":
            if self._still_leaving(i) or self._only_passing():
                return
            self.on_return(i)
        self.end_trip("done")
        st.phase = "at_source"
        st.stops, st.gaps, st.out, st.sink = [], [], None, None

    def _still_leaving(self, i: int) -> bool:
        """It has hardly driven since it left this source: a queue or a jam before the gate."""
        trip, src = self.st.trip, self.st.src
        if trip is None or src is None or trip["site"] != src[0]:
            return False
        if trip["depart"] is None:
            return True
        if self.st.back is not None and self.st.back[0] > trip["depart"]:
            return False  # the gate camera saw it come back
        if self.st.gaps or self.odo[i] - trip["odo"] > HARDLY_CM or self.t[i] - trip["depart"] > 2 * FORGET_US:
            return False
        trip["depart"] = None
        return True

    def _only_passing(self) -> bool:
        """It stands at another site than its own, whose gate camera has not read it: a jam beside a boundary."""
        st = self.st
        assert st.src is not None
        site = next((one for one in self.ground.lawful if one.id == st.src[0]), None)
        if site is None or st.trip is None or st.trip["site"] in (None, site.id) or not site.has_camera:
            return False
        return st.passed is None or st.passed[1] != site.id or st.passed[0] < st.src[1] - FORGET_US

    def _was_loaded_here(self, site: SiteGround) -> bool:
        """Its gate camera missed it coming in, but read it going out with a load, or a manifest was issued for one."""
        st = self.st
        assert st.src is not None
        if st.trip is None or st.trip["site"] in (None, site.id):
            return False
        read = st.gate is not None and st.gate[1] and st.gate[3] == site.id and st.gate[0] >= st.src[1]
        return bool(read or (st.paper is not None and st.paper[2] == site.id and st.paper[0] >= st.src[1]))

    def _leave_source(self, i: int) -> None:
        st = self.st
        assert st.src is not None
        site = next((one for one in self.ground.lawful if one.id == st.src[0]), None)
        st.left = [st.src[0], self.t[i], st.src[1]]
        if st.phase == "loaded" and st.trip is not None and st.trip["depart"] is None:
            self.depart(i, site)
            return
        if st.phase == "loaded" and site is not None and self._was_loaded_here(site):
            self.on_return(i)
            self.end_trip("done")
            st.phase = "at_source"
        if st.phase != "at_source" or site is None:
            return
        begun = st.src[1] - MANIFEST_US  # it may have crept out of the zone and in again
        gate = st.gate if st.gate is not None and st.gate[3] == site.id and st.gate[0] >= begun else None
        paper = st.paper if st.paper is not None and st.paper[2] == site.id and st.paper[0] >= begun else None
        since = st.src[1]
        st.stops, st.gaps = [], []
        if st.load == EMPTY or (st.load == 0 and gate is not None and gate[1] is False and paper is None):
            st.phase = "idle"
            return
        by = "sensor" if st.load else "camera" if gate and gate[1] else "manifest" if paper else "presumed"
        if by == "presumed" and not site.digs:
            st.phase = "idle"
            return
        self.start_trip(site, by, since, [st.src[2], st.src[3]])
        self.depart(i, site)

    # sinks

    def _sink(self, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        label = s >> tr.SINK & LABEL
        sink = self.ground.sinks[label - 1] if label else None
        if st.sink is not None and (sink is None or sink.id != st.sink[0]):
            if st.sink[5]:
                st.out = [t, None, st.sink[4]]
            else:  # no stay, but as good as a stop there
                self.keep_stop([st.sink[1], t, st.sink[2], st.sink[3], tr.NEAR_SINK, 0])
            st.sink = None
        if sink is not None:
            if st.sink is None:
                load = st.load if st.cand is None or st.cand[0] == EMPTY else st.cand[0]
                st.sink = [sink.id, t, self.lon[i], self.lat[i], load, False]
                st.out = None
            if not st.sink[5] and t - st.sink[1] >= DWELL_US:
                self._arrive_sink(i, False)
        elif st.out is not None:
            if s & tr.ROUND_SINK:
                st.out[1] = None
            elif st.out[1] is None:
                st.out[1] = t
            elif t - st.out[1] >= DWELL_US:
                self._leave_sink(i)

    def _arrive_sink(self, i: int, unloaded: bool) -> None:
        st = self.st
        assert st.sink is not None
        st.sink[5], st.once = True, None
        trip = st.trip
        if trip is not None and st.phase == "loaded":
            if trip["arrive"] is None or trip["sink"] != st.sink[0]:
                trip |= {
                    "arrive": st.sink[1], "to_type": SINK, "sink": st.sink[0], "to_lon": st.sink[2],
                    "to_lat": st.sink[3], "distance_m": round((self.odo[i] - (trip["odo"] or self.odo[i])) / 100),
                }  # fmt: skip
            self.on_sink(i, unloaded)
            self.set_state("at_sink" if trip["state"] != "suspect" else "suspect")
        elif st.phase == "at_sink" and st.load < HALF:
            pass
        elif st.load >= HALF or st.sink[4] >= HALF:
            self.on_sink(i, unloaded)
        st.phase = "at_sink"
        st.stops, st.gaps = [], []

    def _leave_sink(self, i: int) -> None:
        st = self.st
        assert st.out is not None
        left, _far, brought = st.out
        st.out = None
        if st.phase != "at_sink":
            return
        if st.load >= HALF:
            lifted = st.lifted is not None and st.lifted[2] and self._was_lifted(left - 3 * FORGET_US)
            st.clay = not st.cargo and (lifted or st.load < brought)
            if not st.cargo and not st.clay:
                st.phase = "loaded"  # it was not taken
                self.set_state("loaded")
                return
        st.phase = "returning"
        if st.trip is not None:
            st.trip["leave"] = left
            self.set_state("suspect" if st.trip["state"] == "suspect" else "returning")
