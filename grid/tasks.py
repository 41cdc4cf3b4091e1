"""What the ground does by itself: shifts and partitions are laid out ahead, forgotten sign-ons end."""

from celery import shared_task

from grid import selectors_patrols
from grid.services.patrols import FORGOTTEN, end_at_last_sign
from grid.services.positions import drop_old_partitions, ensure_partitions
from grid.services.presence import end_forgotten
from grid.services.templates import lay_out_ahead
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain


@shared_task(name="grid.keep_shifts", expires=600)
def keep_shifts() -> int:
    """Every ten minutes: five weeks of shifts ahead, and nobody on duty who left an hour ago."""
    return lay_out_ahead() + end_forgotten()


@shared_task(name="grid.keep_partitions", expires=3600)
def keep_partitions() -> int:
    """Every hour: two weeks of partitions for fixes ahead, none older than 90 days."""
    return ensure_partitions() + drop_old_partitions()


@shared_task(name="grid.end_patrols", expires=300)
def end_patrols() -> int:
    """Every five minutes: patrols that nobody ended, two hours after the last sign of them."""
    return drain(selectors_patrols.open_patrol_ids(db_now() - FORGOTTEN), end_at_last_sign)
