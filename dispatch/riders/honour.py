"""What the force has done: the four counters of the street and the honour list of a month."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from dispatch.models import HelpPart, Rider, RiderReport
from dispatch.riders.lifecycle import Part
from dispatch.riders.rules import rider_rules
from incidents.lifecycle import Status
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput

# A report counts once the street has taken it up: filed, or at an urgent level filed by itself, and not thrown out.
ACCEPTED = (Q(incident__filed_at__isnull=False) | Q(incident__status=Status.MERGED)) & ~Q(
    incident__status__in=[Status.REJECTED, Status.VOIDED]
)
LISTED = 20


@dataclass(frozen=True)
class Line:
    """One rider of a month's list; `reports` accepted and `helps` given decide the rank."""

    rank: int
    rider: Rider
    reports: int
    helps: int
    people: int

    @property
    def total(self) -> int:
        return self.reports + self.helps


def counters() -> dict[str, int]:
    """{cases, people, hazards, riders}: cases helped to solve, people helped, hazards reported, riders of the force."""
    rules = rider_rules()
    people = HelpPart.objects.filter(status=Part.FINISHED).aggregate(n=Sum("people"))["n"] or 0
    return {
        "cases": rules.cases_before + RiderReport.objects.filter(solved_at__isnull=False).count(),
        "people": rules.people_before + people,
        "hazards": rules.hazards_before + RiderReport.objects.filter(ACCEPTED).count(),
        "riders": Rider.objects.filter(paused_at__isnull=True).count(),
    }


def month_of(words: str | None) -> date:
    """The first day of `2026-11`; of the present month for nothing. Raises BadInput for `month`."""
    if not words:
        return db_now().astimezone(STREET).date().replace(day=1)
    try:
        year, month = words.split("-")
        if not 2020 <= int(year) <= 2100 or len(words) != 7:
            raise ValueError
        return date(int(year), int(month), 1)
    except ValueError:
        raise BadInput("month", _("Write it as 2026-11.")) from None


def honour(month: date) -> list[Line]:
    """The riders of a month by what they have done, the best first; equal work is an equal rank."""
    begin, end = _bounds(month)
    reports = dict(
        RiderReport.objects.filter(ACCEPTED, sent_at__gte=begin, sent_at__lt=end)
        .order_by()
        .values_list("rider")
        .annotate(n=Count("pk"))
    )
    helps = {
        rider: (n, people or 0)
        for rider, n, people in HelpPart.objects.filter(
            status=Part.FINISHED, finished_at__gte=begin, finished_at__lt=end
        )
        .order_by()
        .values_list("rider")
        .annotate(n=Count("pk"), people=Sum("people"))
    }
    riders = Rider.objects.select_related("user").in_bulk({*reports, *helps})
    done = sorted(
        ((reports.get(pk, 0), *helps.get(pk, (0, 0)), rider) for pk, rider in riders.items()),
        key=lambda row: (-(row[0] + row[1]), -row[1], row[3].vest_no),
    )
    lines: list[Line] = []
    for place, (n_reports, n_helps, people, rider) in enumerate(done, 1):
        same = lines and lines[-1].total == n_reports + n_helps and lines[-1].helps == n_helps
        lines.append(Line(lines[-1].rank if same else place, rider, n_reports, n_helps, people))
    return lines


def _bounds(month: date) -> tuple[datetime, datetime]:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return datetime.combine(month, time(), STREET), datetime.combine(following, time(), STREET)
