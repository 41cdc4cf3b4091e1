"""Calling the community: the page, the own calls, the rating, and the figures that everybody may read."""

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grid.models import Community
from points import selectors_calls as selectors
from points.calls_lifecycle import CallKind, CallStatus, answer_due
from points.identity import resident_only
from points.m.asking import cleaned, same_uuid, stored, uploads
from points.m.views_report import stars
from points.models import ServiceCall
from points.services import calls as services
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError

PAGE = 20


class CallForm(forms.Form):
    """What the page sends."""

    uuid = forms.UUIDField()
    kind = forms.CharField(max_length=12)
    text = forms.CharField(max_length=500)
    community = forms.CharField(max_length=12, required=False)
    address = forms.CharField(max_length=100, required=False)
    is_safety = forms.BooleanField(required=False)
    anonymous = forms.BooleanField(required=False)


@never_cache
@require_GET
@resident_only
def calls(request: HttpRequest) -> HttpResponse:
    """The own calls, newest first; `?page=`."""
    rows = selectors.calls_of(request.resident)  # type: ignore[attr-defined]
    return render(request, "points/m/calls.html", {"part": Paginator(rows, PAGE).get_page(request.GET.get("page"))})


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only
def new(request: HttpRequest) -> HttpResponse:
    """The form; POST calls. Errors stand beside their field, and what was typed stays."""
    resident = request.resident  # type: ignore[attr-defined]
    error: DomainError | None = None
    if request.method == "POST":
        try:
            said = cleaned(CallForm(request.POST))
            row, _new = services.call(resident, services.Called(photos=uploads(request), **said))
        except DomainError as refused:
            error = refused
        else:
            return redirect("points:call-one", uuid=row.uuid)
    context = {
        "kinds": CallKind.choices, "communities": Community.objects.order_by("code"), "said": request.POST,
        "community": request.POST.get("community") or resident.community_id or "",
        "uuid": same_uuid(request.POST.get("uuid", "")), "due_at": answer_due(db_now()),
        "errors": {error.field or "0": error.message} if error else {},
    }  # fmt: skip
    return render(request, "points/m/call_new.html", context, status=error.status if error else 200)


@never_cache
@require_GET
@resident_only
def one(request: HttpRequest, uuid) -> HttpResponse:
    """One of the own calls: its clock, its story, the answer, the rating."""
    return _one(request, selectors.call_of(request.resident, uuid))  # type: ignore[attr-defined]


def _one(request: HttpRequest, row: ServiceCall, error: DomainError | None = None) -> HttpResponse:
    done = row.status == CallStatus.DONE
    photos = list(row.photos.all())
    context = {
        "call": row, "lines": reversed(selectors.story(row)), "now": db_now(), "stars": range(1, 6),
        "before": [one for one in photos if one.when == "before"], "said": request.POST,
        "after": [one for one in photos if one.when == "after"], "may_rate": done,
        "may_reopen": done and row.reopened_at is None, "errors": {error.field or "0": error.message} if error else {},
    }  # fmt: skip
    return render(request, "points/m/call_one.html", context, status=error.status if error else 200)


@require_POST
@resident_only
def rate(request: HttpRequest, uuid) -> HttpResponse:
    """`solved=no` with `why`: it is worked on again; otherwise `rating` one to five and a `note`."""
    row = selectors.call_of(request.resident, uuid)  # type: ignore[attr-defined]
    try:
        if request.POST.get("solved") == "no":
            services.not_solved(row, request.POST.get("why", ""))
        else:
            services.rate(row, stars(request.POST.get("rating", "")), request.POST.get("note", ""))
    except DomainError as error:
        return _one(request, row, error)
    return redirect("points:call-one", uuid=row.uuid)


@require_GET
@resident_only
def photo(request: HttpRequest, uuid, code: str) -> FileResponse:
    """A picture of an own call; `?thumb=1` gives the small one."""
    shot = selectors.photo_of(selectors.call_of(request.resident, uuid), code)  # type: ignore[attr-defined]
    return stored(shot.thumb if request.GET.get("thumb") else shot.file, "image/jpeg", f"{shot.uuid}.jpg")


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`: answered rate, mean time to the answer and satisfaction of each community, for everybody."""
    since, until = selectors.month_of(request.GET.get("month", ""))
    rows = selectors.figures(since, until)
    context = {"rows": rows, "total": selectors.total(rows), "since": since, "is_past": until <= db_now()}
    return render(request, "points/m/call_figures.html", context)
