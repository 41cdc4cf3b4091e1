"""Desk pages of the intake: which sources speak and how much, and what their words mean."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from incidents import selectors_intake as selectors
from incidents.forms_intake import MapForm, MuteForm
from incidents.intake import desk
from incidents.models import AlertKind
from shushanwei.common.errors import DomainError
from shushanwei.people.models import User

PER_PAGE = 50


@login_required
@permission_required("incidents.view_alert", raise_exception=True)
@require_http_methods(["GET", "HEAD"])
def sources(request: HttpRequest) -> HttpResponse:
    """All sources with their figures; `?source=` opens one with its mutes."""
    return _sources(request)


@login_required
@permission_required("incidents.mute_source", raise_exception=True)
@require_POST
def mute(request: HttpRequest, code: str) -> HttpResponse:
    """Keep a source quiet for a while."""
    source = selectors.source_named(code)
    form = MuteForm(request.POST, kinds=selectors.kinds_of(source))
    if form.is_valid():
        try:
            desk.mute_source(source.pk, actor=_person(request), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("%(source)s is muted.") % {"source": source.name})
            return _to("incidents:sources", source=code)
    return _sources(request, code=code, form=form, status=422)


@login_required
@permission_required("incidents.mute_source", raise_exception=True)
@require_POST
def unmute(request: HttpRequest, code: str) -> HttpResponse:
    """Lift the mutes of a source."""
    source = selectors.source_named(code)
    desk.unmute_source(source.pk, actor=_person(request), kind=request.POST.get("kind"))
    messages.success(request, _("%(source)s is heard again.") % {"source": source.name})
    return _to("incidents:sources", source=code)


@login_required
@permission_required("incidents.view_alert", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def alert_kinds(request: HttpRequest) -> HttpResponse:
    """All kinds, unknown ones first; `?kind=` opens one with samples, POST says what it stands for."""
    chosen = None
    if (number := request.GET.get("kind", "")).isdecimal() and len(number) < 19:
        chosen = get_object_or_404(AlertKind.objects.select_related("category"), pk=number)
    form = None
    if chosen and request.user.has_perm("incidents.map_kind"):
        data = request.POST if request.method == "POST" else None
        form = MapForm(data, kind=chosen, categories=selectors.mappable_categories())
    if request.method == "POST":
        if form is None or chosen is None:
            return HttpResponse(status=403)
        if form.is_valid():
            return _mapped(request, chosen, form)
    rows = Paginator(selectors.kinds(), PER_PAGE).get_page(request.GET.get("page"))
    codes = [kind.code for kind in rows if kind.has_waiting]  # type: ignore[attr-defined]
    waiting = selectors.waiting_counts(codes)
    context = {
        "rows": [(kind, waiting.get(kind.code, 0)) for kind in rows],
        "part": rows,
        "chosen": chosen,
        "form": form,
        "samples": selectors.samples_of(chosen.code) if chosen else [],
        "unmapped": AlertKind.objects.filter(category__isnull=True).count(),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "incidents/alert_kinds.html", context, status=status)


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _mapped(request: HttpRequest, kind: AlertKind, form: MapForm) -> HttpResponse:
    values = form.cleaned_data | {"category": form.cleaned_data["category"].pk}
    queued = desk.map_kind(kind.pk, actor=_person(request), **values)
    said = _("%(kind)s is mapped.") % {"kind": kind.code}
    if queued:
        said += " " + ngettext(
            "%(n)s waiting alert is being processed.", "%(n)s waiting alerts are being processed.", queued
        ) % {"n": queued}
    messages.success(request, said)
    return redirect("incidents:alert-kinds")


def _sources(
    request: HttpRequest, *, code: str | None = None, form: MuteForm | None = None, status: int = 200
) -> HttpResponse:
    rows = selectors.sources()
    chosen = next((row for row in rows if row["code"] == (code or request.GET.get("source"))), None)
    if chosen and form is None and request.user.has_perm("incidents.mute_source"):
        form = MuteForm(kinds=selectors.kinds_of(selectors.source_named(chosen["code"])))
    context = {
        "rows": rows,
        "chosen": chosen,
        "form": form,
        "confirmed_days": selectors.CONFIRMED_DAYS,
        "totals": {
            name: sum(row[name] for row in rows)
            for name in ("volume_today", "volume_24h", "new_24h", "unmapped_24h", "failed_24h", "muted_24h")
        },
    }
    return render(request, "incidents/sources.html", context, status=status)


def _to(name: str, **query: str) -> HttpResponse:
    return redirect(reverse(name, query=query))
