"""Nudges from beat for the residents' side: the rows decide what is due."""

from celery import shared_task

from points.services import health, health_data, ledger, medicine, medicine_requests, signing_in
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain


@shared_task(name="points.release", expires=60)
def release() -> int:
    """Every minute: points whose days of freezing are over, and those whose months are."""
    now = db_now()
    return drain(ledger.due_to_release(now), ledger.release) + drain(ledger.due_to_expire(now), ledger.expire)


@shared_task(name="points.forget", expires=3600)
def forget() -> int:
    """Every hour: old codes and sessions go."""
    return signing_in.forget_old(db_now())


@shared_task(name="points.medicine", expires=60)
def look_after_medicine() -> int:
    """Every minute: codes that ran out; what is near its expiry goes to the disposal list."""
    now = db_now()
    return drain(medicine_requests.due_to_lapse(now), medicine_requests.lapse) + drain(
        medicine.due_to_hide(now), medicine.hide
    )


@shared_task(name="points.health", expires=30)
def look_after_consultations() -> int:
    """Every half minute: questions that wait too long go to all on the roster; quiet consultations end."""
    now = db_now()
    return drain(health.due_to_escalate(now), health.escalate) + drain(health.due_to_end(now), health.end_quiet)


@shared_task(name="points.forget_health", expires=3600)
def forget_health() -> int:
    """Every hour: health answers and messages older than ninety days go."""
    return health_data.forget_old(db_now())
