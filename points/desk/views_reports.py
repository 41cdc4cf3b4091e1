"""The look at residents' reports before they earn points: what is held, why, and what a worker decides."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from points import selectors_reports as selectors
from points.kinds import says
from points.m.asking import stored
from points.m.views_report import spoken
from points.models import ResidentReport
from points.reports_lifecycle import NEXT, Doubt, Look
from points.selectors_reports import REVIEW
from points.services import looks
from shushanwei.common.errors import DomainError, NotFound

PAGE = 30
STATES = {
    "held": gettext_lazy("To be looked at"),
    "looked": gettext_lazy("Decided"),
    "all": gettext_lazy("All"),
}


@never_cache
@require_safe
@holding(REVIEW)
def reports(request: HttpRequest) -> HttpResponse:
    """`?state=&page=`: what is held, what was decided, all."""
    given = request.GET.get("state", "")
    state = given if given in STATES else "held"
    rows = selectors.reports_for(_user(request))
    narrowed = {
        "held": rows.filter(look=Look.HELD).order_by("id"),
        "looked": rows.filter(looked_at__isnull=False).order_by("-looked_at"),
        "all": rows,
    }[state]
    part = Paginator(narrowed.prefetch_related("photos__attachment"), PAGE).get_page(request.GET.get("page"))
    context = {
        "part": part, "shown": [_shown(row) for row in part], "state": state, "tabs": STATES.items(),
        "held": rows.filter(look=Look.HELD).order_by().count(),
    }  # fmt: skip
    return render(request, "points/desk/reports.html", context)


@never_cache
@require_safe
@holding(REVIEW)
def one(request: HttpRequest, uuid) -> HttpResponse:
    """One report beside those that its doubts rest on."""
    return _one(request, selectors.report_for(_user(request), uuid))


def _one(request: HttpRequest, row: ResidentReport, error: DomainError | None = None) -> HttpResponse:
    choices = [(look, look.label) for look in Look if look in NEXT[Look(row.look)]]
    context = {
        **_shown(row), "alike": [_shown(other) for other in selectors.alike(row)], "choices": choices,
        "earned": selectors.earned(row), "said": request.POST, "error": error,
        "errors": {error.field or "0": error.message} if error else {},
    }  # fmt: skip
    return render(request, "points/desk/report.html", context, status=error.status if error else 200)


def _shown(row: ResidentReport) -> dict[str, Any]:
    return {"row": row, "says": says(row.kind), "doubts": [Doubt(code).label for code in row.doubts]}


@require_POST
@holding(REVIEW)
def look(request: HttpRequest, uuid) -> HttpResponse:
    """{look, note}: released, refused or malicious; 409 where somebody decided otherwise."""
    user = _user(request)
    row = selectors.report_for(user, uuid)
    try:
        looks.look(row.pk, request.POST.get("look", ""), note=request.POST.get("note", ""), actor=user)
    except DomainError as error:
        return _one(request, selectors.report_for(user, uuid), error)
    messages.success(request, _("Written down."))
    return redirect("points:desk-report", uuid=row.uuid)


@require_safe
@holding(REVIEW)
def photo(request: HttpRequest, uuid, code: str) -> FileResponse:
    """A picture of a report; `?thumb=1` gives the small one."""
    row = selectors.report_for(_user(request), uuid)
    for shown in row.photos.select_related("attachment"):
        if str(shown.attachment.uuid) == code:
            shot = shown.attachment
            return stored(shot.thumb if request.GET.get("thumb") else shot.file, shot.content_type, f"{code}.jpg")
    raise NotFound(_("There is no such thing."))


@require_safe
@holding(REVIEW)
def voice(request: HttpRequest, uuid) -> FileResponse:
    """The voice note of a report."""
    return spoken(selectors.report_for(_user(request), uuid))


def _user(request: HttpRequest) -> Any:
    return request.user
