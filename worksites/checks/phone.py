"""What the inspector's phone keeps, so that a whole visit can be made without a network."""

from datetime import timedelta
from typing import Any

import segno
from django.db.models import Count, Q
from django.urls import reverse

from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from worksites.checks import codes
from worksites.checks.rules import limits_of
from worksites.checks.shapes import (
    checklist_shape,
    inspection_shape,
    iso,
    need_shape,
    planned_shape,
    result_shape,
    site_shape,
)
from worksites.lifecycle import FINDING_LIVE, SiteStatus
from worksites.models import Checklist, CheckNeed, Evidence, Finding, Inspection, PlannedCheck, Site, SitePerson
from worksites.selectors import sites_for
from worksites.services.inspections import officers

CODES = 6  # so many visits may be begun before the phone meets a network again
AHEAD = timedelta(days=7)
RECENT = 20


def state(user: User, base: str) -> dict[str, Any]:
    """The phone's whole state; `base` is the address that the QR codes lead to."""
    now = db_now()
    sites = list(sites_for(user).exclude(status=SiteStatus.FINISHED).select_related("community").order_by("code"))
    ids = [site.pk for site in sites]
    people: dict[int, list[dict]] = {}
    for person in SitePerson.objects.filter(site_id__in=ids, ended_at=None):
        people.setdefault(person.site_id, []).append({"post": person.post, "name": person.name})
    findings: dict[int, list[dict]] = {}
    for one in Finding.objects.filter(site_id__in=ids, status__in=FINDING_LIVE).select_related("item"):
        findings.setdefault(one.site_id, []).append(_finding(one))
    needs: dict[int, list[dict]] = {}
    open_needs = CheckNeed.objects.filter(site_id__in=ids, answered_at=None, withdrawn_at=None)
    for need in open_needs.select_related("department").order_by("id"):
        needs.setdefault(need.site_id, []).append(need_shape(need))
    until = now.astimezone(STREET).date() + AHEAD
    planned = PlannedCheck.objects.filter(
        Q(inspectors=user) | Q(inspectors=None), site_id__in=ids, done_at=None, dropped_at=None, on__lte=until
    ).filter(Q(missed_at=None) | Q(missed_at__gte=now - AHEAD))
    checklist = Checklist.objects.filter(published_at__isnull=False).order_by("-version").first()
    return {
        "now": iso(now),
        "me": {"id": user.pk, "name": str(user)},
        "officers": [{"id": one.pk, "name": str(one)} for one in officers()],
        "sites": [_site(site, people, findings, needs) for site in sites],
        "planned": [planned_shape(one) for one in planned.distinct().order_by("on").prefetch_related("inspectors")],
        "checklist": checklist_shape(checklist) if checklist else None,
        "codes": [_code(base) for _number in range(CODES)],
        "running": [running(one) for one in _mine(user).filter(status=Inspection.Status.RUNNING)],
        "recent": [
            {**inspection_shape(one), "found": one.found, "sheet": reverse("worksites:sheet", args=[one.pk])}
            for one in _mine(user)
            .filter(locked_at__isnull=False)
            .annotate(found=Count("findings", distinct=True))
            .order_by("-locked_at")[:RECENT]
        ],
    }


def running(inspection: Inspection) -> dict[str, Any]:
    """A sheet under way, with everything that another phone needs to go on with it."""
    shots = Evidence.objects.filter(inspection=inspection).order_by("id")
    mine = inspection.inspectors.all()
    old = Checklist.objects.filter(pk=inspection.checklist_id).first()
    needs = CheckNeed.objects.filter(pk__in=inspection.needs).select_related("department")
    return {
        **inspection_shape(inspection),
        "inspectors": [{"id": one.pk, "name": str(one)} for one in mine],
        "results": [result_shape(row) for row in inspection.results.all()],
        "photos": [
            {"uuid": str(one.uuid), "item": one.item_id, "when": one.when,
             "src": reverse("worksites:photo", args=[one.uuid]) + "?thumb=1"}
            for one in shots
        ],
        "needs": [need_shape(one) for one in needs],
        "list": checklist_shape(old) if old else None,
    }  # fmt: skip


def code_qr(base: str, code: str) -> str:
    """The QR code of a conduct code as a data: address of an SVG."""
    return segno.make(
        base.rstrip("/") + reverse("worksites:conduct", args=[code]), error="m", micro=False
    ).svg_data_uri(border=2)


def _site(site: Site, *parts: dict[int, list[dict]]) -> dict[str, Any]:
    return site_shape(site, *(part.get(site.pk, []) for part in parts))


def _code(base: str) -> dict[str, str]:
    code = codes.issue(db_now())
    return {"code": code, "qr": code_qr(base, code)}


def _finding(one: Finding) -> dict[str, Any]:
    item = one.item
    return {
        "id": one.pk, "number": one.number, "item_code": one.item_code, "severity": one.severity, "status": one.status,
        "text": one.text, "due_at": iso(one.due_at), "missed": one.missed_at is not None,
        "most": limits_of(item.code, item.severity, item.fix, item.fix_days).most,
    }  # fmt: skip


def _mine(user: User):
    return Inspection.objects.filter(inspectors=user).select_related("site", "checklist").order_by("-started_at")
