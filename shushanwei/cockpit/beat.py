"""When reports are drawn up, in the street's time; beat only nudges, a report is unique by its key."""

from celery.schedules import crontab

_NUDGE = {"task": "cockpit.freeze_reports", "options": {"queue": "default", "expires": 300}}

SCHEDULE = {
    "freeze-day": {**_NUDGE, "schedule": crontab(hour=7, minute=30), "args": ["day"]},
    "freeze-week": {**_NUDGE, "schedule": crontab(hour=9, minute=0, day_of_week="monday"), "args": ["week"]},
    "freeze-month": {**_NUDGE, "schedule": crontab(hour=9, minute=0, day_of_month="1"), "args": ["month"]},
    # Whatever was down at that minute: a closed period without its report is found again.
    "freeze-what-is-missing": {**_NUDGE, "schedule": crontab(minute="*/10")},
}
