"""Worksites and waste trucks for the screens: the figures of the three colours, what waits, where trucks are."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from shushanwei.cockpit.memo import kept_for
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.access import reach_of
from shushanwei.people.models import User
from worksites.lifecycle import ALERT_OPEN, FINDING_LIVE, UNCORRECTED, WATCHED, Colour
from worksites.models import Finding, Inspection, PlannedCheck, Site, TruckAlert, TruckState
from worksites.models.tracks import EMPTY, FULL, HALF
from worksites.shapes import site_shape
from worksites.shapes_trucks import alert_shape

SITES, TRUCKS = "worksites.view_site", "worksites.view_trucks"
HEARD_WITHIN = timedelta(minutes=15)  # what a truck said longer ago is no place any more
MOST_ALERTS, MOST_TRUCKS, MOST_WAITING = 60, 1_000, 30


def snapshot(user: User) -> dict[str, Any]:
    """{sites, truck_alerts} in the shapes of their pushes, and what `pulse` gives; None or [] for who may not see."""
    sites = Site.objects.filter(status__in=WATCHED).order_by("code") if _sees(user, SITES) else ()
    return {
        "sites": [site_shape(site) for site in sites],
        "truck_alerts": [alert_shape(alert) for alert in _alerts()] if _sees(user, TRUCKS) else [],
        **pulse(user),
    }


def pulse(user: User) -> dict[str, Any]:
    """What changes without a push: {ground: figures and what is overdue, or None; trucks: positions}."""
    return {
        "ground": figures() if _sees(user, SITES) else None,
        "trucks": trucks() if _sees(user, TRUCKS) else [],
    }


@kept_for(5)
def figures() -> dict[str, Any]:
    """The three colours, this month's checks, corrections, and the overdue ones with the address of their page.

    {white, yellow, red, done, due, missed, open, overdue, waiting: [{kind, name, what, at, url}]}: `due` are open
    checks up to the end of the month; `waiting` are missed checks that nobody has made up for (`what` is their kind)
    and overdue corrections.
    """
    now = db_now()
    today = now.astimezone(STREET).date()
    month, after = today.replace(day=1), (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    begin = datetime.combine(month, time(0), tzinfo=STREET)
    watched = Site.objects.filter(status__in=WATCHED)
    colours = dict(watched.order_by().values_list("colour").annotate(Count("id")))
    late = Finding.objects.filter(status__in=UNCORRECTED, missed_at__isnull=False)
    checks = PlannedCheck.objects.filter(dropped_at=None).aggregate(
        done=Count("pk", Q(done_at__gte=begin)),
        due=Count("pk", Q(done_at=None, missed_at=None, on__lt=after)),
        missed=Count("pk", Q(missed_at__isnull=False, on__gte=month)),
    )
    findings = Finding.objects.filter(status__in=FINDING_LIVE).aggregate(
        open=Count("pk"), overdue=Count("pk", Q(status__in=UNCORRECTED, missed_at__isnull=False))
    )
    return {
        **{str(colour): colours.get(colour, 0) for colour in Colour.values},
        **checks,
        **findings,
        "waiting": _waiting(month, late),
    }


@kept_for(3)
def trucks() -> list[dict[str, Any]]:
    """{id, plate, lon, lat, loaded, at} of each truck that was heard lately; `loaded` is None where nobody knows."""
    since = db_now() - HEARD_WITHIN
    rows = TruckState.objects.filter(at__gte=since, ignition=True).order_by("truck_id")
    names = ("truck_id", "truck__plate", "lon", "lat", "load", "at")
    return [
        {"id": pk, "plate": plate, "lon": lon, "lat": lat, "at": at.isoformat(),
         "loaded": {EMPTY: False, HALF: True, FULL: True}.get(load)}
        for pk, plate, lon, lat, load, at in rows.values_list(*names)[:MOST_TRUCKS]
    ]  # fmt: skip


def _sees(user: User, permission: str) -> bool:
    return bool(reach_of(user, permission).street)


def _alerts() -> list[TruckAlert]:
    rows = TruckAlert.objects.filter(status__in=ALERT_OPEN, is_late=False).select_related("truck", "site", "sink")
    return list(rows.order_by("-raised_at")[:MOST_ALERTS])


def _waiting(month: date, late: QuerySet[Finding]) -> list[dict[str, Any]]:
    since = Inspection.objects.filter(site=OuterRef("site"), started_at__gt=OuterRef("due_at"), locked_at__isnull=False)
    missed = PlannedCheck.objects.filter(~Exists(since), missed_at__isnull=False, on__gte=month)
    missed = missed.filter(dropped_at=None, site__status__in=WATCHED).select_related("site").order_by("-due_at")
    findings = late.exclude(due_at=None).select_related("site").order_by("-due_at")
    rows = [
        {"kind": "check", "name": check.site.name, "what": check.kind, "at": check.due_at.isoformat(),
         "url": reverse("worksites:site", args=[check.site_id])}
        for check in missed[:MOST_WAITING]
    ] + [
        {"kind": "finding", "name": one.site.name, "what": one.text, "at": one.due_at.isoformat() if one.due_at else "",
         "url": reverse("worksites:finding", args=[one.pk])}
        for one in findings[:MOST_WAITING]
    ]  # fmt: skip
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:MOST_WAITING]
