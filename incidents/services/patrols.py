"""Grids without a patrol today are told at 16:00 and 20:00, while somebody can still walk them (P365)."""

from datetime import datetime, time

from django.db import transaction

from grid import selectors_patrols
from grid.models import Grid
from incidents.models import Alarm
from incidents.services.sweeping import raise_street, sweeps_alone
from shushanwei.common.clock import STREET, db_now

AT = (time(16), time(20))
SHOWN = 200


@transaction.atomic
def watch_patrols(now: datetime | None = None) -> int:
    """Raise the alarm of the last passed hour of `AT`, once for each hour and day; returns how many were raised.

    Told late after an outage it is told all the same. A street that has never patrolled is not measured and not told.
    """
    now = now or db_now()
    local = now.astimezone(STREET)
    hour = max((at for at in AT if local.time() >= at), default=None)
    if hour is None:
        return 0
    if not sweeps_alone("watch_patrols"):
        return 0
    key = {"day": local.date().isoformat(), "hour": f"{hour:%H:%M}"}
    if Alarm.objects.filter(kind=Alarm.Kind.GRIDS_UNCOVERED, data__contains=key).exists():
        return 0
    if selectors_patrols.measured_since() is None:
        return 0
    open_ones = selectors_patrols.uncovered_grids(local.date())
    if not open_ones:
        return 0
    communities: dict[str, int] = {}
    for grid in open_ones:
        communities[grid.community.short_name] = communities.get(grid.community.short_name, 0) + 1
    data = key | {
        "n": len(open_ones),
        "grids": Grid.objects.filter(kind=Grid.Kind.SOCIAL).count(),
        "codes": [grid.code for grid in open_ones[:SHOWN]],
        "communities": communities,
    }
    raise_street(Alarm.Kind.GRIDS_UNCOVERED, "shift_lead", data)
    return 1
