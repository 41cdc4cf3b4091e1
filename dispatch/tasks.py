"""Nudges from beat: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from dispatch import services
from dispatch.police.link.inbox import forget_old
from dispatch.police.link.sending import work_line
from shushanwei.common.drain import drain


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


@shared_task(name="dispatch.watch_units", expires=60)
def watch_units() -> int:
    """Every minute: tell the shift leader which planned units have not signed on."""
    return services.watch_units()


@shared_task(name="dispatch.sweep_transfers", expires=2)
def sweep_transfers() -> int:
    """Every second: alarm for 110 transfers nobody answered, hand feedback and results on."""
    return services.sweep_transfers()


@shared_task(name="dispatch.work_police_line", expires=1)
def work_police_line() -> int:
    """Every second: tell the police station's own system what has changed; nothing without one."""
    return work_line()


@shared_task(name="dispatch.forget_police_receipts", expires=600)
def forget_police_receipts() -> int:
    """Every hour: receipts that no repeat can ask for any more."""
    return forget_old()


@shared_task(name="dispatch.look_at_help_calls", expires=2)
def look_at_help_calls() -> int:
    """Every second: requests to riders that became dangerous, ran out, or can ask somebody new."""
    return drain(services.running_call_ids(), services.look_at_call)


@shared_task(name="dispatch.erase_rider_places", expires=60)
def erase_rider_places() -> int:
    """Every minute: last places of riders that may not be kept any longer."""
    return services.erase_old_places()
