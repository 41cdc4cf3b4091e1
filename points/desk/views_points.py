"""Points as the street answers for them: audits, changes by hand, budget and liability."""

from decimal import Decimal
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from points import selectors_desk as selectors
from points.desk.pages import posted, step, today, who, words
from points.desk.views_rules import APPROVE
from points.lifecycle_mall import RequestStatus
from points.models import AdjustmentRequest, Award
from points.selectors_audits import deeds
from points.services import deciding, earning, ledger, reconciliation
from shushanwei.common.clock import db_now

AUDIT = "points.audit_awards"
PAGE, MONTHS = 30, 6


@never_cache
@require_safe
@holding(AUDIT)
def audits(request: HttpRequest) -> HttpResponse:
    """Awards drawn by lot: `?state=open|done`."""
    done = request.GET.get("state") == "done"
    rows = Award.objects.filter(is_audited=True, audited_at__isnull=not done)
    rows = rows.select_related("resident__community", "rule", "audited_by").order_by("-audited_at" if done else "id")
    part = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    part.object_list = list(part.object_list)
    said = deeds(part.object_list, who(request).has_perm)
    for row in part.object_list:
        row.deed = said.get(row.pk)
    context = {
        "part": part, "done": done,
        "waiting": Award.objects.filter(is_audited=True, audited_at=None).count(),
    }  # fmt: skip
    return render(request, "points/desk/audits.html", context)


@require_POST
@holding(AUDIT)
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """{passed: yes|no, note}: what a look found; an award that failed is reversed."""
    passed = posted(request, "passed") == "yes"

    def work() -> str:
        earning.audit(pk, passed=passed, note=posted(request, "note"), actor=who(request))
        return _("In order.") if passed else _("Reversed.")

    return step(request, work, reverse("points:desk-audits"))


@never_cache
@require_safe
@holding(selectors.LEDGER)
def adjustments(request: HttpRequest) -> HttpResponse:
    """Changes by hand: `?state=asked|approved|refused`."""
    state = request.GET.get("state", "")
    state = state if state in RequestStatus.values else RequestStatus.ASKED
    rows = AdjustmentRequest.objects.filter(status=state).select_related("resident", "by", "decided_by")
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "state": state,
        "states": RequestStatus.choices, "may_approve": who(request).has_perm(APPROVE),
    }  # fmt: skip
    return render(request, "points/desk/adjustments.html", context)


@require_POST
@holding(APPROVE)
def adjustment_decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """{approved: yes|no, note}: the change is made at once, or never."""
    approved = posted(request, "approved") == "yes"

    def work() -> str:
        deciding.decide_adjustment(uuid, approved=approved, note=posted(request, "note"), actor=who(request))
        return _("Approved.") if approved else _("Not approved.")

    return step(request, work, reverse("points:desk-adjustments"))


@require_safe
@holding(selectors.LEDGER)
def budget(request: HttpRequest) -> HttpResponse:
    """`?month=`: given against the budget, what the street owes in points and yuan, by community."""
    day, now = today(), db_now()
    month, policy, outstanding = (
        reconciliation.month_of(words(request, "month"), day),
        ledger.policy(now),
        ledger.outstanding(),
    )
    rows = [{"month": one, **selectors.moved_in(one)} for one in selectors.months(month, MONTHS)]
    moved = rows[-1]
    used = max(0, moved["given"] - moved["reversed"])
    context = {
        "month": month, "moved": moved, "used": used, "rows": rows, "policy": policy, "outstanding": outstanding,
        "owed": outstanding * Decimal(str(policy.yuan_per_point)),
        "share": round(100 * used / policy.budget_a_month) if policy.budget_a_month else None,
        "most": max([1, *(row[name] for row in rows for name in ("given", "redeemed"))]),
        "communities": selectors.by_community(month), "months": list(reversed(selectors.months(day, 12))),
    }  # fmt: skip
    return render(request, "points/desk/budget.html", context)
