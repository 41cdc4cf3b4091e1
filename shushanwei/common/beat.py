"""What beat nudges for the common room."""

SCHEDULE = {
    f"note-heartbeat-{queue}": {
        "task": "shushanwei.common.tasks.note_heartbeat",
        "schedule": 3.0,
        "args": [part],
        "options": {"queue": queue, "expires": 6},
    }
    for queue, part in {"default": "worker", "clocks": "clocks"}.items()
}
