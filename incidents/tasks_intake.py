"""Celery's entry to the alerts: ask which wait, work them off."""

from celery import shared_task

from incidents.intake import processing


@shared_task(name="incidents.process_alerts", expires=2, ignore_result=True)
def process_alerts() -> int:
    """Every second and after each intake. Safe to run many times at once; returns how many alerts it worked off."""
    return processing.process_waiting()
