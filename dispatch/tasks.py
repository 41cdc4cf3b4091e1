"""Nudges from beat: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from dispatch import services


@shared_task(name="dispatch.assign_waiting", expires=2)
def assign_waiting() -> int:
    """Every second: order units for what waits for dispatch."""
    return services.assign_waiting()


@shared_task(name="dispatch.expire_offers", expires=2)
def expire_offers() -> int:
    """Every second: replace units that did not answer."""
    return services.expire_offers()


@shared_task(name="dispatch.act_on_missed", expires=2)
def act_on_missed() -> int:
    """Every second: the consequences of arrivals that were missed."""
    return services.act_on_missed()
