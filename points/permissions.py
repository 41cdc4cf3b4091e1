"""What may be done behind the residents' pages, and which roles start with it."""

PERMISSIONS = {
    "points.view_residents": "see residents by nickname, level and community, and the figures of the residents' side",
    "points.verify_residents": "confirm real names, block and unblock residents",
    "points.show_phone": "see a resident's phone number in clear; every look is written down",
    "points.view_ledger": "see the ledger of points, awards, budget and liability",
    "points.edit_rules": "write point rules and policies, and try them on the past",
    "points.approve_rules": "approve what somebody else wrote: rules and changes of points by hand",
    "points.adjust_points": "ask for a change of points by hand",
    "points.audit_awards": "look at the awards drawn by lot",
    # medicine chest and green lifeline
    "points.approve_medicine": "approve, hand out and dispose of shared medicine",
    "points.see_health": "read health answers and consultations, and answer them; every look is written down",
    "points.plan_health": "edit the health rooms, their roster and the white list of medicines",
}

_SEE = ["points.view_residents", "points.view_ledger"]
ROLE_PERMISSIONS = {
    "commander": [*_SEE, "points.approve_rules"],
    "shift_lead": [*_SEE, "points.show_phone", "points.adjust_points"],
    "seat_operator": ["points.view_residents", "points.show_phone"],
    "evaluator": [*_SEE, "points.edit_rules", "points.audit_awards"],
    "grid_leader": ["points.view_residents", "points.verify_residents", "points.show_phone"],
    "grid_worker": ["points.view_residents", "points.verify_residents"],
    "leader_view": _SEE,
    "health_officer": ["points.approve_medicine", "points.see_health", "points.plan_health"],
}
ROLE_PERMISSIONS["shift_lead"] += ["points.plan_health"]
