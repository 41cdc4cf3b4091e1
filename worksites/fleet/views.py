"""The register of trucks (companies, drivers, terminals) and the page of one truck."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound
from worksites.alerts.replay import in_force
from worksites.fleet import selectors
from worksites.fleet.forms import CompanyForm, DriverForm, TerminalForm, TruckForm
from worksites.lifecycle import TruckState
from worksites.models import Company, Driver, Terminal, Truck, VendorItem
from worksites.papers.selectors import truck_compliance
from worksites.plates import clean_plate
from worksites.services import terminals as terminal_services
from worksites.services import trucks as services

PAGE = 40
VIEW, EDIT, CALL = selectors.VIEW, "worksites.edit_trucks", "worksites.judge_alerts"
TABS = {
    "trucks": gettext_lazy("Trucks"),
    "companies": gettext_lazy("Companies"),
    "drivers": gettext_lazy("Drivers"),
    "terminals": gettext_lazy("Terminals"),
}
KINDS: dict[str, tuple[Any, Any, str]] = {
    "truck": (TruckForm, services.save_truck, "trucks"),
    "company": (CompanyForm, services.save_company, "companies"),
    "driver": (DriverForm, services.save_driver, "drivers"),
}


@require_safe
@holding(VIEW)
def trucks(request: HttpRequest) -> HttpResponse:
    """`?tab=trucks|companies|drivers|terminals&q=&state=&edit=`."""
    return _register(request)


def _register(request: HttpRequest, *, tab: str = "", form: Any = None, editing: Any = None, status: int = 200):
    user: Any = request.user
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in TABS else "trucks"
    words = request.GET.get("q", "").replace("\0", "").strip()[:40]
    state = request.GET.get("state", "")
    rows: Any = {
        "trucks": lambda: selectors.found(user, words, state if state in TruckState.values else ""),
        "companies": lambda: selectors.companies(words),
        "drivers": lambda: selectors.drivers(words),
        "terminals": lambda: selectors.terminals(words, state),
    }[tab]()
    may_edit = user.has_perm(EDIT)
    if may_edit and editing is None and (pk := _number(request.GET.get("edit"))):
        editing = rows.model.objects.filter(pk=pk).first()
    if may_edit and form is None:
        form = _form(tab, editing)
    context = {
        "tab": tab, "tabs": TABS.items(), "words": words, "state": state, "states": TruckState.choices,
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "may_edit": may_edit, "form": form,
        "editing": editing, "now": db_now(), "kind": {"companies": "company"}.get(tab, tab.removesuffix("s")),
        "may_call": user.has_perm(CALL), "strangers": Terminal.objects.filter(truck=None).count(),
        "vendors": sorted(set(VendorItem.objects.values_list("vendor", flat=True))) if tab == "terminals" else [],
    }  # fmt: skip
    return render(request, "worksites/trucks.html", context, status=status)


def _form(tab: str, editing: Any) -> Any:
    if tab == "terminals":
        if editing is None:
            return None
        plate = editing.truck.plate if editing.truck else ""
        return TerminalForm(initial={"plate": plate, "vendor": editing.vendor, "crs": editing.crs})
    return {"trucks": TruckForm, "companies": CompanyForm, "drivers": DriverForm}[tab](known=editing)


@require_POST
@holding(EDIT)
def save(request: HttpRequest, kind: str) -> HttpResponse:
    """Register a truck, company or driver, or correct the one with `pk`."""
    if kind not in KINDS:
        raise NotFound(_("There is no such thing."))
    shape, service, tab = KINDS[kind]
    pk = _number(request.POST.get("pk"))
    model: Any = {"truck": Truck, "company": Company, "driver": Driver}[kind]
    editing = model.objects.filter(pk=pk).first()
    form = shape(request.POST, known=editing)
    if not form.is_valid():
        return _register(request, tab=tab, form=form, editing=editing, status=422)
    values = {name: getattr(value, "pk", value) for name, value in form.cleaned_data.items()}
    try:
        service(values, actor=request.user, **{f"{kind}_id": pk})
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _register(request, tab=tab, form=form, editing=editing, status=422)
    messages.success(request, _("Saved."))
    return redirect(reverse("worksites:trucks", query={"tab": tab}))


@require_POST
@holding(EDIT)
def terminal(request: HttpRequest, pk: int) -> HttpResponse:
    """`act`: set (truck, vendor, datum), release, block or admit a terminal."""
    row = Terminal.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such terminal."))
    act, actor = request.POST.get("act", "set"), request.user
    form = TerminalForm(request.POST)
    try:
        if act == "release":
            terminal_services.release(pk, actor=actor)  # type: ignore[arg-type]
        elif act in ("block", "admit"):
            terminal_services.block(pk, blocked=act == "block", actor=actor)  # type: ignore[arg-type]
        elif not form.is_valid():
            return _register(request, tab="terminals", form=form, editing=row, status=422)
        else:
            truck_id = None
            if form.cleaned_data["plate"]:
                truck_id = services.fleet([plate := clean_plate(form.cleaned_data["plate"])]).plates.get(plate)
                if truck_id is None:
                    raise BadInput("plate", _("There is no truck with this plate."))
            values = {"vendor": form.cleaned_data["vendor"], "crs": form.cleaned_data["crs"]}
            terminal_services.set_up(pk, **values, actor=actor)  # type: ignore[arg-type]
            _row, kept = terminal_services.bind(pk, truck_id, actor=actor)  # type: ignore[arg-type]
            if kept.new:
                messages.success(request, _("%(n)s positions that waited went to the truck.") % {"n": kept.new})
    except DomainError as error:
        form.is_valid()
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _register(request, tab="terminals", form=form, editing=row, status=422)
    messages.success(request, _("Saved."))
    return redirect(reverse("worksites:trucks", query={"tab": "terminals"}))


@require_safe
@holding(VIEW)
def truck(request: HttpRequest, pk: int) -> HttpResponse:
    """`?day=2026-11-27`: card, permits, drivers, the day's track with the permitted lines, passes and manifests."""
    row = selectors.truck_for(request.user, pk)  # type: ignore[arg-type]
    today = db_now().astimezone(STREET).date()
    try:
        since, until = selectors.span(request.GET.get("day") or str(today), None)
    except BadInput:
        since, until = selectors.span(str(today), None)
    day = since.astimezone(STREET).date()
    lacks, rule_set = truck_compliance(row)
    query = {"from": since.isoformat(), "to": until.isoformat()}
    papers = list(row.permits.all())
    routes = [line for paper in papers if in_force(paper, day) for line in paper.routes]
    context = {
        "truck": row, "routes": routes, "day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "is_today": day == today, "last": getattr(row, "last", None), "permits": papers, "today": today,
        "drivers": row.drivers.all(), "passes": selectors.passes_of(row, since, until)[:200],
        "manifests": row.manifests.select_related("site", "sink").filter(issued_at__gte=since, issued_at__lt=until),
        "may_edit": request.user.has_perm(EDIT), "lacks": lacks, "rule_set": rule_set,
        "may_call": request.user.has_perm(CALL), "may_permit": request.user.has_perm("worksites.edit_site"),
        "settings": {"track": reverse("worksites-api:truck-track", args=[pk], query=query), "routes": routes},
    }  # fmt: skip
    return render(request, "worksites/truck.html", context)


@require_POST
@holding(CALL)
def phone(request: HttpRequest, kind: str, pk: int) -> JsonResponse:
    """The phone of a driver or company, for who judges an alert and is about to call; it is written down."""
    return JsonResponse({"phone": services.show_phone(kind, pk, actor=request.user)})  # type: ignore[arg-type]


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdecimal() and len(said) < 19 else None
