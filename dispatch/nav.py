"""What this room puts into the top bar."""

from django.utils.translation import gettext_lazy as _

from shushanwei.common.navigation import NavItem

ITEMS: list[NavItem] = [
    NavItem(_("My orders"), "dispatch:unit", "dispatch.answer_order", 30, _("orders of my unit, on the phone")),
    NavItem(_("110 transfers"), "dispatch:transfers", "dispatch.view_transfer", 15, _("calls the police hand over")),
    NavItem(
        _("Police desk"), "dispatch:police-desk", "dispatch.work_police_desk", 12, _("answer escalations, send cars")
    ),
    NavItem(
        _("Rider"), "dispatch:rider", "dispatch.ride", 30, _("report with one tap, help nearby, my notes of delay")
    ),
    NavItem(
        _("Volunteers"),
        "dispatch:volunteers",
        "dispatch.view_riders",
        64,
        _("courier riders: who they are, what they do"),
    ),
    NavItem(_("Department desk"), "dispatch:dept", "dispatch.handle_case", 40, _("accept, handle and confirm cases")),
]
