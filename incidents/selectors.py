"""Reads of incidents; permission is part of fetching."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grid.models import Posting
from grid.selectors_patrols import nearest_person
from incidents.lifecycle import Status
from incidents.models import Alarm, CaseCategory, Incident, Supervision, TimeRequest
from incidents.shapes import RELATED, UNSHOWN
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.people.access import Reach, reach_of
from shushanwei.people.models import User

VIEW = "incidents.view_incident"
COLLECTOR_SEEN_WITHIN = timedelta(minutes=15)  # an older place does not say that somebody is on duty there


def incidents_for(user: User, permission: str = VIEW) -> QuerySet[Incident]:
    """The incidents that this person may see for `permission`, newest first; none without it."""
    seen = Incident.objects.filter(within(reach_of(user, permission), user))
    return seen.select_related(*RELATED).defer(*UNSHOWN)


def incident_for(user: User, pk: int, permission: str = VIEW) -> Incident:
    """One incident, or NotFound for what does not exist and for what this person may not know of."""
    incident = incidents_for(user, permission).filter(pk=pk).first()
    if incident is None:
        raise NotFound(f"There is no incident {pk}.")
    return incident


def within(reach: Reach, user: User) -> Q:
    """The data scope as a condition: the whole street, own areas, own department, urgent ones for the police."""
    if reach.street:
        return Q()
    if not reach:
        return Q(pk__in=())
    scope = Q(pk__in=())
    if reach.areas:
        scope |= Q(community_id__in=reach.areas) | Q(grid_id__in=reach.areas)
    if reach.departments:
        scope |= Q(department__code__in=reach.departments)
    if reach.police:
        scope |= Q(level__lte=2) | Q(source_kind="police_110")
    if reach.own:
        scope |= Q(checks__collector=user) | Q(pk__in=_sent_to(user))
        scope = Q(pk__in=Incident.objects.filter(scope).values("pk"))
    return scope


def _sent_to(user: User) -> Iterable[int]:
    # Rooms above know who was sent where; they widen the scope by registering a query of incident ids.
    return [pk for ids_for in SENT_TO for pk in ids_for(user)]


# Functions of a user that give the ids of incidents sent to that user's unit; dispatch adds its own at start.
SENT_TO: list = []


def open_alarms(user: User) -> QuerySet[Alarm]:
    """Alarms that nobody has acknowledged, for those who may."""
    if not reach_of(user, "incidents.acknowledge_alarm"):
        return Alarm.objects.none()
    return (
        Alarm.objects.filter(acknowledged_at__isnull=True).select_related("incident", "acknowledged_by").order_by("-id")
    )


def time_request_of(incident_id: int, request: int) -> int:
    """The id of a request for time, if it is of this incident; raises BadInput for `request`."""
    if not TimeRequest.objects.filter(pk=request, incident_id=incident_id).exists():
        raise BadInput("request", _("There is no request %(id)s.") % {"id": request})
    return request


def supervision_of(incident_id: int, supervision: int) -> int:
    """The id of a supervision notice, if it is of this incident; raises BadInput for `supervision`."""
    if not Supervision.objects.filter(pk=supervision, incident_id=incident_id).exists():
        raise BadInput("supervision", _("There is no supervision notice %(id)s.") % {"id": supervision})
    return supervision


def open_requests(incident: Incident) -> list[str]:
    """The states of its requests for time that await somebody."""
    return list(incident.time_requests.filter(state__in=TimeRequest.OPEN).values_list("state", flat=True))


def open_notices(incident: Incident) -> list[bool]:
    """Of each open supervision notice: whether it has been answered."""
    answered = incident.supervisions.filter(cleared_at__isnull=True).values_list("replied_at", flat=True)
    return [at is not None for at in answered]


def active_categories(scheme: str) -> QuerySet[CaseCategory]:
    """The classes of a scheme that can be chosen, with their standards."""
    return CaseCategory.objects.filter(scheme=scheme, is_active=True).prefetch_related("standards")


def resumable_ids(now: datetime) -> list[int]:
    """Cases on hold whose end date has come."""
    return list(
        Incident.objects.filter(suspended_at__isnull=False, suspended_until__lte=now).values_list("pk", flat=True)[:500]
    )


def unordered_check_ids() -> list[int]:
    """Cases that await a check and have not been sent to a collector."""
    return list(Incident.objects.filter(status=Status.PENDING_CHECK).order_by("pk").values_list("pk", flat=True)[:500])


def collector_for(incident_id: int) -> User | None:
    """The nearest collector on duty by the last place told; where nobody's is fresh, the one posted here.

    Posted here: to the incident's grid now, else to another grid of its community.
    """
    incident = Incident.objects.only("grid_id", "community_id", "lon", "lat").get(pk=incident_id)
    now = db_now()
    nearest = nearest_collector(incident, now)
    if nearest is not None:
        return nearest
    posted = Posting.objects.filter(duty=Posting.Duty.COLLECTOR, period__contains=now).select_related("user")
    here = posted.filter(grid_id=incident.grid_id).first() or (
        posted.filter(grid__community_id=incident.community_id).order_by("grid_id").first()
    )
    return here.user if here else None


def nearest_collector(incident: Incident, now: datetime) -> User | None:
    """The posted collector nearest to an incident who told a place in the last 15 minutes; None for nobody."""
    posted = Posting.objects.filter(duty=Posting.Duty.COLLECTOR, period__contains=now)
    found = nearest_person(
        set(posted.values_list("user_id", flat=True)), incident.lon, incident.lat, now - COLLECTOR_SEEN_WITHIN
    )
    return User.objects.get(pk=found) if found is not None else None
