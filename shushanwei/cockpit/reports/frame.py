"""What a report looks at: a period, the instant whose state it shows, and how far the reader sees."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from incidents.lifecycle import Status
from incidents.models import CaseReturn, Deadline, Incident
from shushanwei.cockpit.reports.periods import Period
from shushanwei.people.access import Reach

STREET_WIDE = Reach(street=True)
MERGED_AT_ONCE = timedelta(seconds=60)
STAGE = "stage"  # clocks of the case workflow; the reports measure the promises of the policies


@dataclass(frozen=True)
class Frame:
    """One look at the street. Instants at or after `cutoff` are unknown to it, even if they are in the rows."""

    period: Period
    cutoff: datetime
    reach: Reach = STREET_WIDE

    @property
    def since(self) -> datetime:
        """The first instant of the period."""
        return self.period.start

    @property
    def until(self) -> datetime:
        """What happened before this counts: the end of the period, or the cut-off of a running one."""
        return min(self.period.end, self.cutoff)

    @property
    def running(self) -> bool:
        """Whether the period still goes on at the cut-off."""
        return self.cutoff < self.period.end

    def before(self) -> "Frame":
        """The same look at the previous period; for a running one, at its stretch of the same length."""
        return self._like(self.period.previous)

    def year_ago(self) -> "Frame":
        """The same look at the same period last year."""
        return self._like(self.period.year_ago)

    def _like(self, other: Period) -> "Frame":
        cutoff = other.cutoff
        if self.running:
            cutoff = min(other.start + (self.cutoff - self.since), other.end)
        return replace(self, period=other, cutoff=cutoff)


def frame_for(period: Period, now: datetime, reach: Reach = STREET_WIDE) -> Frame:
    """The look at `period` as of now: its own cut-off once that has passed."""
    return Frame(period, min(now, period.cutoff), reach)


def within(reach: Reach, prefix: str = "") -> Q:
    """Incidents inside a reach, the same as who is told of them; `prefix` leads to the incident."""
    if reach.street:
        return Q()
    inside = Q(**{f"{prefix}pk__in": []})
    if reach.areas:
        inside |= Q(**{f"{prefix}community_id__in": reach.areas}) | Q(**{f"{prefix}grid_id__in": reach.areas})
    if reach.departments:
        inside |= Q(**{f"{prefix}department__code__in": reach.departments})
    if reach.police:
        inside |= Q(**{f"{prefix}level__lte": 2})
    return inside


def excluded_test(prefix: str = "") -> Q:
    """Trials, not happenings."""
    return Q(**{f"{prefix}is_test": True})


def excluded_merged(prefix: str = "") -> Q:
    """A duplicate attached to its master within 60 s: only the master is measured."""
    return Q(**{f"{prefix}status": Status.MERGED, f"{prefix}ended_at__lte": F(f"{prefix}opened_at") + MERGED_AT_ONCE})


def counted(frame: Frame, prefix: str = "") -> Q:
    """What every figure is taken from: inside the reach, neither a test nor a duplicate merged at once."""
    return within(frame.reach, prefix) & ~excluded_test(prefix) & ~excluded_merged(prefix)


def incidents(frame: Frame, *, with_excluded: bool = False) -> QuerySet[Incident]:
    """All incidents that lived at any time of the period."""
    lived = Q(opened_at__lt=frame.until) & (Q(ended_at__isnull=True) | Q(ended_at__gte=frame.since))
    scope = within(frame.reach) if with_excluded else counted(frame)
    return Incident.objects.filter(lived & scope)


def clocks(frame: Frame) -> QuerySet[Deadline]:
    """All promises whose clock started in the period; those taken back by the cut-off are out."""
    return Deadline.objects.filter(
        Q(void_at__isnull=True) | Q(void_at__gte=frame.cutoff),
        counted(frame, "incident__"),
        started_at__gte=frame.since,
        started_at__lt=frame.until,
    ).exclude(policy=STAGE)


def returns(frame: Frame) -> QuerySet[CaseReturn]:
    """All returns of the period."""
    return CaseReturn.objects.filter(
        counted(frame, "incident__"), returned_at__gte=frame.since, returned_at__lt=frame.until
    )
