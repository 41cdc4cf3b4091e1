"""Nudges from beat for sites and trucks: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from worksites.services.findings import miss, overdue_ids
from worksites.services.fixes import PARTITIONS


@shared_task(name="worksites.keep_partitions", expires=3600)
def keep_partitions() -> int:
    """Every hour: two weeks of partitions for truck fixes ahead, none older than they are kept."""
    return PARTITIONS.ensure() + PARTITIONS.drop_old()


@shared_task(name="worksites.miss_findings", expires=30)
def miss_findings() -> int:
    """Every 30 seconds: limits of findings that passed unmet become penalty cases."""
    return drain(overdue_ids(db_now()), miss)
