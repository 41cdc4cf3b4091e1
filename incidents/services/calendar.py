"""A changed working calendar: every open limit is laid out on it again, and the case says so.

The tables belong to the ground below, whose edits know nothing of limits; a sweep compares them with what was applied.
"""

from datetime import timedelta

from django.db import connection, transaction

from incidents.models import CalendarState, Deadline
from incidents.models.deadlines import CALENDAR_KINDS, ENDLESS
from incidents.services.base import locked, refresh_next_due, tell
from incidents.services.clocks import LAID_OUT, laid_out
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain

# Every process keeps the calendar for up to five seconds; until then a limit may still be laid out on the old one.
SETTLED = timedelta(seconds=8)
FINGERPRINT = """
select md5(coalesce((select string_agg(concat_ws('/', date, kind), ',' order by date) from grid_calendarday), '')
    || '|' || coalesce((select string_agg(concat_ws('/', weekday, start, "end", valid_from), ',' order by id)
                        from grid_workperiod), ''))
"""


def apply_calendar() -> int:
    """Lay open limits out again when the calendar has changed; returns how many cases have other limits now.

    Safe to run twice and to be killed: the same calendar gives the same instants, and it counts as applied only
    when every case has been looked at.
    """
    fingerprint, ready = _look()
    if not ready:
        return 0
    on_calendar = Deadline.objects.filter(limit_kind__in=CALENDAR_KINDS, missed_at__isnull=True, **ENDLESS)
    cases = list(on_calendar.values_list("incident_id", flat=True).distinct().order_by("incident_id"))
    failed: list[int] = []
    changed = drain(cases, lay_out_again, lambda incident_id, _error: failed.append(incident_id))
    if not failed:
        CalendarState.objects.filter(pk=1, seen=fingerprint).update(applied=fingerprint)
    return changed


@transaction.atomic
def lay_out_again(incident_id: int) -> bool:
    """The step for one case; true when a limit of it moved. No limit runs out in the past by an edit."""
    incident = locked(incident_id)
    now = db_now()
    moved = []
    open_limits = Deadline.objects.select_for_update(no_key=True).filter(
        incident=incident, limit_kind__in=CALENDAR_KINDS, missed_at__isnull=True, counted_from__isnull=False, **ENDLESS
    )
    for deadline in open_limits:
        before = deadline.due_at
        assert deadline.counted_from is not None
        if before <= now and deadline.paused_at is None:
            continue  # the clock sweep is about to announce it
        laid_out(deadline, deadline.counted_from, deadline.counted_s)
        if deadline.due_at == before:
            continue
        deadline.due_at = deadline.work_at = max(deadline.due_at, now)
        deadline.save(update_fields=LAID_OUT)
        moved.append({"code": deadline.code, "from": before.isoformat(), "to": deadline.due_at.isoformat()})
    if not moved:
        return False
    refresh_next_due(incident)
    incident.save(update_fields=["next_due_at"])
    tell(incident, "calendar_changed", data={"deadlines": moved})
    return True


@transaction.atomic
def _look() -> tuple[str, bool]:
    """The calendar's fingerprint now, and whether it is new and has been known long enough to be applied."""
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT)
        fingerprint = cursor.fetchone()[0]
    now = db_now()
    # A system that has just been set up starts with the calendar that it has.
    first = {"seen": fingerprint, "seen_at": now, "applied": fingerprint}
    state, _ = CalendarState.objects.select_for_update().get_or_create(pk=1, defaults=first)
    if state.seen != fingerprint:
        state.seen, state.seen_at = fingerprint, now
        state.save()
    return fingerprint, state.applied != fingerprint and now - state.seen_at >= SETTLED
