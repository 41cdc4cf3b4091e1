"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "release-points": {"task": "points.release", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
    "forget-codes": {"task": "points.forget", "schedule": 3600.0, "options": {"queue": "default", "expires": 600}},
    "look-after-medicine": {
        "task": "points.medicine", "schedule": 60.0, "options": {"queue": "default", "expires": 60},
    },
    "look-after-consultations": {
        "task": "points.health", "schedule": 30.0, "options": {"queue": "default", "expires": 30},
    },
    "forget-health": {
        "task": "points.forget_health", "schedule": 3600.0, "options": {"queue": "default", "expires": 600},
    },
}  # fmt: skip
