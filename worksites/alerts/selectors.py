"""Truck alerts as a desk reads them: filtered, counted, and how often each rule was right."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Aggregate, Count, DurationField, F, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Attachment
from incidents.selectors import incidents_for
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.models import User
from worksites.lifecycle import ALERT_OPEN, AlertStatus
from worksites.models import Site, TruckAlert
from worksites.plates import part_of_plate
from worksites.services.mud import RULE as BY_PERSON
from worksites.services.mud import photo_of
from worksites.shapes_trucks import RELATED
from worksites.trucks.rules import CODES, NAMES

VIEW, JUDGE, EDIT_RULES, REVIEW, REPORT_MUD = (
    "worksites.view_trucks", "worksites.judge_alerts", "worksites.edit_rules", "worksites.review_finding",
    "worksites.report_mud",
)  # fmt: skip
MEASURED_DAYS = 30
STATES = {
    "open": gettext_lazy("Undecided"),
    AlertStatus.NEW: AlertStatus.NEW.label,
    AlertStatus.JUDGING: AlertStatus.JUDGING.label,
    AlertStatus.CONFIRMED: AlertStatus.CONFIRMED.label,
    "uncleared": gettext_lazy("Confirmed, not cleared up"),
    AlertStatus.FALSE: AlertStatus.FALSE.label,
    AlertStatus.MERGED: AlertStatus.MERGED.label,
    "all": gettext_lazy("All"),
}


class Median(Aggregate):
    """The middle of a duration; of an even number the mean of the two."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Filters:
    """What a desk looks for; what cannot be read is left out. Days of the street, both included."""

    state: str = "open"
    rule: str = ""
    level: int | None = None
    words: str = ""
    site: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def kept(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        values = {
            "state": self.state, "rule": self.rule, "level": self.level, "q": self.words, "site": self.site,
            "from": self.since, "to": self.until,
        }  # fmt: skip
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


def filters_of(given: QueryDict) -> Filters:
    """`?state=&rule=&level=&q=&site=&from=&to=`."""
    state, rule = given.get("state", "open"), given.get("rule", "")
    level, site = given.get("level", ""), given.get("site", "")
    return Filters(
        state if state in STATES else "open",
        rule if rule in CODES else "",
        int(level) if level in ("1", "2", "3") else None,
        given.get("q", "").replace("\0", "").strip()[:40],
        int(site) if site.isascii() and site.isdecimal() and len(site) < 10 else None,
        _day(given.get("from")),
        _day(given.get("to")),
    )


def alerts_for(user: User) -> QuerySet[TruckAlert]:
    """The alerts, newest first, or none."""
    rows = TruckAlert.objects.select_related(*RELATED, "incident")
    return rows if user.has_perm(VIEW) else rows.none()


def alert_for(user: User, number: str) -> TruckAlert:
    """One alert with what its page shows; raises NotFound also where it may not be seen."""
    related = ("truck__company", "trip__manifest", "trip__gate", "merged_into", "rule_row")
    alert = alerts_for(user).select_related(*RELATED, "incident", *related).filter(number=number.upper()).first()
    if alert is None:
        raise NotFound(_("There is no such alert."))
    return alert


def photo_for(user: User, alert: TruckAlert) -> Attachment | None:
    """The photo of mud that somebody saw, for who may see its incident."""
    photo = photo_of(alert)
    return photo if photo and incidents_for(user).filter(pk=photo.incident_id).exists() else None


def narrowed(rows: QuerySet[TruckAlert], by: Filters, *, state: bool = True) -> QuerySet[TruckAlert]:
    """The rows that fit; without `state` those of every state."""
    if state and by.state == "open":
        rows = rows.filter(status__in=ALERT_OPEN)
    elif state and by.state == "uncleared":
        rows = rows.filter(status=AlertStatus.CONFIRMED, rectified_at=None)
    elif state and by.state != "all":
        rows = rows.filter(status=by.state)
    exact = {"rule": by.rule, "level": by.level, "site": by.site}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if by.words:
        plate = part_of_plate(by.words)
        fits = Q(number__icontains=by.words) | Q(truck__company__name__icontains=by.words)
        rows = rows.filter(fits | Q(truck__plate__contains=plate) if plate else fits)
    if by.since:
        rows = rows.filter(raised_at__gte=_midnight(by.since))
    if by.until:
        rows = rows.filter(raised_at__lt=_midnight(by.until + timedelta(days=1)))
    return rows


def counts(rows: QuerySet[TruckAlert]) -> dict[str, int]:
    """How many are in each of STATES."""
    by_status = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    uncleared = rows.filter(status=AlertStatus.CONFIRMED, rectified_at=None).count()
    found = {state: by_status.get(state, 0) for state in STATES}
    return found | {
        "open": sum(by_status.get(status, 0) for status in ALERT_OPEN), "uncleared": uncleared,
        "all": sum(by_status.values()),
    }  # fmt: skip


def span_of(by: Filters) -> tuple[date, date]:
    """The days over which rules are measured: the asked ones, else the last thirty."""
    until = by.until or db_now().astimezone(STREET).date()
    return by.since or until - timedelta(days=MEASURED_DAYS - 1), until


def precision(since: date, until: date) -> list[dict[str, Any]]:
    """Of each rule the alerts raised on these days, and what people said of them.

    `rate` (属实率) is confirmed / (confirmed + false) in per cent, None before the first of them; `median` the seconds
    from the alert to the decision. Mud is seen by the person who confirms it, so it has no rate.
    """
    rows = TruckAlert.objects.filter(
        raised_at__gte=_midnight(since), raised_at__lt=_midnight(until + timedelta(days=1))
    ).order_by()
    found = {row["rule"]: row for row in rows.values("rule").annotate(
        hits=Count("pk"),
        **{status: Count("pk", filter=Q(status=status)) for status in ("confirmed", "false", "merged")},
        open=Count("pk", filter=Q(status__in=ALERT_OPEN)),
        took=Median(F("decided_at") - F("raised_at")),
    )}  # fmt: skip
    told = []
    for code in CODES:
        row = found.get(code, {})
        right, wrong = row.get("confirmed", 0), row.get("false", 0)
        told.append({
            "code": code, "name": NAMES[code], "hits": row.get("hits", 0), "open": row.get("open", 0),
            "confirmed": right, "false": wrong, "merged": row.get("merged", 0),
            "rate": 100 * right / (right + wrong) if right + wrong and code != BY_PERSON else None,
            "median": row["took"].total_seconds() if row.get("took") is not None and code != BY_PERSON else None,
        })  # fmt: skip
    return told


def sites_with_alerts() -> QuerySet[Site]:
    """Sites that an alert names, for the choice of a filter."""
    return Site.objects.filter(pk__in=TruckAlert.objects.exclude(site=None).values("site")).order_by("name")


def candidates(alert: TruckAlert) -> QuerySet[TruckAlert]:
    """The alerts into which this one could be merged, nearest in time first: of its truck or its site."""
    same = Q(pk__in=())
    if alert.truck_id:
        same |= Q(truck=alert.truck_id)
    if alert.site_id:
        same |= Q(site=alert.site_id)
    week = (alert.began_at - timedelta(days=3), alert.began_at + timedelta(days=3))
    rows = TruckAlert.objects.filter(same, status__in=[*ALERT_OPEN, AlertStatus.CONFIRMED], began_at__range=week)
    return rows.exclude(pk=alert.pk).select_related("truck").order_by("-began_at")[:30]


def _day(said: str | None) -> date | None:
    try:
        day = parse_date(said or "")
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 2100 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STREET)
