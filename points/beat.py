"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "release-points": {"task": "points.release", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
    "forget-codes": {"task": "points.forget", "schedule": 3600.0, "options": {"queue": "default", "expires": 600}},
    "end-volunteering": {
        "task": "points.volunteering",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "end-market": {"task": "points.market", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
}
