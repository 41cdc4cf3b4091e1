"""The medicine chest on residents' phones: what is there, sharing a pack, asking for some, the code to pick it up."""

from uuid import UUID, uuid4

import segno
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents.pictures import LARGEST
from points.identity import resident_only
from points.m.asking import limited
from points.m.pressing import id_of, picture, refused
from points.medicine_lifecycle import AgeGroup, ItemStatus, Pregnancy, last_good_day
from points.models import (
    HealthRoom,
    Level,
    Medicine,
    MedicineItem,
    MedicinePhoto,
    Purpose,
    Resident,
)
from points.services import consents, medicine, medicine_requests
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.common.secrets import unseal

MOST_SHOWN = 200


def _me(request: HttpRequest) -> Resident:
    return request.resident  # type: ignore[attr-defined,no-any-return]


@never_cache
@require_GET
@resident_only
def chest(request: HttpRequest) -> HttpResponse:
    """`?use=`: what the chest of the own community holds."""
    room = medicine.chest_of(_me(request))
    shelf = medicine.on_shelf(room) if room else MedicineItem.objects.none()
    counts = dict(shelf.values_list("medicine__use").annotate(n=Count("id")).order_by())
    use = request.GET.get("use", "")
    use = use if use in counts else ""
    context = {
        "room": room, "use": use, "items": (shelf.filter(medicine__use=use) if use else shelf)[:MOST_SHOWN],
        "uses": [(code, label, counts[code]) for code, label in Medicine.Use.choices if code in counts],
        "open": _me(request).medicine_requests.filter(status="ready").select_related("item__medicine").first(),
    }  # fmt: skip
    return render(request, "points/m/medicine.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@resident_only
def offer(request: HttpRequest) -> HttpResponse:
    """Offer a pack: the list's name, brand, batch, expiry, packing, amount, photos of both sides."""
    errors: dict[str, str] = {}
    status, uuid = 200, uuid4()
    if request.method == "POST":
        uuid = id_of(request)
        errors, status = refused(lambda: _offered(request, uuid))
        if not errors:
            return redirect("points:medicine-mine")
    listed = list(Medicine.objects.filter(is_listed=True))
    lists = [(label, [row for row in listed if row.use == code]) for code, label in Medicine.Use.choices]
    context = {
        "room": medicine.chest_of(_me(request)), "lists": lists, "errors": errors, "said": request.POST, "uuid": uuid,
        "packings": MedicineItem.Packing.choices, "after": last_good_day(db_now().astimezone(STREET).date()),
    }  # fmt: skip
    return render(request, "points/m/medicine_offer.html", context, status=status)


@never_cache
@require_GET
@resident_only
def mine(request: HttpRequest) -> HttpResponse:
    """What I shared and what I asked for."""
    context = {
        "offers": _me(request).medicines.select_related("medicine", "room").order_by("-id")[:50],
        "requests": _me(request).medicine_requests.select_related("item__medicine")[:50],
    }
    return render(request, "points/m/medicine_mine.html", context)


@require_POST
@resident_only
def withdraw(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an offer back before it is decided."""
    medicine.withdraw(uuid, _me(request))
    return redirect("points:medicine-mine")


@never_cache
@require_GET
@resident_only
def item(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One medicine of the chest, with the questions to answer for some of it."""
    return _item(request, uuid)


@never_cache
@require_POST
@resident_only(level=Level.VERIFIED)
def ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for some of it; an emergency word shows the way to 120 first."""
    mine, found = id_of(request), {}

    def work() -> None:
        found["row"], _new = medicine_requests.ask(
            _me(request), uuid, uuid=mine, amount=request.POST.get("amount"), answers=request.POST.dict(),
            calm=request.POST.get("calm") == "on",
        )  # fmt: skip

    errors, status = refused(work)
    if not errors:
        return redirect("points:medicine-request", uuid=found["row"].uuid)
    return _item(request, uuid, errors, status, mine)


@never_cache
@require_GET
@resident_only
def request_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The own request: its code and where to go, or how it ended."""
    mine = _me(request).medicine_requests.select_related("item__medicine", "item__room")
    row = mine.filter(uuid=uuid).first()
    if row is None:
        raise NotFound("")
    code = medicine_requests.code_of(row)
    address = request.build_absolute_uri(f"{reverse('points:desk-hand-out')}?code={code}")
    context = {
        "row": row, "code": f"{code[:4]} {code[4:]}", "reason": unseal(row.reason_sealed),
        "qr": segno.make(address, error="m", micro=False).svg_data_uri(border=2, light="#fff") if code else "",
    }  # fmt: skip
    return render(request, "points/m/medicine_request.html", context)


@require_POST
@resident_only
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """I need it no more."""
    medicine_requests.cancel(uuid, _me(request))
    return redirect("points:medicine-request", uuid=uuid)


@require_GET
@resident_only
def photo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A photo of what the own chest shows, or of what I share; `?thumb=1` the small one."""
    found = MedicinePhoto.objects.filter(uuid=uuid).select_related("item").first()
    if found is not None and found.item.giver_id != _me(request).pk:
        room = medicine.chest_of(_me(request))
        if room is None or found.item.room_id != room.pk or found.item.status != ItemStatus.APPROVED:
            found = None
    return picture(found, small=bool(request.GET.get("thumb")))


def _item(
    request: HttpRequest, uuid: UUID, errors: dict[str, str] | None = None, status: int = 200, mine: UUID | None = None
) -> HttpResponse:
    room: HealthRoom | None = medicine.chest_of(_me(request))
    shelf = medicine.on_shelf(room) if room else MedicineItem.objects.none()
    found = shelf.filter(uuid=uuid).prefetch_related("photos").first()
    if found is None:
        raise NotFound("")
    context = {
        "item": found, "most": min(found.left, found.medicine.most), "errors": errors or {}, "said": request.POST,
        "uuid": mine or uuid4(), "ages": AgeGroup.choices, "pregnancies": Pregnancy.choices,
        "consented": consents.has(_me(request), Purpose.HEALTH), "verified": _me(request).level >= Level.VERIFIED,
    }  # fmt: skip
    return render(request, "points/m/medicine_item.html", context, status=status)


def _offered(request: HttpRequest, uuid: UUID) -> None:
    sides = {side: request.FILES.get(side) for side in ("front", "back")}
    pictures = {side: limited(file, side, LARGEST) if file else b"" for side, file in sides.items()}
    medicine.offer(_me(request), uuid=uuid, values=request.POST.dict(), **pictures)
