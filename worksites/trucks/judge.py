"""The rules of one truck, T01–T11 and T14: what a hit is, and when one is held back. T12 is in sitedays.py."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.fold import BLACK_SITE, EMPTY, HALF, NEVER, Fold
from worksites.trucks.ground import Card, Ground, SiteGround
from worksites.trucks.rules import DAY_S
from worksites.trucks.state import State
from worksites.trucks.tracks import DAY_US, EPOCH, GAP_US, LABEL, SECOND, ZONE_US

UP = 2
OPEN = 2
SURE = ("sensor", "camera", "manifest")
JOIN_US, JOIN_M = 60 * SECOND, 150.0  # a camera's pass belongs to a fix within these
GLITCH_M = 500.0


class Judge(Fold):
    """A fold that speaks up."""

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        super().__init__(ground, card, state, columns)
        rules = ground.rules
        # Asked at every look, so they are read once.
        self.loading_us = int(rules["T02"]["stop_s"] * SECOND)
        self.up_us = int(rules["T03"]["up_s"] * SECOND)
        self.off_us = int(rules["T06"]["off_s"] * SECOND)
        self.over_us = int(rules["T08"]["over_s"] * SECOND)
        self.open_us = int(rules["T09"]["open_s"] * SECOND)
        self.rest_us = int(rules["T08"]["rest_s"] * SECOND)
        self.drive_us = int(rules["T08"]["drive_h"] * 3_600 * SECOND)
        self.jump_gap_us = int(rules["T10"]["gap_s"] * SECOND)
        self.jump_cm = int(rules["T10"]["jump_m"] * 100)

    def hit(self, code: str, began: int, at: int, place: list, why: str, points: list, **facts: Any) -> bool:
        """Raise one, unless the rule is off or spoke lately; level, site, sink, ended and key may be given."""
        rule, st = self.ground.rules[code], self.st
        if not rule.is_active:
            return False
        if st.trip is not None and code not in st.trip["hits"]:
            st.trip["hits"].append(code)
            self.keep(st.trip)
        last = st.told.get(code)
        if last is not None:
            if rule.suppress_s >= DAY_S:
                if (last + ZONE_US) // DAY_US == (at + ZONE_US) // DAY_US:
                    return False
            elif at - last < rule.suppress_s * SECOND:
                return False
        st.told[code] = at
        trip = st.trip
        self.hits.append({
            "rule": code, "level": facts.pop("level", rule.level),
            "key": facts.pop("key", f"{code}:{self.card.id}:{began // SECOND}"), "truck": self.card.id,
            "site": facts.pop("site", trip["site"] if trip else None), "sink": facts.pop("sink", None),
            "began": began, "ended": facts.pop("ended", None), "detected": at, "lon": place[0], "lat": place[1],
            "trip": trip["load_start"] if trip else None,
            "facts": {"why": why, "plate": self.card.plate, "points": points, **facts},
        })  # fmt: skip
        return True

    # gaps and jumps: T10

    def on_gap(self, p: int, i: int) -> None:
        self.lost(self.quote(p), self.t[i] - self.t[p], self.sig[p], self.quote(i))

    def lost(self, last: list, gap_us: int, sig: int, again: list | None) -> None:
        """No position for so long since `last`; `again` is the first one after it, None while it is still silent."""
        rule = self.ground.rules["T10"]
        if gap_us <= rule["gap_s"] * SECOND or not sig & tr.ON:
            return
        away, _gate, site = self.ground.nearest_gate(last[0], last[1])
        near = away <= rule["gate_m"]
        self.hit(
            "T10", last[2], last[2] + int(rule["gap_s"] * SECOND) + 1, last, "gap", [last],
            level=max(1, rule.level - near), site=site.id if near and site else None, gap_s=int(rule["gap_s"]),
            gate_m=_metres(away), gate_site=site.name if site else "",
        )  # fmt: skip

    def _jumped(self, p: int, i: int) -> None:
        rule, st = self.ground.rules["T10"], self.st
        gap_m = self.ground.plane.gap_m
        if st.jump is not None:
            before, after = st.jump
            st.jump = None
            if gap_m(before[0], before[1], self.lon[i], self.lat[i]) > GLITCH_M:
                jumped = round(gap_m(before[0], before[1], after[0], after[1]))
                seconds = (after[2] - before[2]) // SECOND
                self.hit("T10", before[2], after[2], before, "jump", [before, after], jump_m=jumped, seconds=seconds)
            else:
                return  # one wild position, and back again
        if p >= 0 and self.t[i] - self.t[p] <= rule["gap_s"] * SECOND:
            metres = (self.odo[i] - self.odo[p]) / 100
            if metres <= rule["jump_m"]:
                return
            seconds = (self.t[i] - self.t[p]) / SECOND
            if metres > rule["jump_kmh"] / 3.6 * seconds:
                st.jump = [self.quote(p), self.quote(i)]

    # cameras: T11, T09, and what they say of the load

    def on_pass(self, event: dict[str, Any], p: int, i: int) -> None:
        st, at = self.st, event["t"]
        rule = self.ground.rules["T11"]
        sure = event["confidence"] is None or event["confidence"] >= rule["confidence"]
        if sure and event["site"] is not None:
            st.passed = [at, event["site"]]
        near = [n for n in (p, i) if n >= 0 and abs(self.t[n] - at) <= JOIN_US]
        if not near:
            return
        if p >= 0 and self.t[p] <= at <= self.t[i] and self.t[i] - self.t[p] <= GAP_US:
            share = (at - self.t[p]) / max(1, self.t[i] - self.t[p])
            lon = self.lon[p] + (self.lon[i] - self.lon[p]) * share
            lat = self.lat[p] + (self.lat[i] - self.lat[p]) * share
            unsure = 0.0
        else:
            best = min(near, key=lambda n: abs(self.t[n] - at))
            lon, lat = self.lon[best], self.lat[best]
            unsure = abs(self.t[best] - at) / SECOND * 25  # it may have driven on at 90 km/h
        away = self.ground.plane.gap_m(lon, lat, event["lon"], event["lat"])
        if away - unsure > rule["away_m"]:
            best = min(near, key=lambda n: abs(self.t[n] - at))
            if sure and abs(self.t[best] - at) <= rule["within_s"] * SECOND:
                self.hit(
                    "T11", at, self.t[i], [event["lon"], event["lat"]], "camera", [self.quote(best)],
                    camera=event["code"], camera_at=at, camera_lon=event["lon"], camera_lat=event["lat"],
                    away_m=round(away), site=event["site"],
                )  # fmt: skip
            return
        if not sure or away - unsure > JOIN_M or event["direction"] != "out" or event["site"] is None:
            return
        if event["loaded"] is not None:
            st.gate = [at, event["loaded"], event["gate"], event["site"]]
        if event["loaded"] and event["covered"] is False:
            self.hit(
                "T09", at, self.t[i], [event["lon"], event["lat"]], "camera", [self.quote(i)], camera=event["code"],
                camera_at=at, site=event["site"],
            )  # fmt: skip

    # loading and dumping: T02, T03, T04

    def on_loaded(self, after: list, before: list, sig: int) -> None:
        st = self.st
        gap = after[2] - before[2]
        st.loading = None
        if gap > GAP_US:
            if not self.ground.could_reach_source(before, after, gap / SECOND, self._unwatched(before[2])):
                self.start_trip(None, "sensor", after[2], after)
                self._t02(before, after, before[2], after[2], "gap", 1)
            return
        if st.slow is None or (st.slow[1] is not None and st.slow[1] < before[2]):
            return  # loaded while driving: the sensor errs
        self.start_trip(None, "sensor", min(st.slow[0], after[2]), [st.slow[2], st.slow[3]])
        st.loading = [after, before]
        self._loading()

    def _loading(self, now: int | None = None) -> None:
        """A load taken on at an unregistered point waits for the length of its stop."""
        st, rule = self.st, self.ground.rules["T02"]
        if st.loading is None:
            return
        after, before = st.loading
        if st.slow is None:
            st.loading = None
            return
        began, until = st.slow[0], st.slow[1]
        if until is None:
            if now is not None and now - began >= rule["stop_s"] * SECOND:
                self._t02(before, after, began, None, "sensor", 0, stood_s=int(rule["stop_s"]))
                st.loading = None
            return
        st.loading = None
        stood = until - began
        if stood >= rule["stop_s"] * SECOND:
            self._t02(before, after, began, until, "sensor", 0, stood_s=stood // SECOND)
        elif stood >= rule["short_stop_s"] * SECOND:
            self._t02(before, after, began, until, "sensor", 1, stood_s=stood // SECOND)

    def _t02(self, before, after, began, ended, why, less, **facts: Any) -> None:
        away, _gate, site = self.ground.nearest_gate(after[0], after[1])
        level = self.ground.rules["T02"].level + less
        self.hit(
            "T02", began, after[2], after, why, [before, after], level=level, ended=ended, gate_m=_metres(away),
            gate_site=site.name if site else "", **facts,
        )  # fmt: skip

    def _unwatched(self, since: int) -> frozenset[int]:
        """Sites of its card at which it may have been since then: a gate camera would have read its plate."""
        allowed, passed = self.card.sites_on(_day(since)), self.st.passed
        return frozenset(
            site.id for site in self.ground.lawful
            if (allowed is None or site.id in allowed)
            and (
                (passed is not None and passed[1] == site.id and passed[0] >= since)
                or not any(gate.camera for gate in site.gates)
            )
        )  # fmt: skip

    def on_sink_unladen(self, i: int) -> None:
        """A truck without a load sensor that had called at a sink comes to one again and was at no source between."""
        st, rule = self.st, self.ground.rules["T02"]
        if st.load or not st.empty or st.phase == "at_sink":
            return
        if any(
            self.ground.could_reach_source(gap[1:3], gap[4:6], (gap[3] - gap[0]) / SECOND, self._unwatched(gap[0]))
            for gap in st.gaps
        ):
            return
        likely = [
            stop for stop in st.stops
            if rule["short_stop_s"] * SECOND <= stop[1] - stop[0] <= rule["longest_s"] * SECOND
            and not stop[4] >> tr.SOURCE & LABEL and not stop[4] & tr.NEAR_SINK and stop[4] & tr.ON and stop[5] <= 150
            and (stop[4] & tr.OFF or stop[1] - stop[0] >= rule["stop_s"] * SECOND)
        ]  # fmt: skip
        if not any(stop[1] - stop[0] >= rule["stop_s"] * SECOND for stop in likely):
            return
        # Which of them it was the track cannot tell: all are named.
        longest = max(likely, key=lambda stop: stop[1] - stop[0])
        points = [[stop[2], stop[3], stop[0], 0.0, 0, stop[4] >> tr.LIFT & 3] for stop in likely[-6:]]
        lon, lat, began = longest[2], longest[3], likely[0][0]
        away, _gate, site = self.ground.nearest_gate(lon, lat)
        self.start_trip(None, "presumed", began, [lon, lat])
        self.hit(
            "T02", began, self.t[i], [lon, lat], "track", [*points, self.quote(i)], level=rule.level + 1,
            ended=likely[-1][1], stops=len(likely), stood_s=(longest[1] - longest[0]) // SECOND,
            gate_m=_metres(away), gate_site=site.name if site else "",
        )  # fmt: skip

    def on_emptied(self, after: list, before: list) -> bool:
        st, rule = self.st, self.ground.rules["T03"]
        gap = after[2] - before[2]
        away, sink = self.ground.nearest_sink(after[0], after[1])
        facts = {"sink_m": _metres(away), "nearest_sink": sink.name if sink else "", "gap_s": gap // SECOND}
        if gap > GAP_US:
            allowed = self.card.sinks_on(_day(after[2]))
            ends = [self.ground.nearest_sink(*one[:2]) for one in (after, before)]
            inside = [sink for metres, sink in ends if sink is not None and metres <= rule["sink_m"]]
            seen_at = next((sink for sink in inside if allowed is not None and sink.id not in allowed), None)
            if seen_at is None and self.ground.could_reach_sink(before, after, gap / SECOND, allowed):
                return False
            round_m = self.ground.rules["T10"]["jump_m"]
            sink = seen_at or next((sink for metres, sink in ends if metres <= round_m), None)
            if sink is not None:
                self._t05(sink.id, before[2], after[2], before, [before, after], "gap", allowed or frozenset(), 1,
                          gap_s=gap // SECOND)  # fmt: skip
                return False
            self.hit("T03", before[2], after[2], before, "gap", [before, after], level=rule.level + 1, **facts)
            return True
        stood = st.stop is not None or (st.stops and st.stops[-1][1] >= before[2] - GAP_US)
        if not stood and min(before[3], after[3]) > rule["speed_kmh"]:
            return False  # emptied at speed: the sensor errs
        self.hit("T03", before[2], after[2], after, "emptied", [before, after], ended=after[2], **facts)
        return True

    def _lift(self, p: int, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        rule = self.ground.rules["T03"]
        here = not s & tr.NEAR_SINK and not s >> tr.INSIDE & LABEL
        if s >> tr.LIFT & 3 == UP and s & tr.STOP and here:
            if st.up is None:
                st.up = [t, self.quote(i), st.load, self.t[p] if p >= 0 else t, False]
            if not st.up[4] and t - st.up[0] >= rule["up_s"] * SECOND:
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
        if load == EMPTY or st.cargo or (not load and (st.phase != "loaded" or st.trip is None)):
            return
        known = load >= HALF or (st.trip is not None and st.trip["by"] in SURE)
        self._lift_told(point, points, up_s, 0 if known else 1, load)

    def _lift_told(self, point: list, points: list, up_s: int, less: int, load: int) -> None:
        st, rule, began = self.st, self.ground.rules["T03"], point[2]
        away, sink = self.ground.nearest_sink(point[0], point[1])
        self.hit(
            "T03", began, points[-1][2], point, "lift", points, level=rule.level + less, up_s=up_s,
            sink_m=_metres(away), nearest_sink=sink.name if sink else "",
        )  # fmt: skip
        if not load:
            if st.trip is not None:
                st.trip |= {"to_type": 4, "to_lon": point[0], "to_lat": point[1], "arrive": began, "unload": began}
                self.set_state("suspect")
            st.phase, st.empty = "returning", True

    def on_return(self, i: int) -> None:
        st, rule = self.st, self.ground.rules["T04"]
        trip = st.trip
        if st.load or trip is None or trip["by"] not in SURE or trip["depart"] is None or trip["unload"] is not None:
            return
        if any(stop[4] & tr.NEAR_SINK for stop in st.stops):
            return
        if st.once is not None:
            self._lift_told(st.once[0], [st.once[0], self.quote(i)], st.once[1], 1, 0)
            return
        allowed = self.card.sinks_on(_day(self.t[i]))
        if any(
            self.ground.could_reach_sink(gap[1:3], gap[4:6], (gap[3] - gap[0]) / SECOND, allowed) for gap in st.gaps
        ):
            self.set_state("lost")
            return
        hidden = 0
        off = [
            stop for stop in st.stops
            if stop[4] & tr.OFF and stop[5] <= 150 and stop[0] >= trip["depart"]
            and rule["short_stop_s"] * SECOND <= stop[1] - stop[0] <= rule["longest_s"] * SECOND
        ]  # fmt: skip
        if not off:
            # Or it stood where nobody saw it: a gap too short for any sink on its card.
            off = [
                [gap[0], gap[3], gap[1], gap[2], 0, 0] for gap in st.gaps
                if gap[0] >= trip["depart"] and gap[3] - gap[0] >= rule["stop_s"] * SECOND
            ]  # fmt: skip
            hidden = 1
        if not off:
            return
        began, ended, lon, lat, sig, _moved = max(off, key=lambda stop: stop[1] - stop[0])
        point = [lon, lat, began, 0.0, 0, sig >> tr.LIFT & 3]
        away, sink = self.ground.nearest_sink(lon, lat)
        short = ended - began < rule["stop_s"] * SECOND
        if short and (trip["by"] != "camera" or trip["manifest"] is None):
            return  # one witness is not enough for a stop that a red light may have made
        self.hit(
            "T04", began, self.t[i], point, "gap" if hidden else "short" if short else "stop",
            [[trip["from_lon"], trip["from_lat"], trip["depart"], 0.0, 0, 0], point, self.quote(i)],
            level=rule.level + (short or hidden), ended=ended, stood_s=(ended - began) // SECOND, sink_m=_metres(away),
            nearest_sink=sink.name if sink else "", by=trip["by"], left_at=trip["depart"], back_at=self.t[i],
        )  # fmt: skip
        trip |= {"to_type": 4, "to_lon": lon, "to_lat": lat, "arrive": began, "unload": began}
        self.set_state("suspect")

    # sinks: T05

    def on_sink(self, i: int, unloaded: bool) -> None:
        st = self.st
        assert st.sink is not None
        sink_id, since, lon, lat = st.sink[:4]
        at = self.t[i]
        if st.sink[4] == EMPTY and not unloaded:
            return
        allowed = self.card.sinks_on(_day(since))
        if allowed is None or sink_id in allowed or st.cargo:
            return
        point = [lon, lat, since, 0.0, st.sink[4], 0]
        self._t05(sink_id, since, at, point, [point, self.quote(i)], "unloaded" if unloaded else "stay", allowed, 0,
                  stayed_s=(at - since) // SECOND)  # fmt: skip

    def _t05(self, sink_id, since, at, place, points, why, allowed: frozenset[int], less: int, **facts: Any) -> None:
        sink = next(one for one in self.ground.sinks if one.id == sink_id)
        named = [one.name for one in self.ground.sinks if one.id in allowed]
        self.hit("T05", since, at, place, why, points, level=self.ground.rules["T05"].level + less, sink=sink_id,
                 sink_name=sink.name, named=named[:4], **facts)  # fmt: skip

    # night: T14

    def on_departure(self, site: SiteGround, t: int) -> None:
        rule = self.ground.rules["T14"]
        local = t + ZONE_US
        minute = local % DAY_US // (60 * SECOND)
        day = EPOCH + timedelta(days=local // DAY_US)
        if minute < rule["until_h"] * 60:
            day, minute = day - timedelta(days=1), minute + 1440
        elif minute < rule["from_h"] * 60:
            return
        if self.ground.night_proof(site, day, minute):
            return
        trip = self.st.trip
        assert trip is not None
        place = [trip["from_lon"], trip["from_lat"], t, 0.0, 0, 0]
        self.hit(
            "T14", t, t, place, "departure", [place], key=f"T14:{site.id}:{day:%Y%m%d}", site=site.id,
            site_name=site.name, night=day.isoformat(), left_at=t, by=trip["by"],
        )  # fmt: skip

    # on the road: T01, T06, T07, T08, T09

    def rules_at(self, p: int, i: int) -> None:
        st, s, t = self.st, self.sig[i], self.t[i]
        if st.jump is not None or (p >= 0 and self.odo[i] - self.odo[p] > self.jump_cm):
            self._jumped(p, i)
        if st.loading is not None:
            self._loading(t)
        if st.up is not None or s >> tr.LIFT & 3 == UP:
            self._lift(p, i)
        sp = self.sig[p] if p >= 0 else 0
        if s & tr.NO_PAPER and (not sp & tr.NO_PAPER or (s ^ sp) >> tr.DAY & 1):
            day = _day(t)
            point = self.quote(i)
            self.hit("T01", t, t, point, "papers", [point], missing=self.ground.missing(self.card.id, day),
                     key=f"T01:{self.card.id}:{day:%Y%m%d}")  # fmt: skip
        if s & tr.HOURS and not sp & tr.HOURS:
            point = self.quote(i)
            self.hit("T07", t, t, point, "hours", [point])
        off = self.has_lines and s & tr.OFF and st.phase == "loaded" and not s & tr.ROUND_SINK
        if off:
            st.off = st.off or [t, self.quote(i), False]
            if not st.off[2] and t - st.off[0] >= self.off_us:
                st.off[2] = True
                self._off_route(i)
        else:
            st.off = None
        if s & tr.FAST or st.fast is not None:
            self._fast(i)
        if not s & tr.STOP:
            self._driving(i)
        if s >> tr.COVER & 3 == OPEN and st.load >= HALF and s & tr.OVER10 and not s >> tr.INSIDE & LABEL:
            st.open = st.open or [t, self.quote(i), False]
            if not st.open[2] and t - st.open[0] >= self.open_us:
                st.open[2] = True
                self.hit("T09", st.open[0], t, st.open[1], "sensor", [st.open[1], self.quote(i)],
                         open_s=(t - st.open[0]) // SECOND)  # fmt: skip
        else:
            st.open = None

    def _off_route(self, i: int) -> None:
        st, t, rule = self.st, self.t[i], self.ground.rules["T06"]
        if st.trip is None or st.off is None or st.trip["from_type"] == BLACK_SITE:
            return
        st.trip["route_matched"] = False
        self.hit("T06", st.off[0], t, st.off[1], "route", [st.off[1], self.quote(i)],
                 off_s=(t - st.off[0]) // SECOND, route_m=int(rule["route_m"]))  # fmt: skip
        self.keep(st.trip)

    def _fast(self, i: int) -> None:
        st, s, t, rule = self.st, self.sig[i], self.t[i], self.ground.rules["T08"]
        if s & tr.FAST:
            st.fast = st.fast or [t, self.quote(i), False]
            if not st.fast[2] and t - st.fast[0] >= self.over_us:
                st.fast[2] = True
                limit = rule["limit_kmh"] if s & tr.STREET else rule["limit_fast_kmh"]
                self.hit("T08", st.fast[0], t, st.fast[1], "speed", [st.fast[1], self.quote(i)], limit_kmh=int(limit),
                         over_s=(t - st.fast[0]) // SECOND)  # fmt: skip
        else:
            st.fast = None

    def _driving(self, i: int) -> None:
        st, t, rule = self.st, self.t[i], self.ground.rules["T08"]
        if st.stop is not None and st.stop[6] - st.stop[0] >= self.rest_us:
            return
        if st.drive is None:
            st.drive = t
        elif t - st.drive >= self.drive_us:
            point = self.quote(i)
            self.hit("T08", st.drive, t, point, "tired", [point], drive_h=rule["drive_h"])
            st.drive = t

    def rules_due(self) -> int:
        st, soonest = self.st, NEVER
        if st.jump is not None:
            return 0
        if st.loading is not None and st.slow is not None:
            soonest = st.slow[0] + self.loading_us
        if st.up is not None and not st.up[4]:
            soonest = min(soonest, st.up[0] + self.up_us)
        if st.off is not None and not st.off[2]:
            soonest = min(soonest, st.off[0] + self.off_us)
        if st.fast is not None and not st.fast[2]:
            soonest = min(soonest, st.fast[0] + self.over_us)
        if st.open is not None and not st.open[2]:
            soonest = min(soonest, st.open[0] + self.open_us)
        if st.drive is not None and st.stop is None:
            soonest = min(soonest, st.drive + self.drive_us)
        return soonest


def _day(t: int) -> date:
    return EPOCH + timedelta(days=(t + ZONE_US) // DAY_US)


def _metres(away: float) -> int | None:
    return None if away == float("inf") else round(away)
