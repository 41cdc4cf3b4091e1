"""The pages of sites: register with map, one site on one screen, calendar of checks, plate for the gate."""

from datetime import date
from typing import Any
from uuid import uuid4

import segno
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from grid.views import holding
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from worksites.checks import desk
from worksites.lifecycle import WATCHED, SiteStatus
from worksites.models import Draw, Site, SitePerson
from worksites.selectors import VIEW, site_for
from worksites.services.plan import number_told
from worksites.sites import selectors
from worksites.sites.forms import DocumentForm, GateForm, OverrideForm, PermitForm, PersonForm, SearchForm, StatusForm
from worksites.sites.table import workbook

PAGE = 50
ON_THE_PLATE = [SitePerson.Post.MANAGER, SitePerson.Post.SPOIL]  # who answers (谁负责), by name and without a phone
EDIT = "worksites.edit_site"
CALL = "worksites.judge_alerts"  # who also calls drivers and companies


def fetched(request: HttpRequest, pk: int) -> Site:
    """The site if the person may see it; 404 otherwise."""
    try:
        return site_for(request.user, pk)  # type: ignore[arg-type]
    except NotFound:
        raise Http404 from None


@require_safe
@holding(VIEW)
def sites(request: HttpRequest) -> HttpResponse:
    """`?colour=&phase=&status=&community=&q=&page=`; `?format=xlsx` gives the same rows as a file."""
    form = SearchForm(request.GET)
    search = form.cleaned_data if form.is_valid() else {}
    rows = selectors.rows(request.user, search)  # type: ignore[arg-type]
    if request.GET.get("format") == "xlsx":
        return workbook(rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "part": page, "search": form, "kept": kept, "counts": selectors.counts(request.user),  # type: ignore[arg-type]
        "may_edit": request.user.has_perm(EDIT), "today": db_now().astimezone(STREET).date(),
    }  # fmt: skip
    return render(request, "worksites/sites.html", context)


@require_safe
@holding(VIEW)
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one site on one screen."""
    return site_screen(request, fetched(request, pk))


def site_screen(request: HttpRequest, shown: Site, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a site; `given` are forms that came back with errors: gate, permit, paper, person, state,
    wish. `?person=` opens the form of somebody in charge.
    """
    user = request.user
    asked, may_edit = user.has_perm("worksites.ask_override"), user.has_perm(EDIT)
    context: dict[str, Any] = selectors.site_page(shown)
    chosen = context["people"].filter(pk=desk.number(request, "person")).first() if may_edit else None
    context |= {
        "may_edit": may_edit,
        "may_ask": asked and context["override"] is None and shown.status in WATCHED,
        "may_approve": user.has_perm("worksites.approve_override"),
        "gate_form": given.get("gate") or (GateForm() if may_edit else None),
        "permit_form": given.get("permit") or (PermitForm(site=shown) if may_edit else None),
        "person_form": given.get("person") or (PersonForm(known=chosen) if may_edit else None),
        "may_call": user.has_perm(CALL),
        "paper_form": given.get("paper") or (DocumentForm() if may_edit else None),
        "may_plan": user.has_perm("worksites.plan_checks"),
        "left_lying": selectors.left_lying(shown, context["now"]) if user.has_perm("worksites.plan_checks") else [],
        "status_form": given.get("state")
        or (StatusForm(initial={"status": shown.status}) if may_edit and shown.status != SiteStatus.FINISHED else None),
        "wish_form": given.get("wish") or OverrideForm(initial={"uuid": uuid4()}),
        "opened": next(iter(given), "person" if chosen else ""),
    }
    return render(request, "worksites/site.html", context, status=status)


@require_safe
@holding(VIEW)
def calendar(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`: the checks of a month, with the draw and its proof."""
    today = db_now().astimezone(STREET).date()
    month = _month(request.GET.get("month", ""), today)
    draw = Draw.objects.filter(period=f"{month:%Y-%m}").first()
    context = {
        "month": month,
        "before": _step(month, -1),
        "after": _step(month, 1),
        "weeks": selectors.calendar(request.user, month),  # type: ignore[arg-type]
        "draw": draw,
        "number": number_told(draw, db_now()) if draw else None,
        "may_plan": request.user.has_perm("worksites.plan_checks"),
    }
    return render(request, "worksites/calendar.html", context)


@require_safe
@holding(VIEW)
def plate(request: HttpRequest, pk: int) -> HttpResponse:
    """The A4 plate for the gate with the code that opens the public page."""
    shown = fetched(request, pk)
    address = request.build_absolute_uri(reverse("worksites:public", args=[shown.plate_code]))
    code = segno.make(address, error="m", micro=False).svg_data_uri(scale=8, border=0)
    return render(request, "worksites/plate.html", {"site": shown, "code": code, "address": address})


@require_safe
def public(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know who scans the plate: who builds, who answers, where the spoil goes, the last check."""
    shown = get_object_or_404(Site.objects.select_related("owner", "builder", "supervisor", "haulier"), plate_code=code)
    last = shown.inspections.filter(status="locked").order_by("-started_at").first()
    answering = shown.people.filter(ended_at=None, post__in=ON_THE_PLATE)
    answer = render(request, "worksites/public.html", {"site": shown, "last": last, "people": answering})
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@holding(VIEW)
def features(request: HttpRequest) -> JsonResponse:
    """Watched sites as GeoJSON for the maps."""
    return JsonResponse(selectors.geojson(request.user))  # type: ignore[arg-type]


def _month(text: str, today: date) -> date:
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(min(max(year, 2020), 2100), month, 1)
    except ValueError:
        return today.replace(day=1)


def _step(month: date, by: int) -> date:
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)
