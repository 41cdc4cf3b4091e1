"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

CHECKS: list[NavItem] = [
    NavItem(
        _("Inspect"), "worksites:inspect", "worksites.inspect", 31, _("one visit for all departments, on the phone")
    ),
    NavItem(
        _("Needs of departments"),
        "worksites:needs",
        "worksites.file_need",
        57,
        _("what departments want looked at on sites, in one visit for all"),
    ),
    NavItem(
        _("Findings"), "worksites:findings", "worksites.view_site", 52, _("what sites have to put right, and by when")
    ),
    NavItem(_("Sheets"), "worksites:sheets", "worksites.view_site", 53, _("signed inspection sheets")),
    NavItem(
        _("Links for sites"),
        "worksites:links",
        "worksites.review_finding",
        54,
        _("pages on which sites hand evidence in"),
    ),
    NavItem(_("Penalties"), "worksites:penalties", "worksites.view_site", 55, _("cases, decisions, payments")),
    NavItem(
        _("Checklist"), "worksites:checklist", "worksites.view_site", 56, _("groups and items of the inspection sheet")
    ),
]
SITES: list[NavItem] = [
    NavItem(_("Worksites"), "worksites:sites", "worksites.view_site", 50, _("sites in three colours, permits, checks")),
]
TRUCKS: list[NavItem] = [
    NavItem(
        _("Truck alerts"),
        "worksites:alerts",
        "worksites.view_trucks",
        51,
        _("what the rules raised, with its replay; the rules"),
        also=("worksites:rules",),
    ),
    NavItem(
        _("Trucks"),
        "worksites:trucks",
        "worksites.view_trucks",
        51,
        _("waste trucks, terminals, tracks, manifests"),
        also=("worksites:manifests",),
    ),
]
REGISTER: list[NavItem] = [
    NavItem(
        _("Permits"),
        "worksites:permits",
        "worksites.view_site",
        57,
        _("permits of sites, trucks and sinks, by validity"),
    ),
    NavItem(_("Sinks"), "worksites:sinks", "worksites.view_site", 58, _("where spoil goes, with registrations")),
]
ITEMS: list[NavItem] = [*SITES, *TRUCKS, *CHECKS, *REGISTER]
