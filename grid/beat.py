"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-shifts": {
        "task": "grid.keep_shifts",
        "schedule": 600.0,
        "options": {"queue": "default", "expires": 600},
    },
    "keep-partitions": {
        "task": "grid.keep_partitions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 3600},
    },
    "end-patrols": {
        "task": "grid.end_patrols",
        "schedule": 300.0,
        "options": {"queue": "default", "expires": 300},
    },
}
