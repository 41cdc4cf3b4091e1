"""What the ground does by itself: shifts are laid out ahead, forgotten sign-ons end."""

from celery import shared_task

from grid.services.presence import end_forgotten
from grid.services.templates import lay_out_ahead


@shared_task(name="grid.keep_shifts", expires=600)
def keep_shifts() -> int:
    """Every ten minutes: five weeks of shifts ahead, and nobody on duty who left an hour ago."""
    return lay_out_ahead() + end_forgotten()
