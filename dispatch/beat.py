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
    "act-on-missed": {
        "task": "dispatch.act_on_missed",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
}
