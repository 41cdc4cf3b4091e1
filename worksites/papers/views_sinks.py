"""The pages of sinks: register with map, one sink, its card with an outline to draw."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grid.views import holding
from shushanwei.common.errors import BadInput, NotFound
from worksites.models import Sink
from worksites.papers import selectors
from worksites.papers.forms import SinkForm
from worksites.selectors import VIEW
from worksites.services.sinks import save_sink

PAGE = 50
EDIT = "worksites.edit_site"


@require_safe
@holding(VIEW)
def sinks(request: HttpRequest) -> HttpResponse:
    """`?q=&page=`."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:60]
    rows = selectors.sinks(words).prefetch_related("permits")
    part = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in part:
        row.lacks = selectors.registered(row)  # type: ignore[attr-defined]
    context = {"part": part, "words": words, "may_edit": request.user.has_perm(EDIT)}
    return render(request, "worksites/sinks.html", context)


@require_safe
@holding(VIEW)
def features(request: HttpRequest) -> JsonResponse:
    """Sinks as GeoJSON for the maps."""
    return JsonResponse(selectors.sinks_geojson())


@require_safe
@holding(VIEW)
def sink(request: HttpRequest, pk: int) -> HttpResponse:
    """One sink: card, permits, the last manifests."""
    row = _fetched(pk)
    context = {
        "sink": row, "lacks": selectors.registered(row), "permits": row.permits.all(), "today": selectors.today(),
        "manifests": row.manifests.select_related("site", "truck")[:12], "may_edit": request.user.has_perm(EDIT),
    }  # fmt: skip
    return render(request, "worksites/sink.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Enter a sink."""
    return _card(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a sink's card and outline."""
    return _card(request, _fetched(pk))


def _card(request: HttpRequest, known: Sink | None) -> HttpResponse:
    form = SinkForm(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        actor: Any = request.user
        try:
            row = save_sink(form.values(), actor=actor, sink_id=known.pk if known else None)
        except BadInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:sink", row.pk)
    context = {"form": form, "sink": known}
    return render(request, "worksites/sink_form.html", context, status=422 if form.errors else 200)


def _fetched(pk: int) -> Sink:
    row = Sink.objects.select_related("company").filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such sink."))
    return row
