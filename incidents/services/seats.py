"""An empty seat is told to the shift leader: once a shift, and again while it is acknowledged and still empty."""

from datetime import timedelta

from django.db import transaction

from grid import selectors_shifts as shifts
from incidents.models import Alarm
from incidents.services.sweeping import raise_street, sweeps_alone
from shushanwei.common.clock import db_now

SETTLING = timedelta(minutes=5)  # a shift that has just begun may still be sitting down
AGAIN_AFTER = timedelta(minutes=10)


@transaction.atomic
def watch_seats() -> int:
    """Compare the seats that are taken with what the running shift needs; returns how many alarms were raised."""
    if not sweeps_alone("watch_seats"):
        return 0
    now = db_now()
    shift, least, taken = shifts.missing_seats(now)
    if shift is None or taken >= least or now - shift.period.lower < SETTLING:
        return 0
    last = Alarm.objects.filter(kind=Alarm.Kind.SEATS_EMPTY, data__shift=shift.pk).order_by("-id").first()
    if last is not None and (last.acknowledged_at is None or now - last.acknowledged_at < AGAIN_AFTER):
        return 0
    raise_street(Alarm.Kind.SEATS_EMPTY, "shift_lead", {"shift": shift.pk, "taken": taken, "least": least})
    return 1
