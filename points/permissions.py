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
    "points.answer_calls": "answer residents' calls, work on them and hand them on",
    "points.review_reports": "look at doubtful reports of residents, release, refuse, call malicious",
    "points.run_volunteering": "publish volunteer tasks, review wishes, take volunteers on, vouch for hours",
    "points.review_market": "review listings, decide reports, ban from the market, plan market days",
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

# reports and calls
for _role in ("grid_leader", "grid_worker", "shift_lead", "seat_operator"):
    ROLE_PERMISSIONS[_role] = [*ROLE_PERMISSIONS.get(_role, []), "points.answer_calls"]
for _role in ("evaluator", "shift_lead", "grid_leader"):
    ROLE_PERMISSIONS[_role] = [*ROLE_PERMISSIONS.get(_role, []), "points.review_reports"]
# The mall, its merchants, and notices.
PERMISSIONS |= {
    "points.manage_mall": "keep merchants, their clerks and rewards, and settle their months",
    "points.post_notices": "post notices to the residents of the own community, or of all",
}
_MALL = ["points.manage_mall", "points.post_notices"]
ROLE_PERMISSIONS |= {
    role: [*ROLE_PERMISSIONS.get(role, []), *more]
    for role, more in {"evaluator": _MALL, "shift_lead": _MALL, "grid_leader": ["points.post_notices"]}.items()
}
for _role in ("shift_lead", "grid_leader", "grid_worker"):
    ROLE_PERMISSIONS[_role] += ["points.run_volunteering", "points.review_market"]
ROLE_PERMISSIONS["evaluator"] += ["points.review_market"]
ROLE_PERMISSIONS["shift_lead"] += ["points.plan_health"]
