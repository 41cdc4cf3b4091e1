"""Certificates of volunteer hours: issued to their resident, on A4, and checked by anybody who has the code."""

from uuid import UUID

import redis
from axes.helpers import get_client_ip_address
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from points import qr, typed
from points.identity import resident_only
from points.m.views_volunteering import own_page
from points.models import Level, VolunteerCertificate
from points.services import volunteer_hours
from shushanwei.common.errors import DomainError, NotFound
from shushanwei.common.secrets import unseal

TRIES, WITHIN_S = 20, 600  # of one address: codes are not to be guessed


@require_POST
@resident_only(level=Level.VERIFIED)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue one: {uuid, from_day, to_day}."""
    try:
        row = volunteer_hours.certify(
            request.resident,  # type: ignore[attr-defined]
            from_day=typed.day(request, "from_day"), to_day=typed.day(request, "to_day"), uuid=typed.uuid(request),
        )  # fmt: skip
    except DomainError as error:
        return own_page(request, error)
    return redirect("points:volunteering-certificate", row.uuid)


@never_cache
@require_GET
@resident_only(level=Level.VERIFIED)
def paper(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The certificate on A4, with the resident's real name: for its resident only."""
    row = VolunteerCertificate.objects.filter(uuid=uuid, resident=request.resident).first()  # type: ignore[attr-defined]
    if row is None:
        raise NotFound(_("There is no such thing."))
    door = request.build_absolute_uri(reverse("points:volunteering-checked", args=[row.code]))
    context = {"row": row, "name": unseal(row.resident.name_sealed), "door": door, "svg": qr.svg(door)}
    return render(request, "points/m/volunteering/certificate.html", context)


@never_cache
@require_safe
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Anybody with the code reads masked name, days and hours; whoever tries many codes has to wait."""
    asked = code or request.GET.get("code", "")
    cleaned = "".join(sign for sign in asked.upper() if sign.isalnum() and sign.isascii())[:12]
    if not code:
        if cleaned:
            return redirect("points:volunteering-checked", code=cleaned)
        return render(request, "points/m/volunteering/check.html", {"asked": ""})
    if not _may_try(request):
        answer = render(request, "points/m/volunteering/check.html", {"asked": cleaned, "too_many": True}, status=429)
        answer["Retry-After"] = str(WITHIN_S)
        return answer
    row = VolunteerCertificate.objects.select_related("resident").filter(code=cleaned).first()
    context = {"asked": cleaned, "row": row, "missing": row is None}
    return render(request, "points/m/volunteering/check.html", context, status=404 if row is None else 200)


def _may_try(request: HttpRequest) -> bool:
    key = f"certificate:{get_client_ip_address(request)}"
    try:
        cache.add(key, 0, WITHIN_S)
        return cache.incr(key) <= TRIES
    except ValueError:  # it ran out between the two
        return True
    except (redis.RedisError, OSError):  # nobody counts: a code has ten letters all the same
        return True
