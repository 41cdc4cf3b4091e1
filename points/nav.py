"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = []

ITEMS += [
    NavItem(
        _("Medicine chest"),
        "points:desk-medicine",
        "points.approve_medicine",
        64,
        _("offers to approve, handing out, disposal, takings"),
    ),
    NavItem(
        _("Health questions"),
        "points:desk-health",
        "points.see_health",
        63,
        _("residents who wait for the health officer"),
    ),
    NavItem(
        _("Health roster"),
        "points:health-roster",
        "points.plan_health",
        65,
        _("health officers on duty, health rooms, the white list of medicines"),
        also=("points:health-rooms", "points:desk-white-list"),
    ),
]
