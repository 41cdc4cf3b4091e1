"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "assign-waiting": {
        "task": "dispatch.assign_waiting",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
    "expire-offers": {
        "task": "dispatch.expire_offers",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
    "watch-units": {
        "task": "dispatch.watch_units",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "sweep-transfers": {
        "task": "dispatch.sweep_transfers",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
    "work-police-line": {
        "task": "dispatch.work_police_line",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 1},
    },
    "forget-police-receipts": {
        "task": "dispatch.forget_police_receipts",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
    "look-at-help-calls": {
        "task": "dispatch.look_at_help_calls",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
    "erase-rider-places": {
        "task": "dispatch.erase_rider_places",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "act-on-missed": {
        "task": "dispatch.act_on_missed",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
}
