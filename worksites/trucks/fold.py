"""One truck, fix after fix: load, stops, sources, sinks and trips. What is found goes to the rules beside it.

`visit` may be called for any fix and must be called for those that `Seen.look` marks, that a pass or manifest precedes
or that reach `due`: for every other fix it changes nothing but what is rewritten alike. So the result does not depend
on which fixes are skipped, nor on how they were cut into pieces (docs/adr/0012).
"""

from collections.abc import Sequence
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.ground import Card, Ground, SiteGround
from worksites.trucks.state import MOST_GAPS, MOST_STOPS, State
from worksites.trucks.tracks import GAP_US, LABEL, SECOND

NEVER = 1 << 62
DWELL_US = 180 * SECOND  # at a source, in or out of a sink: held for longer than this
FORGET_US = 600 * SECOND  # a longer gap ends a stay
MANIFEST_US = 1_800 * SECOND
SITE, SINK, BLACK_SITE, BLACK_SINK = 1, 2, 3, 4
EMPTY, HALF = 1, 2


class Fold:
    """The columns of one truck's fixes with the state before the first; the first may be the last of the chunk before.

    Columns are lists: t, lon, lat, speed, sig, odo (centimetres).
    """

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        self.ground, self.card, self.st = ground, card, state
        self.t, self.lon, self.lat, self.speed, self.sig, self.odo = columns
        self.trips: dict[int, dict[str, Any]] = {}
        self.hits: list[dict[str, Any]] = []
        rules = ground.rules
        self.settle_us = int(rules["T03"]["settle_s"] * SECOND)
        self.has_lines = ground.corridor(card.id) is not None

    # what the rules beside it do; see judge.py
    def on_gap(self, p: int, i: int) -> None: ...
    def on_pass(self, event: dict[str, Any], p: int, i: int) -> None: ...
    def on_loaded(self, after: list, before: list, sig: int) -> None: ...
    def on_emptied(self, after: list, before: list) -> bool: ...
    def on_sink(self, i: int, unloaded: bool) -> None: ...
    def on_sink_unladen(self, i: int) -> None: ...
    def on_return(self, i: int) -> None: ...
    def on_departure(self, site: SiteGround, t: int) -> None: ...
    def rules_at(self, p: int, i: int) -> None: ...
    def rules_due(self) -> int:
        return NEVER

    def quote(self, i: int) -> list[Any]:
        """A position as hits repeat it."""
        s = self.sig[i]
        return [self.lon[i], self.lat[i], self.t[i], self.speed[i], s >> tr.LOAD & 3, s >> tr.LIFT & 3]

    def site_at(self, label: int) -> SiteGround | None:
        return self.ground.lawful[label - 1] if label else None

    def visit(self, i: int, events: Sequence[dict[str, Any]] = ()) -> None:
        """Look at fix `i`, with the passes and manifests since the fix before it."""
        p = i - 1
        if p >= 0 and self.t[i] - self.t[p] > GAP_US:
            self._gap(p, i)
            self.on_gap(p, i)
        for event in events:
            if event["what"] == "pass":
                self.on_pass(event, p, i)
            else:
                self._manifest(event)
        self._standing(p, i)
        self._load(p, i)
        self._source(i)
        self._sink(i)
        self.rules_at(p, i)

    def due(self) -> int:
        """The instant from which a fix must be visited though nothing changes in it."""
        st, soonest = self.st, self.rules_due()
        if st.cand is not None:
            soonest = min(soonest, st.cand[1] + self.settle_us)
        if st.src is not None and st.phase != "at_source" and st.src[4] and not (st.load >= HALF and st.trip):
            soonest = min(soonest, st.src[1] + DWELL_US)
        if st.sink is not None and not st.sink[5]:
            soonest = min(soonest, st.sink[1] + DWELL_US)
        if st.out is not None and st.out[1] is not None:
            soonest = min(soonest, st.out[1] + DWELL_US)
        return soonest

    def _gap(self, p: int, i: int) -> None:
        st = self.st
        st.off = st.fast = st.open = st.up = None
        st.gaps = [
            *st.gaps[1 - MOST_GAPS :],
            [self.t[p], self.lon[p], self.lat[p], self.t[i], self.lon[i], self.lat[i]],
        ]
        gap = self.t[i] - self.t[p]
        if gap > FORGET_US:
            if st.phase != "at_source":
                st.src = None
            if st.sink is not None and not st.sink[5]:
                st.sink = None
        moved = self.ground.plane.gap_m(self.lon[p], self.lat[p], self.lon[i], self.lat[i])
        if moved > 100 or not self.sig[i] & tr.STOP:
            if st.slow is not None and st.slow[1] is None:
                st.slow[1] = self.t[p]
            self._end_stop(self.t[p])

    # standing

    def _standing(self, p: int, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        if s & tr.SLOW:
            if st.slow is None or st.slow[1] is not None:
                st.slow = [t, None, self.lon[i], self.lat[i]]
        elif st.slow is not None and st.slow[1] is None:
            st.slow[1] = t
        if s & tr.STOP:
            if st.stop is None:
                st.stop = [t, self.lon[i], self.lat[i], s, self.lon[i], self.lat[i], None]
            else:
                st.stop[6] = None
        elif st.stop is not None:
            if st.stop[6] is None:
                # Seen standing until it was seen moving; it may only creep on.
                before = p if p >= 0 else i
                st.stop[4:] = [self.lon[before], self.lat[before], t]
            if not s & tr.SLOW:
                self._end_stop(st.stop[6])

    def _end_stop(self, until: int) -> None:
        st = self.st
        if st.stop is None:
            return
        t0, lon, lat, s, lon1, lat1, _until = st.stop
        st.stop = None
        if until - t0 >= 20 * SECOND:
            moved = round(self.ground.plane.gap_m(lon, lat, lon1, lat1))
            st.stops = [*st.stops[1 - MOST_STOPS :], [t0, until, lon, lat, s, moved]]
            if st.drive is not None and until - t0 >= self.ground.rules["T08"]["rest_s"] * SECOND:
                st.drive = until

    # load

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
            st.cand = [value, self.t[i], self.quote(i), self.sig[i], self.quote(before), self.sig[before]]
        st.cand[0] = value
        if self.t[i] - st.cand[1] < self.settle_us:
            return
        _value, _since, after, sig, before, sig_before = st.cand
        was, st.load, st.cand = st.load, value, None
        if was == EMPTY and value >= HALF:
            self._loaded(after, before, sig, sig_before)
        elif was >= HALF and value == EMPTY:
            self._emptied(i, after, before, sig | sig_before, sig)
        elif was == 0:
            st.empty = value == EMPTY

    def _loaded(self, after: list, before: list, sig: int, sig_before: int) -> None:
        st = self.st
        st.empty = False
        label = (sig >> tr.SOURCE & LABEL) or (sig_before >> tr.SOURCE & LABEL)
        st.cargo = not label and bool((sig | sig_before) & tr.NEAR_SINK)
        site = self.site_at(label)
        if site is not None:
            since = st.src[1] if st.src is not None and st.src[0] == site.id else after[2]
            self.start_trip(site, "sensor", since, after)
        elif not st.cargo:
            self.on_loaded(after, before, sig)

    def _emptied(self, i: int, after: list, before: list, both: int, sig: int) -> None:
        st = self.st
        st.empty, trip = True, st.trip
        if both & tr.NEAR_SINK or st.cargo:
            st.cargo = False
            if trip is not None and trip["sink"] is None and after[2] - before[2] > GAP_US:
                self.on_emptied(after, before)  # in a sink, but nobody saw which
            if trip is not None and trip["unload"] is None:
                trip["unload"] = after[2]
                self.keep(trip)
            if st.sink is not None and not st.sink[5] and trip is not None:
                self._arrive_sink(i, True)
            return
        site = self.site_at(sig >> tr.INSIDE & LABEL)
        if site is not None and (trip is None or trip["site"] in (None, site.id)):
            self.end_trip("done")  # brought back to where it came from
            return
        dumped = self.on_emptied(after, before)
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
        if st.load >= HALF and st.trip:
            return
        if st.phase == "loaded":
            self.on_return(i)
        self.end_trip("done")
        st.phase, st.empty = "at_source", False
        st.stops, st.gaps, st.out, st.sink = [], [], None, None

    def _leave_source(self, i: int) -> None:
        st = self.st
        assert st.src is not None
        site = next((one for one in self.ground.lawful if one.id == st.src[0]), None)
        if st.phase == "loaded" and st.trip is not None and st.trip["depart"] is None:
            self._depart(i, site)
            return
        if st.phase != "at_source" or site is None:
            return
        gate = st.gate if st.gate is not None and st.gate[3] == site.id and st.gate[0] >= st.src[1] else None
        paper = st.paper if st.paper is not None and st.paper[2] == site.id and st.paper[0] >= st.src[1] else None
        since = st.src[1]
        st.stops, st.gaps = [], []
        if st.load == EMPTY or (st.load == 0 and gate is not None and gate[1] is False and paper is None):
            st.phase, st.empty = "idle", st.load == EMPTY  # a camera may err
            return
        by = "sensor" if st.load else "camera" if gate and gate[1] else "manifest" if paper else "presumed"
        if by == "presumed" and not site.digs:
            st.phase = "idle"
            return
        self.start_trip(site, by, since, [st.src[2], st.src[3]])
        self._depart(i, site)

    def _depart(self, i: int, site: SiteGround | None) -> None:
        st, trip = self.st, self.st.trip
        assert trip is not None
        trip["depart"], trip["odo"] = self.t[i], self.odo[i]
        if st.gate is not None and site is not None and st.gate[3] == site.id and st.gate[0] >= trip["load_start"]:
            trip["gate"] = st.gate[2]
        of_here = st.paper is not None and site is not None and st.paper[2] == site.id
        if of_here and (self.t[i] - st.paper[0] <= MANIFEST_US or st.paper[0] >= trip["load_start"]):
            trip["manifest"] = st.paper[1]
        st.stops, st.gaps, st.once = [], [], None
        self.keep(trip)
        if site is not None and trip["by"] != "presumed":
            self.on_departure(site, self.t[i])

    def start_trip(self, site: SiteGround | None, by: str, since: int, place: list[Any]) -> None:
        """A loaded leg begins at a site, or at an unregistered point (None)."""
        st = self.st
        self.end_trip("done")
        share = 0.5 if st.load == HALF else 1.0
        st.trip = {
            "truck": self.card.id, "load_start": since, "state": "loaded",
            "from_type": SITE if site else BLACK_SITE, "site": site.id if site else None, "gate": None,
            "from_lon": place[0], "from_lat": place[1], "depart": None,
            "route_matched": True if self.has_lines else None, "arrive": None, "to_type": None, "sink": None,
            "to_lon": None, "to_lat": None, "unload": None, "leave": None, "distance_m": 0,
            "volume_m3": round(self.card.volume_m3 * share, 1), "manifest": None, "hits": [], "by": by, "odo": None,
        }  # fmt: skip
        st.phase, st.empty, st.out = "loaded", False, None
        self.keep(st.trip)

    def end_trip(self, state: str) -> None:
        """The trip that runs is over."""
        if self.st.trip is not None:
            if self.st.trip["state"] not in ("suspect", "lost"):
                self.set_state(state)
            self.st.trip = None

    def set_state(self, state: str) -> None:
        """Set the state of the running trip, if there is one."""
        trip = self.st.trip
        if trip is not None:
            trip["state"] = state
            self.keep(trip)

    def keep(self, trip: dict[str, Any]) -> None:
        """The trip as it stands now is to be written."""
        self.trips[trip["load_start"]] = {**trip, "hits": list(trip["hits"])}

    def _manifest(self, event: dict[str, Any]) -> None:
        st, trip = self.st, self.st.trip
        st.paper = [event["t"], event["id"], event["site"], event["sink"]]
        if trip is None or st.phase != "loaded" or trip["manifest"] is not None or trip["site"] != event["site"]:
            return
        if trip["depart"] is None or event["t"] - trip["depart"] <= MANIFEST_US:
            trip["manifest"] = event["id"]
            trip["by"] = "manifest" if trip["by"] == "presumed" else trip["by"]
            self.keep(trip)

    # sinks

    def _sink(self, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        label = s >> tr.SINK & LABEL
        sink = self.ground.sinks[label - 1] if label else None
        if st.sink is not None and (sink is None or sink.id != st.sink[0]):
            if st.sink[5]:
                st.out = [t, None]
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
        else:
            self.on_sink_unladen(i)
        st.phase = "at_sink"
        st.stops, st.gaps = [], []

    def _leave_sink(self, i: int) -> None:
        st = self.st
        assert st.out is not None
        left, st.out = st.out[0], None
        if st.phase != "at_sink":
            return
        if st.load >= HALF:
            st.phase = "loaded"  # it was not taken
            self.set_state("loaded")
            return
        st.phase, st.empty = "returning", True
        if st.trip is not None:
            st.trip["leave"] = left
            self.set_state("suspect" if st.trip["state"] == "suspect" else "returning")
