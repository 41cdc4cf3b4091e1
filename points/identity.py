"""Which resident a request comes from: a cookie of its own below `/m/`, apart from the sessions of workers."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from points.models import Level, Resident
from points.services import signing_in

COOKIE, DEVICE = "ssw_resident", "ssw_device"
PATH = "/m/"
DEVICE_AGE = 400 * 24 * 3600


def resident_of(request: HttpRequest) -> Resident | None:
    """The resident who is signed in, looked up once a request; None for somebody who looks around."""
    if not hasattr(request, "_resident"):
        session = signing_in.session_of(request.COOKIES.get(COOKIE, ""))
        request._resident = session.resident if session else None  # type: ignore[attr-defined]
    return request._resident  # type: ignore[attr-defined]


def remember(response: HttpResponse, token: str, device: str) -> None:
    """Put the session and the name of this browser into cookies that no script reads."""
    for name, value, age in (
        (COOKIE, token, int(signing_in.SESSION_FOR.total_seconds())),
        (DEVICE, device, DEVICE_AGE),
    ):
        response.set_cookie(
            name, value, max_age=age, path=PATH, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def forget(response: HttpResponse) -> None:
    """Sign out here; the name of the browser stays."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def where_next(request: HttpRequest, said: str) -> str:
    """The page to go on to: inside `/m/` only, else its home."""
    safe = url_has_allowed_host_and_scheme(said, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return said if safe and said.startswith(PATH) else reverse("points:home")


def resident_only(view: Callable[..., HttpResponse] | None = None, *, level: int = Level.PHONE) -> Any:
    """For residents from a level on: others sign in first, or read what is missing. Sets `request.resident`.

    A child whose guardian has not agreed yet sees only what to do about it.
    """

    def wrap(inner: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            resident = resident_of(request)
            if resident is None or resident.level < Level.PHONE:
                return redirect(f"{reverse('points:sign-in')}?next={quote(request.get_full_path())}")
            request.resident = resident  # type: ignore[attr-defined]
            if resident.is_child and resident.guardian_id is None:
                return render(request, "points/m/needs_guardian.html", status=403)
            if resident.level < level:
                return render(request, "points/m/needs_level.html", status=403)
            return inner(request, *args, **kwargs)

        guarded.resident_level = level  # type: ignore[attr-defined]
        return guarded

    return wrap(view) if view is not None else wrap
