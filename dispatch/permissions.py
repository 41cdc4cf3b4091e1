"""What may be done with units and orders, and which roles start with it."""

PERMISSIONS = {
    "dispatch.view_unit": "see units, positions and who could go",
    "dispatch.view_assignment": "see orders within the data scope",
    "dispatch.order_unit": "order units and add more",
    "dispatch.recall_unit": "take an order back",
    "dispatch.order_department": "give a case to a department",
    "dispatch.request_reinforcement": "call another force",
    "dispatch.report_positions": "report the positions of car terminals, as a gateway",
    "dispatch.answer_order": "answer orders on the unit's phone",
    "dispatch.handle_case": "accept, return and handle the department's cases",
    "dispatch.confirm_case": "confirm for the department that a case is handled",
    "dispatch.view_transfer": "see 110 transfers and the line to the police",
    "dispatch.take_transfer": "accept, return and answer 110 transfers",
    "dispatch.work_police_desk": "work the police desk: answer escalations, hand calls to the street, judge results",
    "dispatch.tend_link": "send messages to the police again",
    "dispatch.ride": "report and help as a volunteer rider",
    "dispatch.view_riders": "see the volunteer riders, their contacts and deeds",
    "dispatch.edit_riders": "register, change and pause volunteer riders",
    "dispatch.call_riders": "ask riders nearby for help",
    "dispatch.issue_delay_note": "issue and void certificates of delay",
}

_WATCH = ["dispatch.view_unit", "dispatch.view_assignment"]
_SEAT = [
    *_WATCH,
    "dispatch.order_unit",
    "dispatch.recall_unit",
    "dispatch.order_department",
    "dispatch.request_reinforcement",
    "dispatch.view_transfer",
    "dispatch.take_transfer",
    "dispatch.view_riders",
    "dispatch.call_riders",
    "dispatch.issue_delay_note",
]
_LEAD = [*_SEAT, "dispatch.edit_riders"]
_FIELD = ["dispatch.view_assignment", "dispatch.answer_order", "dispatch.request_reinforcement"]
ROLE_PERMISSIONS = {
    "commander": [*_LEAD, "dispatch.tend_link"],
    "shift_lead": [*_LEAD, "dispatch.tend_link"],
    "seat_operator": _SEAT,
    "dispatcher": _LEAD,
    "video_patroller": _WATCH,
    "evaluator": [*_WATCH, "dispatch.view_transfer"],
    "leader_view": _WATCH,
    "responder": _FIELD,
    "rider": ["dispatch.ride"],
    "police_liaison": [*_FIELD, "dispatch.view_transfer", "dispatch.work_police_desk", "dispatch.tend_link"],
    "brigade_lead": [*_FIELD, "dispatch.handle_case", "dispatch.confirm_case"],
    "enforcement_officer": [*_FIELD, "dispatch.handle_case"],
    "car_gateway": ["dispatch.report_positions"],
    "dept_account": ["dispatch.view_assignment", "dispatch.handle_case", "dispatch.confirm_case"],
    "dept_handler": ["dispatch.view_assignment", "dispatch.handle_case"],
}
