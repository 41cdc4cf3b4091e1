"""The merchant's page: a clerk types or scans a code, sees what it is, and writes it off once."""

from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from points.identity import resident_only
from points.models import MerchantClerk, Redemption
from points.services import filled, mall
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError
from shushanwei.common.templatetags.shushanwei import named

MOST_SHOWN = 100


@never_cache
@require_GET
@resident_only
def merchant(request: HttpRequest) -> HttpResponse:
    """`?code=`: what a code is, at the own merchant only; and what was handed out today."""
    clerk = mall.clerk_of(request.resident)  # type: ignore[attr-defined]
    if clerk is None:
        return render(request, "points/m/no_merchant.html", status=403)
    code, found = request.GET.get("code", "").replace("\0", ""), {}
    if code.strip():
        try:
            found = {"found": mall.look_up(clerk, code)}
        except DomainError as error:
            return _page(request, clerk, code, wrong=error.message, status=error.status)
    return _page(request, clerk, code, **found)


@require_POST
@resident_only
def write_off(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """{uuid made by the page}: the reward was handed over."""
    clerk = mall.clerk_of(request.resident)  # type: ignore[attr-defined]
    if clerk is None:
        return render(request, "points/m/no_merchant.html", status=403)
    try:
        row = mall.write_off(clerk, uuid, uuid=filled.page_id(request.POST.get("uuid")))
    except DomainError as error:
        return _page(request, clerk, "", wrong=error.message, status=error.status)
    messages.success(request, _("Written off: %(name)s.") % {"name": named(row.reward)})
    return redirect("points:merchant")


def _page(request: HttpRequest, clerk: MerchantClerk, code: str, *, status: int = 200, **more: Any) -> HttpResponse:
    now = db_now()
    midnight = datetime.combine(now.astimezone(STREET).date(), time(0), STREET)
    today = Redemption.objects.filter(
        merchant_id=clerk.merchant_id, status=Redemption.Status.USED, ended_at__gte=midnight
    ).order_by("-ended_at")
    context = {
        "clerk": clerk, "code": code[:60], "uuid": uuid4(), "now": now, "count": today.count(),
        "points": today.aggregate(n=Sum("points"))["n"] or 0,
        "today": today.select_related("reward", "resident", "used_by")[:MOST_SHOWN], **more,
    }  # fmt: skip
    return render(request, "points/m/merchant.html", context, status=status)
