"""The declared table: every address of the site, its methods, and what somebody must hold to use it."""

PUBLIC = "public"
SIGNED_IN = "signed in"
TOKEN = "token"  # the token itself is what is given back
SIGNED_SOURCE = "signed source"  # HMAC of a source instead of a person
OWN_UNIT = "own unit or department"  # fetched by membership; others find nothing

SEE = "incidents.view_incident"

TABLE: dict[str, str] = {
    # frame
    "GET /": SIGNED_IN,
    "GET /start/": SIGNED_IN,
    "GET /sign-in/": PUBLIC,
    "POST /sign-out/": SIGNED_IN,
    "GET /password/": SIGNED_IN,
    "GET /here/": SIGNED_IN,
    "POST /language/": PUBLIC,
    "GET /jsi18n/": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,  # loopback or token, see tests/common
    "POST /api/v1/token/": PUBLIC,
    "DELETE /api/v1/token/": TOKEN,
    "GET /api/v1/schema/": PUBLIC,
    "GET /api/v1/docs/": PUBLIC,
    # ground
    "GET /grid/": "grid.view_ground",
    "POST /grid/": "grid.edit_ground",
    "GET /grid/ground.geojson": "grid.view_ground",
    "GET /api/v1/grid/communities/": "grid.view_ground",
    "GET /api/v1/grid/grids/": "grid.view_ground",
    "POST /api/v1/grid/import/": "grid.edit_ground",
    "GET /api/v1/grid/layers/": "grid.view_ground",
    "GET /api/v1/grid/layers/<code>/": "grid.view_ground",
    # intake
    "POST /api/v1/alerts/": SIGNED_SOURCE,
    "GET /api/v1/alerts/": "incidents.view_alert",
    "GET /api/v1/alerts/<pk>/": "incidents.view_alert",
    "GET /api/v1/sources/": "incidents.view_alert",
    "POST /api/v1/sources/<code>/mute/": "incidents.mute_source",
    "POST /api/v1/sources/<code>/unmute/": "incidents.mute_source",
    "GET /api/v1/alert-kinds/": "incidents.view_alert",
    "PATCH /api/v1/alert-kinds/<pk>/": "incidents.map_kind",
    "GET /sources/": "incidents.view_alert",
    "POST /sources/<code>/mute/": "incidents.mute_source",
    "POST /sources/<code>/unmute/": "incidents.mute_source",
    "GET /alert-kinds/": "incidents.view_alert",
    "POST /alert-kinds/": "incidents.map_kind",
    # incidents
    "GET /attachments/<uuid>/": SEE,
    "GET /api/v1/incidents/": SIGNED_IN,  # nothing in it without the permission
    "POST /api/v1/incidents/": "incidents.register_incident",
    "GET /api/v1/incidents/<pk>/": SEE,
    "POST /api/v1/incidents/<pk>/attachments/": SEE,
    "GET /api/v1/categories/": SIGNED_IN,
    "GET /api/v1/departments/": SIGNED_IN,
    "GET /api/v1/alarms/": "incidents.acknowledge_alarm",
    "POST /api/v1/alarms/<pk>/acknowledge/": "incidents.acknowledge_alarm",
    # dispatch
    "GET /api/v1/incidents/<pk>/candidates/": "dispatch.view_unit",
    "POST /api/v1/incidents/<pk>/dispatch/": "dispatch.order_unit",
    "POST /api/v1/incidents/<pk>/reinforcement/": "dispatch.request_reinforcement",
    "GET /api/v1/units/": "dispatch.view_unit",
    "GET /api/v1/units/me/": "dispatch.answer_order",
    "POST /api/v1/units/me/duty/": "dispatch.answer_order",
    "POST /api/v1/units/me/positions/": "dispatch.answer_order",
    "GET /api/v1/assignments/": SIGNED_IN,  # nothing in it without the permission
    "GET /api/v1/assignments/<pk>/": "dispatch.view_assignment",
    **{f"POST /api/v1/assignments/<pk>/{step}/": "dispatch.answer_order" for step in (
        "delivered", "decline", "arrive", "feedback", "finish")},
    "POST /api/v1/assignments/<pk>/accept/": "dispatch.answer_order|dispatch.handle_case",
    "POST /api/v1/assignments/<pk>/recall/": "dispatch.recall_unit",
    "POST /api/v1/assignments/<pk>/return/": "dispatch.handle_case",
    "POST /api/v1/assignments/<pk>/handle/": "dispatch.handle_case",
    "POST /api/v1/assignments/<pk>/confirm/": "dispatch.confirm_case",
    "GET /unit/": "dispatch.answer_order",
    "GET /dept/": "dispatch.handle_case",
    "GET /dept/<pk>/": "dispatch.handle_case",
    **{f"POST /dept/<pk>/{step}/": "dispatch.handle_case" for step in ("accept", "return", "handle")},
    "POST /dept/<pk>/confirm/": "dispatch.confirm_case",
    # cockpit
    "GET /console/": "cockpit.view_console",
    "GET /screen/": "cockpit.view_screen",
    "GET /api/v1/console/snapshot/": "cockpit.view_console",
    "GET /api/v1/screen/snapshot/": "cockpit.view_screen",
    "GET /api/v1/screen/pulse/": "cockpit.view_screen",
    "GET /reports/": "cockpit.view_reports",
    "GET /reports/list/": "cockpit.view_reports",
    "GET /reports/list.xlsx": "cockpit.view_reports",
    "GET /reports/definitions/": "cockpit.view_reports",
    "POST /reports/recompute/": "cockpit.recompute_report",
    "GET /reports/<slug>.xlsx": "cockpit.view_reports",
    "GET /api/v1/reports/": "cockpit.view_reports",
    "GET /api/v1/reports/<kind>/<key>/": "cockpit.view_reports",
}  # fmt: skip
STEPS = {
    "answer": "incidents.answer_incident",
    "verify": "incidents.verify_incident",
    "finish-verification": "incidents.verify_incident",
    "file": "incidents.file_incident",
    "reject": "incidents.file_incident",
    "void": "incidents.file_incident",
    "merge": "incidents.file_incident",
    "return-to-filing": "incidents.file_incident",
    "level": "incidents.set_level",
    "decline-reinforcement": "incidents.answer_incident",
    "check": "incidents.check_incident",
    "finish-check": "incidents.check_incident",
    "close": "incidents.close_incident",
    "force-close": "incidents.force_close_incident",
    "reopen": "incidents.close_incident",
    "suspend": "incidents.suspend_incident",
    "resume": "incidents.suspend_incident",
    "extend": "incidents.suspend_incident",
    "request-time": "incidents.request_time",
    "endorse-time": "incidents.endorse_time",
    "withdraw-time": "incidents.request_time",
    "decide-time": "incidents.suspend_incident",
    "supervise": "incidents.supervise",
    "reply-supervision": "incidents.reply_supervision",
    "clear-supervision": "incidents.supervise",
    "follow-up": "incidents.follow_up",
    "agree-follow-up": "incidents.follow_up",
}
TABLE |= {f"POST /api/v1/incidents/<pk>/{step}/": permission for step, permission in STEPS.items()}
