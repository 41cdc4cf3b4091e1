"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

SITES: list[NavItem] = [
    NavItem(_("Worksites"), "worksites:sites", "worksites.view_site", 50, _("sites in three colours, permits, checks")),
]
ITEMS: list[NavItem] = [*SITES]
