"""The medicine chest for health officers: offers, shelf, disposal, handing out, the log of takings, the white list."""

from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from grid.views import holding
from points.desk.pressing import number, pressed, who
from points.m.pressing import picture, refused
from points.medicine_lifecycle import AgeGroup, ItemStatus, Pregnancy, RequestStatus
from points.models import Medicine, MedicineItem, MedicinePhoto, MedicineRequest
from points.services import medicine, medicine_requests
from points.services.health_rooms import APPROVE, PLAN, SEE, rooms_for
from shushanwei.common.errors import DomainError, NotFound
from shushanwei.common.secrets import unseal

PAGE = 50


@never_cache
@require_GET
@holding(APPROVE)
def shelf(request: HttpRequest) -> HttpResponse:
    """`?state=`: shared medicines by where they stand; what waits for approval first."""
    rows = medicine.items_for(who(request))
    counts = dict(rows.values_list("status").annotate(n=Count("id")).order_by())
    state = request.GET.get("state", "")
    state = state if state in ItemStatus.values else ItemStatus.OFFERED.value
    part = Paginator(rows.filter(status=state), PAGE).get_page(request.GET.get("page"))
    tabs = [(code, label, counts.get(code, 0)) for code, label in ItemStatus.choices]
    return render(request, "points/desk/medicine.html", {"part": part, "state": state, "tabs": tabs})


@never_cache
@require_GET
@holding(APPROVE)
def item(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One pack with its photos, and what may be decided about it now."""
    found = _item(request, uuid)
    context = {"item": found, "photos": found.photos.all(), "requests": found.requests.select_related("resident")}
    return render(request, "points/desk/medicine_item.html", context)


@require_POST
@holding(APPROVE)
def approve(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The pack is at hand, counted and good."""
    pk, by = _item(request, uuid).pk, who(request)
    said = request.POST.get("amount", "")
    return _step(request, uuid, lambda: medicine.approve(pk, amount=said, actor=by), _("It is in the chest now."))


@require_POST
@holding(APPROVE)
def refuse(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Not taken, with the reason."""
    pk, by = _item(request, uuid).pk, who(request)
    said = request.POST.get("reason", "")
    return _step(request, uuid, lambda: medicine.refuse(pk, reason=said, actor=by), _("Refused; the giver reads why."))


@require_POST
@holding(APPROVE)
def take_out(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Off the shelf, to the disposal list."""
    pk, by = _item(request, uuid).pk, who(request)
    said = request.POST.get("reason", "")
    return _step(request, uuid, lambda: medicine.take_out(pk, reason=said, actor=by), _("It is on the disposal list."))


@require_POST
@holding(APPROVE)
def dispose(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Disposed of, and how."""
    pk, by = _item(request, uuid).pk, who(request)
    said = request.POST.get("how", "")
    return _step(request, uuid, lambda: medicine.dispose(pk, how=said, actor=by), _("The disposal is recorded."))


@require_GET
@holding(APPROVE)
def photo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """A photo of a pack within reach; `?thumb=1` the small one."""
    seen = MedicinePhoto.objects.filter(uuid=uuid, item__room__in=rooms_for(who(request), APPROVE))
    return picture(seen.first(), small=bool(request.GET.get("thumb")))


@never_cache
@require_GET
@holding(APPROVE)
def hand_out(request: HttpRequest) -> HttpResponse:
    """`?code=`: from a typed or scanned code to its request; below, what waits to be picked up."""
    code, wrong = _scanned(request.GET.get("code", "")), ""
    if code:
        try:
            return redirect("points:desk-request", uuid=medicine_requests.by_code(code, who(request)).uuid)
        except DomainError as error:
            wrong = error.message
    waiting = medicine_requests.requests_for(who(request)).filter(status=RequestStatus.READY).order_by("lapses_at")
    context = {"code": code, "wrong": wrong, "waiting": waiting}
    return render(request, "points/desk/hand_out.html", context, status=422 if wrong else 200)


@never_cache
@require_GET
@holding(APPROVE)
def request_page(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One request: what is asked for; the answers only when they are asked for."""
    return _request(request, _found(request, uuid))


@never_cache
@require_POST
@holding(SEE)
def answers(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The three answers, once: the look is written down."""
    found = _found(request, uuid)
    told: dict[str, dict[str, str]] = {}

    def work() -> None:
        told["answers"] = medicine_requests.look(found.pk, actor=who(request))

    errors, status = refused(work)
    return _request(request, _found(request, uuid), told.get("answers"), errors.get("0", ""), status)


@require_POST
@holding(APPROVE)
def handed_out(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Handed over."""
    found = _found(request, uuid)
    return pressed(
        request, lambda: medicine_requests.hand_out(found.pk, actor=who(request)), _("Handed out and recorded."),
        reverse("points:desk-request", args=[uuid]),
    )  # fmt: skip


@require_POST
@holding(APPROVE)
def not_handed_out(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Not handed over, with the reason."""
    found = _found(request, uuid)
    return pressed(
        request,
        lambda: medicine_requests.refuse(found.pk, reason=request.POST.get("reason", ""), actor=who(request)),
        _("Not handed out; the resident reads why."),
        reverse("points:desk-request", args=[uuid]),
    )


@never_cache
@require_GET
@holding(APPROVE)
def takings(request: HttpRequest) -> HttpResponse:
    """`?room=`: what was taken out of each chest, newest first, and how much of what in all."""
    rooms = rooms_for(who(request), APPROVE)
    taken = medicine_requests.requests_for(who(request)).filter(status=RequestStatus.TAKEN).order_by("-ended_at")
    room = rooms.filter(pk=number(request, "room") or 0).first()
    taken = taken.filter(item__room=room) if room else taken
    sums = taken.order_by().values("item__medicine__name_zh", "item__medicine__name_en", "item__medicine__form")
    context = {
        "part": Paginator(taken, PAGE).get_page(request.GET.get("page")), "rooms": rooms, "room": room,
        "sums": sums.annotate(times=Count("id"), units=Sum("amount")).order_by("-times")[:20],
    }  # fmt: skip
    return render(request, "points/desk/takings.html", context)


@never_cache
@require_GET
@holding(PLAN)
def white_list(request: HttpRequest) -> HttpResponse:
    """`?edit=`: the generic names that are taken, and the form for one of them."""
    return _list(request, {}, {})


@require_POST
@holding(PLAN)
def white_list_save(request: HttpRequest) -> HttpResponse:
    """Write one line of the list."""
    said = request.POST.get("pk", "")
    pk = int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None
    errors, status = refused(lambda: medicine.save_medicine(pk, request.POST.dict(), actor=who(request)))
    return _list(request, request.POST.dict(), errors, status) if errors else redirect("points:desk-white-list")


def _scanned(said: str) -> str:
    """The code alone: a scanner that types like a keyboard sends the whole address of the resident's QR code."""
    return said.replace("\0", "").rpartition("code=")[2].strip()[:40]


def _list(request: HttpRequest, said: dict, errors: dict[str, str], status: int = 200) -> HttpResponse:
    edited = Medicine.objects.filter(pk=number(request, "edit") or 0).first()
    if edited is not None and not said:
        said = {
            name: getattr(edited, name) for name in ("pk", "name_zh", "name_en", "use", "form", "most", "is_listed")
        }
    context = {
        "rows": Medicine.objects.annotate(packs=Count("items")).order_by("use", "id"),  # counting forgets the order
        "said": said or {"is_listed": True}, "errors": errors,
        "uses": Medicine.Use.choices, "forms": Medicine.Form.choices,
    }  # fmt: skip
    return render(request, "points/desk/white_list.html", context, status=status)


def _request(
    request: HttpRequest, row: MedicineRequest, told: dict[str, str] | None = None, wrong: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "row": row, "told": told, "wrong": wrong, "reason": unseal(row.reason_sealed),
        "age": AgeGroup(told["age"]).label if told else "",
        "pregnant": Pregnancy(told["pregnant"]).label if told else "",
        "may_hand_out": row.status == RequestStatus.READY and row.looked_by_id == who(request).pk,
    }  # fmt: skip
    return render(request, "points/desk/medicine_request.html", context, status=status)


def _step(request: HttpRequest, uuid: UUID, work: Callable[[], object], done: str) -> HttpResponse:
    return pressed(request, work, done, reverse("points:desk-medicine-item", args=[uuid]))


def _item(request: HttpRequest, uuid: UUID) -> MedicineItem:
    found = medicine.items_for(who(request)).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("")
    return found


def _found(request: HttpRequest, uuid: UUID) -> MedicineRequest:
    found = medicine_requests.requests_for(who(request)).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("")
    return found
