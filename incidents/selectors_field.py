"""What a phone in the field shows: own tasks with their limits, visits, figures, usual classes."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from grid import selectors_patrols
from grid.models import Patrol, Posting
from incidents.lifecycle import ENDED
from incidents.models import CaseCategory, CaseCheck, Deadline, Incident
from incidents.selectors import within
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.journal.models import Entry
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

USUAL = 8
USUAL_DAYS = 60
MOST = 100
CHECK_PERMISSIONS = {"verification": "incidents.verify_incident", "check": "incidents.check_incident"}


def tasks_for(user: User) -> QuerySet[CaseCheck]:
    """Open verifications and checks sent to this person, and those of own grids sent to nobody; earliest due first."""
    kinds = [kind for kind, permission in CHECK_PERMISSIONS.items() if reach_of(user, permission)]
    posted = Posting.objects.filter(user=user, duty=Posting.Duty.COLLECTOR, period__contains=db_now())
    mine = Q(collector=user) | Q(collector__isnull=True, incident__grid__in=posted.values("grid"))
    rows = CaseCheck.objects.filter(mine, kind__in=kinds, done_at__isnull=True).exclude(incident__status__in=ENDED)
    return (
        rows.select_related("incident__category", "incident__grid").defer("incident__grid__polygon").order_by("due_at")
    )


def task_for(user: User, pk: int) -> CaseCheck:
    """One task of this person, open or answered by this person; else NotFound."""
    found = tasks_for(user).filter(pk=pk).first() or CaseCheck.objects.filter(pk=pk, done_by=user).first()
    if found is None:
        raise NotFound(f"There is no task {pk}.")
    return found


def visits_for(user: User) -> QuerySet[Incident]:
    """Incidents within the scope whose parties are owed a follow-up (F24), the longest waiting first."""
    reach = reach_of(user, "incidents.follow_up")
    if not reach:
        return Incident.objects.none()
    rows = Incident.objects.filter(
        within(reach, user), need_followup=True, scene_closed_at__isnull=False, followup_done_at__isnull=True
    ).exclude(status__in=["voided", "merged", "rejected"])
    return rows.select_related("category", "grid").defer("grid__polygon").order_by("scene_closed_at")


def visit_for(user: User, pk: int) -> Incident:
    """One incident that this person may follow up, also when it was done; else NotFound."""
    reach = reach_of(user, "incidents.follow_up")
    found = Incident.objects.filter(within(reach, user), pk=pk).first() if reach else None
    if found is None:
        raise NotFound(f"There is no incident {pk}.")
    return found


def follow_up_due(ids: list[int]) -> dict[int, datetime]:
    """When the running F24 promise of each of these incidents falls due."""
    rows = Deadline.objects.filter(incident_id__in=ids, code="F24", void_at__isnull=True, met_at__isnull=True)
    return dict(rows.values_list("incident_id", "due_at"))


def own_reports(user: User) -> QuerySet[Incident]:
    """What this person has reported, newest first."""
    rows = Incident.objects.filter(reported_by=user).select_related("category", "grid").defer("grid__polygon")
    return rows.order_by("-id")


def figures_for(user: User) -> dict[str, dict[str, Any]]:
    """{today, month}: reported, self_handled, tasks, tasks_in_time, visits, visits_in_time, patrol_days."""
    day = selectors_patrols.today()
    return {
        "today": _figures(user, datetime.combine(day, time(), STREET)),
        "month": _figures(user, datetime.combine(day.replace(day=1), time(), STREET)),
    }


def _figures(user: User, since: datetime) -> dict[str, Any]:
    reports = Incident.objects.filter(reported_by=user, opened_at__gte=since).aggregate(
        reported=Count("pk", filter=Q(self_handled=False)), self_handled=Count("pk", filter=Q(self_handled=True))
    )
    tasks = CaseCheck.objects.filter(done_by=user, done_at__gte=since, by_picture=False).aggregate(
        tasks=Count("pk"), tasks_in_time=Count("pk", filter=Q(done_at__lte=F("due_at")))
    )
    followed = Deadline.objects.filter(
        code="F24", void_at__isnull=True, stopped_at__gte=since, incident__in=_followed_by(user, since)
    ).aggregate(visits=Count("pk"), visits_in_time=Count("pk", filter=Q(met_at__isnull=False)))
    days = Patrol.objects.filter(worker=user, valid=True, day__gte=since.astimezone(STREET).date())
    return {**reports, **tasks, **followed, "patrol_days": days.order_by().values("day").distinct().count()}


def _followed_by(user: User, since: datetime) -> list[int]:
    # The columns say when a follow-up was done, only the story says by whom.
    lines = Entry.objects.filter(actor=user, subject_type="incident", verb="incident.followup_done", at__gte=since)
    return list(lines.values_list("subject_id", flat=True)[:5_000])


def usual_classes(user: User) -> list[CaseCategory]:
    """The classes reported most from the field in the last two months, filled up by the catalogue's first ones."""
    since = db_now() - timedelta(days=USUAL_DAYS)
    counted = (
        Incident.objects.filter(opened_at__gte=since, source_kind__in=["grid", "collector"], category__is_active=True)
        .order_by()
        .values_list("category_id")
        .annotate(n=Count("pk"))
        .order_by("-n", "category_id")[:USUAL]
    )
    ids = [pk for pk, _n in counted]
    rows = CaseCategory.objects.filter(scheme="JCZZ", is_active=True, parent__isnull=False)
    if len(ids) < USUAL:
        ids += list(rows.exclude(pk__in=ids).order_by("code").values_list("pk", flat=True)[: USUAL - len(ids)])
    found = rows.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
