"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-truck-partitions": {
        "task": "worksites.keep_partitions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
    "forget-held-truck-fixes": {
        "task": "worksites.forget_held_fixes",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
}
