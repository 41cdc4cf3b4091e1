"""What an award rests on, said for the person who audits it."""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse

from points.kinds import says
from points.models import Award, Claim, Deal, MedicineItem, ResidentReport
from points.selectors_reports import REVIEW

RUN = "points.run_volunteering"


class Deed(NamedTuple):
    """The deed in words, and the page where it is seen, empty where this person may not open it."""

    says: str
    url: str


def deeds(awards: Iterable[Award], may: Callable[[str], bool]) -> dict[int, Deed]:
    """Award id → its deed, in one query for each kind; awards for what is gone are left out."""
    rows = list(awards)
    reports = ResidentReport.objects.select_related("incident").in_bulk(
        [UUID(row.source_id) for row in rows if row.source_type == "report"], field_name="uuid"
    )
    claims = _of(Claim.objects.select_related("task"), rows, "claim")
    deals = _of(Deal.objects.select_related("listing"), rows, "deal")
    medicines = _of(MedicineItem.objects.select_related("medicine"), rows, "medicine")
    found: dict[int, Deed] = {}
    for row in rows:
        key = row.source_id
        if row.source_type == "report" and (report := reports.get(UUID(key))):
            url = reverse("points:desk-report", args=[report.uuid]) if may(REVIEW) else ""
            found[row.pk] = Deed(f"{says(report.kind)} {report.incident.case_no}", url)
        elif row.source_type == "claim" and (claim := claims.get(key)):
            url = reverse("points:desk-volunteering-task", args=[claim.task.uuid]) if may(RUN) else ""
            found[row.pk] = Deed(claim.task.title, url)
        elif row.source_type == "deal" and (deal := deals.get(key)):
            found[row.pk] = Deed(deal.listing.title, "")
        elif row.source_type == "medicine" and (item := medicines.get(key)):
            found[row.pk] = Deed(str(item.medicine), "")
    return found


def _of(query, rows: list[Award], kind: str) -> dict:
    ids = [row.source_id for row in rows if row.source_type == kind]
    return {str(one.pk): one for one in query.filter(pk__in=ids)}
