"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = []
ITEMS += [
    NavItem(
        _("Volunteering"),
        "points:desk-volunteering",
        "points.run_volunteering",
        74,
        _("tasks, wishes of residents, hours"),
    ),
    NavItem(
        _("Neighbourhood market"),
        "points:desk-market",
        "points.review_market",
        75,
        _("listings to review, reports, market days"),
    ),
]
