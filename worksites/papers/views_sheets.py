"""Sheets of the register, from companies to people: templates, a trial that names each mistake, all or nothing."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.errors import NotFound
from shushanwei.common.secrets import seal, unseal
from worksites.papers.forms import SheetForm
from worksites.papers.sheets import COLUMNS, MOST_ROWS, head_of, read_sheet, template
from worksites.services.bringing_in import Outcome, bring_in
from worksites.sites.table import TYPE
from worksites.workbooks import BadSheet

TRUCKS, SITES = "worksites.edit_trucks", "worksites.edit_site"
MOST_BYTES, SHOWN, KEPT_S = 2 * 1024 * 1024, 100, 3600
KINDS = {
    "companies": (gettext_lazy("Companies"), TRUCKS),
    "trucks": (gettext_lazy("Trucks"), TRUCKS),
    "drivers": (gettext_lazy("Drivers"), TRUCKS),
    "permits": (gettext_lazy("Permits"), SITES),
    "people": (gettext_lazy("People in charge"), SITES),
}
ELSEWHERE = {"permits": "worksites:permits", "people": "worksites:sites"}  # the rest are lists of the trucks' page
NOTES = {
    "kind": gettext_lazy("One of the words of the page, such as 运输企业 or 准运证."),
    "holder": gettext_lazy("Plate of the truck, or code of the site, the gate or the sink."),
    "valid_from": gettext_lazy("As 2026-11-27."),
    "valid_to": gettext_lazy("As 2026-11-27."),
    "site": gettext_lazy("Code of the site; it must be registered."),
    "post": gettext_lazy("项目经理, 安全员, 总监, 建设单位负责人 or 渣土运输负责人."),
    "sinks": gettext_lazy("Several codes with 、 between them."),
    "sites": gettext_lazy("Several codes with 、 between them."),
    "has_lift_sensor": gettext_lazy("是 or 否"),
}


@require_safe
@holding(TRUCKS)
def sheets(request: HttpRequest, kind: str) -> HttpResponse:
    """The page on which a sheet is tried."""
    return _page(request, kind)


@require_safe
@holding(TRUCKS)
def empty(request: HttpRequest, kind: str) -> HttpResponse:
    """The template of a sheet."""
    _allowed(request, kind)
    notes = [(column.field, str(NOTES[column.field])) for column in COLUMNS[kind] if column.field in NOTES]
    answer = HttpResponse(template(kind, notes), content_type=TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    return answer


@require_POST
@holding(TRUCKS)
def attempt(request: HttpRequest, kind: str) -> HttpResponse:
    """Try a sheet: nothing is written; what would happen, or each mistake with its row and column."""
    _allowed(request, kind)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, kind, status=422, form=form)
    file = form.cleaned_data["sheet"]
    if file.size > MOST_BYTES:
        form.add_error("sheet", _("Larger than %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024})
        return _page(request, kind, status=422, form=form)
    try:
        rows, too_long = read_sheet(kind, file)
    except BadSheet as error:
        form.add_error("sheet", str(error))
        return _page(request, kind, status=422, form=form)
    outcome = bring_in(kind, rows, actor=request.user, try_only=True)  # type: ignore[arg-type]
    outcome = outcome._replace(mistakes=sorted(too_long + outcome.mistakes))
    # What was tried is what is written: it goes with the page, so that nobody can change it and no cache can lose it.
    kept = "" if outcome.mistakes else seal(signing.dumps([kind, rows], compress=True))
    return _page(request, kind, status=422 if outcome.mistakes else 200, outcome=outcome, kept=kept, rows=rows)


@require_POST
@holding(TRUCKS)
def write(request: HttpRequest, kind: str) -> HttpResponse:
    """Write the sheet that was tried; all of it or, where something came between, nothing."""
    _allowed(request, kind)
    try:
        tried, rows = signing.loads(unseal(request.POST.get("kept", "")), max_age=KEPT_S)
    except (ValueError, signing.BadSignature):
        tried, rows = "", []
    if tried != kind:
        messages.error(request, _("The trial is older than an hour or of another sheet: try it again."))
        return redirect("worksites:sheets-in", kind)
    rows = [(number, said) for number, said in rows]
    outcome = bring_in(kind, rows, actor=request.user)  # type: ignore[arg-type]
    if outcome.mistakes:
        return _page(request, kind, status=422, outcome=outcome, rows=rows)
    counts = {"new": outcome.new, "changed": outcome.changed, "same": outcome.same}
    messages.success(request, _("%(new)s new, %(changed)s changed, %(same)s as they were.") % counts)
    if kind in ELSEWHERE:
        return redirect(ELSEWHERE[kind])
    return redirect(reverse("worksites:trucks", query={"tab": kind}))


def _allowed(request: HttpRequest, kind: str) -> None:
    if kind not in KINDS:
        raise NotFound(_("There is no such thing."))
    if not request.user.has_perm(KINDS[kind][1]):
        raise PermissionDenied


def _page(request: HttpRequest, kind: str, *, status: int = 200, outcome: Outcome | None = None, **more: Any):
    _allowed(request, kind)
    wrong = [(one.row, head_of(kind, one.field), one.message) for one in outcome.mistakes] if outcome else []
    columns = [(column.heads[0], column.needed, NOTES.get(column.field, "")) for column in COLUMNS[kind]]
    said = more.pop("rows", [])
    preview = [(number, [row.get(column.field, "") for column in COLUMNS[kind]]) for number, row in said[:5]]
    context = {
        "kind": kind, "kinds": [(code, label) for code, (label, perm) in KINDS.items() if request.user.has_perm(perm)],
        "label": KINDS[kind][0], "columns": columns, "most": MOST_ROWS, "form": more.pop("form", None) or SheetForm(),
        "outcome": outcome, "wrong": wrong[:SHOWN], "wrong_count": len(wrong), "row_count": len(said),
        "preview": preview, **more,
    }  # fmt: skip
    return render(request, "worksites/sheets_in.html", context, status=status)
