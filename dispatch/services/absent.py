"""A unit that the roster plans and that has not signed on is told to the shift leader, once a shift (班组未到岗)."""

from datetime import timedelta

from django.db import transaction

from dispatch.models import Unit
from grid import selectors_shifts as shifts
from grid.models import Post
from incidents.models import Alarm
from incidents.services.sweeping import raise_street, sweeps_alone
from shushanwei.common.clock import db_now

SETTLING = timedelta(minutes=10)  # crews relieve each other on the road
NAMED = 12


@transaction.atomic
def watch_units() -> int:
    """Compare the units on duty with those that the running shift plans; returns how many alarms were raised."""
    if not sweeps_alone("watch_units"):
        return 0
    now = db_now()
    shift = shifts.shift_at(now)
    if shift is None or now - shift.period.lower < SETTLING:
        return 0
    if Alarm.objects.filter(kind=Alarm.Kind.UNITS_ABSENT, data__shift=shift.pk).exists():
        return 0
    planned = {line.place for line in shifts.on_duty(Post.UNIT, at=now)}
    absent = list(
        Unit.objects.filter(code__in=planned, is_active=True, on_duty_since__isnull=True)
        .order_by("code")
        .values_list("name", flat=True)
    )
    if not absent:
        return 0
    told = {"shift": shift.pk, "count": len(absent), "planned": len(planned), "units": absent[:NAMED]}
    raise_street(Alarm.Kind.UNITS_ABSENT, "shift_lead", told)
    return 1
