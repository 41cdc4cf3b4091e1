"""Track and speed of a moment as SVG for paper: no map service, no script."""

from typing import Any

import numpy as np
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from worksites.alerts.replay import Moment
from worksites.trucks.layers import Plane

WIDE, HIGH, EDGE = 680.0, 300.0, 16.0
CHART_HIGH = 110.0
GAP_S = 600


def track(moment: Moment, fixes: list[dict[str, Any]]) -> SafeString:
    """The way in metres, north up, with the site, the sink and the points of the rule; empty without positions."""
    if not fixes:
        return SafeString("")
    plane = Plane(moment.lon, moment.lat)
    way = np.array([plane.metres(one["lon"], one["lat"]) for one in fixes])
    rings = []
    for thing, name in ((moment.site, "site"), (moment.sink, "sink")):
        if thing is not None:
            ring = np.array([plane.metres(lon, lat) for lon, lat in thing.boundary["coordinates"][0]])
            rings.append((name, thing.name, ring))
    marks = np.array([plane.metres(one["lon"], one["lat"]) for one in moment.points] or [(0.0, 0.0)])
    everything = np.vstack([way, marks, *(ring for _name, _label, ring in rings)])
    low, size = everything.min(axis=0), np.maximum(np.ptp(everything, axis=0), 50.0)
    scale = min((WIDE - 2 * EDGE) / size[0], (HIGH - 2 * EDGE) / size[1])
    shift = (np.array([WIDE, HIGH]) - size * scale) / 2

    def drawn(metres: np.ndarray) -> np.ndarray:
        at = (metres - low) * scale + shift
        return np.column_stack([at[:, 0], HIGH - at[:, 1]])

    areas = format_html_join(
        "", '<polygon class="{}" points="{}"/><text x="{}" y="{}">{}</text>',
        ((name, _points(drawn(ring)), *_spot(drawn(ring)), label) for name, label, ring in rings),
    )  # fmt: skip
    dots = format_html_join(
        "", '<circle class="mark" cx="{}" cy="{}" r="5"/>',
        ((f"{x:.1f}", f"{y:.1f}") for x, y in drawn(marks)),
    )  # fmt: skip
    bar_m = 10 ** int(np.floor(np.log10(max(10.0, 160 / scale))))
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img">{}<polyline class="way" points="{}"/>{}'
        '<path class="bar" d="M16 {} h{}"/><text x="16" y="{}">{} m</text></svg>',
        WIDE, HIGH, areas, _points(drawn(way)), dots, HIGH - 8, f"{bar_m * scale:.1f}", HIGH - 14, bar_m,
    )  # fmt: skip


def speed(moment: Moment, fixes: list[dict[str, Any]]) -> SafeString:
    """Speed over the span with a band where the body is up; empty without positions."""
    if not fixes:
        return SafeString("")
    since, until = moment.span
    whole = (until - since).total_seconds()
    t = np.array([(one["at"] - since).total_seconds() for one in fixes])
    kmh = np.array([one["speed_kmh"] for one in fixes])
    most = max(60.0, float(kmh.max()))
    x = EDGE + t / whole * (WIDE - 2 * EDGE)
    y = CHART_HIGH - 18 - kmh / most * (CHART_HIGH - 34)
    legs = np.split(np.arange(len(t)), np.flatnonzero(np.diff(t) > GAP_S) + 1)
    lines = format_html_join(
        "", '<polyline class="way" points="{}"/>', ((_points(np.column_stack([x[leg], y[leg]])),) for leg in legs)
    )
    lifted = [n for n, one in enumerate(fixes) if one["lift"] == 2]
    bands = format_html_join(
        "", '<rect class="lift" x="{}" y="8" width="{}" height="{}"/>',
        ((f"{x[n]:.1f}", f"{max(2.0, x[min(n + 1, len(x) - 1)] - x[n]):.1f}", CHART_HIGH - 26) for n in lifted),
    )  # fmt: skip
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img">{}{}<path class="axis" d="M16 {} H{}"/>'
        '<text x="16" y="{}">0–{} km/h</text></svg>',
        WIDE, CHART_HIGH, bands, lines, CHART_HIGH - 18, WIDE - EDGE, CHART_HIGH - 3, round(most),
    )  # fmt: skip


def _points(at: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in at)


def _spot(at: np.ndarray) -> tuple[str, str]:
    middle = at.mean(axis=0)
    return f"{middle[0]:.1f}", f"{middle[1]:.1f}"
