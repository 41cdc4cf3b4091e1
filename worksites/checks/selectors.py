"""Findings and penalties as desks look for them: filters kept in the address, totals that open their lists."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.models import User
from worksites.checks import desk
from worksites.lifecycle import FINDING_LIVE, UNCORRECTED, FindingStatus, Severity
from worksites.models import Checklist, Company, Evidence, Finding, Site
from worksites.selectors import sites_for

RELATED = ("site__builder", "item__group", "inspection", "before")
STATES = {
    "live": Q(status__in=FINDING_LIVE),
    "uncorrected": Q(status__in=UNCORRECTED),
    "rectified": Q(corrected_at__isnull=False) & ~Q(status=FindingStatus.WITHDRAWN),
    **{status.value: Q(status=status) for status in FindingStatus},
}


@dataclass(frozen=True)
class Filters:
    """What a list of findings is narrowed to; `kept` is its address."""

    state: str = "live"
    overdue: bool = False
    repeated: bool = False
    severity: str = ""
    site: int | None = None
    company: int | None = None
    group: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """The filters as an address holds them."""
        said = {
            "state": self.state, "overdue": "1" if self.overdue else "", "repeated": "1" if self.repeated else "",
            "severity": self.severity, "site": self.site, "company": self.company, "group": self.group,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "q": self.words,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


def filters_of(request: HttpRequest) -> Filters:
    """What the address asks for; nonsense is no filter."""
    given = request.GET
    state, severity, group = given.get("state", "live"), given.get("severity", ""), given.get("group", "")
    return Filters(
        state=state if state in STATES or state == "all" else "live",
        overdue=given.get("overdue") == "1",
        repeated=given.get("repeated") == "1",
        severity=severity if severity in Severity.values else "",
        site=desk.number(request, "site"),
        company=desk.number(request, "company"),
        group=group if group.isascii() and group.isdecimal() and len(group) == 2 else "",
        since=desk.day(request, "since"),
        until=desk.day(request, "until"),
        words=desk.words(request),
    )


def findings_for(user: User) -> QuerySet[Finding]:
    """The findings of the sites that the person may see."""
    return Finding.objects.filter(site__in=sites_for(user))


def finding_for(user: User, pk: int) -> Finding:
    """One of them; raises NotFound."""
    found = findings_for(user).select_related(*RELATED).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such finding."))
    return found


def narrowed(rows: QuerySet[Finding], by: Filters, *, state: bool = True) -> QuerySet[Finding]:
    """The rows that the filters leave; without `state` whatever their state."""
    if state and by.state != "all":
        rows = rows.filter(STATES[by.state])
    if by.overdue:
        rows = rows.filter(late())
    if by.repeated:
        rows = rows.filter(is_repeated=True)
    if by.severity:
        rows = rows.filter(severity=by.severity)
    if by.site:
        rows = rows.filter(site_id=by.site)
    if by.company:
        mine = Q(site__owner=by.company) | Q(site__builder=by.company)
        rows = rows.filter(mine | Q(site__supervisor=by.company) | Q(site__haulier=by.company))
    if by.group:
        rows = rows.filter(item_code__startswith=by.group)
    if by.since:
        rows = rows.filter(confirmed_at__gte=_midnight(by.since))
    if by.until:
        rows = rows.filter(confirmed_at__lt=_midnight(by.until + timedelta(days=1)))
    if by.words:
        found = Q(number__icontains=by.words) | Q(text__contains=by.words) | Q(site__name__contains=by.words)
        rows = rows.filter(found | Q(item_code=by.words) | Q(item__name_zh__contains=by.words))
    return rows


def late() -> Q:
    """Not put right although the limit has passed (missed, or about to be swept)."""
    return Q(status__in=UNCORRECTED) & (
        Q(missed_at__isnull=False) | Q(status=FindingStatus.OPEN, due_at__lte=db_now(), reported_at=None)
    )


def totals(rows: QuerySet[Finding]) -> dict[str, int]:
    """The figures above the list: each is the length of the list that it opens."""
    return rows.aggregate(
        uncorrected=Count("pk", filter=STATES["uncorrected"]),
        handed_in=Count("pk", filter=STATES["handed_in"]),
        overdue=Count("pk", filter=late()),
        corrected=Count("pk", filter=STATES["corrected"]),
        rectified=Count("pk", filter=STATES["rectified"]),
        repeated=Count("pk", filter=Q(is_repeated=True) & STATES["live"]),
        all=Count("pk", filter=~STATES["withdrawn"]),
    )


def pairs(findings: list[Finding]) -> None:
    """Give each finding `shots_before` and `shots_after` (the newest attempt), in one query for all."""
    found: dict[int, list[Evidence]] = {}
    for photo in Evidence.objects.filter(finding__in=findings).order_by("id"):
        found.setdefault(photo.finding_id or 0, []).append(photo)
    for one in findings:
        mine = found.get(one.pk, [])
        newest = max((photo.attempt for photo in mine if photo.when == "after"), default=0)
        one.shots_before = [photo for photo in mine if photo.when == "before"]  # type: ignore[attr-defined]
        one.shots_after = [photo for photo in mine if photo.when == "after" and photo.attempt == newest]  # type: ignore[attr-defined]
        one.shots_older = [photo for photo in mine if photo.when == "after" and photo.attempt != newest]  # type: ignore[attr-defined]
        one.is_late = bool(  # type: ignore[attr-defined]
            one.status in UNCORRECTED
            and (
                one.missed_at
                or (one.due_at and one.due_at <= db_now() and not one.reported_at and not one.handed_in_at)
            )
        )


def choices(user: User) -> dict[str, Any]:
    """What the filters offer: sites with findings, their companies, the groups with who leads them."""
    sites = sites_for(user).filter(findings__isnull=False).distinct().order_by("name")
    ids = {pk for row in sites.values_list("owner", "builder", "supervisor", "haulier") for pk in row if pk is not None}
    newest = Checklist.objects.filter(published_at__isnull=False).order_by("-version").first()
    return {
        "sites": list(sites.only("pk", "name")),
        "companies": list(Company.objects.filter(pk__in=ids).order_by("name")),
        "groups": list(newest.groups.order_by("code")) if newest else [],
    }


def open_sites(user: User) -> QuerySet[Site]:
    """Sites that are not finished, by name."""
    return sites_for(user).exclude(status="finished").order_by("name")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), STREET)
