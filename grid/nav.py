"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = [
    NavItem(
        label=_("Grids"),
        url_name="grid:ground",
        permission="grid.view_ground",
        order=60,
        hint=_("Communities, grids and micro-grids on the map."),
    ),
    NavItem(
        label=_("Rosters"),
        url_name="grid:roster",
        permission="grid.view_roster",
        order=65,
        hint=_("Who is on duty, this week and next; swaps and leave."),
    ),
    NavItem(
        label=_("Duty log"),
        url_name="grid:log",
        permission="grid.log_calls",
        order=66,
        hint=_("Every order, call and radio exchange as a row."),
    ),
    NavItem(
        label=_("Patrols"),
        url_name="grid:patrols",
        permission="grid.view_patrols",
        order=62,
        hint=_("Today's coverage, the year of 365 days, routes and points."),
    ),
    NavItem(
        label=_("Team"),
        url_name="grid:team",
        permission="grid.view_team",
        order=63,
        hint=_("The co-governance team of each grid: who is who, and a call with one tap."),
    ),
]
