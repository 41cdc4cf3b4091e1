"""Rules of earning and the numbers of points: versions, drafts that somebody else approves, and trials on the past."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from points import selectors_desk as selectors
from points import trial
from points.desk.forms import PolicyForm, RuleForm
from points.desk.pages import posted, step, who
from points.lifecycle_mall import RequestStatus
from points.models import PointPolicy, PointRule, RuleDraft
from points.services import filled, ledger, rules
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound

EDIT, APPROVE = "points.edit_rules", "points.approve_rules"
DAYS = [30, 90]


@require_safe
@holding(selectors.LEDGER)
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules with what is in force, planned and waiting for approval."""
    now = db_now()
    planned = {row.code: row for row in PointRule.objects.filter(valid_from__gt=now)}
    in_force = selectors.in_force(now)
    context = {
        "rows": [{"rule": rule, "planned": planned.get(code)} for code, rule in sorted(in_force.items())],
        "drafts": RuleDraft.objects.filter(status=RequestStatus.ASKED).select_related("by"),
        "policy": ledger.policy(now), "in_force": in_force,
        "may_approve": who(request).has_perm(APPROVE), "may_edit": who(request).has_perm(EDIT),
    }  # fmt: skip
    return render(request, "points/desk/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(selectors.LEDGER)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """GET shows a rule with its versions; POST writes the draft of the next one."""
    may_edit = who(request).has_perm(EDIT)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    newest = PointRule.objects.filter(code=code, valid_to=None).first()
    if newest is None:
        raise NotFound(_("There is no such rule."))
    names = ("name_zh", "name_en", "points", "cap", "times_a_day")
    form = RuleForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            said = form.cleaned_data | {"code": code}
            rules.draft(said, uuid=said["uuid"], actor=who(request))
        except BadInput as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        except Conflict as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("Written down. Somebody else has to approve it."))
            return redirect("points:desk-rule", code=code)
    now = db_now()
    context = {
        "rule": newest, "now": now,
        "form": form or RuleForm(initial={name: getattr(newest, name) for name in names} | {"valid_from": now}),
        "may_edit": may_edit, "may_approve": who(request).has_perm(APPROVE),
        "versions": PointRule.objects.filter(code=code).select_related("written_by", "approved_by"),
        "drafts": RuleDraft.objects.filter(code=code).select_related("by", "decided_by", "made")[:20],
    }  # fmt: skip
    return render(request, "points/desk/rule.html", context, status=422 if form is not None else 200)


@require_POST
@holding(selectors.LEDGER)
def draft_decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """{approved: yes|no, note}: approve or refuse; who wrote it may take it back."""
    approved, user = posted(request, "approved") == "yes", who(request)
    own = RuleDraft.objects.filter(uuid=uuid, by=user).exists()
    if not user.has_perm(APPROVE) and (approved or not own):
        raise PermissionDenied

    def work() -> str:
        rules.decide_draft(uuid, approved=approved, note=posted(request, "note"), actor=user)
        return _("Approved.") if approved else _("Not approved.")

    return step(request, work, reverse("points:desk-rules"))


@require_http_methods(["GET", "HEAD", "POST"])
@holding(selectors.LEDGER)
def policy(request: HttpRequest) -> HttpResponse:
    """GET shows the numbers in force and those before and after; POST writes new ones from an instant on."""
    may_edit, now = who(request).has_perm(EDIT), db_now()
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    in_force = ledger.policy(now)
    form = PolicyForm(request.POST, policy=in_force) if request.method == "POST" else None

    def page() -> HttpResponse:
        shown = form or PolicyForm(policy=in_force, initial={"effective_from": now})
        context = {
            "form": shown, "policy": in_force, "now": now, "may_edit": may_edit,
            "versions": PointPolicy.objects.select_related("by")[:24],
        }  # fmt: skip
        return render(request, "points/desk/policy.html", context, status=422 if form is not None else 200)

    if form is None or not form.is_valid():
        return page()

    def work() -> str:
        rules.new_policy(form.cleaned_data, actor=who(request))
        return _("The new numbers are written down.")

    return step(request, work, reverse("points:desk-policy"), form, page)


@require_safe
@holding(selectors.LEDGER)
def trials(request: HttpRequest) -> HttpResponse:
    """`?days=30|90`, for each rule `points_<code>`, `times_<code>`, `cap_<code>`, the four caps; nothing is written."""
    now = db_now()
    rows, in_force, wrong = [], ledger.policy(now), ""
    caps = {name: getattr(in_force, name) for name in trial.Numbers._fields}
    terms = {code: trial.Terms(one.points, one.cap, one.times_a_day) for code, one in selectors.in_force(now).items()}
    asked: Any = request.GET
    try:
        caps = {name: _asked(asked, name, value, *rules.NUMBERS[name]) for name, value in caps.items()}
        terms = {code: _terms(asked, code, one) for code, one in terms.items()}
    except BadInput as refused:
        wrong = refused.message
    days = 90 if asked.get("days") == "90" else 30
    found = {} if wrong or "days" not in asked else selectors.tried(days, terms, trial.Numbers(**caps))
    held = selectors.in_force(now)
    for code, one in sorted(terms.items()):
        rows.append({"rule": held[code], "terms": one, "outcome": found.get(code)})
    totals = trial.Outcome()
    for one in found.values():
        totals = trial.Outcome(totals.deeds + one.deeds, totals.was + one.was, totals.would + one.would)
    context = {
        "rows": rows, "caps": caps, "policy": in_force, "days": days, "all_days": DAYS, "wrong": wrong,
        "tried": bool(found) or ("days" in asked and not wrong), "totals": totals, "kinds": PointRule.Cap.choices,
    }  # fmt: skip
    return render(request, "points/desk/trial.html", context, status=422 if wrong else 200)


def _asked(asked: Any, name: str, otherwise: int, least: int, most: int) -> int:
    said = asked.get(name, "")
    return filled.number(name, said, least=least, most=most) if said.strip() else otherwise


def _terms(asked: Any, code: str, held: trial.Terms) -> trial.Terms:
    """What is tried for a rule: a field that was not sent keeps what is in force, an empty one of times is no limit."""
    points = _asked(asked, f"points_{code}", held.points, rules.LEAST, rules.MOST)
    cap = asked.get(f"cap_{code}", held.cap)
    times = held.times_a_day
    if f"times_{code}" in asked:
        said = asked[f"times_{code}"].strip()
        times = filled.number(f"times_{code}", said, least=1, most=rules.MOST_TIMES) if said else None
    return trial.Terms(points, cap if cap in PointRule.Cap.values else held.cap, times)
