"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-truck-partitions": {
        "task": "worksites.keep_partitions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
    # the truck rules
    "judge-trucks": {
        "task": "worksites.judge_trucks",
        "schedule": 2.0,
        "options": {"queue": "default", "expires": 2},
    },
    "judge-silent-trucks": {
        "task": "worksites.judge_silence",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
}
