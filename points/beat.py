"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "release-points": {"task": "points.release", "schedule": 60.0, "options": {"queue": "default", "expires": 60}},
    "forget-codes": {"task": "points.forget", "schedule": 3600.0, "options": {"queue": "default", "expires": 600}},
}
SCHEDULE |= {
    "expire-redemptions": {"task": "points.expire_redemptions", "schedule": 60.0,
                           "options": {"queue": "default", "expires": 60}},
}  # fmt: skip
