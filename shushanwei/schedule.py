"""What Celery beat nudges and how often: the schedules of all rooms, put together by name."""

from importlib import import_module
from importlib.util import find_spec

ROOMS = [
    "shushanwei.common",
    "shushanwei.people",
    "shushanwei.journal",
    "grid",
    "incidents",
    "dispatch",
    "worksites",
    "points",
    "shushanwei.cockpit",
]
QUEUES = {"default", "clocks"}


def collect() -> dict[str, dict]:
    """Every room's `beat.SCHEDULE`, merged; raises ValueError for a name that two rooms use."""
    merged: dict[str, dict] = {}
    for room in ROOMS:
        if find_spec(f"{room}.beat") is None:
            continue
        for name, entry in import_module(f"{room}.beat").SCHEDULE.items():
            if name in merged:
                raise ValueError(f"{room}.beat: the name {name!r} is taken by another room.")
            merged[name] = entry
    return merged
