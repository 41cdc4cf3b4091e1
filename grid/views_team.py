"""The page of the co-governance teams: a grid's nine roles with their cards, kept by who may."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid import selectors_team as selectors
from grid.forms_team import MemberForm
from grid.models import CoGovernanceMember, Grid
from grid.services import team as services
from grid.views import holding
from shushanwei.common.errors import BadInput, DomainError

Type = CoGovernanceMember.Type


@require_safe
@holding("grid.view_team")
def team(request: HttpRequest) -> HttpResponse:
    """The team of one grid: `?grid=`, by default the first in reach."""
    return _page(request)


@require_POST
@holding("grid.edit_team")
def add(request: HttpRequest) -> HttpResponse:
    """Take somebody into the team of `?grid=`."""
    form = MemberForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    code = request.GET.get("grid", "")
    return _do(request, form, lambda: _("%(name)s belongs to the team now.") % {
        "name": services.add_member(code, form.cleaned_data, actor=request.user).name})  # type: ignore[arg-type]  # fmt: skip


@require_POST
@holding("grid.edit_team")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a card."""
    known = selectors.member_for(request.user, pk, "grid.edit_team")  # type: ignore[arg-type]
    form = MemberForm(request.POST, known=known)
    if not form.is_valid():
        return _page(request, form=form, editing=known, status=422)
    return _do(request, form, lambda: _("The card of %(name)s was changed.") % {
        "name": services.change_member(pk, form.cleaned_data, actor=request.user).name}, known)  # type: ignore[arg-type]  # fmt: skip


@require_POST
@holding("grid.edit_team")
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves the team."""
    return _do(request, None, lambda: _("%(name)s has left the team.") % {
        "name": services.retire_member(pk, actor=request.user).name})  # type: ignore[arg-type]  # fmt: skip


def _do(
    request: HttpRequest, form: MemberForm | None, work: Callable[[], str], editing: CoGovernanceMember | None = None
) -> HttpResponse:
    try:
        messages.success(request, work())
    except BadInput as error:
        if form is None or error.field not in form.fields:
            raise
        form.add_error(error.field, error.message)
        return _page(request, form=form, editing=editing, status=422)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(f"{reverse('grid:team')}?{urlencode({'grid': request.GET.get('grid', '')})}")


def _page(
    request: HttpRequest,
    *,
    form: MemberForm | None = None,
    editing: CoGovernanceMember | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    grids = list(
        selectors.grids_in_reach(user, "grid.view_team")  # type: ignore[arg-type]
        .select_related("community").defer("polygon", "community__polygon").order_by("code")
    )  # fmt: skip
    chosen = next((grid for grid in grids if grid.code == request.GET.get("grid", "")), grids[0] if grids else None)
    members = selectors.team_of(user, chosen.code) if chosen else []  # type: ignore[arg-type]
    may_edit = chosen is not None and _may_edit(request, chosen)
    if editing is None and may_edit:
        editing = next((member for member in members if str(member.pk) == request.GET.get("edit")), None)
    by_type = [(code, label, [m for m in members if m.type == code]) for code, label in Type.choices]
    return render(
        request,
        "grid/team.html",
        {
            "grids": grids,
            "chosen": chosen,
            "by_type": by_type,
            "filled": sum(1 for _code, _label, held in by_type if held),
            "may_edit": may_edit,
            "may_call": user.has_perm("grid.call_team"),
            "editing": editing,
            "form": form or (MemberForm(known=editing) if may_edit else None),
        },
        status=status,
    )


def _may_edit(request: HttpRequest, grid: Grid) -> bool:
    return selectors.grids_in_reach(request.user, "grid.edit_team").filter(pk=grid.pk).exists()  # type: ignore[arg-type]
