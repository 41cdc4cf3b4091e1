"""Nudges from beat for the residents' side: the rows decide what is due."""

from celery import shared_task

from points.services import ledger, mall, signing_in
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


@shared_task(name="points.expire_redemptions", expires=60)
def expire_redemptions() -> int:
    """Every minute: what was not fetched in time goes back to the shelf, its points to the resident."""
    return drain(mall.due_to_expire(db_now()), mall.expire)
