"""Nudges from beat for the residents' side: the rows decide what is due."""

from celery import shared_task

from points.services import (
    calls,
    deals,
    fairs,
    health,
    health_data,
    ledger,
    looks,
    mall,
    market,
    medicine,
    medicine_requests,
    reports,
    signing_in,
    volunteer_hours,
    volunteering,
)
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


@shared_task(name="points.reports", expires=15)
def settle_reports() -> int:
    """Every 15 s: reports whose case says what they are worth; where anonymous ones came from is forgotten."""
    reports.forget_addresses(db_now())
    return drain(looks.due_to_settle(), looks.settle)


@shared_task(name="points.calls", expires=10)
def escalate_calls() -> int:
    """Every 10 s: calls without an answer in time go up a step; those whose case has ended are done."""
    late = drain(calls.due_to_escalate(db_now()), calls.escalate)
    return late + drain(calls.handed_on_and_ended(), calls.finish_handed_on)


@shared_task(name="points.expire_redemptions", expires=60)
def expire_redemptions() -> int:
    """Every minute: what was not fetched in time goes back to the shelf, its points to the resident."""
    return drain(mall.due_to_expire(db_now()), mall.expire)


@shared_task(name="points.volunteering", expires=60)
def end_volunteering() -> int:
    """Every minute: windows that are over, and hours about which somebody has been silent for a week."""
    now = db_now()
    ended = drain(volunteering.due_to_end(now), volunteering.end_window)
    return ended + drain(volunteer_hours.due_to_settle(now), volunteer_hours.settle)


@shared_task(name="points.market", expires=60)
def end_market() -> int:
    """Every minute: listings, reservations and market days whose time is over."""
    now = db_now()
    lapsed = drain(deals.due_to_lapse(now), deals.lapse)
    return lapsed + drain(market.due_to_expire(now), market.expire) + drain(fairs.due_to_end(now), fairs.end)


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
