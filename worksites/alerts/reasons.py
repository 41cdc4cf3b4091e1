"""Reasons that are written most often, at hand at three in the morning: only those that an alert's facts carry."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

HALF = 2
MOVING = {"T01", "T06", "T07", "T08", "T14"}


def usual(rule: str, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Reasons to choose from for each act (confirm, false, merge), in the language of now.

    `facts` are those of the alert. A load that nobody knew is not said to be gone, a lift that no sensor told not seen.
    """
    return {
        "confirm": _true(rule, facts),
        "false": [*_false(rule, facts), _("known to the enforcement brigade")],
        "merge": [_("the same trip"), _("the same happening, told by another rule")],
    }


def _true(rule: str, facts: Mapping[str, Any]) -> list[str]:
    why, (before, after) = facts.get("why", ""), _loads(facts)
    gone, came = before >= HALF and after == 1, before == 1 and after >= HALF
    offered = {
        _("body up outside every sink"): rule == "T03" and why == "lift",
        _("load from full to empty outside every sink"): rule == "T03" and gone,
        _("loaded at an unregistered point, empty before"): rule == "T02" and came,
        _("stood at an unregistered point"): rule == "T02" and bool(facts.get("stood_s")),
        _("no position in between"): rule in ("T02", "T03", "T04", "T05") and why == "gap",
        _("stood off the route and came back empty"): rule == "T04" and why == "beside",
        _("stood off the route and came back without a sink"): rule == "T04" and why not in ("gap", "beside"),
        _("left loaded by the gate camera"): rule == "T04" and facts.get("by") == "camera",
        _("this sink is not on its card"): rule == "T05",
        _("no permit in force"): rule == "T01" and bool(facts.get("missing")),
        _("off every permitted route"): rule == "T06",
        _("outside its permitted hours"): rule == "T07",
        _("the positions show the speed"): rule == "T08" and why == "speed",
        _("driven without a rest"): rule == "T08" and why == "tired",
        _("cover open on the road, told by the sensor"): rule == "T09" and why == "sensor",
        _("not covered in the picture of the camera"): rule == "T09" and why == "camera",
        _("ignition on and no position"): rule == "T10" and why == "gap",
        _("further than a truck can drive"): rule == "T10" and why == "jump",
        _("the plate was read where the truck was not"): rule == "T11",
        _("more trucks counted than manifests"): rule == "T12" and _over(facts),
        _("seen on the road by a person"): rule == "T13",
        _("no proof for night work"): rule == "T14",
    }
    return [text for text, carried in offered.items() if carried]


def _false(rule: str, facts: Mapping[str, Any]) -> list[str]:
    why, loads = facts.get("why", ""), _loads(facts)
    camera = bool(facts.get("camera"))
    offered = {
        _("body lifted for washing or repair"): rule == "T03" and why == "lift",
        _("sensor fault"): (rule in ("T02", "T03") and (why == "lift" or all(loads))) or why == "sensor",
        _("position drift"): rule in ("T02", "T03", "T04", "T05", *MOVING) or (rule, why) == ("T10", "jump"),
        _("waiting in a jam or at a light"): bool(facts.get("stood_s")),
        _("no network at the place"): why == "gap",
        _("plate misread by the camera"): rule == "T11" or camera,
        _("manifests came in late"): rule == "T12",
    }
    return [text for text, possible in offered.items() if possible]


def _loads(facts: Mapping[str, Any]) -> tuple[int, int]:
    """The load in the first and the last position that the alert quotes: 0 unknown, 1 empty, 2 half, 3 full."""
    points = [point for point in facts.get("points") or [] if len(point) > 4]
    return (points[0][4] or 0, points[-1][4] or 0) if points else (0, 0)


def _over(facts: Mapping[str, Any]) -> bool:
    gate, papers = facts.get("gate"), facts.get("manifests")
    return isinstance(gate, int) and isinstance(papers, int) and gate > papers
