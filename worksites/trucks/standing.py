"""Standing, creeping and silence of one truck: what the state remembers of them, and of rests."""

from collections.abc import Sequence
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.ground import Card, Ground
from worksites.trucks.state import MOST_GAPS, MOST_SLOWS, MOST_STOPS, State
from worksites.trucks.tracks import SECOND
from worksites.trucks.trips import Trips

SHORTEST_US = 20 * SECOND
FORGET_US = 600 * SECOND  # a longer gap ends a stay
GLITCH_US = 180 * SECOND  # wild positions, echoes of the signal, have returned within these


class Standing(Trips):
    """When it stands, creeps or is silent."""

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        super().__init__(ground, card, state, columns)
        self.rest_us = int(ground.rules["T08"]["rest_s"] * SECOND)

    def unsteady(self, i: int) -> bool:
        """Whether its position may be an echo of the signal, which comes back within minutes."""
        return self.st.echo is not None and self.t[i] - self.st.echo < GLITCH_US

    def silence_ended(self, p: int, i: int) -> None:
        """No position for longer than `GAP_US` before fix `i`: what was being watched is watched no more."""
        st = self.st
        st.fast = st.open = st.up = st.shut = None
        if st.off is not None and not (st.off[2] and self.sig[p] & self.sig[i] & tr.OFF):
            st.off = None  # and otherwise it is off its routes still, and that has been told
        gap = self.t[i] - self.t[p]
        moved = self.ground.plane.gap_m(self.lon[p], self.lat[p], self.lon[i], self.lat[i])
        still = self.sig[p] & self.sig[i] & tr.STOP or not (self.sig[p] | self.sig[i]) & tr.ON
        stood = bool(still) and moved <= 100  # parked it drifts
        if not stood or (gap > FORGET_US and self.sig[p] & tr.ON):
            off = bool(self.sig[p] & self.sig[i] & tr.OFF)
            ends = [self.t[p], self.lon[p], self.lat[p], self.t[i], self.lon[i], self.lat[i]]
            st.gaps = [*st.gaps[1 - MOST_GAPS :], [*ends, off]]
        if gap > FORGET_US and ((self.sig[p] ^ self.sig[i]) & ~tr.STEP) >> tr.SOURCE:
            if st.phase != "at_source":
                st.src = None
            if st.sink is not None and not st.sink[5]:
                st.sink = None
        if moved > 100 or not self.sig[i] & tr.STOP:
            self._end_slow(self.t[p])
            self._end_stop(self.t[p])
        if gap >= self.rest_us:
            st.drive = None  # it may have rested

    def standing(self, p: int, i: int) -> None:
        """Stops, and times below the speed of loading, begin and end."""
        st, s, t = self.st, self.sig[i], self.t[i]
        if s & tr.SLOW:
            if st.slow is None or st.slow[1] is not None:
                st.slows = [*st.slows[1 - MOST_SLOWS :], st.slow] if st.slow is not None else []
                st.slow = [t, None, self.lon[i], self.lat[i], s]
        elif st.slow is not None and st.slow[1] is None:
            self._end_slow(t)
        if st.stop is not None and (s & tr.HOPPED or (s ^ st.stop[3]) & tr.NEAR_SINK):
            self._end_stop(self.t[p])  # it stands again, elsewhere
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

    def _end_slow(self, until: int) -> None:
        st = self.st
        if st.slow is None or st.slow[1] is not None:
            return
        st.slow[1] = until
        if until - st.slow[0] >= self.rest_us:
            st.drive = None  # it has rested: who creeps in a queue does not drive

    def _end_stop(self, until: int) -> None:
        st = self.st
        if st.stop is None:
            return
        t0, lon, lat, s, lon1, lat1, _until = st.stop
        st.stop = None
        self.keep_stop([t0, until, lon, lat, s, round(self.ground.plane.gap_m(lon, lat, lon1, lat1))])

    def keep_stop(self, stop: list[Any]) -> None:
        """Remember [since, until, lon, lat, sig, metres moved] until the next source or sink, unless it was short."""
        if stop[1] - stop[0] >= SHORTEST_US:
            self.st.stops = [*self.st.stops[1 - MOST_STOPS :], stop]
