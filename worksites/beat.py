"""When the rows of this room are looked at; beat only nudges."""

SCHEDULE = {
    "keep-truck-partitions": {
        "task": "worksites.keep_partitions",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 600},
    },
    "keep-site-colours": {
        "task": "worksites.keep_colours",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "keep-check-plan": {
        "task": "worksites.keep_plan",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 60},
    },
    "miss-findings": {
        "task": "worksites.miss_findings",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30},
    },
    "forget-held-truck-fixes": {
        "task": "worksites.forget_held_fixes",
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
    "run-rule-trials": {
        "task": "worksites.run_rule_trials",
        "schedule": 5.0,
        "options": {"queue": "default", "expires": 5},
    },
}
