"""What a screen shows at this moment, in a constant number of queries and in the shapes that pushes have.

A screen subscribes first and asks for this then; it applies what is newer than the `rev` of each object. The
journal's `rev` is read before the rows: what commits in between is in the rows already, and pushed once more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from dispatch.models import Assignment, Unit
from dispatch.selectors import assignments_for
from dispatch.shapes import ASSIGNMENT_RELATED, assignment_shape, unit_shape
from incidents.models import Incident
from incidents.selectors import incidents_for, open_alarms
from incidents.shapes import alarm_shape, incident_shapes
from shushanwei.cockpit import counts, figures, ground
from shushanwei.journal.selectors import newest_rev
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

LIVE = 400  # newest open incidents; a street has a fraction of it open
ENDED = 40  # newest that have ended, so that a closing is seen to have happened
ALARMS = 100
WALL_LIVE = 120
WALL_ENDED = 20
COUNTED = 1_000  # open incidents are counted up to here
ENDED_WITHIN = timedelta(days=1)


def console_snapshot(user: User, case: int | None = None) -> dict:
    """Everything the console shows: {rev, now, incidents, assignments, units, alarms, figures, late_s, sites, …}.

    `case` is the incident that somebody has open: it is told of also when others have pushed it out.
    """
    rev = newest_rev()
    now = timezone.now()
    incidents, live_total = _incidents(user, now, LIVE, ENDED)
    if case is not None and all(incident.pk != case for incident in incidents):
        incidents += incidents_for(user).filter(pk=case)
    return {
        "rev": rev,
        "now": now.isoformat(),
        "incidents": incident_shapes(incidents),
        "live_total": live_total,
        "assignments": _assignments(user, incidents),
        "units": _units(user, now),
        "alarms": _alarms(user),
        "figures": _figures(user),
        "late_s": counts.late_s(),
        **ground.snapshot(user),
    }


def screen_snapshot(user: User) -> dict:
    """Everything the wall shows; fewer incidents, and the counts of the charts."""
    rev = newest_rev()
    now = timezone.now()
    incidents, live_total = _incidents(user, now, WALL_LIVE, WALL_ENDED)
    street = reach_of(user, "incidents.view_incident").street
    return {
        "rev": rev,
        "now": now.isoformat(),
        "incidents": incident_shapes(incidents),
        "live_total": live_total,
        "assignments": _assignments(user, incidents),
        "units": _units(user, now),
        "figures": _figures(user),
        "counts": counts.today() if street else None,
        "late_s": counts.late_s(),
        **ground.snapshot(user),
    }


def pulse(user: User) -> dict:
    """What changes without a push, asked for every few seconds: figures, counts, lateness of the clocks, trucks."""
    street = reach_of(user, "incidents.view_incident").street
    return {
        "now": timezone.now().isoformat(),
        "live_total": _live_total(user),
        "figures": _figures(user),
        "counts": counts.today() if street else None,
        "late_s": counts.late_s(),
        "on_duty": _on_duty() if reach_of(user, "dispatch.view_unit").street else [],
        **ground.pulse(user),
    }


def _incidents(user: User, now: datetime, live: int, ended: int) -> tuple[list[Incident], int]:
    """The newest open incidents and the newest ended ones; and how many are open."""
    seen = incidents_for(user)
    found = list(_newest(seen.filter(ended_at__isnull=True), live))
    total = len(found) if len(found) < live else _live_total(user)
    recent = seen.filter(ended_at__isnull=False, opened_at__gte=now - ENDED_WITHIN)
    return found + list(_newest(recent, ended)), total


def _live_total(user: User) -> int:
    return incidents_for(user).filter(ended_at__isnull=True).order_by()[:COUNTED].count()


def _newest(incidents: QuerySet[Incident], count: int) -> QuerySet[Incident]:
    return incidents.order_by("-id")[:count]


def _assignments(user: User, incidents: Sequence[Incident]) -> list[dict]:
    ids = [incident.pk for incident in incidents]
    rows = assignments_for(user).filter(incident_id__in=ids).order_by("id")
    return [assignment_shape(row) for row in rows]


def _units(user: User, now: datetime) -> list[dict]:
    """Active units with their last believed position and what they are ordered to do, in two queries."""
    if not reach_of(user, "dispatch.view_unit").street:
        return []
    ordered = Assignment.objects.filter(ended_at__isnull=True, unit__isnull=False).select_related(*ASSIGNMENT_RELATED)
    doing = {assignment.unit_id: assignment for assignment in ordered}
    units = Unit.objects.filter(is_active=True).select_related("position")
    return [unit_shape(unit, now, doing.get(unit.pk)) for unit in units]


def _on_duty() -> list[int]:
    # Going on and off duty is no push: the screens hear of it with the figures.
    return list(Unit.objects.filter(is_active=True, on_duty_since__isnull=False).values_list("pk", flat=True))


def _alarms(user: User) -> list[dict]:
    return [alarm_shape(alarm) for alarm in open_alarms(user)[:ALARMS]]


def _figures(user: User) -> list[dict] | None:
    # A figure of the whole street is told to those who see the whole street.
    return figures.figures_today() if reach_of(user, "incidents.view_incident").street else None
