"""What may be done with alerts and incidents, and which roles start with it."""

PERMISSIONS = {
    "incidents.view_incident": "see incidents within the data scope",
    "incidents.view_alert": "see alerts and sources",
    "incidents.register_incident": "register an incident",
    "incidents.answer_incident": "answer an incident at the console",
    "incidents.file_incident": "file, reject, void and merge",
    "incidents.verify_incident": "verify before filing",
    "incidents.check_incident": "check before closing",
    "incidents.close_incident": "close and reopen",
    "incidents.force_close_incident": "close by order",
    "incidents.suspend_incident": "put on hold and extend",
    "incidents.set_level": "change the level",
    "incidents.follow_up": "record a follow-up",
    "incidents.acknowledge_alarm": "acknowledge alarms",
    "incidents.mute_source": "mute a noisy source",
    "incidents.map_kind": "map unknown alert kinds",
    "incidents.judge_appeal": "exempt a missed promise",
}

_SEE = ["incidents.view_incident"]
_SEAT = [
    *_SEE,
    "incidents.view_alert",
    "incidents.register_incident",
    "incidents.answer_incident",
    "incidents.file_incident",
    "incidents.verify_incident",
    "incidents.check_incident",
    "incidents.close_incident",
    "incidents.set_level",
    "incidents.follow_up",
    "incidents.acknowledge_alarm",
]
_LEAD = [
    *_SEAT,
    "incidents.force_close_incident",
    "incidents.suspend_incident",
    "incidents.mute_source",
    "incidents.map_kind",
    "incidents.judge_appeal",
]
ROLE_PERMISSIONS = {
    "commander": _LEAD,
    "shift_lead": _LEAD,
    "seat_operator": _SEAT,
    "dispatcher": [*_SEAT, "incidents.suspend_incident"],
    "video_patroller": [*_SEE, "incidents.view_alert", "incidents.register_incident"],
    "evaluator": [*_SEE, "incidents.view_alert", "incidents.judge_appeal"],
    "collector": [*_SEE, "incidents.register_incident", "incidents.verify_incident", "incidents.check_incident"],
    "grid_leader": [*_SEE, "incidents.register_incident", "incidents.follow_up"],
    "grid_worker": [*_SEE, "incidents.register_incident", "incidents.follow_up"],
    "part_grid_worker": [*_SEE, "incidents.register_incident"],
    "mediator": [*_SEE, "incidents.follow_up"],
    "police_liaison": _SEE,
    "enforcement_officer": _SEE,
    "dept_account": _SEE,
    "dept_handler": _SEE,
    "responder": _SEE,
    "leader_view": _SEE,
}
