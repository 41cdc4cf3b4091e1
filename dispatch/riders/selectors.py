"""Reads of the volunteer force; permission is part of fetching."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dispatch.models import DelayNote, HelpCall, HelpPart, Rider, RiderReport
from dispatch.riders.honour import LISTED, honour, month_of
from dispatch.riders.lifecycle import DANGEROUS, LIVE, Part
from dispatch.riders.rules import rider_rules
from dispatch.riders.shapes import (
    CALL_RELATED,
    NOTE_RELATED,
    PART_RELATED,
    REPORT_RELATED,
    VIEW,
    note_shape,
    part_shape,
    report_shape,
    rider_shape,
)
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

JUST_NOW = timedelta(minutes=30)  # so long the phone says what became of a request
MINE = 30


def riders_for(user: User) -> QuerySet[Rider]:
    """The riders: the centre sees all of them, nobody else any."""
    rows = Rider.objects.select_related("user").order_by("vest_no")
    return rows if reach_of(user, VIEW).street else rows.none()


def rider_for(user: User, pk: int) -> Rider:
    """One rider; raises NotFound for who may not know of him."""
    found = riders_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no rider %(id)s.") % {"id": pk})
    return found


def with_deeds(riders: QuerySet[Rider]) -> QuerySet[Rider]:
    """The riders with `n_reports` and `n_helps` of all time."""
    return riders.annotate(
        n_reports=Count("reports", distinct=True),
        n_helps=Count("parts", filter=Q(parts__status=Part.FINISHED), distinct=True),
    )


def calls_of(incident_id: int) -> QuerySet[HelpCall]:
    """The requests of an incident, the newest first."""
    return HelpCall.objects.filter(incident_id=incident_id).select_related(*CALL_RELATED)


def recent_reports() -> QuerySet[RiderReport]:
    """Reports of all riders, the newest first."""
    return RiderReport.objects.select_related(*REPORT_RELATED).order_by("-id")


def recent_parts() -> QuerySet[HelpPart]:
    """Parts of riders who came, the newest first."""
    came = HelpPart.objects.filter(accepted_at__isnull=False).select_related(*PART_RELATED)
    return came.order_by("-accepted_at")


def running_calls() -> QuerySet[HelpCall]:
    """Requests that are not over, the newest first."""
    return HelpCall.objects.filter(ended_at__isnull=True).select_related(*CALL_RELATED)


def notes() -> QuerySet[DelayNote]:
    """All notes of delay, the newest first."""
    return DelayNote.objects.select_related(*NOTE_RELATED).order_by("-id")


def note_for(user: User, pk: int) -> DelayNote:
    """One note: for the centre any, for a rider his own; raises NotFound otherwise."""
    found = notes().filter(pk=pk).first()
    if found is None or not (reach_of(user, VIEW).street or found.rider.user_id == user.pk):
        raise NotFound(_("There is no note %(id)s.") % {"id": pk})
    return found


def own_parts(rider: Rider) -> list[HelpPart]:
    """What the rider is asked, where he is coming, and what has just ended; dangerous cases are not asked for."""
    now = db_now()
    rows = HelpPart.objects.filter(rider=rider).select_related(*PART_RELATED)
    shown = rows.filter(
        Q(status__in=LIVE) & (Q(call__incident__level__gt=DANGEROUS) | ~Q(status=Part.ASKED))
        | Q(ended_at__gte=now - JUST_NOW)
    ).exclude(status=Part.DECLINED)
    return sorted(shown.order_by("-id")[:MINE], key=lambda part: (_ORDER[Part(part.status)], -part.pk))


_ORDER = {
    Part.ARRIVED: 0, Part.ACCEPTED: 1, Part.ASKED: 2, Part.WITHDRAWN: 3, Part.FULL: 4, Part.FINISHED: 5,
    Part.EXPIRED: 6, Part.DECLINED: 7,
}  # fmt: skip


def phone_state(rider: Rider) -> dict[str, Any]:
    """Everything the rider's phone shows, true at this moment."""
    lines = honour(month_of(None))
    own = next((line for line in lines if line.rider.pk == rider.pk), None)
    reports = RiderReport.objects.filter(rider=rider).select_related(*REPORT_RELATED).order_by("-id")
    own_notes = DelayNote.objects.filter(rider=rider).select_related(*NOTE_RELATED).order_by("-id")
    return {
        "now": db_now(),
        "me": rider_shape(rider) | {"pause_reason": rider.pause_reason},
        "position_kept_min": rider_rules().position_kept_min,
        "parts": [part_shape(part) for part in own_parts(rider)],
        "reports": [report_shape(report) for report in reports[:MINE]],
        "notes": [note_shape(note) for note in own_notes[:MINE]],
        "honour": {
            "month": month_of(None).strftime("%Y-%m"),
            "lines": [
                {"rank": line.rank, "nickname": line.rider.nickname, "platform": line.rider.platform,
                 "reports": line.reports, "helps": line.helps, "me": line.rider.pk == rider.pk}
                for line in lines[:LISTED]
            ],
            "mine": {"rank": own.rank, "reports": own.reports, "helps": own.helps} if own else None,
        },
    }  # fmt: skip
