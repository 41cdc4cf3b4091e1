"""What this room lets people do, and which roles may."""

PERMISSIONS = {
    "grid.view_ground": "see communities and grids",
    "grid.edit_ground": "import communities and grids",
}
VIEWERS = [
    "commander",
    "shift_lead",
    "seat_operator",
    "dispatcher",
    "video_patroller",
    "evaluator",
    "collector",
    "grid_leader",
    "grid_worker",
    "part_grid_worker",
    "micro_grid_worker",
    "team_member",
    "responder",
    "police_liaison",
    "enforcement_officer",
    "dept_account",
    "dept_handler",
    "mediator",
    "health_officer",
    "rider",
    "sys_admin",
    "leader_view",
]
EDITORS = ["shift_lead", "sys_admin"]
ROLE_PERMISSIONS = {
    role: ["grid.view_ground", "grid.edit_ground"] if role in EDITORS else ["grid.view_ground"] for role in VIEWERS
}
