"""Reads of calls: a resident's own, the queue of a community, and the figures that everybody may read."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grid.models import Community, Grid
from points.calls_lifecycle import CallStatus
from points.models import CallPhoto, Resident, ServiceCall
from points.services.calls import ANSWER
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.journal.models import Entry
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

CONTENT = 4  # from how many stars on somebody is satisfied
RELATED = ("community", "resident", "holder", "answered_by", "incident")
OPEN = (CallStatus.CALLED, CallStatus.ANSWERED, CallStatus.PROCESSING)
TOLD: dict[str, str | Promise] = {
    "called": gettext_lazy("Called."),
    "told_secretary": gettext_lazy("No answer in time: the secretary of the community was told."),
    "told_street": gettext_lazy("Still no answer: the street was told."),
    "answered": gettext_lazy("Answered."),
    "taken": gettext_lazy("A colleague took it over."),
    "processing": gettext_lazy("Being worked on."),
    "handed_on": gettext_lazy("Handed on to who is responsible."),
    "done": gettext_lazy("Done."),
    "reopened": gettext_lazy("Not solved: opened again."),
    "rated": gettext_lazy("Rated."),
}


@dataclass(frozen=True)
class Figures:
    """One community in a span: `promised` answers that were due or given, `in_time` of them; seconds; ratings."""

    name: str
    calls: int
    promised: int
    answered: int
    in_time: int
    mean_s: float | None
    rated: int
    content: int

    @property
    def answered_rate(self) -> float | None:
        """呼应率 in percent: overdue ones that nobody answered yet count against it."""
        return 100 * self.in_time / self.promised if self.promised else None

    @property
    def satisfaction(self) -> float | None:
        """满意率 in percent of the rated."""
        return 100 * self.content / self.rated if self.rated else None

    @property
    def mean_min(self) -> float | None:
        """Mean time to the first answer in minutes."""
        return None if self.mean_s is None else self.mean_s / 60


def calls_of(resident: Resident) -> QuerySet[ServiceCall]:
    """A resident's own calls, newest first."""
    return ServiceCall.objects.filter(resident=resident).select_related(*RELATED).order_by("-id")


def call_of(resident: Resident, uuid: UUID) -> ServiceCall:
    """One of the own calls; NotFound for those of others."""
    return _one(calls_of(resident), uuid)


def calls_for(user: User) -> QuerySet[ServiceCall]:
    """Calls of the communities that this worker answers for; grid workers see those of their community."""
    reach = reach_of(user, ANSWER)
    rows = ServiceCall.objects.select_related(*RELATED)
    if reach.street:
        return rows
    ours = Grid.objects.filter(pk__in=reach.areas).values("community")
    return rows.filter(Q(community__in=reach.areas) | Q(community__in=ours)) if reach else rows.none()


def call_for(user: User, uuid: UUID) -> ServiceCall:
    """One call within reach, or NotFound."""
    return _one(calls_for(user), uuid)


def queue(user: User, state: str) -> QuerySet[ServiceCall]:
    """`state`: waiting (longest overdue first), mine, open or over (newest first)."""
    rows = calls_for(user)
    if state == "mine":
        return rows.filter(holder=user, status__in=OPEN).order_by("called_at")
    if state == "open":
        return rows.filter(status__in=[CallStatus.ANSWERED, CallStatus.PROCESSING]).order_by("answered_at")
    if state == "over":
        return rows.filter(status__in=[CallStatus.DONE, CallStatus.RATED]).order_by("-done_at")
    return rows.filter(status=CallStatus.CALLED).order_by("due_at")


def counts(user: User) -> dict[str, int]:
    """How many stand in each part of the queue."""
    return {state: queue(user, state).order_by().count() for state in ("waiting", "mine", "open", "over")}


def story(call: ServiceCall) -> list[Entry]:
    """Its lines, the oldest first, each with `says` in the reader's words."""
    lines = list(Entry.objects.filter(subject_type="servicecall", subject_id=call.pk).order_by("id"))
    for line in lines:
        line.says = TOLD.get(line.verb.removeprefix("servicecall."), line.verb)  # type: ignore[attr-defined]
    return lines


def photo_of(call: ServiceCall, code: str) -> CallPhoto:
    """One picture of a call by its uuid. Raises NotFound."""
    for photo in call.photos.all():
        if str(photo.uuid) == code:
            return photo
    raise NotFound(_("There is no such thing."))


def month_of(text: str) -> tuple[datetime, datetime]:
    """From and until of a month `2026-11` of the street's calendar; the present one for anything else."""
    today = db_now().astimezone(STREET).date()
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        first = today
    first = (first if 2020 <= first.year <= 2100 else today).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, time(), STREET), datetime.combine(after, time(), STREET)


def figures(since: datetime, until: datetime, within: QuerySet[Community] | None = None) -> list[Figures]:
    """Each community that was called in the span, the best answered rate first; anonymous calls count like others.

    `within`: of these communities only.
    """
    now = db_now()
    waited = ExpressionWrapper(F("answered_at") - F("called_at"), output_field=DurationField())
    called = ServiceCall.objects.filter(called_at__gte=since, called_at__lt=until)
    rows = (
        (called if within is None else called.filter(community__in=within))
        .order_by()
        .values("community__short_name", "community_id")
        .annotate(
            n=Count("pk"),
            promised=Count("pk", filter=Q(answered_at__isnull=False) | Q(due_at__lte=now)),
            answered=Count("pk", filter=Q(answered_at__isnull=False)),
            in_time=Count("pk", filter=Q(answered_at__lte=F("due_at"))),
            mean=Avg(waited),
            rated=Count("pk", filter=Q(rating__isnull=False)),
            content=Count("pk", filter=Q(rating__gte=CONTENT)),
        )
        .order_by("community_id")
    )
    found = [
        Figures(row["community__short_name"], row["n"], row["promised"], row["answered"], row["in_time"],
                row["mean"].total_seconds() if row["mean"] is not None else None, row["rated"], row["content"])
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: -(one.answered_rate if one.answered_rate is not None else -1))


def total(rows: list[Figures]) -> Figures:
    """All communities together; the mean weighs each answer alike."""
    answered = [(one.mean_s, one.answered) for one in rows if one.mean_s is not None]
    weight = sum(n for _mean, n in answered)
    mean = sum(mean * n for mean, n in answered) / weight if weight else None
    return Figures(
        _("whole street"), sum(one.calls for one in rows), sum(one.promised for one in rows),
        sum(one.answered for one in rows), sum(one.in_time for one in rows), mean, sum(one.rated for one in rows),
        sum(one.content for one in rows),
    )  # fmt: skip


def _one(rows: QuerySet[ServiceCall], uuid: UUID) -> ServiceCall:
    found = rows.filter(uuid=uuid).first()
    if found is None:
        raise NotFound(_("There is no such thing."))
    return found
