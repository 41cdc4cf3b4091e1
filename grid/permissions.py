"""What this room lets people do, and which roles may."""

PERMISSIONS = {
    "grid.view_ground": "see communities and grids",
    "grid.edit_ground": "import communities and grids",
    "grid.view_roster": "see rosters and who is on duty",
    "grid.plan_roster": "plan rosters, decide on swaps and leave",
    "grid.sign_on": "come on duty and ask for swaps and leave",
    "grid.hand_over": "write, sign and confirm hand-over notes",
    "grid.read_restricted": "read the restricted part of hand-over notes",
    "grid.log_calls": "write the duty log",
    "grid.patrol": "patrol own grids",
    "grid.view_patrols": "see patrols and their coverage",
    "grid.edit_patrol_points": "lay out patrol routes and points, print their QR codes",
    "grid.view_team": "see the co-governance teams, phones masked",
    "grid.call_team": "have a team member's phone shown, to call",
    "grid.edit_team": "keep the co-governance teams",
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
    "brigade_lead",
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
_CENTRE = ["grid.view_roster", "grid.sign_on", "grid.log_calls"]
_LEAD = [*_CENTRE, "grid.plan_roster", "grid.hand_over", "grid.read_restricted"]
_FIELD = ["grid.view_roster", "grid.sign_on"]
SHIFTS = {
    "commander": _LEAD,
    "shift_lead": _LEAD,
    "seat_operator": [*_CENTRE, "grid.hand_over"],
    "dispatcher": _CENTRE,
    "video_patroller": _CENTRE,
    "evaluator": ["grid.view_roster"],
    "police_liaison": ["grid.view_roster"],
    "leader_view": ["grid.view_roster"],
    "collector": _FIELD,
    "grid_leader": _FIELD,
    "grid_worker": _FIELD,
    "part_grid_worker": _FIELD,
    "responder": _FIELD,
    "brigade_lead": _FIELD,
    "enforcement_officer": _FIELD,
}
_OVER_PATROLS = ["grid.view_patrols", "grid.edit_patrol_points"]
PATROLS = {
    "commander": ["grid.view_patrols"],
    "shift_lead": _OVER_PATROLS,
    "seat_operator": ["grid.view_patrols"],
    "dispatcher": ["grid.view_patrols"],
    "evaluator": ["grid.view_patrols"],
    "leader_view": ["grid.view_patrols"],
    "grid_leader": ["grid.patrol", *_OVER_PATROLS],
    "grid_worker": ["grid.patrol"],
    "part_grid_worker": ["grid.patrol"],
}
_CALL = ["grid.view_team", "grid.call_team"]
TEAMS = {
    "commander": _CALL,
    "shift_lead": [*_CALL, "grid.edit_team"],
    "seat_operator": _CALL,
    "dispatcher": _CALL,
    "evaluator": ["grid.view_team"],
    "police_liaison": _CALL,
    "grid_leader": [*_CALL, "grid.edit_team"],
    "grid_worker": _CALL,
    "part_grid_worker": _CALL,
    "team_member": ["grid.view_team"],
}
ROLE_PERMISSIONS = {
    role: [
        "grid.view_ground",
        *(["grid.edit_ground"] if role in EDITORS else []),
        *SHIFTS.get(role, []),
        *PATROLS.get(role, []),
        *TEAMS.get(role, []),
    ]
    for role in VIEWERS
}
