"""Merchants, their clerks and rewards, and the months that are settled with them."""

from datetime import date
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from incidents.pictures import LARGEST
from points.desk.forms import MerchantForm, RewardForm
from points.desk.pages import posted, step, today, who, words
from points.desk.settlement_book import TYPE, workbook
from points.models import Merchant, Redemption, Reward, Settlement
from points.reward_pictures import picture_of
from points.services import filled, merchants, reconciliation, residents
from shushanwei.common.clock import STREET

MANAGE = "points.manage_mall"
PAGE, MONTHS_BACK = 30, 12


@require_safe
@holding(MANAGE)
def merchant_list(request: HttpRequest) -> HttpResponse:
    """All merchants with what they have on offer and what was fetched this month; the form of a new one."""
    return _merchants(request, MerchantForm())


@require_POST
@holding(MANAGE)
def merchant_add(request: HttpRequest) -> HttpResponse:
    """Write a merchant down."""
    form = MerchantForm(request.POST)
    return _save_merchant(request, form, lambda: _merchants(request, form, status=422))


@never_cache
@require_safe
@holding(MANAGE)
def merchant(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One merchant: facts, clerks, rewards, months."""
    return _merchant(request, get_object_or_404(Merchant, uuid=uuid))


@require_POST
@holding(MANAGE)
def merchant_change(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Change what is known of a merchant."""
    row = get_object_or_404(Merchant, uuid=uuid)
    given = request.POST.copy()
    given["uuid"] = str(uuid)
    form = MerchantForm(given)
    return _save_merchant(request, form, lambda: _merchant(request, row, form=form, status=422))


@require_POST
@holding(MANAGE)
def clerk_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let the resident of a phone write rewards off here: {phone}."""

    def work() -> str:
        clerk = merchants.add_clerk(uuid, residents.phone_owner(posted(request, "phone")), actor=who(request))
        return _("%(name)s may write rewards off here now.") % {"name": clerk.resident.nickname}

    return step(request, work, _to(uuid))


@require_POST
@holding(MANAGE)
def clerk_remove(request: HttpRequest, uuid: UUID, pk: int) -> HttpResponse:
    """End it."""

    def work() -> str:
        merchants.remove_clerk(uuid, pk, actor=who(request))
        return _("This person writes nothing off here any more.")

    return step(request, work, _to(uuid))


@require_http_methods(["GET", "HEAD", "POST"])
@holding(MANAGE)
def reward_add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A new reward of a merchant."""
    return _reward_page(request, get_object_or_404(Merchant, uuid=uuid), None)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(MANAGE)
def reward(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A reward: POST changes it; what was taken already keeps its price."""
    row = get_object_or_404(Reward.objects.select_related("merchant"), uuid=uuid)
    return _reward_page(request, row.merchant, row)


@require_POST
@holding(MANAGE)
def reward_stock(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Set how many are left: {stock, seen}."""

    def work() -> str:
        seen = filled.number("seen", posted(request, "seen"), least=0, most=merchants.MOST_STOCK)
        row = merchants.restock(uuid, seen=seen, now_there=posted(request, "stock"), actor=who(request))  # type: ignore[arg-type]
        return _("%(n)s are left now.") % {"n": row.stock}

    return step(request, work, reverse("points:desk-reward", args=[uuid]))


@require_safe
@holding(MANAGE)
def reward_picture(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The small picture of a reward, for the desk."""
    return picture_of(get_object_or_404(Reward, uuid=uuid), small=True)


@never_cache
@require_safe
@holding(MANAGE)
def redemptions(request: HttpRequest) -> HttpResponse:
    """`?status=`, `?merchant=` (uuid): what was taken, the newest first; codes only with their last four signs."""
    rows = Redemption.objects.select_related("resident", "reward", "merchant", "used_by")
    status, which = request.GET.get("status", ""), words(request, "merchant")
    if status in Redemption.Status.values:
        rows = rows.filter(status=status)
    chosen = next((one for one in Merchant.objects.all() if str(one.uuid) == which), None)
    if chosen is not None:
        rows = rows.filter(merchant=chosen)
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "status": status, "chosen": chosen,
        "statuses": Redemption.Status.choices, "merchants": Merchant.objects.all(),
    }  # fmt: skip
    return render(request, "points/desk/redemptions.html", context)


@never_cache
@require_safe
@holding(MANAGE)
def month(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?month=2026-11`: what was written off, as it stands or as it was settled."""
    found, day = _sheet(request, uuid), today()
    context = {
        "sheet": found, "whole": reconciliation.is_whole(found), "is_over": found.month < day.replace(day=1),
        "months": sorted({*_months(found.merchant, day), found.month}, reverse=True),
    }  # fmt: skip
    return render(request, "points/desk/month.html", context)


@require_safe
@holding(MANAGE)
def month_book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """`?month=`: the same as xlsx, with lines to sign on."""
    found = _sheet(request, uuid)
    answer = HttpResponse(workbook(found, str(who(request))), content_type=TYPE)
    answer["Content-Disposition"] = f'attachment; filename="settlement-{found.month:%Y-%m}.xlsx"'
    return answer


@require_POST
@holding(MANAGE)
def month_close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Freeze a month that is over: {month}."""
    chosen = reconciliation.month_of(posted(request, "month"), today())

    def work() -> str:
        row = reconciliation.close(uuid, chosen, actor=who(request))
        return _("The month is settled: %(points)s points, %(yuan)s yuan.") % {"points": row.points, "yuan": row.yuan}

    return step(request, work, f"{reverse('points:desk-month', args=[uuid])}?month={chosen:%Y-%m}")


def _to(uuid: UUID) -> str:
    return reverse("points:desk-merchant", args=[uuid])


def _months(shop: Merchant, day: date) -> list[date]:
    """The last twelve months in which a merchant took part, the newest first."""
    began = shop.created_at.astimezone(STREET).date().replace(day=1)
    months = [day.replace(day=1) - relativedelta(months=back) for back in range(MONTHS_BACK)]
    return [month for month in months if month >= began]


def _sheet(request: HttpRequest, uuid: UUID) -> reconciliation.Sheet:
    chosen = reconciliation.month_of(words(request, "month"), today())
    return reconciliation.sheet(get_object_or_404(Merchant, uuid=uuid), chosen)


def _save_merchant(request: HttpRequest, form: MerchantForm, again) -> HttpResponse:
    if not form.is_valid():
        return again()
    said = dict(form.cleaned_data)
    said["community"] = said["community"].pk

    def work() -> str:
        row = merchants.save_merchant(said, uuid=said["uuid"], actor=who(request))
        return _("%(name)s is written down.") % {"name": row.name}

    return step(request, work, _to(said["uuid"]), form, again)


def _merchants(request: HttpRequest, form: MerchantForm, *, status: int = 200) -> HttpResponse:
    day, on_offer = today(), Q(rewards__is_active=True, rewards__stock__gt=0)
    rows = Merchant.objects.select_related("community").annotate(
        offers=Count("rewards", filter=on_offer & Q(rewards__valid_to__gte=day), distinct=True)
    )
    used = Redemption.objects.filter(
        status=Redemption.Status.USED, ended_at__gte=reconciliation.begin(day.replace(day=1))
    )
    fetched = {
        row["merchant"]: row for row in used.order_by().values("merchant").annotate(n=Count("pk"), points=Sum("points"))
    }
    shown = [{"row": row, "fetched": fetched.get(row.pk, {"n": 0, "points": 0})} for row in rows]
    return render(request, "points/desk/merchants.html", {"shown": shown, "form": form}, status=status)


def _merchant(
    request: HttpRequest, row: Merchant, *, form: MerchantForm | None = None, status: int = 200
) -> HttpResponse:
    given = {name: getattr(row, name) for name in ("name", "community", "address", "opening_hours", "is_active")}
    settled = {one.month: one for one in Settlement.objects.filter(merchant=row).select_related("closed_by")}
    context = {
        "merchant": row, "form": form or MerchantForm(initial=given | {"uuid": row.uuid}), "today": today(),
        "clerks": row.clerks.filter(removed_at=None).select_related("resident", "added_by"),
        "rewards": row.rewards.order_by("-is_active", "price"),
        "months": [(day, settled.get(day)) for day in _months(row, today())],
    }  # fmt: skip
    return render(request, "points/desk/merchant.html", context, status=status)


def _reward_page(request: HttpRequest, shop: Merchant, row: Reward | None) -> HttpResponse:
    names = ("uuid", "name_zh", "name_en", "price", "a_month", "valid_from", "valid_to", "description", "is_active")
    if request.method != "POST":
        initial = {name: getattr(row, name) for name in names} if row else {"valid_from": today()}
        return _reward(request, shop, row, RewardForm(initial=initial, new=row is None))
    given = request.POST.copy()
    if row is not None:
        given["uuid"] = str(row.uuid)
    form = RewardForm(given, request.FILES, new=row is None)

    def again() -> HttpResponse:
        return _reward(request, shop, row, form, status=422)

    if not form.is_valid():
        return again()
    said, sent = form.cleaned_data, request.FILES.get("picture")
    if sent is not None and (sent.size or 0) > LARGEST:
        form.add_error("picture", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
        return again()

    def work() -> str:
        raw = sent.read() if sent else None
        kept = merchants.save_reward(shop.uuid, said, uuid=said["uuid"], actor=who(request), raw=raw)
        return _("%(name)s is written down.") % {"name": kept.name_zh}

    return step(request, work, _to(shop.uuid), form, again)


def _reward(request: HttpRequest, shop: Merchant, row: Reward | None, form: RewardForm, *, status=200) -> HttpResponse:
    counts = {}
    if row is not None:
        counts = dict(row.redemptions.order_by().values_list("status").annotate(n=Count("pk")))
    told = [(label, counts.get(code, 0)) for code, label in Redemption.Status.choices]
    context = {"merchant": shop, "reward": row, "form": form, "counts": told}
    return render(request, "points/desk/reward.html", context, status=status)
