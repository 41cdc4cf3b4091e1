"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    # Twice a second for rounds of a second: two rounds run side by side, so that a burst is shared from its start.
    "run-clocks": {
        "task": "incidents.run_clocks",
        "schedule": 0.5,
        "options": {"queue": "clocks", "expires": 2},
    },
    "process-alerts": {
        "task": "incidents.process_alerts",
        "schedule": 1.0,
        "options": {"queue": "default", "expires": 2},
    },
    "resume-suspended": {
        "task": "incidents.resume_suspended",
        "schedule": 10.0,
        "options": {"queue": "default", "expires": 10},
    },
    "remind": {
        "task": "incidents.remind",
        "schedule": 5.0,
        "options": {"queue": "default", "expires": 5},
    },
    "call-for-supervision": {
        "task": "incidents.call_for_supervision",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30},
    },
    "watch-seats": {
        "task": "incidents.watch_seats",
        "schedule": 15.0,
        "options": {"queue": "default", "expires": 15},
    },
    "watch-patrols": {
        "task": "incidents.watch_patrols",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "apply-calendar": {
        "task": "incidents.apply_calendar",
        "schedule": 10.0,
        "options": {"queue": "default", "expires": 10},
    },
    "order-checks": {
        "task": "incidents.order_checks",
        "schedule": 5.0,
        "options": {"queue": "default", "expires": 5},
    },
    "seal-journal": {
        "task": "journal.seal",
        "schedule": 600.0,
        "options": {"queue": "default", "expires": 300},
    },
}
