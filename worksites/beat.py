"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-truck-partitions": {
        "task": "worksites.keep_partitions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
    "miss-findings": {
        "task": "worksites.miss_findings",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30},
    },
}
