"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = [
    NavItem(
        _("Console"), "cockpit:console", "cockpit.view_console", 10, _("live queue, map, dispatch, the whole story")
    ),
    NavItem(_("Wall"), "cockpit:screen", "cockpit.view_screen", 20, _("the street at a glance, for the big screen")),
    NavItem(
        _("Hand-over"), "cockpit:handover", "grid.hand_over", 15, _("what the next shift must know, signed by both")
    ),
    NavItem(
        _("Reports"),
        "cockpit:reports",
        "cockpit.view_reports",
        60,
        _("day, week and month: every figure opens its list"),
    ),
]
