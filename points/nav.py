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
ITEMS: list[NavItem] = [
    *CALLS,
    NavItem(
        _("Residents"),
        "points:desk-residents",
        "points.view_residents",
        60,
        _("who uses the residents' side; real names, phones, figures"),
    ),
    NavItem(
        _("Points desk"),
        "points:desk-budget",
        "points.view_ledger",
        61,
        _("budget and liability, rules, audits, changes by hand"),
        also=(
            "points:desk-rules",
            "points:desk-policy",
            "points:desk-trial",
            "points:desk-audits",
            "points:desk-adjustments",
        ),
    ),
    NavItem(
        _("Points mall"),
        "points:desk-merchants",
        "points.manage_mall",
        62,
        _("merchants, rewards, what was redeemed, settlements"),
        also=("points:desk-redemptions",),
    ),
    NavItem(
        _("Notices to residents"),
        "points:desk-notices",
        "points.post_notices",
        63,
        _("words on the residents' first page"),
    ),
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
