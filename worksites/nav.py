"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = [
    NavItem(
        _("Trucks"), "worksites:trucks", "worksites.view_trucks", 66, _("waste trucks, terminals, tracks, manifests")
    ),
]
