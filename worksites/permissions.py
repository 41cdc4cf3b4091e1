"""What may be done with sites, checks, findings and trucks, and which roles start with it."""

PERMISSIONS = {
    "worksites.view_site": "see sites, permits, colours, checks and findings",
    "worksites.edit_site": "register and change sites, gates, sinks, companies and permits",
    "worksites.inspect": "plan-bound and extra checks on the phone: sheet, photos, signatures",
    "worksites.file_need": "say for a department what is to be looked at on a site, and read the answer",
    "worksites.plan_checks": "set inspectors and days of planned checks, see every need, void sheets",
    "worksites.review_finding": "judge evidence, set new limits, send and revoke the site's link",
    "worksites.decide_penalty": "file penalty cases and write down decisions",
    "worksites.edit_checklist": "write and publish versions of the checklist",
    "worksites.ask_override": "ask for another colour than the rules say",
    "worksites.approve_override": "approve or refuse another colour",
    "worksites.view_trucks": "see trucks, tracks, passes, trips and truck alerts",
    "worksites.edit_trucks": "register trucks, drivers and terminals, import manifests",
    "worksites.judge_alerts": "judge truck alerts",
    "worksites.report_mud": "tell of mud on the road, confirmed as it is told",
    "worksites.edit_rules": "try and change the numbers of the truck rules",
    "worksites.report_trucks": "hand in positions, passes and manifests, as a platform",
}

_SEE = ["worksites.view_site", "worksites.view_trucks"]
_JUDGE = ["worksites.judge_alerts", "worksites.report_mud"]
_OFFICER = [*_SEE, *_JUDGE, "worksites.inspect", "worksites.review_finding", "worksites.ask_override"]
_LEAD = [
    *_OFFICER,
    "worksites.file_need",
    "worksites.edit_site",
    "worksites.plan_checks",
    "worksites.decide_penalty",
    "worksites.edit_checklist",
    "worksites.edit_trucks",
    "worksites.edit_rules",
]
ROLE_PERMISSIONS = {
    "commander": [*_SEE, "worksites.approve_override"],
    "shift_lead": [*_SEE, *_JUDGE],
    "seat_operator": [*_SEE, *_JUDGE],
    "dispatcher": _SEE,
    "video_patroller": [*_SEE, *_JUDGE],
    "evaluator": _SEE,
    "leader_view": _SEE,
    "grid_leader": ["worksites.view_site"],
    "responder": ["worksites.report_mud"],
    "enforcement_officer": _OFFICER,
    "brigade_lead": _LEAD,
    "dept_account": ["worksites.file_need"],
    "dept_handler": ["worksites.file_need"],
    "car_gateway": ["worksites.report_trucks"],
}
