"""The resident's points: what can be spent, what is frozen, what runs out, and every movement."""

from django.core.paginator import Paginator
from django.db.models import Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from points.identity import resident_only
from points.models import Award, LedgerTransaction, PointLot, PointRule
from points.services import ledger
from shushanwei.common.clock import STREET, db_now

PAGE = 30


@never_cache
@require_GET
@resident_only
def points(request: HttpRequest) -> HttpResponse:
    """`?page=`: movements, newest first, with the balance after each."""
    resident, now = request.resident, db_now()  # type: ignore[attr-defined]
    spendable, frozen = ledger.balances(resident.pk)
    policy = ledger.policy(now)
    soon = ledger.about_to_expire(resident.pk, now)
    today = Award.objects.filter(resident=resident, day=now.astimezone(STREET).date(), given__gt=0)
    movements = (
        LedgerTransaction.objects.filter(resident=resident).select_related("rule").prefetch_related("lines__account")
    )
    part = Paginator(movements, PAGE).get_page(request.GET.get("page"))
    part.object_list = list(part.object_list)
    held = PointLot.objects.filter(resident=resident, released_at=None, left__gt=0, release_at__gt=now)
    until = dict(held.values_list("earned_by", "release_at"))
    for one in part.object_list:
        one.frozen_until = until.get(one.pk)
    context = {
        "spendable": spendable, "frozen": frozen, "policy": policy,
        "soon": sum(points for _day, points in soon), "lots": soon,
        "today": today.aggregate(n=Sum("given"))["n"] or 0,
        "part": part,
        "rules": PointRule.objects.filter(Q(valid_to=None) | Q(valid_to__gt=now), valid_from__lte=now).order_by("id"),
    }  # fmt: skip
    return render(request, "points/m/points.html", context)
