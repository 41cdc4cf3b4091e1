"""What the cockpit lets people see, and which starter roles see it."""

from django.utils.translation import gettext_lazy as _

PERMISSIONS = {
    "cockpit.view_console": _("work at the console"),
    "cockpit.view_screen": _("see the wall"),
    "cockpit.view_reports": _("read reports and the lists behind them"),
    "cockpit.recompute_report": _("draw up a frozen report again as a new edition"),
}
_SEATS = ["commander", "shift_lead", "seat_operator", "dispatcher", "video_patroller"]
ROLE_PERMISSIONS = {
    **{role: ["cockpit.view_console", "cockpit.view_screen"] for role in _SEATS},
    "evaluator": ["cockpit.view_screen"],
    "leader_view": ["cockpit.view_screen"],
}
# A community reads the report of its own ground, a department of its own cases.
_READERS = [
    "commander", "shift_lead", "seat_operator", "dispatcher", "evaluator", "leader_view", "grid_leader", "dept_account",
    "police_liaison",
]  # fmt: skip
for _role in _READERS:
    ROLE_PERMISSIONS.setdefault(_role, []).append("cockpit.view_reports")
for _role in ("commander", "evaluator"):
    ROLE_PERMISSIONS[_role].append("cockpit.recompute_report")
