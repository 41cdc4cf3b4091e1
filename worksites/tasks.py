"""Nudges from beat for sites and trucks: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from worksites.services.fixes import PARTITIONS, forget_held
from worksites.services.terminals import hand_over_rest


@shared_task(name="worksites.keep_partitions", expires=3600)
def keep_partitions() -> int:
    """Every hour: two weeks of partitions for truck fixes ahead, none older than they are kept."""
    return PARTITIONS.ensure() + PARTITIONS.drop_old()


@shared_task(name="worksites.forget_held_fixes", expires=3600)
def forget_held_fixes() -> int:
    """Every hour: positions of terminals that nobody gave to a truck within a week go."""
    return hand_over_rest() + forget_held()
