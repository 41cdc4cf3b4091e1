"""The patrol pages: coverage of today, the year, routes and points, and the QR codes on paper."""

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from grid import selectors_patrols as selectors
from grid.views import holding
from shushanwei.people.access import reach_of

VIEWS = ("today", "year", "points")


@require_safe
@holding("grid.view_patrols")
def patrols(request: HttpRequest) -> HttpResponse:
    """`?view=today|year|points`, narrowed by `?community=` and `?grid=`; scripts fetch what is shown."""
    grids = list(selectors.grids_seen(request.user).only("code", "name", "community__code", "community__short_name"))
    communities = {grid.community_id: grid.community.short_name for grid in grids}
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "today"
    may_edit = request.user.has_perm("grid.edit_patrol_points")
    context = {
        "view": view,
        "script": f"js/patrols/{view}.js",
        "communities": sorted(communities.items()),
        "grids": grids,
        "whole_street": reach_of(request.user, "grid.view_patrols").street,  # type: ignore[arg-type]
        "may_edit": may_edit,
        "settings": {"may_edit": may_edit},
    }
    return render(request, "grid/patrols.html", context)


@require_safe
@holding("grid.edit_patrol_points")
def codes(request: HttpRequest) -> HttpResponse:
    """The QR codes of a community's or grid's points, eight on an A4 sheet with cut marks."""
    grids = selectors.grids_seen(request.user, "grid.edit_patrol_points")  # type: ignore[arg-type]
    community, code = (request.GET.get(name, "") for name in ("community", "grid"))
    if community:
        grids = grids.filter(community=community if community.isdecimal() else "")
    if code:
        grids = grids.filter(code=code if code.isdecimal() else "")
    by_code = {grid.code: grid for grid in grids.defer("polygon")} if community or code else {}
    door = request.build_absolute_uri(reverse("home") + "field/")
    labels = [
        {"point": point, "grid": by_code[point.grid_id], "svg": _svg(f"{door}?point={point.token}")}
        for point in selectors.points_of(by_code)
    ]
    sheets = [labels[n : n + 8] for n in range(0, len(labels), 8)]
    return render(request, "grid/patrol_codes.html", {"sheets": sheets, "count": len(labels)})


def _svg(text: str) -> SafeString:
    # Error correction M: a label in the rain loses some of its squares.
    return mark_safe(segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000"))
