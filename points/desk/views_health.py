"""The green lifeline for health officers: the queue, one consultation, the roster, the rooms."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from grid.views import holding
from points.desk.pressing import pressed, who
from points.m.pressing import id_of, refused
from points.medicine_lifecycle import TALKING, ThreadStatus
from points.models import Consultation
from points.services import health, health_rooms
from points.services.health_rooms import PLAN, SEE
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound

MOST_SHOWN = 100


@never_cache
@require_GET
@holding(SEE)
def queue(request: HttpRequest) -> HttpResponse:
    """Who waits, urgent and oldest first; what is answered; what has ended. Not a word of what was written."""
    seen = health.threads_for(who(request))
    now = db_now()
    context = {
        "waiting": seen.filter(status=ThreadStatus.WAITING).order_by(*health.IN_TURN)[:MOST_SHOWN],
        "answered": seen.filter(status=ThreadStatus.ANSWERED).order_by("-said_at")[:MOST_SHOWN],
        "ended": seen.exclude(status__in=TALKING).order_by("-ended_at")[:20],
        "now": now, "on_duty": health_rooms.is_on_duty(who(request), now),
    }  # fmt: skip
    return render(request, "points/desk/health.html", context)


@never_cache
@require_GET
@holding(SEE)
def thread(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One consultation in clear; the look is written down."""
    return _thread(request, uuid)


@never_cache
@require_POST
@holding(SEE)
def answer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Answer the resident."""
    return _write(request, uuid, health.answer, reverse("points:desk-thread", args=[uuid]))


@never_cache
@require_POST
@holding(SEE)
def hand_over(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Send the resident to the community health centre."""
    return _write(request, uuid, health.hand_over, reverse("points:desk-health"))


@require_POST
@holding(SEE)
def close(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It is answered: end it."""
    found = _found(request, uuid)
    back = reverse("points:desk-health")
    return pressed(request, lambda: health.close(found.pk, actor=who(request)), _("The consultation has ended."), back)


@never_cache
@require_GET
@holding(PLAN)
def roster(request: HttpRequest) -> HttpResponse:
    """Who is on duty for which community, from yesterday to a fortnight ahead."""
    return _roster(request, {})


@never_cache
@require_POST
@holding(PLAN)
def plan(request: HttpRequest) -> HttpResponse:
    """Put an officer on the roster: {officer: room-user, starts, ends}."""
    room, _dash, user = request.POST.get("officer", "").partition("-")
    starts, ends = request.POST.get("starts"), request.POST.get("ends")
    errors, status = refused(lambda: health_rooms.plan_duty(room, user, starts, ends, actor=who(request)))
    return _roster(request, errors, status) if errors else redirect("points:health-roster")


@require_POST
@holding(PLAN)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a duty off the roster."""
    back = reverse("points:health-roster")
    return pressed(request, lambda: health_rooms.cancel_duty(pk, actor=who(request)), _("Taken off the roster."), back)


@never_cache
@require_GET
@holding(PLAN)
def rooms(request: HttpRequest) -> HttpResponse:
    """`?edit=` (code of a community): the health rooms, and the form for one of them."""
    return _rooms(request, request.GET.get("edit", ""), {})


@never_cache
@require_POST
@holding(PLAN)
def room_save(request: HttpRequest) -> HttpResponse:
    """Write down a community's room."""
    code = request.POST.get("community", "")[:12]
    errors, status = refused(lambda: health_rooms.save_room(code, request.POST.dict(), actor=who(request)))
    return _rooms(request, code, errors, status) if errors else redirect("points:health-rooms")


def _thread(request: HttpRequest, uuid: UUID, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    found = _found(request, uuid)
    context = {
        "thread": found, "said_here": health.read(found.pk, actor=who(request)), "errors": errors or {},
        "said": request.POST, "talking": found.status in TALKING, "longest": health.LONGEST,
        "uuid": id_of(request) if errors else uuid4(),
    }  # fmt: skip
    return render(request, "points/desk/health_thread.html", context, status=status)


def _write(request: HttpRequest, uuid: UUID, service: Callable[..., Consultation], back: str) -> HttpResponse:
    found = _found(request, uuid)
    errors, status = refused(
        lambda: service(found.pk, request.POST.get("text", ""), uuid=id_of(request), actor=who(request))
    )
    return _thread(request, uuid, errors, status) if errors else redirect(back)


def _roster(request: HttpRequest, errors: dict[str, str], status: int = 200) -> HttpResponse:
    mine = list(health_rooms.rooms_for(who(request), PLAN))
    context = {
        "duties": health_rooms.roster(mine, db_now()), "now": db_now(), "errors": errors, "said": request.POST,
        "choices": [(room, list(health_rooms.officers_of(room.community_id))) for room in mine],
    }  # fmt: skip
    return render(request, "points/desk/health_roster.html", context, status=status)


def _rooms(request: HttpRequest, code: str, errors: dict[str, str], status: int = 200) -> HttpResponse:
    communities = list(health_rooms.communities_for(who(request), PLAN).order_by("code"))
    held = {room.community_id: room for room in health_rooms.rooms_for(who(request), PLAN)}
    edited = next((one for one in communities if one.pk == code), None)
    said = request.POST if errors else (held.get(code) or {"has_chest": True})
    context = {
        "rows": [(community, held.get(community.pk)) for community in communities], "edited": edited,
        "said": said, "errors": errors,
    }  # fmt: skip
    return render(request, "points/desk/health_rooms.html", context, status=status)


def _found(request: HttpRequest, uuid: UUID) -> Consultation:
    found = health.threads_for(who(request)).filter(uuid=uuid).first()
    if found is None:
        raise NotFound("")
    return found
