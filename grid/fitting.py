"""How communities and grids must fit together: no overlap, no gap, no part outside its whole. No database here."""

from collections import defaultdict

import shapely
from django.utils.translation import gettext as _

from grid.areas import TILING_KINDS, Area, Ground, Problem, square_metres

SLIVER_M2 = 1.0  # surveyed borders may differ by less


def belonging_problems(ground: Ground, known: Ground) -> list[Problem]:
    """Every grid lies in a known community, every part in a known grid of the same community."""
    problems = []
    communities = known.communities | ground.communities
    # A file is complete for each community and kind that it mentions, so those of the database do not count.
    stated = {(grid.community, grid.kind) for grid in ground.grids.values()}
    kept = {c: g for c, g in known.grids.items() if (g.community, g.kind) not in stated}
    grids = kept | ground.grids
    for grid in ground.grids.values():
        if grid.code in kept:
            problems.append(grid.problem(_("Another grid has this code already."), "properties.code"))
        if grid.community not in communities:
            message = _("Unknown community %(code)s.") % {"code": grid.community[:24]}
            problems.append(grid.problem(message, "properties.community"))
        if grid.parent and (grid.parent not in grids or grids[grid.parent].community != grid.community):
            message = _("No grid %(code)s in this community.") % {"code": grid.parent[:24]}
            problems.append(grid.problem(message, "properties.parent"))
    return problems


def fitting_problems(ground: Ground, known: Ground) -> list[Problem]:
    """No overlaps, no gaps, no part outside its whole; and all of it near the ground that is known."""
    communities = known.communities | ground.communities
    problems = _far_away(ground, known)
    if problems:
        return problems
    if ground.communities:
        problems += _overlaps(list(communities.values()))
        problems += _holes(communities)
    stated = {(grid.community, grid.kind) for grid in ground.grids.values()}
    by_part: dict[tuple[str, str], list[Area]] = defaultdict(list)
    for grid in [*known.grids.values(), *ground.grids.values()]:
        replaced = grid.index is None and (grid.community, grid.kind) in stated
        # A moved community border must still be filled by the grids that stay.
        if not replaced and (grid.index is not None or grid.community in ground.communities):
            by_part[grid.community, grid.kind].append(grid)
    for (community, kind), parts in by_part.items():
        if kind != "dedicated":
            problems += _overlaps(parts)
        problems += _fills(communities[community], parts, must_fill=kind in TILING_KINDS)
    return problems


def _far_away(ground: Ground, known: Ground) -> list[Problem]:
    """Areas more than about 20 km from the known ground: another city, or another coordinate system."""
    if not known.communities:
        return []
    around = shapely.box(*shapely.total_bounds([area.shape for area in known.communities.values()])).buffer(0.2)
    return [
        area.problem(_("This area does not lie near the street; are these WGS-84 degrees?"))
        for area in [*ground.communities.values(), *ground.grids.values()]
        if not around.intersects(area.shape)
    ]


def _overlaps(areas: list[Area]) -> list[Problem]:
    shapes = [area.shape for area in areas]
    problems = []
    for a, b in shapely.STRtree(shapes).query(shapes, predicate="intersects").T:
        # The later one of the file is named; a neighbour that only touches costs one exact look.
        if a <= b or not (areas[a].index is not None or areas[b].index is not None):
            continue
        if shapely.touches(shapes[a], shapes[b]):
            continue
        size = square_metres(shapely.intersection(shapes[a], shapes[b]))
        if size > SLIVER_M2:
            named, other = (areas[a], areas[b]) if areas[a].index is not None else (areas[b], areas[a])
            message = _("It overlaps %(other)s by %(size)s m².")
            problems.append(named.problem(message % {"other": other.code, "size": f"{size:,.0f}"}))
    return problems


def _holes(communities: dict[str, Area]) -> list[Problem]:
    whole = shapely.union_all([area.shape for area in communities.values()])
    problems = []
    for part in shapely.get_parts(whole):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            if square_metres(hole) > SLIVER_M2:
                at = hole.representative_point()
                message = _("There is a gap of %(size)s m² between the communities near %(place)s.")
                size = f"{square_metres(hole):,.0f}"
                problems.append(Problem(message % {"size": size, "place": f"{at.x:.6f}, {at.y:.6f}"}))
    return problems


def _fills(community: Area, parts: list[Area], *, must_fill: bool) -> list[Problem]:
    problems = []
    shapely.prepare(community.shape)
    for part in parts:
        if part.index is None and community.index is None or shapely.covers(community.shape, part.shape):
            continue
        size = square_metres(shapely.difference(part.shape, community.shape))
        if size > SLIVER_M2:
            message = _("%(size)s m² of grid %(grid)s lie outside community %(community)s.")
            values = {"size": f"{size:,.0f}", "grid": part.code, "community": community.code}
            problems.append((part if part.index is not None else community).problem(message % values))
    if must_fill and not problems:
        gap = shapely.difference(community.shape, shapely.union_all([part.shape for part in parts]))
        size = square_metres(gap)
        if size > SLIVER_M2:
            at = gap.representative_point()
            message = _("The grids (%(kind)s) leave a gap of %(size)s m² in community %(community)s near %(place)s.")
            values = {
                "kind": parts[0].kind,
                "size": f"{size:,.0f}",
                "community": community.code,
                "place": f"{at.x:.6f}, {at.y:.6f}",
            }
            named = next((part for part in parts if part.index is not None), community)
            problems.append(named.problem(message % values))
    return problems
