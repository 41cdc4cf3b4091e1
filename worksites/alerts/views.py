"""The desk of truck alerts: list with figures, one alert with its replay, the decision, the evidence."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.errors import BadInput, Conflict
from worksites.alerts import dossier, evidence, replay, selectors
from worksites.alerts.forms import DecisionForm, NoteForm
from worksites.alerts.reasons import usual
from worksites.alerts.selectors import JUDGE, REVIEW, VIEW
from worksites.lifecycle import ALERT_OPEN, AlertStatus
from worksites.models import TruckAlert
from worksites.services import adjudication
from worksites.trucks.rules import NAMES
from worksites.trucks.wording import explain

PAGE = 30


@require_safe
@holding(VIEW)
def alerts(request: HttpRequest) -> HttpResponse:
    """`?state=&rule=&level=&q=&site=&from=&to=&page=`; `part=list` gives what a live page draws anew."""
    user: Any = request.user
    given = request.GET.copy()
    template = "worksites/_alerts.html" if given.pop("part", [""]) == ["list"] else "worksites/alerts.html"
    request.GET = given  # type: ignore[assignment] # the links in the part are those of the whole page
    by = selectors.filters_of(given)
    rows = selectors.alerts_for(user)
    part = Paginator(selectors.narrowed(rows, by), PAGE).get_page(request.GET.get("page"))
    counts = selectors.counts(selectors.narrowed(rows, by, state=False))
    since, until = selectors.span_of(by)
    shown = [
        {"row": row, "name": NAMES[row.rule], "says": explain({"rule": row.rule, "facts": row.facts})}
        for row in part.object_list
    ]
    bare = {name: value for name, value in by.kept.items() if name != "state"}
    context = {
        "part": part, "shown": shown, "by": by, "kept": by.kept, "bare": bare, "rules": NAMES.items(),
        "states": [(state, label, counts[state]) for state, label in selectors.STATES.items()],
        "sites": selectors.sites_with_alerts(), "precision": selectors.precision(since, until), "since": since,
        "until": until, "from_day": since.isoformat(), "until_day": until.isoformat(),
    }  # fmt: skip
    return render(request, template, context)


@require_safe
@holding(VIEW)
def alert(request: HttpRequest, number: str) -> HttpResponse:
    """One alert: replay, explanation, evidence, the truck's card, what may be decided."""
    return _screen(request, number)


def _screen(request: HttpRequest, number: str, *, status: int = 200, error: str = "", **given: Any) -> HttpResponse:
    user: Any = request.user
    row = selectors.alert_for(user, number)
    moment = replay.Moment.of(row)
    judges = user.has_perm(JUDGE) and row.status in ALERT_OPEN
    others = list(selectors.candidates(row)) if judges else []
    context = {
        "alert": row, **dossier.of(moment), **dossier.earlier(row), "story": dossier.story(row), "error": error,
        "is_open": row.status in ALERT_OPEN, "scene": replay.scene(moment), "others": others,
        "form": (given.get("form") or DecisionForm(alert=row, others=others)) if judges else None,
        "usual": usual(row.rule, row.facts).items(),
        "mine": row.status == AlertStatus.JUDGING and row.judged_by_id == user.pk,
        "clear_form": (given.get("clear_form") or NoteForm())
        if user.has_perm(REVIEW) and row.status == AlertStatus.CONFIRMED and row.rectified_at is None else None,
        "merged_here": row.merged.order_by("number"), "photo": selectors.photo_for(user, row),
    }  # fmt: skip
    return render(request, "worksites/alert.html", context, status=status)


@require_POST
@holding(JUDGE)
def take(request: HttpRequest, number: str) -> HttpResponse:
    """`act`: take it, or put it back."""
    user: Any = request.user
    step = adjudication.put_back if request.POST.get("act") == "put_back" else adjudication.take
    try:
        step(_number(number), actor=user)
    except Conflict as refused:
        return _screen(request, number, status=refused.status, error=refused.message)
    return redirect("worksites:alert", number=_number(number))


@require_POST
@holding(JUDGE)
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """The decision with its reason; 409 with who was faster, 422 where a field is wrong."""
    user: Any = request.user
    row = selectors.alert_for(user, number)
    form = DecisionForm(request.POST, alert=row, others=list(selectors.candidates(row)))
    if not form.is_valid():
        return _screen(request, number, status=422, form=form)
    try:
        messages.success(request, _decided(row, form.cleaned_data, user))
    except BadInput as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _screen(request, number, status=422, form=form)
    except Conflict as refused:
        return _screen(request, number, status=refused.status, error=refused.message)
    return redirect("worksites:alert", number=row.number)


def _decided(row: TruckAlert, said: dict[str, Any], user: Any) -> str:
    common = {"uuid": said["uuid"], "reason": said["reason"], "actor": user}
    if said["act"] == "confirm":
        site = said.get("site")
        done = adjudication.confirm(row.number, site_id=site.pk if site else None, **common)
        return _("Confirmed: incident %(case)s.") % {"case": done.incident.case_no if done.incident else ""}
    if said["act"] == "false":
        adjudication.call_false(row.number, **common)
        return _("Written down as a false alarm.")
    adjudication.merge(row.number, said["into"], **common)
    return _("Merged into %(number)s.") % {"number": said["into"]}


@require_POST
@holding(REVIEW)
def rectified(request: HttpRequest, number: str) -> HttpResponse:
    """What a confirmed alert told is cleared up."""
    user: Any = request.user
    form = NoteForm(request.POST)
    row = selectors.alert_for(user, number)
    if not form.is_valid():
        return _screen(request, number, status=422, clear_form=form)
    try:
        adjudication.mark_rectified(row.number, note=form.cleaned_data["note"], actor=user)
    except BadInput as refused:
        form.add_error("note", refused.message)
        return _screen(request, number, status=422, clear_form=form)
    except Conflict as refused:
        return _screen(request, number, status=refused.status, error=refused.message)
    messages.success(request, _("Written down: cleared up."))
    return redirect("worksites:alert", number=row.number)


@require_POST
@holding(VIEW)
def take_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """The evidence as a ZIP; the journal keeps who took it."""
    user: Any = request.user
    name, body = evidence.pack(selectors.alert_for(user, number), actor=user)
    answer = HttpResponse(body, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _number(said: str) -> str:
    return said.upper()
