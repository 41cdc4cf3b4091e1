"""Which unit should go: ranked by way, load and skill, and said in one sentence. No database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grid.roads import RoadNetwork
from shushanwei.common.geo import distance_m

DETOUR = 1.4  # without roads: streets are longer than the straight line
METRES_PER_MINUTE = 400  # without roads: 24 km/h, patrol car or electric bicycle in town
FRESH_S = 60
STALE_S = 300
LOAD_MINUTES = 0.5  # each order of the last hours weighs like half a minute of way, so that work is shared
SKILL_MINUTES = 2.0  # a skilled unit may be two minutes further away


class Trust(IntEnum):
    """How far a unit's position can be trusted; a worse one never comes before a better one."""

    FRESH = 0  # at most 60 s old
    AGED = 1  # at most 5 min: shown grey
    LOST = 2  # older, or never heard: may be sent only with a reason


@dataclass(slots=True)
class UnitView:
    """What ranking knows of a unit. Degrees are WGS-84; no position: `lon` and `lat` are None."""

    id: int
    name: str
    kind: str
    skills: frozenset[str] = frozenset()
    on_duty: bool = True
    busy: bool = False
    load: int = 0  # orders in the last eight hours
    lon: float | None = None
    lat: float | None = None
    fix_at: datetime | None = None
    accuracy_m: float | None = None
    flagged: bool = False  # its phone recently sent a simulated or impossible position
    tried: str = ""  # how it answered an order for this incident already: declined, expired, recalled


@dataclass(slots=True)
class Candidate:
    """One unit in its place: `distance_m` is the estimated way in metres, `minutes` the time it takes."""

    unit: UnitView
    trust: Trust
    distance_m: float | None
    minutes: float | None
    score: float
    age_s: float | None
    skilled: bool
    by_road: bool = False  # the way follows the road network; else it is a longer straight line
    nearest: bool = False  # soonest there of those whose position can be trusted

    @property
    def proposable(self) -> bool:
        """Whether the system may send it by itself, and a seat without saying why."""
        return self.trust < Trust.LOST and not self.unit.tried


def rank(
    units: Sequence[UnitView],
    lon: float,
    lat: float,
    now: datetime,
    *,
    skill: str = "",
    kinds: Sequence[str] = (),
    roads: RoadNetwork | None = None,
) -> list[Candidate]:
    """All units that could go to (lon, lat), the best first; off duty and busy ones are left out.

    Order: units not tried yet, then trust in the position, then minutes of way + load − skill. Minutes are counted
    along `roads`, or along a longer straight line where there are none. `kinds` names the forces that may come,
    empty for all. 1,000 units take about ten milliseconds.
    """
    able = [u for u in units if u.on_duty and not u.busy and (not kinds or u.kind in kinds)]
    if not able:
        return []
    lons = np.array([np.nan if u.lon is None else u.lon for u in able], dtype=float)
    lats = np.array([np.nan if u.lat is None else u.lat for u in able], dtype=float)
    ways, minutes = _ways(lons, lats, lon, lat, roads)
    by_road = roads is not None and not roads.is_empty
    found = []
    for unit, way, takes in zip(able, ways.tolist(), minutes.tolist(), strict=True):
        age = max((now - unit.fix_at).total_seconds(), 0.0) if unit.fix_at and unit.lon is not None else None
        trust = trust_of(age)
        skilled = bool(skill) and skill in unit.skills
        score = (takes if age is not None else 1e6) + LOAD_MINUTES * unit.load - SKILL_MINUTES * skilled
        if age is None:
            found.append(Candidate(unit, trust, None, None, score, None, skilled))
        else:
            found.append(Candidate(unit, trust, way, takes, score, age, skilled, by_road))
    found.sort(key=lambda c: (bool(c.unit.tried), c.trust, c.score, c.unit.id))
    return _with_nearest(found)


def _ways(
    lons: np.ndarray, lats: np.ndarray, lon: float, lat: float, roads: RoadNetwork | None
) -> tuple[np.ndarray, np.ndarray]:
    """(metres, minutes) from each place to (lon, lat); not a number where the place is unknown."""
    if roads is None or roads.is_empty:
        metres = distance_m(lons, lats, np.full(len(lons), lon), np.full(len(lons), lat)) * DETOUR
        return metres, metres / METRES_PER_MINUTE
    metres, minutes = np.full(len(lons), np.nan), np.full(len(lons), np.nan)
    known = ~np.isnan(lons)
    ways = roads.ways_to(lons[known], lats[known], lon, lat)
    metres[known], minutes[known] = ways.metres, ways.seconds / 60
    return metres, minutes


def trust_of(age_s: float | None) -> Trust:
    """How far a position of this age (seconds, None for none) can be trusted."""
    if age_s is None or age_s > STALE_S:
        return Trust.LOST
    return Trust.FRESH if age_s <= FRESH_S else Trust.AGED


def proposed(candidates: Sequence[Candidate]) -> Candidate | None:
    """The unit that one key sends; None when none may go without a reason."""
    return next((c for c in candidates if c.proposable), None)


def facts(candidate: Candidate, skill: str = "") -> dict[str, Any]:
    """What is kept of a choice, as JSON: enough to say in any language why this unit stood where it stood."""
    unit = candidate.unit
    age = round(candidate.age_s, 1) if candidate.age_s is not None else None
    kept = {
        "unit": unit.name,
        "nearest": candidate.nearest,
        "distance_m": round(candidate.distance_m, 1) if candidate.distance_m is not None else None,
        "minutes": round(candidate.minutes, 2) if candidate.minutes is not None else None,
        "by": "" if candidate.minutes is None else "road" if candidate.by_road else "straight",
        "accuracy_m": round(unit.accuracy_m) if unit.accuracy_m is not None else None,
        "doubtful": unit.flagged,
        "skill": skill if candidate.skilled else "",
        "load": unit.load,
        "tried": unit.tried,
    }
    return {name: value for name, value in kept.items() if value} | {"age_s": age}


def sentence(candidate: Candidate, skill_label: str = "") -> str:
    """Why this unit stands here, in one sentence: “最快：南片二班 路程1.2公里，约3分钟，位置8秒前，擅长消防”."""
    return told(facts(candidate, skill_label), skill_label)


def told(kept: dict[str, Any], skill_label: str = "") -> str:
    """The sentence of kept facts, in the reader's language; a fact that is not kept is not spoken of."""
    by_road = kept.get("by") == "road"
    parts = [_way(kept.get("distance_m"), by_road), _time(kept.get("minutes"))]
    if kept.get("by") == "straight":
        parts.append(_("estimated as a straight line"))
    if "age_s" in kept:
        parts.append(_age(kept["age_s"]))
    if kept.get("accuracy_m", 0) > 100:
        parts.append(_("accuracy only %(metres)d m") % {"metres": kept["accuracy_m"]})
    if kept.get("doubtful"):
        parts.append(_("position was doubtful"))
    if kept.get("skill") and skill_label:
        parts.append(_("good at %(skill)s") % {"skill": skill_label})
    if load := kept.get("load"):
        parts.append(ngettext("%(n)d order in this shift", "%(n)d orders in this shift", load) % {"n": load})
    if tried := kept.get("tried"):
        parts.append(TRIED[tried]())
    words = _(", ").join(part for part in parts if part)
    name = kept.get("unit", "")
    if not kept.get("nearest"):
        return f"{name} {words}"
    told_first = _("Soonest: %(unit)s %(said)s") if by_road else _("Nearest: %(unit)s %(said)s")
    return told_first % {"unit": name, "said": words}


TRIED = {
    "declined": lambda: _("has declined this order"),
    "expired": lambda: _("did not answer this order"),
    "recalled": lambda: _("was recalled from it"),
}


def _with_nearest(found: list[Candidate]) -> list[Candidate]:
    # "Nearest" is a promise to the operator: only a position that can be trusted may carry the word.
    fresh = [c for c in found if c.trust == Trust.FRESH]
    near = fresh or [c for c in found if c.trust == Trust.AGED]
    if near:
        min(near, key=lambda c: c.minutes or 0.0).nearest = True
    return found


def _way(metres: float | None, by_road: bool) -> str:
    if metres is None:
        return ""
    if metres < 995:
        far = {"metres": round(metres, -1)}
        return _("%(metres)d m by road") % far if by_road else _("%(metres)d m away") % far
    far = {"kilometres": metres / 1000}
    return _("%(kilometres).1f km by road") % far if by_road else _("%(kilometres).1f km away") % far


def _time(minutes: float | None) -> str:
    if minutes is None:
        return ""
    if minutes < 1:
        return _("less than a minute")
    whole = round(minutes)
    return ngettext("about %(n)d minute", "about %(n)d minutes", whole) % {"n": whole}


def _age(age_s: float | None) -> str:
    if age_s is None:
        return _("position unknown")
    if age_s < 60:
        return _("position %(n)d s ago") % {"n": age_s}
    minutes = int(age_s // 60)
    if trust_of(age_s) == Trust.LOST:
        if minutes >= 120:
            return _("last position %(n)d h ago, not reliable") % {"n": minutes // 60}
        return _("last position %(n)d min ago, not reliable") % {"n": minutes}
    return _("position %(n)d min ago") % {"n": minutes}
