"""Celery's entry to the alerts: ask which wait, work them off."""

import threading

from celery import shared_task

from incidents.intake import processing

# Half of the worker's threads: a storm of alerts leaves room for orders, reminders and the heartbeat.
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


@shared_task(name="incidents.process_alerts", expires=2, ignore_result=True)
def process_alerts() -> int:
    """Every second and after each intake; returns how many alerts it worked off.

    Safe to run many times at once; past `AT_ONCE` in this process it leaves the work to those that are at it.
    """
    if not _turns.acquire(blocking=False):
        return 0
    try:
        return processing.process_waiting()
    finally:
        _turns.release()
