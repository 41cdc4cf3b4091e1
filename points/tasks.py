"""Nudges from beat for the residents' side: the rows decide what is due."""

from celery import shared_task

from points.services import ledger, signing_in
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
