"""Electronic manifests: the list, and a sheet brought in with its errors by row."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from worksites.fleet import selectors
from worksites.fleet.sheet import HEADS, MOST_ROWS, read_sheet
from worksites.models import Manifest
from worksites.services.manifests import keep_manifests
from worksites.workbooks import BadSheet, Mistake

PAGE, MOST_BYTES, SHOWN = 40, 5 * 1024 * 1024, 100
EDIT = "worksites.edit_trucks"


@require_safe
@holding(selectors.VIEW)
def manifests(request: HttpRequest) -> HttpResponse:
    """`?q=&state=`."""
    return _list(request)


def _list(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:40]
    state = request.GET.get("state", "")
    rows = selectors.manifests(words, state if state in Manifest.State.values else "")
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "words": words, "state": state,
        "states": Manifest.State.choices, "may_edit": request.user.has_perm(EDIT),  # type: ignore[union-attr]
        "most": MOST_ROWS, **more,
    }  # fmt: skip
    return render(request, "worksites/manifests.html", context, status=status)


@require_POST
@holding(EDIT)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Keep the good rows of a sheet and name the others."""
    file = request.FILES.get("sheet")
    if file is None or (file.size or 0) > MOST_BYTES:
        return _list(request, status=422, problem=_("Choose an xlsx file of at most 5 MB."))
    try:
        good, mistakes = read_sheet(file)
    except BadSheet as error:
        return _list(request, status=422, problem=str(error))
    outcomes = keep_manifests([paper for _row, paper in good], actor=request.user)  # type: ignore[arg-type]
    mistakes += [
        Mistake(row, outcome.field, outcome.message)
        for (row, _paper), outcome in zip(good, outcomes, strict=True)
        if outcome.what in ("bad", "conflict")
    ]
    wrong = [(row, HEADS[field][0], words) for row, field, words in sorted(mistakes)]
    counts = {what: sum(one.what == what for one in outcomes) for what in ("new", "changed", "repeated")}
    said = _("%(new)s new, %(changed)s changed, %(repeated)s known before.") % counts
    if counts["new"] or counts["changed"] or counts["repeated"]:
        messages.success(request, said)
    status = 422 if wrong and not any(counts.values()) else 200
    return _list(request, status=status, wrong=wrong[:SHOWN], wrong_count=len(wrong))
