"""Reports as they are read: the frozen one of a closed period, otherwise the present state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shushanwei.cockpit.memo import kept_for
from shushanwei.cockpit.models import Report
from shushanwei.cockpit.reports.access import Reader
from shushanwei.cockpit.reports.compute import figures
from shushanwei.cockpit.reports.frame import Frame, frame_for
from shushanwei.cockpit.reports.periods import Kind, Period, parse
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import Reach

KEPT_S = 30  # how long the figures of a period without a frozen report are shown again


@dataclass(frozen=True)
class Reading:
    """A report in a reader's hands. `report` is None while nothing is frozen, or for a part of the street."""

    period: Period
    figures: dict[str, Any]
    report: Report | None

    @property
    def cutoff(self) -> datetime:
        """The instant whose state it shows."""
        return datetime.fromisoformat(self.figures["cutoff"])


def reading(reader: Reader, period: Period, edition: int | None = None) -> Reading:
    """The report of a period for this reader; NotFound for an edition that does not exist."""
    if reader.whole_street:
        report = editions(period).filter(**({"edition": edition} if edition else {})).first()
        if report is not None:
            return Reading(period, for_reader(report.figures, reader), report)
    if edition:
        raise NotFound(_("There is no edition %(n)d of this report.") % {"n": edition})
    return Reading(period, for_reader(present(period.slug, reader.reach), reader), None)


def editions(period: Period) -> QuerySet[Report]:
    """All frozen editions of a period, the newest first."""
    return Report.objects.filter(kind=period.kind, key=period.key).select_related("made_by").order_by("-edition")


def frozen() -> QuerySet[Report]:
    """The frozen reports, without their figures."""
    return Report.objects.defer("figures").select_related("made_by").order_by("-id")


def missing(kind: Kind, periods: list[Period]) -> list[Period]:
    """Those of `periods` that have no frozen report."""
    done = set(Report.objects.filter(kind=kind, key__in=[p.key for p in periods]).values_list("key", flat=True))
    return [period for period in periods if period.key not in done]


def for_reader(data: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The figures without titles and case numbers for those who see totals only."""
    if reader.sees_cases:
        return data
    bare = {name: [row | {"title": "", "id": None, "case_no": ""} for row in data[name]] for name in ("key", "hard")}
    return data | bare


def frame_of(reader: Reader, period: Period, cutoff: datetime | None = None) -> Frame:
    """The look that a list takes: at `cutoff` where one is asked for that lies in the period, else as of now."""
    return frame_for(period, max(cutoff or db_now(), period.start), reader.reach)


@kept_for(KEPT_S)
def present(slug: str, reach: Reach) -> dict[str, Any]:
    """The figures of a period as of now, for a reach."""
    return computed(frame_for(parse(slug), db_now(), reach))


def computed(frame: Frame) -> dict[str, Any]:
    """The figures of a frame, compared with what was published of the period before where that is frozen."""
    before = None
    if not frame.running and frame.reach.street:
        before = editions(frame.period.previous).values_list("figures", flat=True).first()
    return figures(frame, before)
