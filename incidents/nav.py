"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = [
    NavItem(
        _("Sources"), "incidents:sources", "incidents.view_alert", 70, _("which systems report, how much and how well")
    ),
    NavItem(_("Field"), "incidents:field", "incidents.work_in_field", 55, _("tasks, patrols and reports on the phone")),
]
