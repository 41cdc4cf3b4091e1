"""Nudges of the common room."""

from celery import shared_task

from shushanwei.common import health


@shared_task
def note_heartbeat(part: str) -> None:
    """Every 3 s on each queue: the worker that runs this is alive, and so is the beat that sent it."""
    health.note_seen(part, "beat")
