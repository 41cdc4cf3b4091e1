"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "release-points": {"task": "points.release", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
    "forget-codes": {"task": "points.forget", "schedule": 3600.0, "options": {"queue": "default", "expires": 600}},
    "settle-reports": {"task": "points.reports", "schedule": 15.0, "options": {"queue": "default", "expires": 15}},
    "escalate-calls": {"task": "points.calls", "schedule": 10.0, "options": {"queue": "default", "expires": 10}},
    "end-volunteering": {
        "task": "points.volunteering",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "end-market": {"task": "points.market", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
    "expire-redemptions": {
        "task": "points.expire_redemptions",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "look-after-medicine": {
        "task": "points.medicine",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "look-after-consultations": {
        "task": "points.health",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30},
    },
    "forget-health": {
        "task": "points.forget_health",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
}
