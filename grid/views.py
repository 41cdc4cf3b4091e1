"""The desk page of the ground: map, communities, their grids, import and download."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grid import selectors, working
from grid.areas import SHOWN, Refused
from grid.forms import GroundForm
from grid.services.ground import export_ground, import_ground


def holding(permission: str) -> Callable:
    """Signed in and holding `permission`; otherwise the sign-in page, or 403."""

    def wrap(view: Callable) -> Callable:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return wrap


@require_http_methods(["GET", "HEAD", "POST"])
@holding("grid.view_ground")
def ground(request: HttpRequest) -> HttpResponse:
    """GET shows the ground, POST imports a file."""
    form = GroundForm()
    if request.method == "POST":
        if not request.user.has_perm("grid.edit_ground"):
            raise PermissionDenied
        form = GroundForm(request.POST, request.FILES)
        if form.is_valid() and _imported(request, form):
            return redirect("grid:ground")
    chosen = request.GET.get("community", "")
    communities = selectors.community_rows()
    community = next((row for row in communities if row.code == chosen), None)
    context = {
        "form": form,
        "communities": communities,
        "community": community,
        "grids": selectors.grid_rows(chosen) if community else [],
        "totals": selectors.ground_totals(),
        "edition": selectors.edition(),
        "calendar_until": working.known_until(),
        "calendar_ends_soon": working.ends_soon(),
    }
    return render(request, "grid/ground.html", context, status=422 if form.errors else 200)


@require_GET
@holding("grid.view_ground")
def download(request: HttpRequest) -> HttpResponse:
    """Communities and grids as one GeoJSON file that can be imported again."""
    answer = HttpResponse(export_ground(), content_type="application/geo+json")
    answer["Content-Disposition"] = f'attachment; filename="ground-{selectors.edition()}.geojson"'
    return answer


def _imported(request: HttpRequest, form: GroundForm) -> bool:
    file = form.cleaned_data["file"]
    try:
        done = import_ground(file.read(), actor=request.user, source=file.name)  # type: ignore[arg-type]
    except Refused as refused:
        for problem in refused.problems:
            form.add_error("file", str(problem))
        if len(refused.problems) == SHOWN:
            form.add_error("file", _("There may be more; these are the first %(shown)s.") % {"shown": SHOWN})
        return False
    if done:
        counts = {word: done[word] for word in ("added", "changed", "removed")}
        messages.success(request, _("Imported: %(added)s added, %(changed)s changed, %(removed)s removed.") % counts)
    else:
        messages.info(request, _("The file holds what is loaded already; nothing was changed."))
    return True
