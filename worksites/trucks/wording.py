"""A hit said aloud: which truck, when, where, for how long, against which number. Facts only, in any language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from worksites.trucks.rules import NAMES

Facts = Mapping[str, Any]


def explain(hit: Mapping[str, Any], lang: str = "") -> str:
    """One sentence for a hit of the engine or {"rule", "facts"} of an alert, in `lang` or the language of now."""
    with translation.override(lang) if lang else _nothing():
        facts = hit["facts"]
        say = SAID.get((hit["rule"], facts.get("why", ""))) or SAID.get((hit["rule"], ""))
        return say(facts) if say else str(NAMES.get(hit["rule"], hit["rule"]))


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_error: object) -> None: ...


def clock(text: Any) -> str:
    """21:30:05 of the street for an ISO instant; empty for none."""
    if not text:
        return ""
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(STREET).strftime("%H:%M:%S")


def spent(seconds: float) -> str:
    """6 minutes 20 seconds."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return _("%(s)s s") % {"s": rest}
    return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest} if rest else _("%(m)s min") % {"m": minutes}


def _values(facts: Facts) -> dict[str, Any]:
    points = facts.get("points") or [[0, 0, "", 0, 0, 0]]
    return {
        "at": clock(points[0][2]), "until": clock(points[-1][2]), "speed": round(points[0][3]),
        "stood": spent(facts.get("stood_s", 0)), "gap": spent(facts.get("gap_s", 0)),
        "gate_m": _far(facts.get("gate_m")), "sink_m": _far(facts.get("sink_m")),
        "sink": facts.get("sink_name", ""), "named": _(", ").join(facts.get("named", [])) or _("none"),
        "camera": facts.get("camera", ""), "camera_at": clock(facts.get("camera_at")),
    }  # fmt: skip


def _far(metres: Any) -> str:
    return _("far") if metres is None else _("%(m)s m") % {"m": f"{metres:,}"}


def _loads(facts: Facts) -> str:
    names = {1: _("empty"), 2: _("half full"), 3: _("full")}
    points = facts.get("points", [])
    first, last = (names.get(point[4], "") for point in (points[0], points[-1]))
    return _("load from %(first)s to %(last)s") % {"first": first, "last": last} if first and last else ""


def _t02(facts: Facts) -> str:
    text = _("%(at)s stood %(stood)s at an unregistered point, nearest registered gate %(gate_m)s away")
    return _joined(text % _values(facts), _loads(facts))


def _t02_gap(facts: Facts) -> str:
    text = _("No position from %(at)s to %(until)s; empty before, loaded after, and no permitted site within reach")
    return text % _values(facts)


def _t03_lift(facts: Facts) -> str:
    text = _("%(at)s body lifted for %(up)s at %(speed)s km/h, nearest registered sink %(sink_m)s away")
    return text % {**_values(facts), "up": spent(facts.get("up_s", 0))}


def _t03_emptied(facts: Facts) -> str:
    text = _("Between %(at)s and %(until)s emptied outside every sink, nearest registered sink %(sink_m)s away")
    return _joined(text % _values(facts), _loads(facts))


def _t03_gap(facts: Facts) -> str:
    text = _("No position from %(at)s to %(until)s; loaded before, empty after, and no permitted sink within reach")
    return text % _values(facts)


def _t04(facts: Facts) -> str:
    text = _(
        "Left loaded at %(left)s (%(by)s), stood %(stood)s off the route at %(stop)s, nearest registered sink"
        " %(sink_m)s away, back at the site at %(back)s without having been at a sink"
    )
    return _t04_said(text, facts)


def _t04_beside(facts: Facts) -> str:
    text = _(
        "Left loaded at %(left)s (%(by)s), stood %(stood)s at %(stop)s, nearest registered sink %(sink_m)s away, seen"
        " coming back empty at %(back)s without having been at a sink"
    )
    return _t04_said(text, facts)


def _t04_said(text: str, facts: Facts) -> str:
    by = {"camera": _("by the gate camera"), "manifest": _("by its manifest"), "sensor": _("by its sensor")}
    points = facts.get("points", [])
    return text % {
        **_values(facts), "left": clock(facts.get("left_at")), "back": clock(facts.get("back_at")),
        "by": by.get(facts.get("by", ""), ""), "stop": clock(points[1][2]) if len(points) > 1 else "",
    }  # fmt: skip


def _t04_gap(facts: Facts) -> str:
    text = _(
        "Left loaded at %(left)s (%(by)s), no position for %(stood)s from %(stop)s, no permitted sink within reach,"
        " back at the site at %(back)s"
    )
    return _t04_said(text, facts)


def _t05(facts: Facts) -> str:
    text = _("%(at)s entered %(sink)s and stayed %(stayed)s; its card names: %(named)s")
    return text % {**_values(facts), "stayed": spent(facts.get("stayed_s", 0))}


def _t05_gap(facts: Facts) -> str:
    text = _("No position from %(at)s to %(until)s, emptied close to %(sink)s; its card names: %(named)s")
    return text % _values(facts)


def _t12(facts: Facts) -> str:
    text = _("%(day)s: the gate counted %(gate)s loaded trucks, there are %(manifests)s manifests: %(gap)s apart")
    return text % {name: facts.get(name, "") for name in ("day", "gate", "manifests", "gap")}


def _plain(text: Callable[[], str], **more: Callable[[Facts], Any]) -> Callable[[Facts], str]:
    return lambda facts: text() % {**_values(facts), **{name: get(facts) for name, get in more.items()}}


def _missing(facts: Facts) -> str:
    names = {"transport": _("transport permit"), "road_pass": _("road pass")}
    return _(", ").join(names.get(one, one) for one in facts.get("missing", []))


def _joined(*parts: str) -> str:
    return _(", ").join(part for part in parts if part)


SAID: dict[tuple[str, str], Callable[[Facts], str]] = {
    ("T01", ""): _plain(lambda: _("%(at)s on the road in the street without: %(missing)s"), missing=_missing),
    ("T02", ""): _t02, ("T02", "gap"): _t02_gap,
    ("T03", "lift"): _t03_lift, ("T03", ""): _t03_emptied, ("T03", "gap"): _t03_gap,
    ("T04", ""): _t04, ("T04", "gap"): _t04_gap, ("T04", "beside"): _t04_beside,
    ("T05", ""): _t05, ("T05", "gap"): _t05_gap, ("T12", ""): _t12,
    ("T06", ""): _plain(
        lambda: _("From %(at)s more than %(route)s m off every permitted route for %(off)s"),
        route=lambda f: f.get("route_m"), off=lambda f: spent(f.get("off_s", 0)),
    ),
    ("T07", ""): _plain(lambda: _("%(at)s on the road at %(speed)s km/h outside its permitted hours")),
    ("T08", "speed"): _plain(
        lambda: _("From %(at)s for %(over)s above the limit of %(limit)s km/h, at first %(speed)s km/h"),
        over=lambda f: spent(f.get("over_s", 0)), limit=lambda f: f.get("limit_kmh"),
    ),
    ("T08", "tired"): _plain(
        lambda: _("%(at)s: driven for %(hours)s hours without a rest"), hours=lambda f: f.get("drive_h")
    ),
    ("T09", "sensor"): _plain(lambda: _("From %(at)s loaded at %(speed)s km/h with the cover open")),
    ("T09", "camera"): _plain(lambda: _("%(camera_at)s camera %(camera)s saw it leave loaded and not covered")),
    ("T10", "gap"): _plain(
        lambda: _("Last position %(at)s with the ignition on, then none for more than %(gap)s; nearest gate %(gate_m)s")
    ),
    ("T10", "jump"): _plain(
        lambda: _("Jumped %(jump)s m between %(at)s and %(until)s"), jump=lambda f: f"{f.get('jump_m', 0):,}"
    ),
    ("T11", ""): _plain(
        lambda: _("%(camera_at)s camera %(camera)s read its plate, %(away)s m from where the truck was"),
        away=lambda f: f"{f.get('away_m', 0):,}",
    ),
    ("T13", ""): _plain(lambda: _("%(at)s mud on the road, confirmed by a person")),
    ("T14", ""): _plain(
        lambda: _("%(at)s left %(site)s loaded at night, without proof for night work"),
        site=lambda f: f.get("site_name", ""),
    ),
}  # fmt: skip
