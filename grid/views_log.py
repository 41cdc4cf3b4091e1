"""The page of the duty log (值班日志): every order, call and radio exchange as a row."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.forms_log import LogForm, LogSearch
from grid.models import DutyLog
from grid.services import handover
from grid.views import holding
from shushanwei.common.errors import BadInput, DomainError

PER_PAGE = 50


@require_safe
@holding("grid.view_roster")
def log(request: HttpRequest) -> HttpResponse:
    """The lines, newest first."""
    return _page(request)


@require_POST
@holding("grid.log_calls")
def write(request: HttpRequest) -> HttpResponse:
    """Write a line."""
    form = LogForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    values = dict(form.cleaned_data)
    try:
        handover.log_call(actor=request.user, client_uuid=values.pop("uuid"), **values)  # type: ignore[arg-type]
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _page(request, form=form, status=422)
    except DomainError as error:
        form.add_error(None, error.message)
        return _page(request, form=form, status=error.status)
    messages.success(request, _("Written into the duty log."))
    return redirect(reverse("grid:log"))


def _page(request: HttpRequest, *, form: LogForm | None = None, status: int = 200) -> HttpResponse:
    search = LogSearch(request.GET)
    chosen = search.chosen()
    pages = Paginator(_lines(chosen), PER_PAGE)
    if form is None and request.user.has_perm("grid.log_calls"):
        form = LogForm(initial={"caller": str(request.user)})
    context = {
        "search": search,
        "kept": {name: str(value) for name, value in chosen.items()},
        "part": pages.get_page(request.GET.get("page")),
        "form": form,
    }
    return render(request, "grid/log.html", context, status=status)


def _lines(chosen: dict) -> QuerySet[DutyLog]:
    lines = DutyLog.objects.select_related("by", "shift__template")
    if day := chosen.get("day"):
        lines = lines.filter(at__date=day)
    if kind := chosen.get("kind"):
        lines = lines.filter(kind=kind)
    if words := chosen.get("q"):
        named = Q(caller__icontains=words) | Q(called__icontains=words) | Q(content__icontains=words)
        lines = lines.filter(named | Q(case_no=words))
    return lines
