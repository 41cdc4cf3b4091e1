"""Nudges from beat for sites and trucks: the rows decide what is due; a nudge that is lost or doubled harms nothing."""

from celery import shared_task

from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from worksites.services import crews, engine, plan, trials
from worksites.services.colours import due_for_recolour, recolour_when_due
from worksites.services.findings import miss, overdue_ids
from worksites.services.fixes import PARTITIONS, forget_held
from worksites.services.terminals import forget_strangers, hand_over_rest


@shared_task(name="worksites.keep_partitions", expires=3600)
def keep_partitions() -> int:
    """Every hour: two weeks of partitions for truck fixes ahead, none older than they are kept."""
    return PARTITIONS.ensure() + PARTITIONS.drop_old()


@shared_task(name="worksites.keep_colours", expires=60)
def keep_colours() -> int:
    """Every minute: sites whose colour time alone may have changed."""
    return drain(due_for_recolour(db_now()), recolour_when_due)


@shared_task(name="worksites.keep_plan", expires=60)
def keep_plan() -> int:
    """Every minute: checks that fell due are missed; sites without a check are planned, new months from 00:10 on;
    who was drawn and cannot go is replaced."""
    now = db_now()
    done = drain(plan.due_to_miss(now), plan.miss) + drain(plan.unplanned(now), plan.plan_site)
    return done + drain(crews.absent(now), crews.replace_absent)


@shared_task(name="worksites.miss_findings", expires=30)
def miss_findings() -> int:
    """Every 30 seconds: limits of findings that passed unmet become penalty cases."""
    return drain(overdue_ids(db_now()), miss)


@shared_task(name="worksites.forget_held_fixes", expires=3600)
def forget_held_fixes() -> int:
    """Every hour: positions of terminals that nobody gave to a truck within a week go, and silent strangers."""
    return hand_over_rest() + forget_held() + forget_strangers()


@shared_task(name="worksites.judge_trucks", expires=10)
def judge_trucks() -> int:
    """Every 2 s: trucks with new positions, longest waiting first."""
    return drain(engine.trucks_with_work(), engine.judge_truck)


@shared_task(name="worksites.judge_silence", expires=60)
def judge_silence() -> int:
    """Every minute: trucks that have fallen silent, and the manifests of each day that is over."""
    engine.judge_site_days()
    return drain(engine.silent_trucks(), engine.judge_silence)


@shared_task(name="worksites.run_rule_trials", expires=5)
def run_rule_trials() -> int:
    """Every 5 s: the next trial of other numbers; one runs at a time, for minutes."""
    return drain(trials.due_trials(), trials.run)
