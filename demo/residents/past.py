"""Sixty days of the residents' side, lived in one go: all of it stands, or nothing."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import override

from demo.residents.calls import plan_calls
from demo.residents.cast import Cast
from demo.residents.chest import plan_chest
from demo.residents.clock import Agenda
from demo.residents.desk import plan_desk
from demo.residents.helping import plan_helping
from demo.residents.mall import is_lived, plan_points
from demo.residents.market import plan_market
from demo.residents.reports import plan_reports
from points import tasks
from shushanwei.common.clock import db_now

DAYS = 61


@transaction.atomic
def load_residents_past() -> int:
    """Live the past of the residents; returns how many steps it took, none where there is a past already.

    Residents, shops, rooms and the history of the street must be loaded.
    """
    if is_lived():
        return 0
    agenda = Agenda(db_now())
    cast = Cast(agenda.now)
    if 1 not in cast.residents or not cast.users:
        return 0
    with override("zh-hans"):
        for plan in (plan_points, plan_reports, plan_calls, plan_helping, plan_market, plan_chest, plan_desk):
            plan(cast, agenda)
        _sweeps(agenda)
        return agenda.live()


def _sweeps(agenda: Agenda) -> None:
    """The clocks of the product go in the past too: once a day whatever is due by then happens."""
    for days in range(DAYS):
        agenda.at(agenda.now - timedelta(days=days, seconds=1), _sweep)


def _sweep() -> None:
    tasks.release()
    tasks.expire_redemptions()
    tasks.end_volunteering()
    tasks.end_market()
    tasks.look_after_medicine()
    tasks.look_after_consultations()
