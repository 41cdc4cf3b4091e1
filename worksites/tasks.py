"""Nudges from beat for sites and trucks: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from shushanwei.common.drain import drain
from worksites.services import engine
from worksites.services.fixes import PARTITIONS


@shared_task(name="worksites.keep_partitions", expires=3600)
def keep_partitions() -> int:
    """Every hour: two weeks of partitions for truck fixes ahead, none older than they are kept."""
    return PARTITIONS.ensure() + PARTITIONS.drop_old()


# the truck rules


@shared_task(name="worksites.judge_trucks", expires=10)
def judge_trucks() -> int:
    """Every 2 s: trucks with new positions, longest waiting first."""
    return drain(engine.trucks_with_work(), engine.judge_truck)


@shared_task(name="worksites.judge_silence", expires=60)
def judge_silence() -> int:
    """Every minute: trucks that have fallen silent, and yesterday's manifests once the day is over."""
    engine.judge_site_days()
    return drain(engine.silent_trucks(), engine.judge_silence)
