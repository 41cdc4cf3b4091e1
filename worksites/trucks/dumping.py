"""Unloaded where it may not be: suspected dumping by sensors (T03) and by the track (T04), the wrong sink (T05)."""

from typing import Any

import shapely

from worksites.trucks import tracks as tr
from worksites.trucks.fold import LAG_US, NEVER
from worksites.trucks.ground import SinkGround
from worksites.trucks.speaker import SURE, Speaker, day_of, metres
from worksites.trucks.tracks import GAP_US, LABEL, SECOND
from worksites.trucks.trips import BLACK_SINK, EMPTY, HALF, SINK, UP

ROUND_M = 1_500.0  # who vanishes off its routes and comes back within these has not been to a sink further away
CREPT_M = 150  # a stop during which it moved further was a queue
AT_ITS_SINK_M = 500.0  # who vanishes or comes back so close to a sink on its card has been there
BESIDE_ROUTE_M = 100.0  # beyond the width of the route
BESIDE_M = 2_000.0  # a silence that begins or ends so close to a sink


class Dumping(Speaker):
    """T03, T04 and T05."""

    # by sensors

    def on_emptied(self, after: list, before: list, off: bool) -> bool:
        st, rule = self.st, self.ground.rules["T03"]
        gap = after[2] - before[2]
        away, sink = self.ground.nearest_sink(after[0], after[1])
        facts = {"sink_m": metres(away), "nearest_sink": sink.name if sink else "", "gap_s": gap // SECOND}
        if gap > GAP_US:
            allowed = self.card.sinks_on(day_of(after[2]))
            seen_at = self._forbidden_beside(before, after, rule["sink_m"]) or self._went_to(before, after, off)
            if seen_at is None and self._may_have_unloaded(before, after, off):
                return False
            sink = seen_at or self._forbidden_beside(before, after, BESIDE_M)
            if sink is not None:
                self._t05(sink, before[2], after[2], before, [before, after], "gap", allowed, 1, gap_s=gap // SECOND)
                return False
            self.hit("T03", before[2], after[2], before, "gap", [before, after], level=rule.level + 1,
                     ended=after[2], **facts)  # fmt: skip
            return True
        stood = st.stop is not None or (st.stops and st.stops[-1][1] >= before[2] - GAP_US)
        moving = min(before[3], after[3]) > rule["speed_kmh"]
        if not stood and moving:
            return False  # emptied at speed: the sensor errs
        less = 0
        if before[5] and after[5] and not self._was_lifted(before[2] - LAG_US):
            # Emptied with its body down: its load sensor errs, or its lift sensor does not tell.
            if moving or st.trip is None or st.trip["site"] is None or st.trip["unload"] is not None:
                return False
            less = 1
        self.hit("T03", before[2], after[2], after, "emptied", [before, after], ended=after[2],
                 level=rule.level + less, **facts)  # fmt: skip
        return True

    def body(self, p: int, i: int) -> None:
        """A body lifted where it should not be."""
        st, s, t = self.st, self.sig[i], self.t[i]
        rule = self.ground.rules["T03"]
        here = not s & tr.NEAR_SINK and not s >> tr.INSIDE & LABEL
        if s >> tr.LIFT & 3 == UP and s & tr.STOP and here:
            if st.up is None and not self.unsteady(i):
                st.up = [t, self.quote(i), st.load, self.t[p] if p >= 0 else t, False]
            if st.up is not None and not st.up[4] and t - st.up[0] >= rule["up_s"] * SECOND:
                self._lifted([st.up[1], self.quote(i)], (t - st.up[0]) // SECOND)
        elif st.up is not None:
            if not st.up[4] and p >= 0 and s >> tr.LIFT & 3 and here:
                # Seen once or twice: it went up and down between fixes, taken half way between them.
                rise = min(st.up[0] - st.up[3], GAP_US) / 2
                up_us = self.t[p] - st.up[0] + rise + min(t - self.t[p], GAP_US) / 2
                if up_us >= rule["up_s"] * SECOND and st.stop is not None and st.phase == "loaded" and not st.up[2]:
                    st.once = [st.up[1], int(up_us // SECOND)]
            st.up = None

    def _lifted(self, points: list, up_s: int) -> None:
        st = self.st
        assert st.up is not None
        _began, point, load, _before, _told = st.up
        st.up[4] = True
        # An empty body is lifted for washing and repair.
        if load == EMPTY or st.cargo or st.clay or (not load and (st.phase != "loaded" or st.trip is None)):
            return
        known = load >= HALF or (st.trip is not None and st.trip["by"] in SURE)
        self._lift_told(point, points, up_s, 0 if known else 1, load)

    def _lift_told(self, point: list, points: list, up_s: int, less: int, load: int) -> None:
        st, rule, began = self.st, self.ground.rules["T03"], point[2]
        away, sink = self.ground.nearest_sink(point[0], point[1])
        self.hit(
            "T03", began, points[-1][2], point, "lift", points, level=rule.level + less, up_s=up_s,
            sink_m=metres(away), nearest_sink=sink.name if sink else "",
        )  # fmt: skip
        if not load:
            self._dropped(point[0], point[1], began)
            st.phase = "returning"

    def _dropped(self, lon: float, lat: float, at: int, to: int = BLACK_SINK, sink: int | None = None) -> None:
        """The trip that runs ended there."""
        if self.st.trip is not None:
            self.st.trip |= {"to_type": to, "sink": sink, "to_lon": lon, "to_lat": lat, "arrive": at, "unload": at}
            self.set_state("suspect")

    # by the track

    def on_return(self, i: int) -> None:
        """Left loaded, as something other than a load sensor said, and is back without having called at a sink."""
        st, trip = self.st, self.st.trip
        if st.load or trip is None or trip["by"] not in SURE or trip["depart"] is None or trip["unload"] is not None:
            return
        rule = self.ground.rules["T04"]
        back = st.back[2] if st.back is not None and st.back[0] >= trip["depart"] else None
        if back:
            return  # the gate camera saw it bring the load back
        at_sinks = [stop for stop in [*st.stops, *self._silent_at_sinks()] if stop[4] & tr.NEAR_SINK]
        if any(self._at_allowed(stop) for stop in at_sinks):
            return
        if at_sinks and self._short_at_sink(max(at_sinks, key=lambda stop: stop[1] - stop[0]), i):
            return
        if st.once is not None:
            self._lift_told(st.once[0], [st.once[0], self.quote(i)], st.once[1], 1, 0)
            return
        gaps = [[[gap[1], gap[2], gap[0], 0.0, 0, 0], [gap[4], gap[5], gap[3], 0.0, 0, 0], gap[6]] for gap in st.gaps]
        long = [gap for gap in gaps if gap[1][2] - gap[0][2] >= rule["stop_s"] * SECOND]
        if any(self._may_have_unloaded(*gap) for gap in gaps) and not any(self._went_to(*gap) for gap in long):
            self.set_state("lost")
            return
        for before, after, off in long:
            sink = self._went_to(before, after, off) or self._forbidden_beside(before, after, BESIDE_M)
            if sink is not None:
                self._t05(sink, before[2], self.t[i], before, [before, after], "gap",
                          self.card.sinks_on(day_of(before[2])), 1, ended=after[2],
                          gap_s=(after[2] - before[2]) // SECOND)  # fmt: skip
                self._dropped(*before[:3], to=SINK, sink=sink.id)
                return
        if self.t[i] - trip["depart"] <= rule["back_h"] * 3_600 * SECOND:
            self._t04(i, long, back is False)

    def _t04(self, i: int, gaps: list, seen_empty: bool) -> None:
        st, rule, trip = self.st, self.ground.rules["T04"], self.st.trip
        assert trip is not None
        least = rule["stop_s"] * SECOND
        stood = [
            stop for stop in st.stops
            if not stop[4] & tr.THROWN and stop[5] <= CREPT_M and stop[0] >= trip["depart"]
            and rule["short_stop_s"] * SECOND <= stop[1] - stop[0] <= rule["longest_s"] * SECOND
            and not self.sig[i] >> tr.LIFT & 3  # its body would have been seen lifted
        ]  # fmt: skip
        off = [stop for stop in stood if stop[4] & tr.OFF and (seen_empty or not self._beside_route(stop))]
        # Where gate cameras saw it leave loaded and come back empty, at last also on its route.
        on = [stop for stop in stood if seen_empty and stop[1] - stop[0] >= least and self._on_route(stop)]
        # Or it stood where nobody saw it: a gap too short for any sink on its card.
        hidden = [[before[2], after[2], before[0], before[1], 0, 0] for before, after, _off in gaps]
        # Who vanished off its routes and came back there had something to hide.
        stops = [stop for stop, gap in zip(hidden, gaps, strict=True) if gap[2]] or off or hidden or on
        # Who parks for long has got rid of it before.
        parked = min((stop[0] for stop in st.stops if stop[1] - stop[0] > rule["longest_s"] * SECOND), default=NEVER)
        stops = [stop for stop in stops if stop[0] < parked] or [stop for stop in off if stop[0] < parked] or stops
        if not stops:
            return
        began, ended, lon, lat, sig, _moved = max(
            stops, key=lambda stop: (stop[1] - stop[0] >= least, self._out(stop, i))
        )
        point = [lon, lat, began, 0.0, 0, sig >> tr.LIFT & 3]
        away, sink = self.ground.nearest_sink(lon, lat)
        short, unseen = ended - began < least, not sig
        beside = bool(sig) and not sig & tr.OFF
        self.hit(
            "T04", began, self.t[i], point, "gap" if unseen else "beside" if beside else "short" if short else "stop",
            [[trip["from_lon"], trip["from_lat"], trip["depart"], 0.0, 0, 0], point, self.quote(i)],
            level=rule.level + (short or unseen or beside), ended=ended, stood_s=(ended - began) // SECOND,
            sink_m=metres(away), nearest_sink=sink.name if sink else "", by=trip["by"], left_at=trip["depart"],
            back_at=self.t[i],
        )  # fmt: skip
        self._dropped(lon, lat, began)

    def _out(self, stop: list, i: int) -> float:
        """Metres to it from where it was loaded, and on to where it came back."""
        trip, gap_m = self.st.trip, self.ground.plane.gap_m
        assert trip is not None
        there = gap_m(trip["from_lon"], trip["from_lat"], stop[2], stop[3])
        return there + gap_m(self.lon[i], self.lat[i], stop[2], stop[3])

    def _on_route(self, stop: list) -> bool:
        return not stop[4] & (tr.OFF | tr.NEAR_SINK) and not stop[4] >> tr.SOURCE & LABEL

    def _beside_route(self, stop: list) -> bool:
        """Hardly off its routes: there waits who is turned away by the sink, and brings the load back."""
        corridor, place = self.ground.corridor(self.card.id), self.ground.plane.metres(stop[2], stop[3])
        return corridor is not None and corridor.areas[0].distance(shapely.Point(*place)) <= BESIDE_ROUTE_M

    def _may_have_unloaded(self, before: list, after: list, off: bool) -> bool:
        """Whether a sink on its card lies within reach of a silence between two quotes."""
        near = self.ground.plane.gap_m(before[0], before[1], after[0], after[1]) <= ROUND_M
        away = min(self._nearest_allowed(quote) for quote in (before, after))
        if off and near and away > ROUND_M:
            return False
        if away <= AT_ITS_SINK_M:
            return True
        allowed = self.card.sinks_on(day_of(after[2]))
        return self.ground.could_reach_sink(before, after, (after[2] - before[2]) / SECOND, allowed)

    def _nearest_allowed(self, quote: list) -> float:
        return self.ground.nearest_sink(quote[0], quote[1], self.card.sinks_on(day_of(quote[2])))[0]

    # the wrong sink

    def on_sink(self, i: int, unloaded: bool) -> None:
        st = self.st
        assert st.sink is not None
        sink_id, since, lon, lat = st.sink[:4]
        at = self.t[i]
        if st.sink[4] == EMPTY and not unloaded:
            return
        allowed = self.card.sinks_on(day_of(since))
        if allowed is None or sink_id in allowed or st.cargo:
            return
        point = [lon, lat, since, 0.0, st.sink[4], 0]
        self._t05(self._sink_of(sink_id), since, at, point, [point, self.quote(i)], "unloaded" if unloaded else "stay",
                  allowed, 0, stayed_s=(at - since) // SECOND)  # fmt: skip

    def on_short_call(self, i: int, slow: list) -> None:
        """Its sensor says that it was emptied at a sink, where it was too short a time for a stay."""
        since, until, lon, lat = slow[:4]
        sink = self._forbidden_beside(slow[2:], slow[2:], self._near_m(), since)
        if sink is not None:
            self._called(sink, since, until or self.t[i], lon, lat, i, "unloaded")

    def _short_at_sink(self, stop: list, i: int) -> bool:
        """It stood at a sink not on its card for less than a stay, and called at no other: enough to unload."""
        since, until, lon, lat = stop[:4]
        if until - since < self.ground.rules["T04"]["short_stop_s"] * SECOND:
            return False
        sink = self._forbidden_beside(stop[2:], stop[2:], self._near_m(), since)
        if sink is not None:
            self._called(sink, since, until, lon, lat, i, "short")
        return sink is not None

    def _silent_at_sinks(self) -> list[list]:
        """Silences that began and ended at a sink, as stops."""
        near_m, nearest = self._near_m(), self.ground.nearest_sink
        return [
            [t0, t1, lon1, lat1, tr.NEAR_SINK, 0] for t0, lon0, lat0, t1, lon1, lat1, _off in self.st.gaps
            if nearest(lon0, lat0)[0] <= near_m and nearest(lon1, lat1)[0] <= near_m
        ]  # fmt: skip

    def _called(self, sink: SinkGround, since: int, until: int, lon: float, lat: float, i: int, why: str) -> None:
        point = [lon, lat, since, 0.0, 0, 0]
        allowed = self.card.sinks_on(day_of(since))
        self._t05(sink, since, self.t[i], point, [point, self.quote(i)], why, allowed, 1, ended=until,
                  stayed_s=(until - since) // SECOND)  # fmt: skip
        self._dropped(lon, lat, since, to=SINK, sink=sink.id)

    def _near_m(self) -> float:
        return max(self.ground.rules["T03"]["sink_m"], self.ground.rules["T04"]["sink_m"])

    def _at_allowed(self, stop: list) -> bool:
        return self._nearest_allowed([stop[2], stop[3], stop[0]]) <= self._near_m()

    def _forbidden_beside(self, before: list, after: list, metres_: float, at: int | None = None) -> SinkGround | None:
        """A sink not on its card so close to one of two places; `at`, or the instant of the second."""
        allowed = self.card.sinks_on(day_of(after[2] if at is None else at))
        if allowed is None:
            return None
        ends = [self.ground.nearest_sink(quote[0], quote[1]) for quote in (after, before)]
        near = (sink for away, sink in ends if sink is not None and away <= metres_ and sink.id not in allowed)
        return next(near, None)

    def _went_to(self, before: list, after: list, off: bool) -> SinkGround | None:
        """A sink not on its card, on whose road, off its own routes, it vanished and came back."""
        first, second = (self._forbidden_beside(quote, quote, BESIDE_M) for quote in (before, after))
        return first if off and first is second else None

    def _sink_of(self, sink_id: int) -> SinkGround:
        return next(one for one in self.ground.sinks if one.id == sink_id)

    def _t05(
        self, sink: SinkGround, since: int, at: int, place, points, why, allowed: frozenset[int] | None, less: int,
        **facts: Any,
    ) -> None:  # fmt: skip
        named = [one.name for one in self.ground.sinks if one.id in (allowed or ())]
        self.hit("T05", since, at, place, why, points, level=self.ground.rules["T05"].level + less, sink=sink.id,
                 sink_name=sink.name, named=named[:4], **facts)  # fmt: skip
