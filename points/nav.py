"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

CALLS: list[NavItem] = [
    NavItem(_("Calls"), "points:desk-calls", "points.answer_calls", 60, _("what residents call for, by its clock")),
    NavItem(
        _("Residents' reports"),
        "points:desk-reports",
        "points.review_reports",
        61,
        _("doubtful reports to be looked at before they earn points"),
    ),
]
ITEMS: list[NavItem] = [*CALLS]
