"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-shifts": {
        "task": "grid.keep_shifts",
        "schedule": 600.0,
        "options": {"queue": "default", "expires": 600},
    },
}
