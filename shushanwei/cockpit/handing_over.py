"""What the next shift must know, read across rooms: open level Ⅰ/Ⅱ, due in the next eight hours, equipment down."""

from datetime import timedelta

from django.db.models import Q

from grid import selectors_shifts as shifts
from grid.models import DutyShift, Handover
from incidents.models import Incident, Source
from shushanwei.common.clock import db_now

DUE_WITHIN = timedelta(hours=8)
SILENT_FOR = timedelta(hours=24)
SHOWN = 100
CONFIRMED_WITHIN = timedelta(days=3)


def open_urgent() -> list[dict]:
    """Open incidents of levels Ⅰ and Ⅱ, the most urgent and oldest first."""
    found = Incident.objects.filter(ended_at__isnull=True, level__lte=2).order_by("level", "id")
    return [_line(incident) for incident in found.select_related("community", "department")[:SHOWN]]


def due_soon() -> list[dict]:
    """Open incidents with a promise that falls due in the next eight hours, or that is overdue, the first due first."""
    until = db_now() + DUE_WITHIN
    found = Incident.objects.filter(
        Q(next_due_at__lte=until) | Q(next_due_at__isnull=True, overdue_at__isnull=False, suspended_at__isnull=True),
        ended_at__isnull=True,
    ).exclude(level__lte=2)
    ordered = found.order_by("next_due_at", "id").select_related("community", "department")
    return [_line(incident) for incident in ordered[:SHOWN]]


def silent_sources() -> list[dict]:
    """Sources of alerts that are switched on and have sent nothing for a day: they may be down."""
    since = db_now() - SILENT_FOR
    silent = Source.objects.filter(is_active=True, last_seen_at__lt=since).order_by("name")
    return [{"name": source.name, "state": ""} for source in silent[:SHOWN]]


def notes() -> dict:
    """The running shift with its note, the shift before with the note to be confirmed, and who comes next."""
    running = shifts.shift_at()
    before = None
    if running is not None:
        before = (
            DutyShift.objects.select_related("template")
            .filter(period__endswith__lte=running.period.lower)
            .order_by("-period")
            .first()
        )
    return {
        "running": running,
        "note": Handover.objects.filter(shift=running).first() if running else None,
        "before": before,
        "note_before": Handover.objects.filter(shift=before).select_related("signed_by", "confirmed_by").first()
        if before
        else None,
        "next": shifts.shift_after(running) if running else None,
    }


def to_confirm() -> list[Handover]:
    """Signed notes of the last days that nobody has confirmed, the oldest first."""
    since = db_now() - CONFIRMED_WITHIN
    notes = Handover.objects.filter(signed_at__gt=since, confirmed_at__isnull=True)
    return list(notes.select_related("shift__template", "signed_by").order_by("shift__period"))


def _line(incident: Incident) -> dict:
    return {
        "id": incident.pk,
        "case_no": incident.case_no,
        "title": incident.title,
        "level": incident.level,
        "status": incident.status,
        "place": str(incident.community) if incident.community_id else "",
        "department": incident.department.name_zh if incident.department else "",
        "due_at": incident.next_due_at.isoformat() if incident.next_due_at else None,
        "overdue": incident.overdue_at is not None,
    }
