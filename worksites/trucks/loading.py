"""Loaded at an unregistered point (T02), as the load sensor says: seen, or hidden by a silence."""

from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.fold import LAG_US
from worksites.trucks.ground import LOADING_S, REACH_MS
from worksites.trucks.speaker import Speaker, day_of, metres
from worksites.trucks.tracks import GAP_US, LABEL, SECOND

# Who vanishes and comes back within these has been no further away than that, however long it was silent.
ROUND_M = 600.0
ROUND_S = LOADING_S + ROUND_M / REACH_MS


class Loading(Speaker):
    """T02."""

    def on_loaded(self, after: list, before: list, sig: int) -> None:
        st, rule = self.st, self.ground.rules["T02"]
        st.loading = None
        if after[2] - before[2] > GAP_US:
            if not self._may_have_loaded(before, after):
                self.start_trip(None, "sensor", after[2], after)
                self._t02(before, after, before[2], after[2], "gap", 1)
            return
        # A slow sensor tells of it when the truck has driven on: of the last stops the longest.
        stops = [
            slow for slow in (*st.slows, st.slow) if slow is not None and slow[0] <= after[2]
            and (slow[1] is None or slow[1] >= before[2] - LAG_US)
            and not slow[4] >> tr.SOURCE & LABEL and not slow[4] & tr.NEAR_SINK
        ]  # fmt: skip
        if not stops:
            return  # loaded while driving: the sensor errs
        # The last one that was long enough and at which it was still seen empty.
        long = [stop for stop in stops if stop[0] <= before[2] and self._stood(stop) >= rule["short_stop_s"] * SECOND]
        best = long[-1] if long else max(stops, key=self._stood)
        shut = self.was_shut(after[2] - LAG_US)
        self.start_trip(None, "sensor", min(best[0], after[2]), [best[2], best[3]])
        if best[1] is None:
            st.loading = [after, before, best[0], shut]
            self.still_loading()
        elif best[1] - best[0] >= rule["short_stop_s"] * SECOND:
            stood = best[1] - best[0]
            self._t02(before, after, min(before[2], best[1]), best[1], "sensor",
                      shut or stood < rule["stop_s"] * SECOND, stood_s=stood // SECOND)  # fmt: skip

    def _stood(self, slow: list) -> int:
        return (self.t[self.here] if slow[1] is None else slow[1]) - slow[0]

    def still_loading(self, now: int | None = None) -> None:
        """A load taken on at an unregistered point waits for the length of its stop."""
        st, rule = self.st, self.ground.rules["T02"]
        if st.loading is None or st.slow is None or st.slow[0] != st.loading[2]:
            st.loading = None
            return
        after, before, began, shut = st.loading
        until = st.slow[1]
        if until is None and not self.sig[self.here] & tr.ON:
            return  # parked: it has to drive away with it
        stood = (until if until is not None else now or began) - began
        if stood >= rule["stop_s"] * SECOND:
            self._t02(before, after, before[2], until, "sensor", shut,
                      stood_s=int(rule["stop_s"]) if until is None else stood // SECOND)  # fmt: skip
        elif until is None:
            return
        elif stood >= rule["short_stop_s"] * SECOND:
            self._t02(before, after, before[2], until, "sensor", 1, stood_s=stood // SECOND)
        st.loading = None

    def _t02(self, before, after, began, ended, why, less, **facts: Any) -> None:
        away, _gate, site = self.ground.nearest_gate(*after[:3])
        level = self.ground.rules["T02"].level + less
        self.hit(
            "T02", began, self.t[self.here], after, why, [before, after], level=level, ended=ended, gate_m=metres(away),
            gate_site=site.name if site else "", **facts,
        )  # fmt: skip

    def _may_have_loaded(self, before: list, after: list) -> bool:
        """Whether a registered site lies within reach of a silence between two quotes."""
        seconds = (after[2] - before[2]) / SECOND
        if self._stayed_round(before, after):
            seconds = min(seconds, ROUND_S)
        return self.ground.could_reach_source(before, after, seconds, self._unwatched(before[2]))

    def _stayed_round(self, before: list, after: list) -> bool:
        return self.ground.plane.gap_m(before[0], before[1], after[0], after[1]) <= ROUND_M

    def _unwatched(self, since: int) -> frozenset[int]:
        """Sites of its card at which it may have been since then: a gate camera would have read its plate."""
        allowed, passed = self.card.sites_on(day_of(since)), self.st.passed
        return frozenset(
            site.id for site in self.ground.lawful
            if site.since <= since < site.until and (allowed is None or site.id in allowed)
            and (
                (passed is not None and passed[1] == site.id and passed[0] >= since)
                or not site.has_camera
            )
        )  # fmt: skip
