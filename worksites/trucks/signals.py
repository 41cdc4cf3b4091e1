"""Silence and jumps (T10), plates read where the truck was not (T11), and what gate cameras say of a load."""

from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.fold import LAG_US
from worksites.trucks.speaker import Speaker, metres
from worksites.trucks.standing import GLITCH_US
from worksites.trucks.tracks import GAP_US, SECOND

JOIN_US, JOIN_M = 60 * SECOND, 150.0  # a camera's pass belongs to a fix within these
GLITCH_M = 500.0  # wild positions return so close to where it was
PARKED_US = 600 * SECOND
FASTEST_MS = 25.0  # 90 km/h


class Signals(Speaker):
    """T10 and T11."""

    def on_gap(self, p: int, i: int) -> None:
        self.lost(self.quote(p), self.t[i] - self.t[p], self.sig[p], self.quote(i))

    def lost(self, last: list, gap_us: int, sig: int, again: list | None) -> None:
        """No position for so long since `last`; `again` is the first one after it, None while it is still silent."""
        rule = self.ground.rules["T10"]
        if gap_us <= rule["gap_s"] * SECOND or not sig & tr.ON:
            return
        away, _gate, site = self.ground.nearest_gate(*last[:3])
        near = away <= rule["gate_m"]
        self.hit(
            "T10", last[2], last[2] + int(rule["gap_s"] * SECOND) + 1, last, "gap", [last],
            level=max(1, rule.level - near), site=site.id if near and site else None, gap_s=int(rule["gap_s"]),
            gate_m=metres(away), gate_site=site.name if site else "",
        )  # fmt: skip

    def jumped(self, p: int, i: int) -> None:
        """A step further and faster than a truck drives: told once it is clear that it does not jump back."""
        rule, st, t = self.ground.rules["T10"], self.st, self.t[i]
        gap_m = self.ground.plane.gap_m
        step_m, step_s = ((self.odo[i] - self.odo[p]) / 100, (t - self.t[p]) / SECOND) if p >= 0 else (0.0, 1.0)
        wild = step_m > rule["jump_kmh"] / 3.6 * step_s
        if st.jump is not None:
            before, after = st.jump
            away = gap_m(before[0], before[1], self.lon[i], self.lat[i])
            if wild and away <= GLITCH_M + FASTEST_MS * (t - before[2]) / SECOND:
                st.jump = None
            elif t - after[2] >= GLITCH_US:
                st.jump = None
                far = round(gap_m(before[0], before[1], after[0], after[1]))
                seconds = (after[2] - before[2]) // SECOND
                self.hit("T10", before[2], t, before, "jump", [before, after], jump_m=far, seconds=seconds)
            return
        if p >= 0 and t - self.t[p] <= rule["gap_s"] * SECOND and wild and step_m > rule["jump_m"]:
            st.jump = [self.quote(p), self.quote(i)]

    def on_pass(self, event: dict[str, Any], p: int, i: int) -> None:
        st, at, rule = self.st, event["t"], self.ground.rules["T11"]
        sure = event["confidence"] is None or event["confidence"] >= rule["confidence"]
        if sure and event["site"] is not None:
            st.passed = [at, event["site"]]
        best = min((n for n in (p, i) if n >= 0), key=lambda n: abs(self.t[n] - at))
        away, unsure = self._away(event, p, i, best)
        if away - unsure > rule["away_m"]:
            if sure and (abs(self.t[best] - at) <= rule["within_s"] * SECOND or p >= 0):
                self.hit(
                    "T11", at, self.t[i], [event["lon"], event["lat"]], "camera", [self.quote(best)],
                    camera=event["code"], camera_at=at, camera_lon=event["lon"], camera_lat=event["lat"],
                    away_m=round(away), site=event["site"],
                )  # fmt: skip
            return
        if abs(self.t[best] - at) > JOIN_US or not sure or away - unsure > JOIN_M or event["site"] is None:
            return
        if event["direction"] == "in":
            if event["loaded"] is not None:
                st.back = [at, event["site"], event["loaded"]]
        elif event["direction"] == "out":
            self._went_out(event, i)

    def _away(self, event: dict[str, Any], p: int, i: int, best: int) -> tuple[float, float]:
        """(metres from the camera to where the truck was, metres by which it may have been nearer)."""
        at, gap_m = event["t"], self.ground.plane.gap_m
        if p < 0 or not self.t[p] <= at <= self.t[i]:
            away = gap_m(self.lon[best], self.lat[best], event["lon"], event["lat"])
            return away, abs(self.t[best] - at) / SECOND * FASTEST_MS
        if self.t[i] - self.t[p] <= GAP_US:
            share = (at - self.t[p]) / max(1, self.t[i] - self.t[p])
            lon = self.lon[p] + (self.lon[i] - self.lon[p]) * share
            lat = self.lat[p] + (self.lat[i] - self.lat[p]) * share
            return gap_m(lon, lat, event["lon"], event["lat"]), 0.0
        if self._parked(p, i):
            return gap_m(self.lon[p], self.lat[p], event["lon"], event["lat"]), 0.0
        # Of a longer pause only what it could have driven, from the one or to the other.
        ends = [(gap_m(self.lon[n], self.lat[n], event["lon"], event["lat"]), abs(self.t[n] - at)) for n in (p, i)]
        return max(((away, us / SECOND * FASTEST_MS) for away, us in ends), key=lambda end: end[0] - end[1])

    def _parked(self, p: int, i: int) -> bool:
        """It stood in one place with its engine off, and its terminal told so every few minutes only."""
        still = bool(self.sig[p] & self.sig[i] & tr.STOP) and not (self.sig[p] | self.sig[i]) & tr.ON
        moved = self.ground.plane.gap_m(self.lon[p], self.lat[p], self.lon[i], self.lat[i])
        return still and moved <= JOIN_M and self.t[i] - self.t[p] <= PARKED_US

    def _known(self, event: dict[str, Any]) -> None:
        """The load of a trip that was only presumed, because it had crept out before the camera read it."""
        trip = self.st.trip
        if trip is None or trip["by"] != "presumed" or trip["site"] != event["site"] or not event["loaded"]:
            return
        if trip["depart"] is None or event["t"] - trip["depart"] <= LAG_US:
            trip["by"], trip["gate"] = "camera", event["gate"]
            self.keep(trip)

    def _went_out(self, event: dict[str, Any], i: int) -> None:
        at = event["t"]
        if event["loaded"] is not None:
            self.st.gate = [at, event["loaded"], event["gate"], event["site"]]
            self._known(event)
        if event["loaded"] and event["covered"] is False:
            self.hit(
                "T09", at, self.t[i], [event["lon"], event["lat"]], "camera", [self.quote(i)], camera=event["code"],
                camera_at=at, site=event["site"],
            )  # fmt: skip
