"""Reporting a hazard: the page, what is open nearby, the own reports and what became of them."""

import re
from typing import Any

from axes.helpers import get_client_ip_address
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grid.models import Community
from points import selectors_reports as selectors
from points.identity import resident_only
from points.kinds import REPORTS, says
from points.m.asking import PHOTOS, known_resident, same_uuid, stored, wants_json
from points.m.forms_report import sent_report
from points.models import Purpose, ResidentReport
from points.services import consents, looks
from points.services import reports as services
from shushanwei.common.errors import BadInput, DomainError, NotAllowed, problem_json

PAGE = 20
CASE_NO = re.compile(r"[0-9]{19}")


class SignedOut(NotAllowed):
    """A script keeps what it could not hand in until somebody has signed in again."""

    status, code, title = 401, "signed-out", "Signed out"


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The form; POST sends it: to the page of the report, or as JSON {uuid, case_no, joined, next} for scripts."""
    if request.method == "GET":
        return _form(request)
    resident = known_resident(request)
    try:
        if resident is None and request.POST.get("anonymous") != "on" and wants_json(request):
            raise SignedOut(_("Sign in with your phone first."))
        row, _new = services.report(resident, sent_report(request), address=get_client_ip_address(request))
    except DomainError as error:
        return problem_json(error) if wants_json(request) else _form(request, error)
    to = (
        reverse("points:report-one", args=[row.uuid])
        if row.resident_id
        else f"{reverse('points:report-sent')}?case={row.incident.case_no}"
    )
    if wants_json(request):
        told = {"uuid": str(row.uuid), "case_no": row.incident.case_no, "joined": row.joined, "next": to}
        return JsonResponse(told, status=201)
    return redirect(to)


def _form(request: HttpRequest, error: DomainError | None = None) -> HttpResponse:
    resident = known_resident(request)
    context = {
        "resident": resident, "kinds": REPORTS, "photo_names": PHOTOS,
        "communities": Community.objects.order_by("code"), "said": request.POST,
        "uuid": same_uuid(request.POST.get("uuid", "")),
        "errors": {error.field or "0": error.message} if error else {},
        "agreed": resident is not None and consents.has(resident, Purpose.LOCATION),
        "community": request.POST.get("community") or (resident.community_id if resident else ""),
    }  # fmt: skip
    return render(request, "points/m/report.html", context, status=error.status if error else 200)


@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """`?case=`: what somebody reads who reported without saying who he is."""
    case_no = request.GET.get("case", "")
    return render(request, "points/m/report_sent.html", {"case_no": case_no if CASE_NO.fullmatch(case_no) else ""})


@never_cache
@require_GET
@resident_only
def nearby(request: HttpRequest) -> JsonResponse:
    """`?kind=&lon=&lat=&crs=` → {offers: [{token, away_m, told, since}]}: what is open of this kind within 50 m."""
    try:
        lon, lat = float(request.GET.get("lon", "")), float(request.GET.get("lat", ""))
    except ValueError:
        return problem_json(BadInput("place", _("There is no position yet.")))
    try:
        found = selectors.nearby(request.GET.get("kind", ""), lon, lat, request.GET.get("crs") or "wgs84")
    except BadInput as error:
        return problem_json(error)
    return JsonResponse({"offers": [selectors.as_offer(one) for one in found]})


@never_cache
@require_GET
@resident_only
def reports(request: HttpRequest) -> HttpResponse:
    """The own reports, newest first; `?page=`."""
    rows = selectors.reports_of(request.resident)  # type: ignore[attr-defined]
    part = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [{"row": row, "says": says(row.kind), "stage": selectors.stage(row)} for row in part]
    return render(request, "points/m/reports.html", {"part": part, "shown": shown, "steps": selectors.STEPS})


@never_cache
@require_GET
@resident_only
def one(request: HttpRequest, uuid) -> HttpResponse:
    """One of the own reports: how far it is, who has it, photos before and after, points, the rating."""
    return _one(request, selectors.report_of(request.resident, uuid))  # type: ignore[attr-defined]


def _one(request: HttpRequest, row: ResidentReport, error: DomainError | None = None) -> HttpResponse:
    before, after, first = selectors.shots(row)
    over = row.case.status in looks.OVER
    context: dict[str, Any] = {
        "report": row, "says": says(row.kind), "stage": selectors.stage(row), "steps": selectors.STEPS,
        "lines": selectors.timeline(row), "before": before, "after": after, "first": first,
        "earned": selectors.earned(row),
        "may_rate": over and row.rating is None, "may_reopen": over and row.rating is None and not row.not_solved_at,
        "said": request.POST, "errors": {error.field or "0": error.message} if error else {}, "stars": range(1, 6),
    }  # fmt: skip
    return render(request, "points/m/report_one.html", context, status=error.status if error else 200)


@require_POST
@resident_only
def rate(request: HttpRequest, uuid) -> HttpResponse:
    """`solved=no` with `why`: it is opened again; otherwise `rating` one to five and a `note`."""
    row = selectors.report_of(request.resident, uuid)  # type: ignore[attr-defined]
    try:
        if request.POST.get("solved") == "no":
            looks.not_solved(row, request.POST.get("why", ""))
        else:
            looks.rate(row, stars(request.POST.get("rating", "")), request.POST.get("note", ""))
    except DomainError as error:
        return _one(request, row, error)
    return redirect("points:report-one", uuid=row.uuid)


def stars(text: str) -> int:
    """One to five as typed. Raises BadInput for `rating`."""
    if text not in {"1", "2", "3", "4", "5"}:
        raise BadInput("rating", _("One to five."))
    return int(text)


@require_GET
@resident_only
def photo(request: HttpRequest, uuid, code: str) -> FileResponse:
    """A picture of an own report, or one made after handling; `?thumb=1` gives the small one."""
    shot = selectors.shot_of(selectors.report_of(request.resident, uuid), code)  # type: ignore[attr-defined]
    return stored(shot.thumb if request.GET.get("thumb") else shot.file, shot.content_type, f"{shot.uuid}.jpg")


@require_GET
@resident_only
def voice(request: HttpRequest, uuid) -> FileResponse:
    """The own voice note."""
    return spoken(selectors.report_of(request.resident, uuid))  # type: ignore[attr-defined]


def spoken(row: ResidentReport) -> FileResponse:
    """The voice note of a report; 404 where there is none."""
    if not row.voice:
        raise Http404
    return stored(row.voice, row.voice_type, f"{row.uuid}")
