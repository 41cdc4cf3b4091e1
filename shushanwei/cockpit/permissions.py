"""What the cockpit lets people see, and which starter roles see it."""

from django.utils.translation import gettext_lazy as _

PERMISSIONS = {
    "cockpit.view_console": _("work at the console"),
    "cockpit.view_screen": _("see the wall"),
}
_SEATS = ["commander", "shift_lead", "seat_operator", "dispatcher", "video_patroller"]
ROLE_PERMISSIONS = {
    **{role: ["cockpit.view_console", "cockpit.view_screen"] for role in _SEATS},
    "evaluator": ["cockpit.view_screen"],
    "leader_view": ["cockpit.view_screen"],
}
