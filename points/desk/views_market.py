"""The market on desks: review before show, reports, bans, offers of merchants, market days."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from points import qr, typed
from points.desk.reach import communities_for, step, who
from points.m.views_market import draft_of, photo_bytes, photos_of
from points.market_lifecycle import STALL_HELD, FairStatus
from points.market_lifecycle import ListingStatus as L
from points.models import Fair, Listing, ListingPhoto, ListingReport, MarketBan
from points.services import fairs, market
from points.services.fairs import FairDraft
from points.services.wording_screen import category_name
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import DomainError, NotFound

REVIEW = "points.review_market"
PAGE = 30
SHOWN = {
    "review": [L.REVIEW],
    "shown": [L.SHOWN, L.RESERVED],
    "ended": [L.DONE, L.REFUSED, L.WITHDRAWN, L.TAKEN_DOWN, L.EXPIRED],
}


@require_safe
@holding(REVIEW)
def listings(request: HttpRequest) -> HttpResponse:
    """`?state=review|shown|ended`, `?page=`: what waits first came first."""
    state = request.GET.get("state", "review")
    state = state if state in SHOWN else "review"
    rows = _listings(request)
    words = {"review": _("To review"), "shown": _("Shown now"), "ended": _("No longer shown")}
    found = (
        rows.filter(status__in=SHOWN[state])
        .select_related("community", "owner")
        .defer("community__polygon")
        .prefetch_related("photos")
    )
    part = Paginator(found.order_by("sent_at" if state == "review" else "-sent_at"), PAGE).get_page(
        request.GET.get("page")
    )
    part.object_list = list(part.object_list)
    for row in part.object_list:
        row.hits = [(category_name(category), word) for category, word in row.flags]
    context = {
        "state": state, "part": part,
        "tabs": [(code, said, rows.filter(status__in=SHOWN[code]).count()) for code, said in words.items()],
    }  # fmt: skip
    return render(request, "points/desk/market/listings.html", context)


@require_POST
@holding(REVIEW)
def decide(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a listing or not: {do: show|refuse, why}."""
    row = _listings(request).filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))

    def work() -> str:
        if typed.text(request, "do") == "show":
            market.show(row.pk, actor=who(request))
            return _("Shown to the neighbours.")
        market.refuse(row.pk, why=typed.text(request, "why"), actor=who(request))
        return _("Not shown; the owner reads why.")

    return step(request, work, reverse("points:desk-market"))


@require_safe
@holding(REVIEW)
def photo(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """`?thumb=1`: a photo of a listing of the own communities."""
    row = ListingPhoto.objects.filter(uuid=uuid, listing__in=_listings(request)).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return photo_bytes(row, small=bool(request.GET.get("thumb")))


@require_http_methods(["GET", "HEAD", "POST"])
@holding(REVIEW)
def offer(request: HttpRequest) -> HttpResponse:
    """A merchant's offer: {uuid, merchant, community, title, text, photos}."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            community = _community(request)
            market.offer_of_merchant(
                draft_of(request), photos_of(request), merchant=typed.text(request, "merchant"),
                community_id=community, uuid=typed.uuid(request), actor=who(request),
            )  # fmt: skip
            messages.success(request, _("Shown to the neighbours."))
            return redirect(f"{reverse('points:desk-market')}?state=shown")
        except NotFound:
            raise
        except DomainError as refused:
            error = refused
    said = request.POST if request.method == "POST" else {"uuid": uuid4()}
    context = {"said": said, "errors": _errors(error), "communities": _communities(request)}
    return render(request, "points/desk/market/offer.html", context, status=error.status if error else 200)


@require_safe
@holding(REVIEW)
def reports(request: HttpRequest) -> HttpResponse:
    """What neighbours report, oldest first, with the messages of the deal it is about; bans in force."""
    rows = ListingReport.objects.filter(listing__in=_listings(request), decided_at=None)
    part = Paginator(rows.select_related("listing", "by", "about", "deal"), PAGE).get_page(request.GET.get("page"))
    part.object_list = list(part.object_list)
    for row in part.object_list:
        row.lines = list(row.deal.messages.select_related("by")) if row.deal else []
    bans = MarketBan.objects.filter(
        lifted_at=None, until__gt=db_now(), resident__community__in=communities_for(who(request), REVIEW)
    ).select_related("resident", "by")
    return render(request, "points/desk/market/reports.html", {"part": part, "bans": bans})


@require_POST
@holding(REVIEW)
def decide_report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Decide a report: {do: uphold|dismiss, note, ban_days}."""
    row = ListingReport.objects.filter(uuid=uuid, listing__in=_listings(request)).first()
    if row is None:
        raise NotFound(_("There is no such thing."))

    def work() -> str:
        market.decide_report(
            row.pk, upheld=typed.text(request, "do") == "uphold", note=typed.text(request, "note"),
            ban_days=typed.whole(request, "ban_days") if typed.text(request, "ban_days") else 0, actor=who(request),
        )  # fmt: skip
        return _("Decided.")

    return step(request, work, reverse("points:desk-market-reports"))


@require_POST
@holding(REVIEW)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a ban early: {why}."""
    near = communities_for(who(request), REVIEW)
    if not MarketBan.objects.filter(pk=pk, resident__community__in=near).exists():
        raise NotFound(_("There is no such thing."))

    def work() -> str:
        market.lift_ban(pk, why=typed.text(request, "why"), actor=who(request))
        return _("Lifted.")

    return step(request, work, reverse("points:desk-market-reports"))


@require_http_methods(["GET", "HEAD", "POST"])
@holding(REVIEW)
def market_days(request: HttpRequest) -> HttpResponse:
    """The market days of the own communities, and a form for a new one."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            draft = FairDraft(
                typed.text(request, "title"), typed.text(request, "text"), _community(request),
                typed.text(request, "address"), typed.instant(request, "starts_at"),
                typed.instant(request, "ends_at"), typed.whole(request, "stalls"),
            )  # fmt: skip
            made = fairs.plan(draft, uuid=typed.uuid(request), actor=who(request))
            messages.success(request, _("Planned: stalls can be booked now."))
            return redirect("points:desk-market-fair", made.uuid)
        except NotFound:
            raise
        except DomainError as refused:
            error = refused
    week = (db_now() + timedelta(days=7)).astimezone(STREET).replace(hour=9, minute=0)
    said = request.POST if request.method == "POST" else {
        "uuid": uuid4(), "stalls": 20, "starts_at": typed.minute(week),
        "ends_at": typed.minute(week + timedelta(hours=4)),
    }  # fmt: skip
    rows = _fairs(request).select_related("community").defer("community__polygon").order_by("-starts_at")
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "said": said, "errors": _errors(error),
        "communities": _communities(request),
    }  # fmt: skip
    return render(request, "points/desk/market/fairs.html", context, status=error.status if error else 200)


@require_safe
@holding(REVIEW)
def market_day(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One market day with who has which stall."""
    row = _fair(request, uuid)
    held = row.bookings.filter(status__in=STALL_HELD).select_related("resident")
    context = {"row": row, "bookings": held, "may_cancel": row.status == FairStatus.OPEN}
    return render(request, "points/desk/market/fair.html", context)


@require_POST
@holding(REVIEW)
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The market day does not take place: {why}."""
    row = _fair(request, uuid)

    def work() -> str:
        fairs.cancel(row.pk, why=typed.text(request, "why"), actor=who(request))
        return _("Cancelled.")

    return step(request, work, reverse("points:desk-market-fair", args=[uuid]))


@require_safe
@holding(REVIEW)
def code(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The QR code for the place on A4."""
    row = _fair(request, uuid)
    door = request.build_absolute_uri(f"{reverse('points:market-fair-here', args=[uuid])}?code={row.check_code}")
    context = {"title": row.title, "address": row.address, "starts_at": row.starts_at, "ends_at": row.ends_at,
               "svg": qr.svg(door), "once": True, "back": reverse("points:desk-market-fair", args=[uuid])}  # fmt: skip
    return render(request, "points/desk/volunteering/code.html", context)


def _listings(request: HttpRequest):
    return Listing.objects.filter(community__in=communities_for(who(request), REVIEW))


def _fairs(request: HttpRequest):
    return Fair.objects.filter(community__in=communities_for(who(request), REVIEW))


def _fair(request: HttpRequest, uuid: UUID) -> Fair:
    row = _fairs(request).select_related("community").filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def _communities(request: HttpRequest):
    return communities_for(who(request), REVIEW).defer("polygon")


def _community(request: HttpRequest) -> str:
    """The code of a community within reach that the form names. Raises NotFound."""
    found = _communities(request).filter(pk=typed.text(request, "community")).first()
    if found is None:
        raise NotFound(_("There is no such community."))
    return found.pk


def _errors(error: DomainError | None) -> dict[str, str]:
    return {} if error is None else {error.field or "all": error.message}
