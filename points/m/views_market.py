"""The neighbourhood market on the resident's phone: look, offer, reserve, write, hand over, report."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents.pictures import LARGEST
from points import typed
from points.identity import resident_only
from points.m.answers import errors_of, me, unless_missing
from points.m.asking import limited
from points.market_lifecycle import DealStatus, ListingStatus
from points.models import Award, Deal, Listing, ListingPhoto, ListingReport, Resident
from points.services import deals, market
from points.services.market import ListingDraft
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound

PAGE = 20
KINDS = [(value, label) for value, label in Listing.Kind.choices if value != Listing.Kind.OFFER]


@never_cache
@require_GET
@resident_only
def listings(request: HttpRequest) -> HttpResponse:
    """`?kind=`, `?q=`, `?page=`: what is shown to me, newest first."""
    kind = request.GET.get("kind", "")
    words = request.GET.get("q", "").replace("\0", "").strip()[:30]
    rows = market.seen_by(me(request), db_now()).select_related("community", "owner")
    rows = rows.defer("community__polygon").prefetch_related("photos")
    if kind in Listing.Kind.values:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(text__icontains=words))
    context = {
        "kind": kind, "kinds": Listing.Kind.choices, "words": words,
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "points/m/market/listings.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only
def new(request: HttpRequest) -> HttpResponse:
    """Put something in: {uuid, kind, title, text, wants, seeks, photos}."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            row = market.offer(me(request), draft_of(request), photos_of(request), uuid=typed.uuid(request))
            messages.success(request, _("Sent. Neighbours see it once it has been looked at."))
            return redirect("points:market-listing", row.uuid)
        except DomainError as refused:
            error = unless_missing(refused)
    said = request.POST if request.method == "POST" else {"uuid": uuid4(), "kind": Listing.Kind.FREE}
    context = {"said": said, "errors": errors_of(error), "kinds": KINDS, "most": market.MOST_PHOTOS}
    return render(request, "points/m/market/new.html", context, status=error.status if error else 200)


@never_cache
@require_GET
@resident_only
def listing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One listing."""
    return _listing(request, uuid)


@require_POST
@resident_only
def reserve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Hold it for me: {uuid}."""
    try:
        deal = deals.reserve(me(request), uuid, uuid=typed.uuid(request))
    except DomainError as error:
        return _listing(request, uuid, error)
    messages.success(request, _("It is held for you. Agree here on when and where."))
    return redirect("points:market-deal", deal.uuid)


@require_POST
@resident_only
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take my listing back."""
    try:
        market.withdraw(me(request), uuid)
    except DomainError as error:
        return _listing(request, uuid, error)
    messages.success(request, _("Withdrawn."))
    return redirect("points:market-listing", uuid)


@require_POST
@resident_only
def report(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Report a listing: {uuid, reason, text}."""
    row = _seen(me(request), uuid)
    try:
        market.report(
            me(request), row.pk, reason=typed.text(request, "reason"), text=typed.text(request, "text"),
            uuid=typed.uuid(request),
        )  # fmt: skip
    except DomainError as error:
        return _listing(request, uuid, error)
    messages.success(request, _("Thank you. The community looks at it."))
    return redirect("points:market")


@never_cache
@require_GET
@resident_only
def mine(request: HttpRequest) -> HttpResponse:
    """What I offer and what I hold."""
    resident = me(request)
    context = {
        "part": Paginator(resident.listings.prefetch_related("photos").order_by("-id"), PAGE).get_page(
            request.GET.get("page")
        ),
        "deals": Deal.objects.filter(Q(taker=resident) | Q(listing__owner=resident))
        .select_related("listing", "taker", "listing__owner")
        .order_by("-id")[:PAGE],
    }
    return render(request, "points/m/market/mine.html", context)


@never_cache
@require_GET
@resident_only
def deal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One deal with its messages."""
    return _deal(request, uuid)


@require_POST
@resident_only
def write(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One line to the other: {uuid, text}."""
    try:
        deals.write(me(request), uuid, typed.text(request, "text"), uuid=typed.uuid(request))
    except DomainError as error:
        return _deal(request, uuid, error)
    return redirect("points:market-deal", uuid)


@require_POST
@resident_only
def done(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It was handed over, I say."""
    try:
        deals.say_done(me(request), uuid)
    except DomainError as error:
        return _deal(request, uuid, error)
    return redirect("points:market-deal", uuid)


@require_POST
@resident_only
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let it go."""
    try:
        deals.release(me(request), uuid)
    except DomainError as error:
        return _deal(request, uuid, error)
    return redirect("points:market-deal", uuid)


@require_POST
@resident_only
def report_deal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Report the other of a deal: {uuid, reason, text}; whoever decides reads its messages."""
    found = deals.own_deal(me(request), uuid)
    try:
        market.report(
            me(request), found.listing_id, reason=typed.text(request, "reason"), text=typed.text(request, "text"),
            uuid=typed.uuid(request), deal=found,
        )  # fmt: skip
    except DomainError as error:
        return _deal(request, uuid, error)
    messages.success(request, _("Thank you. The community looks at it."))
    return redirect("points:market-deal", uuid)


@require_GET
@resident_only
def photo(request: HttpRequest, uuid: UUID) -> FileResponse | HttpResponse:
    """`?thumb=1`: a photo of a listing that I may see."""
    row = ListingPhoto.objects.select_related("listing").filter(uuid=uuid).first()
    if row is None:
        raise NotFound(_("There is no such thing."))
    _seen(me(request), row.listing.uuid)
    return photo_bytes(row, small=bool(request.GET.get("thumb")))


def photo_bytes(row: ListingPhoto, *, small: bool) -> FileResponse:
    """A photo of ours; the same address never shows another one."""
    answer = FileResponse((row.thumb if small else row.file).open("rb"), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def draft_of(request: HttpRequest) -> ListingDraft:
    """What the form of a listing says."""
    return ListingDraft(
        typed.text(request, "kind"), typed.text(request, "title"), typed.text(request, "text"),
        typed.text(request, "wants"), typed.flag(request, "seeks"),
    )  # fmt: skip


def photos_of(request: HttpRequest) -> list[bytes]:
    """The photos of a form; more than a listing may have are refused before they are read."""
    files = request.FILES.getlist("photos")
    if len(files) > market.MOST_PHOTOS:
        raise BadInput("photos", _("At most %(n)s photos.") % {"n": market.MOST_PHOTOS})
    return [limited(file, "photos", LARGEST) for file in files]


def _seen(resident: Resident, uuid: UUID) -> Listing:
    """A listing that is shown to this resident, is the own one, or was dealt about. Raises NotFound."""
    shown = market.seen_by(resident, db_now()).values("pk")
    row = (
        Listing.objects.select_related("community", "owner")
        .filter(Q(pk__in=shown) | Q(owner=resident) | Q(pk__in=resident.deals.values("listing")), uuid=uuid)
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such thing."))
    return row


def _listing(request: HttpRequest, uuid: UUID, error: DomainError | None = None) -> HttpResponse:
    unless_missing(error)
    resident = me(request)
    row = _seen(resident, uuid)
    own = row.owner_id == resident.pk
    held = row.deals.filter(status=DealStatus.OPEN).select_related("taker").first()
    context = {
        "row": row, "own": own, "photos": row.photos.all(), "errors": errors_of(error), "new_uuid": uuid4(),
        "report_uuid": uuid4(), "deal": held if held and (own or held.taker_id == resident.pk) else None,
        "may_reserve": not own and row.owner_id and row.status == ListingStatus.SHOWN,
        "may_withdraw": own and row.status in (ListingStatus.REVIEW, ListingStatus.SHOWN),
        "reasons": ListingReport.Reason.choices,
    }  # fmt: skip
    return render(request, "points/m/market/listing.html", context, status=error.status if error else 200)


def _deal(request: HttpRequest, uuid: UUID, error: DomainError | None = None) -> HttpResponse:
    unless_missing(error)
    resident = me(request)
    found = deals.own_deal(resident, uuid)
    is_owner = found.listing.owner_id == resident.pk
    context = {
        "deal": found, "is_owner": is_owner, "other": found.taker if is_owner else found.listing.owner,
        "lines": found.messages.select_related("by"), "errors": errors_of(error), "new_uuid": uuid4(),
        "report_uuid": uuid4(), "i_said": found.owner_done_at if is_owner else found.taker_done_at,
        "other_said": found.taker_done_at if is_owner else found.owner_done_at,
        "text": typed.text(request, "text") if error else "", "reasons": ListingReport.Reason.choices,
        "most": deals.LONGEST_MESSAGE,
        "award": Award.objects.filter(source_type="deal", source_id=str(found.pk), resident=resident).first(),
        "is_help": found.listing.kind == Listing.Kind.HELP,
    }  # fmt: skip
    return render(request, "points/m/market/deal.html", context, status=error.status if error else 200)
