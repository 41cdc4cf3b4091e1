"""Everything a unit's phone shows, as one dictionary: for the page and for the API."""

from datetime import datetime, timedelta

from dispatch import selectors
from dispatch.models import Assignment, Reinforcement, Unit
from dispatch.shapes import ASSIGNMENT_RELATED, CALL_RELATED, iso, read_assignment, reinforcement_shape, unit_shape
from grid.models import Post
from grid.selectors_shifts import next_duty, on_duty
from incidents.models import Incident
from incidents.shapes import RELATED, UNSHOWN, incident_shape
from shushanwei.common.clock import db_now
from shushanwei.journal.selectors import story_of

JUST_NOW = timedelta(minutes=10)
STORY_SHOWN = 40


def _roster(unit: Unit, now: datetime) -> dict | None:
    """Who of the unit is planned now, or else next within a day: {names, from, until, now}; None when nobody is."""
    lines = list(on_duty(Post.UNIT, at=now, place=unit.code))
    running = bool(lines)
    if not lines:
        lines = next_duty(Post.UNIT, unit.code, now)
    if not lines:
        return None
    span = lines[0].period
    names = [str(line.user) for line in lines]
    return {"names": names, "from": iso(span.lower), "until": iso(span.upper), "now": running}


def phone_state(unit: Unit) -> dict:
    """Duty, order, incident with its clocks, story newest first, calls for other forces; true at this moment."""
    now = db_now()
    order = selectors.live_order_of(unit)
    state: dict = {
        "now": iso(now),
        "unit": unit_shape(unit, now, order),
        "roster": _roster(unit, now),
        "assignment": None,
        "incident": None,
        "story": [],
        "reinforcements": [],
        "last": None,
    }
    if order is None:
        last = Assignment.objects.filter(unit=unit, ended_at__gte=now - JUST_NOW).select_related(*ASSIGNMENT_RELATED)
        newest = last.order_by("-ended_at").first()
        return state | {"last": read_assignment(newest) if newest else None}
    incident = Incident.objects.select_related(*RELATED).defer(*UNSHOWN).get(pk=order.incident_id)
    lines = story_of("incident", incident.pk).order_by("-id")[:STORY_SHOWN]
    calls = Reinforcement.objects.filter(incident=incident).select_related(*CALL_RELATED).order_by("id")
    return state | {
        "assignment": read_assignment(order),
        "incident": incident_shape(incident),
        "story": [
            {
                "id": line.pk,
                "at": iso(line.at),
                "verb": line.verb,
                "actor": line.actor_name,
                "note": line.said,
                "data": line.data,
            }
            for line in lines
        ],
        "reinforcements": [reinforcement_shape(call) for call in calls],
    }
