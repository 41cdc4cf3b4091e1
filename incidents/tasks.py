"""Celery asks who is due; the rows answer. Every task may run twice at once."""

import time
from functools import partial

import structlog
from celery import shared_task

from incidents import selectors, services
from incidents.services import calendar, patrols, reminding, seats, supervising, sweeping
from incidents.services.holding import resume_due
from incidents.tasks_intake import process_alerts
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain

log = structlog.get_logger(__name__)
ROUND_S = 0.95  # a nudge a second; each round looks again many times, and sleeps until the next promise is due
LONGEST_NAP_S = 0.2

__all__ = [
    "apply_calendar",
    "call_for_supervision",
    "order_checks",
    "process_alerts",
    "remind",
    "resume_suspended",
    "run_clocks",
    "watch_patrols",
    "watch_seats",
]


@shared_task(name="incidents.run_clocks", expires=2)
def run_clocks() -> int:
    """One second of watching the clocks: announce what falls due within milliseconds of its instant."""
    until = time.monotonic() + ROUND_S
    told = 0
    outage = sweeping.note_sweep()
    looked = time.time()
    while True:
        # Frozen in the middle of a round, by the machine or a debugger: that is an outage like any other.
        if time.time() - looked > sweeping.OUTAGE_S / 2:
            outage = sweeping.note_sweep() or outage
        looked = time.time()
        announced = sweeping.announce_missed()
        told += announced
        rest = until - time.monotonic()
        if rest <= 0:
            break
        if announced:
            continue
        due = sweeping.next_due()
        wait = (due - db_now()).total_seconds() if due else LONGEST_NAP_S
        # A promise that is due and still there belongs to an incident that somebody is changing: look again soon.
        time.sleep(min(max(wait, 0.01), LONGEST_NAP_S, rest))
    if outage or sweeping.digests_wait():
        sweeping.tell_digests()
    return told


@shared_task(name="incidents.resume_suspended", expires=10)
def resume_suspended() -> int:
    """Cases whose hold has ended go on by themselves."""
    return drain(selectors.resumable_ids(db_now()), resume_due)


@shared_task(name="incidents.remind", expires=5)
def remind() -> int:
    """Reminders before a limit is used up and after a miss, until somebody moves."""
    return drain(reminding.remindable_ids(db_now()), reminding.remind)


@shared_task(name="incidents.call_for_supervision", expires=30)
def call_for_supervision() -> int:
    """Cases that a rule wants supervised: the shift leader or the commander is told once."""
    done = 0
    for incident_id, level in supervising.supervisable_ids(db_now()):
        done += drain([incident_id], partial(supervising.call_for_supervision, level=level))
    return done


@shared_task(name="incidents.watch_seats", expires=15)
def watch_seats() -> int:
    """Too few seats taken: the shift leader is alarmed."""
    return seats.watch_seats()


@shared_task(name="incidents.watch_patrols", expires=60)
def watch_patrols() -> int:
    """At 16:00 and 20:00 grids without a valid patrol: the shift leader is alarmed in time to act."""
    return patrols.watch_patrols()


@shared_task(name="incidents.apply_calendar", expires=10)
def apply_calendar() -> int:
    """Lay open limits out again when the working calendar has been edited."""
    return calendar.apply_calendar()


@shared_task(name="incidents.order_checks", expires=5)
def order_checks() -> int:
    """What was handled goes to the nearest collector who is not the handler."""

    def order(incident_id: int) -> bool:
        collector = selectors.collector_for(incident_id)
        if collector is None:
            return False  # it stays with the seats, who may check by picture
        services.order_check(incident_id, collector=collector)
        return True

    return drain(selectors.unordered_check_ids(), order)
