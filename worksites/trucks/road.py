"""On the road: papers (T01), the route (T06), hours (T07), speed and rest (T08), cover (T09), nights (T14)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.fold import NEVER
from worksites.trucks.ground import Card, Ground, SiteGround
from worksites.trucks.speaker import SURE, Speaker, day_of
from worksites.trucks.standing import GLITCH_US
from worksites.trucks.state import State
from worksites.trucks.tracks import DAY_US, LABEL, SECOND, ZONE_US
from worksites.trucks.trips import BLACK_SITE, EMPTY, HALF

OPEN = 2
PAUSE_US = 3_600 * SECOND  # so long off the road, and a forbidden hour is another one


class Road(Speaker):
    """T01, T06–T09 and T14."""

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        super().__init__(ground, card, state, columns)
        rules = ground.rules
        # Asked at every look, so they are read once.
        self.off_us = int(rules["T06"]["off_s"] * SECOND)
        self.over_us = int(rules["T08"]["over_s"] * SECOND)
        self.open_us = int(rules["T09"]["open_s"] * SECOND)
        self.drive_us = int(rules["T08"]["drive_h"] * 3_600 * SECOND)

    def on_the_road(self, p: int, i: int) -> None:
        """Look at a fix for all of them but T14."""
        st, s = self.st, self.sig[i]
        if s & tr.NO_PAPER:
            self._without_papers(i)
        if st.barred is not None or s & tr.HOURS:
            self._barred(p, i)
        self._route(i)
        if s & tr.FAST or st.fast is not None:
            self._fast(i)
        if not s & tr.SLOW:
            self._driving(i)
        self._cover(i)

    def road_due(self) -> int:
        """The next instant for which one of them waits."""
        st, soonest = self.st, NEVER
        if st.off is not None and not st.off[2]:
            soonest = st.off[0] + self.off_us + st.off[3]
        if st.fast is not None and not st.fast[2]:
            soonest = min(soonest, st.fast[0] + self.over_us)
        if st.open is not None and not st.open[2]:
            soonest = min(soonest, st.open[0] + self.open_us)
        if st.drive is not None and not st.drive[1] and (st.slow is None or st.slow[1] is not None):
            soonest = min(soonest, st.drive[0] + self.drive_us)
        return soonest

    def _without_papers(self, i: int) -> None:
        t = self.t[i]
        day, last = day_of(t), self.st.told.get("T01")
        if last is None or day_of(last) != day:
            point = self.quote(i)
            self.hit("T01", t, t, point, "papers", [point], missing=self.ground.missing(self.card.id, day),
                     key=f"T01:{self.card.id}:{day:%Y%m%d}")  # fmt: skip

    def _barred(self, p: int, i: int) -> None:
        st, t = self.st, self.t[i]
        if st.barred is not None and st.barred[1] and p >= 0:
            st.barred = [self.t[p], False]
        if not self.sig[i] & tr.HOURS:
            return
        if st.barred is None or t - st.barred[0] > PAUSE_US:
            point = self.quote(i)
            self.hit("T07", t, t, point, "hours", [point])
        st.barred = [t, True]

    def _route(self, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        loaded = st.phase == "loaded" and s >> tr.LOAD & 3 != EMPTY
        if not (self.has_lines and s & tr.OFF and loaded and not s & tr.ROUND_SINK):
            st.off = None
            return
        st.off = st.off or [t, self.quote(i), False, GLITCH_US if self.unsteady(i) else 0]
        if st.off[2] or t - st.off[0] < self.off_us + st.off[3]:
            return
        st.off[2] = True
        if st.trip is None or st.trip["from_type"] == BLACK_SITE or not self._was_in(st.trip):
            return
        st.trip["route_matched"] = False
        self.hit("T06", st.off[0], t, st.off[1], "route", [st.off[1], self.quote(i)],
                 off_s=(t - st.off[0]) // SECOND, route_m=int(self.ground.rules["T06"]["route_m"]))  # fmt: skip
        self.keep(st.trip)

    def _was_in(self, trip: dict[str, Any]) -> bool:
        """Whether it was loaded at its source at all, though neither camera nor manifest says so.

        Who only waited before a gate was not read by the camera there; where it has been given manifests before,
        one would have been written for a load.
        """
        if trip["by"] in SURE:
            return True
        if trip["site"] in self.st.papered:
            return False
        site = self.ground.site(trip["site"], trip["load_start"])
        return site is None or not site.has_camera

    def _fast(self, i: int) -> None:
        st, s, t, rule = self.st, self.sig[i], self.t[i], self.ground.rules["T08"]
        if not s & tr.FAST:
            st.fast = None
            return
        st.fast = st.fast or [t, self.quote(i), False]
        if not st.fast[2] and t - st.fast[0] >= self.over_us:
            st.fast[2] = True
            limit = rule["limit_kmh"] if s & tr.STREET else rule["limit_fast_kmh"]
            self.hit("T08", st.fast[0], t, st.fast[1], "speed", [st.fast[1], self.quote(i)], limit_kmh=int(limit),
                     over_s=(t - st.fast[0]) // SECOND)  # fmt: skip

    def _driving(self, i: int) -> None:
        st, t = self.st, self.t[i]
        if st.drive is None:
            st.drive = [t, False]
        elif not st.drive[1] and t - st.drive[0] >= self.drive_us:
            st.drive[1] = True
            point = self.quote(i)
            self.hit("T08", st.drive[0], t, point, "tired", [point], drive_h=self.ground.rules["T08"]["drive_h"])

    def _cover(self, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        loaded = s >> tr.COVER & 3 == OPEN and st.load >= HALF and not st.clay
        if not (loaded and s & tr.OVER10 and not s >> tr.INSIDE & LABEL):
            st.open = None
            return
        st.open = st.open or [t, self.quote(i), False]
        if not st.open[2] and t - st.open[0] >= self.open_us:
            st.open[2] = True
            self.hit("T09", st.open[0], t, st.open[1], "sensor", [st.open[1], self.quote(i)],
                     open_s=(t - st.open[0]) // SECOND)  # fmt: skip

    def on_departure(self, site: SiteGround, t: int) -> None:
        rule, trip = self.ground.rules["T14"], self.st.trip
        assert trip is not None
        minute, day = (t + ZONE_US) % DAY_US // (60 * SECOND), day_of(t)
        if minute < rule["until_h"] * 60:
            day, minute = day - timedelta(days=1), minute + 1440
        elif minute < rule["from_h"] * 60:
            return
        if self.ground.night_proof(site, day, minute):
            return
        place = [trip["from_lon"], trip["from_lat"], t, 0.0, 0, 0]
        self.hit(
            "T14", t, t, place, "departure", [place], key=f"T14:{site.id}:{day:%Y%m%d}", site=site.id,
            site_name=site.name, night=day.isoformat(), left_at=t, by=trip["by"],
        )  # fmt: skip
