"""The mall on a resident's phone: what there is, taking it, the code to fetch it with; the ranking; notices."""

from datetime import date
from uuid import UUID, uuid4

import segno
from dateutil.relativedelta import relativedelta
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.db.models.lookups import GreaterThan
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from points import identity, selectors_desk
from points.identity import resident_only
from points.models import Redemption, Reward
from points.reward_pictures import picture_of
from points.services import filled, ledger, mall, merchants, notices, reconciliation, standing
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError, NotFound

PAGE, RANKED, MONTHS_BACK = 30, 50, 12


@never_cache
@require_GET
@resident_only
def rewards(request: HttpRequest) -> HttpResponse:
    """What is on offer: the own community first, then the rest, each by price."""
    resident = request.resident  # type: ignore[attr-defined]
    spendable, _frozen = ledger.balances(resident.pk)
    rows = sorted(on_offer(_today()), key=lambda row: row.merchant.community_id != resident.community_id)
    waiting = Redemption.objects.filter(resident=resident, status=Redemption.Status.ISSUED).count()
    context = {"rewards": rows, "spendable": spendable, "waiting": waiting, "clerk": mall.clerk_of(resident)}
    return render(request, "points/m/mall.html", context)


def on_offer(day: date) -> QuerySet[Reward]:
    """The rewards of a day, sold-out ones last."""
    rows = Reward.objects.filter(is_active=True, merchant__is_active=True, valid_from__lte=day, valid_to__gte=day)
    return rows.select_related("merchant__community").order_by(GreaterThan(F("stock"), 0).desc(), "price", "id")


@never_cache
@require_GET
@resident_only
def reward(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One reward, and the button that takes it."""
    return _reward(request, uuid)


@require_POST
@resident_only
def redeem(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take one piece: {uuid made by the page, price that it showed}; leads to its code."""
    resident = request.resident  # type: ignore[attr-defined]
    try:
        said = request.POST.get("price")
        seen = None if said is None else filled.number("price", said, least=1, most=merchants.DEAREST)
        row = mall.redeem(resident, uuid, uuid=filled.page_id(request.POST.get("uuid")), seen=seen)
    except NotFound:
        raise
    except DomainError as error:
        return _reward(request, uuid, wrong=error.message, status=error.status)
    return redirect("points:redemption", uuid=row.uuid)


@never_cache
@require_GET
@resident_only
def redemptions(request: HttpRequest) -> HttpResponse:
    """Everything the resident took, the newest first."""
    rows = Redemption.objects.filter(resident=request.resident)  # type: ignore[attr-defined]
    rows = rows.select_related("reward__merchant")
    context = {"part": Paginator(rows, PAGE).get_page(request.GET.get("page"))}
    return render(request, "points/m/redemptions.html", context)


@never_cache
@require_GET
@resident_only
def redemption(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of them, with its code as text and QR while it can be fetched."""
    return _redemption(request, uuid)


@require_POST
@resident_only
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Give it up: the points come back."""
    try:
        mall.cancel(request.resident, uuid)  # type: ignore[attr-defined]
    except NotFound:
        raise
    except DomainError as error:
        return _redemption(request, uuid, wrong=error.message, status=error.status)
    return redirect("points:redemption", uuid=uuid)


@require_GET
@resident_only
def picture(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The picture of a reward; `?thumb=1` the small one."""
    return picture_of(get_object_or_404(Reward, uuid=uuid), small=bool(request.GET.get("thumb")))


@never_cache
@require_GET
@resident_only
def ranking(request: HttpRequest) -> HttpResponse:
    """`?month=2026-11`, `?of=mine`: who earned most, of the street or of the own community, by nickname."""
    resident, day = request.resident, _today()  # type: ignore[attr-defined]
    month = min(reconciliation.month_of(request.GET.get("month", ""), day), day.replace(day=1))
    mine = request.GET.get("of") == "mine" and resident.community_id is not None
    community = resident.community_id if mine else None
    rows = selectors_desk.ranking(month, community)
    shown = [row | {"place": 0} for row in rows[:RANKED]]
    for nth, row in enumerate(shown, start=1):  # who has as much shares the place
        row["place"] = shown[nth - 2]["place"] if nth > 1 and shown[nth - 2]["n"] == row["n"] else nth
    own = selectors_desk.earned_by(resident, month)
    before = month - relativedelta(months=1)
    context = {
        "rows": shown, "month": month, "mine": mine, "own": own,
        "place": rows.filter(n__gt=own).count() + 1 if own else None,
        "before": before if before > day.replace(day=1) - relativedelta(months=MONTHS_BACK) else None,
        "after": month + relativedelta(months=1) if month < day.replace(day=1) else None,
    }  # fmt: skip
    return render(request, "points/m/ranking.html", context)


@never_cache
@require_GET
def notice(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One notice that is shown to whoever reads; open to who only looks around."""
    found = notices.shown_to(identity.resident_of(request)).select_related("community").filter(uuid=uuid).first()
    if found is None:
        raise Http404
    return render(request, "points/m/notice.html", {"notice": found})


def _today() -> date:
    return db_now().astimezone(STREET).date()


def _reward(request: HttpRequest, uuid: UUID, *, wrong: str = "", status: int = 200) -> HttpResponse:
    resident, day = request.resident, _today()  # type: ignore[attr-defined]
    row = get_object_or_404(Reward.objects.select_related("merchant__community"), uuid=uuid)
    spendable, _frozen = ledger.balances(resident.pk)
    taken = mall.taken_in_month(resident, row, day) if row.a_month else 0
    why = standing.blocked(resident) or _why_not(row, taken, spendable, day)
    context = {
        "reward": row, "spendable": spendable, "why": why, "wrong": wrong, "uuid": uuid4(),
        "left": spendable - row.price, "days": mall.FETCH_WITHIN.days,
    }  # fmt: skip
    return render(request, "points/m/reward.html", context, status=status)


def _why_not(row: Reward, taken: int, spendable: int, day: date) -> str:
    """Why a reward cannot be taken now; empty where it can."""
    if not (row.is_active and row.merchant.is_active and row.valid_from <= day <= row.valid_to):
        return _("This is not on offer now.")
    if row.stock == 0:
        return _("This is sold out.")
    if row.a_month and taken >= row.a_month:
        return _("You have had this %(n)s times this month; more comes next month.") % {"n": row.a_month}
    if spendable < row.price:
        return _("%(n)s points are missing.") % {"n": row.price - spendable}
    return ""


def _redemption(request: HttpRequest, uuid: UUID, *, wrong: str = "", status: int = 200) -> HttpResponse:
    mine = Redemption.objects.filter(resident=request.resident).select_related("reward", "merchant__community")  # type: ignore[attr-defined]
    row = get_object_or_404(mine, uuid=uuid)
    can_fetch = row.status == Redemption.Status.ISSUED and row.expires_at > db_now()
    door = request.build_absolute_uri(f"{reverse('points:merchant')}?code={row.code}")
    context = {
        "row": row, "can_fetch": can_fetch, "svg": _qr(door) if can_fetch else "", "wrong": wrong,
        "parts": [row.code[place : place + 4] for place in range(0, len(row.code), 4)],
    }  # fmt: skip
    return render(request, "points/m/redemption.html", context, status=status)


def _qr(text: str) -> SafeString:
    return mark_safe(segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, dark="#000"))
