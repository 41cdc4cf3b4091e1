"""The fourteen rules: their numbers, versions, and other numbers tried on the past."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from worksites.alerts import dossier, replay, selectors
from worksites.alerts.forms import RuleForm
from worksites.alerts.selectors import EDIT_RULES, VIEW
from worksites.models import RuleTrial, Sink, Site, Truck, TruckRule
from worksites.selectors_engine import rules_in_force
from worksites.services import trials
from worksites.services.truck_rules import new_version
from worksites.trucks.rules import CODES, DEFAULTS, NAMES, PARAMS
from worksites.trucks.wording import explain

DAYS = [7, 30]


@require_safe
@holding(VIEW)
def rules(request: HttpRequest) -> HttpResponse:
    """All rules with the numbers in force and how often they were right in the last thirty days."""
    now = db_now()
    in_force = rules_in_force(now)
    rows = TruckRule.objects.select_related("by")
    since_when = {row.pk: row for row in rows.filter(pk__in=[in_force[code].row for code in CODES])}
    planned = {row.code: row for row in rows.filter(effective_from__gt=now).order_by("-effective_from")}
    since, until = selectors.span_of(selectors.Filters())
    measured = {row["code"]: row for row in selectors.precision(since, until)}
    shown = [
        {"code": code, "name": NAMES[code], "rule": in_force[code], "numbers": _numbers(code, in_force[code].params),
         "version": since_when.get(in_force[code].row), "planned": planned.get(code), "measured": measured[code]}
        for code in CODES
    ]  # fmt: skip
    context = {
        "shown": shown, "since": since, "until": until, "trials": RuleTrial.objects.select_related("by")[:8],
        "may_edit": request.user.has_perm(EDIT_RULES), "uuid": uuid4(), "days": DAYS,  # type: ignore[union-attr]
    }  # fmt: skip
    return render(request, "worksites/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(VIEW)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """GET shows a rule with its versions; POST writes the next version (`act=save`) or tries it (`act=try`)."""
    code, user = code.upper(), request.user
    may_edit = user.has_perm(EDIT_RULES)  # type: ignore[union-attr]
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    if code not in DEFAULTS:
        raise NotFound(_("There is no such rule."))
    newest = TruckRule.objects.filter(code=code).order_by("-effective_from").first()
    form = RuleForm(request.POST, code=code, newest=newest) if request.method == "POST" else None
    if form is not None:
        # To try numbers nobody has to say why.
        form.fields["reason"].required = request.POST.get("act") != "try"
        if form.is_valid() and (answer := _written(request, code, form)) is not None:
            return answer
    in_force = rules_in_force(db_now())[code]
    versions = TruckRule.objects.filter(code=code).select_related("by")
    context = {
        "code": code, "name": NAMES[code], "rule": in_force, "now": db_now(), "uuid": uuid4(), "days": DAYS,
        "form": form or RuleForm(code=code, newest=newest) if may_edit else None,
        "versions": [{"row": row, "numbers": _numbers(code, row.params), "counts": row.pk == in_force.row}
                     for row in versions],
        "trials": [one for one in RuleTrial.objects.select_related("by")[:60] if code in one.changes][:8],
        "numbers": _numbers(code, in_force.params),
    }  # fmt: skip
    return render(request, "worksites/rule.html", context, status=422 if form is not None else 200)


def _written(request: HttpRequest, code: str, form: RuleForm) -> HttpResponse | None:
    """Try or save what the form says; None where it was refused."""
    said, actor = form.cleaned_data, request.user
    try:
        if request.POST.get("act") == "try":
            trial = trials.ask({code: form.numbers()}, _days(request), uuid=_uuid(request), actor=actor)  # type: ignore[arg-type]
            return redirect("worksites:rule-trial", pk=trial.pk)
        version = new_version(
            code, params=form.numbers(), level=said["level"], suppress_s=said["suppress_s"],
            is_active=said["is_active"], reason=said["reason"], effective_from=said["effective_from"],
            actor=actor,  # type: ignore[arg-type]
        )  # fmt: skip
    except BadInput as refused:
        field = f"n_{refused.field}" if f"n_{refused.field}" in form.fields else refused.field
        form.add_error(field if field in form.fields else None, refused.message)
        return None
    except Conflict as refused:
        form.add_error(None, refused.message)
        return None
    at = version.effective_from.astimezone(STREET)
    messages.success(request, _("The new version is in force from %(at)s.") % {"at": f"{at:%Y-%m-%d %H:%M}"})
    return redirect("worksites:rule", code=code)


@require_POST
@holding(EDIT_RULES)
def ask_trial(request: HttpRequest) -> HttpResponse:
    """Try the numbers in force on the last `days` days: what the rules find against what people said."""
    try:
        trial = trials.ask({}, _days(request), uuid=_uuid(request), actor=request.user)  # type: ignore[arg-type]
    except Conflict as refused:
        messages.error(request, refused.message)
        return redirect("worksites:rules")
    return redirect("worksites:rule-trial", pk=trial.pk)


@require_safe
@holding(VIEW)
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """A trial: waiting, running, or its result; `part=state` gives what the page asks for every two seconds."""
    row = _trial(pk)
    result = row.result
    context = {
        "trial": row, "result": result, "now": db_now(),
        "changes": [{"code": code, "name": NAMES[code], "numbers": _numbers(code, _tried(row, code), changed=True)}
                    for code in row.changes],
        "rules": [_counted(code, counts) for code, counts in result.get("rules", {}).items()],
        "hits": [_shown(one) | {"place": place} for place, one in enumerate(result.get("hits", []))],
        "runs": row.state in (RuleTrial.State.WAITING, RuleTrial.State.RUNNING),
    }  # fmt: skip
    return render(
        request, "worksites/_trial.html" if request.GET.get("part") == "state" else "worksites/trial.html", context
    )


@require_safe
@holding(VIEW)
def trial_hit(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """The replay of a hit that was only tried."""
    row = _trial(pk)
    hits = row.result.get("hits", [])
    if place >= len(hits):
        raise NotFound(_("There is no such hit."))
    hit = hits[place]
    moment = replay.Moment(
        hit["rule"], hit["level"], Truck.objects.select_related("company").filter(pk=hit["truck"]).first(),
        Site.objects.filter(pk=hit["site"]).first(), Sink.objects.filter(pk=hit["sink"]).first(), None,
        datetime.fromisoformat(hit["began"]), datetime.fromisoformat(hit["ended"]) if hit["ended"] else None,
        hit["lon"], hit["lat"], hit["facts"],
    )  # fmt: skip
    context = {"trial": row, "hit": hit, "place": place, **dossier.of(moment), "scene": replay.scene(moment)}
    return render(request, "worksites/trial_hit.html", context)


def _trial(pk: int) -> RuleTrial:
    found = RuleTrial.objects.select_related("by").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such trial."))
    return found


def _tried(row: RuleTrial, code: str) -> dict[str, Any]:
    return {**rules_in_force(row.asked_at)[code].params, **row.changes[code]}


def _counted(code: str, counts: dict[str, int]) -> dict[str, Any]:
    # Trials of before said only what people had said of the alerts that stand.
    found = {"found_confirmed": counts["confirmed"], "found_false": counts["false"], "gone": 0}
    return {"code": code, "name": NAMES[code], **found, **counts}


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    began, facts = datetime.fromisoformat(one["began"]), one["facts"]
    return {
        **one, "name": NAMES[one["rule"]], "says": explain(one), "began_at": began,
        "whose": one["plate"] or facts.get("site_name", ""), "day": facts.get("day", ""),
    }  # fmt: skip


def _numbers(code: str, params: Any, *, changed: bool = False) -> list[dict[str, Any]]:
    """Each number of a rule with its name and unit; `is_own` where it differs from the shipped one."""
    shipped = DEFAULTS[code].params
    return [
        {"label": param.label, "unit": param.unit, "value": params.get(name, param.default),
         "is_own": params.get(name, param.default) != shipped[name]}
        for name, param in PARAMS[code].items()
    ]  # fmt: skip


def _days(request: HttpRequest) -> int:
    said = request.POST.get("days", "")
    return int(said) if said in [str(days) for days in DAYS] else DAYS[-1]


def _uuid(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("uuid", ""))
    except ValueError:
        raise BadInput("uuid", _("The page is too old; load it again.")) from None
