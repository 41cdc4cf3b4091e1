"""The green lifeline on residents' phones: who to call, writing to the health officer; and what couriers do here."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from points.identity import resident_of, resident_only
from points.m.pressing import id_of, refused
from points.medicine_lifecycle import EMERGENCY_WORDS, TALKING
from points.models import Consultation, HealthRoom, Purpose, Resident
from points.services import consents, health
from points.services.health_rooms import on_duty
from shushanwei.common.clock import db_now
from shushanwei.common.errors import NotFound


def _me(request: HttpRequest) -> Resident:
    return request.resident  # type: ignore[attr-defined,no-any-return]


@never_cache
@require_GET
@resident_only
def lifeline(request: HttpRequest) -> HttpResponse:
    """The health room of the own community, who is on duty, my consultations; the rooms of all communities."""
    return _lifeline(request)


@never_cache
@require_POST
@resident_only
def ask(request: HttpRequest) -> HttpResponse:
    """Write to the health officer, in the consultation that runs or a new one."""
    found: dict[str, Consultation] = {}

    def work() -> None:
        found["thread"] = health.ask(_me(request), request.POST.get("text", ""), uuid=id_of(request))

    errors, status = refused(work)
    if not errors:
        return redirect("points:health-thread", uuid=found["thread"].uuid)
    running = _me(request).consultations.filter(status__in=TALKING).first()
    return _thread(request, running, errors, status) if running else _lifeline(request, errors, status)


@never_cache
@require_GET
@resident_only
def thread(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One of my consultations."""
    return _thread(request, _own(request, uuid))


@never_cache
@require_POST
@resident_only
def leave(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """I need no more."""
    health.leave(uuid, _me(request))
    return redirect("points:health-thread", uuid=uuid)


@never_cache
@require_POST
@resident_only
def rate(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How good it was, 1 to 5."""
    errors, status = refused(lambda: health.rate(uuid, _me(request), request.POST.get("stars")))
    if errors:
        return _thread(request, _own(request, uuid), errors, status)
    return redirect("points:health-thread", uuid=uuid)


@require_GET
def riders(request: HttpRequest) -> HttpResponse:
    """What the courier uncles do for the street, and where they come in."""
    return render(request, "points/m/riders.html", {"resident": resident_of(request)})


def _lifeline(request: HttpRequest, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    mine = _me(request).consultations
    rooms = list(HealthRoom.objects.select_related("community").order_by("community"))
    room = next((one for one in rooms if one.community_id == _me(request).community_id), None)
    context = {
        "room": room, "rooms": rooms, "duties": on_duty(db_now(), room) if room else [],
        "running": mine.filter(status__in=TALKING).first(), "past": mine.exclude(status__in=TALKING)[:20],
        **_writing(request, errors),
    }  # fmt: skip
    return render(request, "points/m/health.html", context, status=status)


def _thread(
    request: HttpRequest, found: Consultation, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    said = health.messages_of(found)
    talking = found.status in TALKING
    context = {
        "thread": found, "said_here": said, "talking": talking, "stars": range(1, 6),
        "ahead": health.ahead_of(found),
        "emergency": talking and any(one["is_emergency"] for one in said), **_writing(request, errors),
    }  # fmt: skip
    return render(request, "points/m/health_thread.html", context, status=status)


def _writing(request: HttpRequest, errors: dict[str, str] | None) -> dict[str, object]:
    """What the field for a message needs."""
    return {
        "consented": consents.has(_me(request), Purpose.HEALTH), "errors": errors or {}, "said": request.POST,
        "uuid": id_of(request) if errors else uuid4(), "words": "|".join(EMERGENCY_WORDS), "longest": health.LONGEST,
    }  # fmt: skip


def _own(request: HttpRequest, uuid: UUID) -> Consultation:
    found = _me(request).consultations.select_related("room", "officer").filter(uuid=uuid).first()
    if found is None:
        raise NotFound("")
    return found
