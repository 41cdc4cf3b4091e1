"""The trips (趟次) of one truck: begun at a source, written down again at every step, ended."""

from collections.abc import Sequence
from typing import Any

from worksites.trucks import tracks as tr
from worksites.trucks.ground import Card, Ground, SiteGround
from worksites.trucks.state import MOST_PAPERED, State
from worksites.trucks.tracks import GAP_US, SECOND

MANIFEST_US = 1_800 * SECOND
SITE, SINK, BLACK_SITE, BLACK_SINK = 1, 2, 3, 4
EMPTY, HALF = 1, 2
UP = 2
CLOSED = 1


class Trips:
    """The columns of one truck's fixes with the state before the first; the first may be the last of the chunk before.

    Columns are lists: t, lon, lat, speed, sig, odo (centimetres).
    """

    def __init__(self, ground: Ground, card: Card, state: State, columns: Sequence[list[Any]]) -> None:
        self.ground, self.card, self.st = ground, card, state
        self.t, self.lon, self.lat, self.speed, self.sig, self.odo = columns
        self.trips: dict[int, dict[str, Any]] = {}
        self.hits: list[dict[str, Any]] = []
        self.has_lines = ground.corridor(card.id) is not None

    def on_departure(self, site: SiteGround, t: int) -> None: ...

    def quote(self, i: int) -> list[Any]:
        """A position as hits repeat it."""
        s = self.sig[i]
        return [self.lon[i], self.lat[i], self.t[i], self.speed[i], s >> tr.LOAD & 3, s >> tr.LIFT & 3]

    def site_at(self, label: int) -> SiteGround | None:
        return self.ground.lawful[label - 1] if label else None

    def depart(self, i: int, site: SiteGround | None) -> None:
        st, trip = self.st, self.st.trip
        assert trip is not None
        p = i - 1
        silent = p >= 0 and self.t[i] - self.t[p] > GAP_US  # it left while nobody saw it
        trip["depart"], trip["odo"] = self.t[p if silent else i], self.odo[p if silent else i]
        if st.gate is not None and site is not None and st.gate[3] == site.id and st.gate[0] >= trip["load_start"]:
            trip["gate"] = st.gate[2]
        of_here = st.paper is not None and site is not None and st.paper[2] == site.id
        if of_here and (self.t[i] - st.paper[0] <= MANIFEST_US or st.paper[0] >= trip["load_start"]):
            trip["manifest"] = st.paper[1]
        st.gate = st.paper = None  # said of this trip
        st.stops, st.gaps, st.once = [], st.gaps[-1:] if silent else [], None
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
        st.phase, st.out = "loaded", None
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

    def manifest(self, event: dict[str, Any]) -> None:
        st, trip = self.st, self.st.trip
        st.paper = [event["t"], event["id"], event["site"], event["sink"]]
        if event["site"] not in st.papered:
            st.papered = [*st.papered[1 - MOST_PAPERED :], event["site"]]
        if trip is None or st.phase != "loaded" or trip["manifest"] is not None or trip["site"] != event["site"]:
            return
        if trip["depart"] is None or event["t"] - trip["depart"] <= MANIFEST_US:
            trip["manifest"] = event["id"]
            trip["by"] = "manifest" if trip["by"] == "presumed" else trip["by"]
            self.keep(trip)
