"""Market days on the resident's phone: which there are, a stall of one's own, the check-in at the place."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from points import typed
from points.identity import resident_only
from points.m.answers import errors_of, me, unless_missing
from points.market_lifecycle import STALL_HELD, FairStatus
from points.models import Fair
from points.services import fairs as services
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError, NotFound


@never_cache
@require_GET
@resident_only
def fairs(request: HttpRequest) -> HttpResponse:
    """The market days to come."""
    rows = (
        Fair.objects.filter(status=FairStatus.OPEN, ends_at__gt=db_now())
        .select_related("community")
        .defer("community__polygon")[:50]
    )
    mine = me(request).stalls.filter(fair__in=rows.values("pk"), status__in=STALL_HELD)
    booked = dict(mine.values_list("fair_id", "number"))
    context = {"rows": [(row, booked.get(row.pk)) for row in rows]}
    return render(request, "points/m/market/fairs.html", context)


@never_cache
@require_GET
@resident_only
def fair(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One market day with its stalls."""
    return _fair(request, uuid)


@require_POST
@resident_only
def book(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Book a stall: {uuid, number, goods}."""
    try:
        services.book(
            me(request), uuid, number=typed.whole(request, "number"), goods=typed.text(request, "goods"),
            uuid=typed.uuid(request),
        )  # fmt: skip
    except DomainError as error:
        return _fair(request, uuid, error)
    messages.success(request, _("Booked."))
    return redirect("points:market-fair", uuid)


@require_POST
@resident_only
def give_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Leave the stall to somebody else."""
    try:
        services.give_back(me(request), uuid)
    except DomainError as error:
        return _fair(request, uuid, error)
    messages.success(request, _("Given back; thank you for saying so."))
    return redirect("points:market-fair", uuid)


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only
def here(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Behind the QR code at the place, `?code=`: the stall is there. POST: {code}."""
    if request.method == "GET":
        return _fair(request, uuid, code=request.GET.get("code", "")[:64])
    try:
        services.check_in(me(request), uuid, typed.text(request, "code")[:64])
    except DomainError as error:
        return _fair(request, uuid, error)
    messages.success(request, _("Checked in. A good market day!"))
    return redirect("points:market-fair", uuid)


def _fair(request: HttpRequest, uuid: UUID, error: DomainError | None = None, code: str = "") -> HttpResponse:
    row = Fair.objects.select_related("community").filter(uuid=uuid).first()
    unless_missing(error)
    if row is None:
        raise NotFound(_("There is no such thing."))
    held = list(row.bookings.filter(status__in=STALL_HELD).select_related("resident"))
    taken = {one.number: one for one in held}
    context = {
        "row": row, "mine": next((one for one in held if one.resident_id == me(request).pk), None), "code": code,
        "stalls": [(number, taken.get(number)) for number in range(1, row.stalls + 1)], "new_uuid": uuid4(),
        "free": [number for number in range(1, row.stalls + 1) if number not in taken], "said": request.POST,
        "may_book": row.status == FairStatus.OPEN and row.starts_at > db_now(),
        "errors": errors_of(error),
    }  # fmt: skip
    return render(request, "points/m/market/fair.html", context, status=error.status if error else 200)
