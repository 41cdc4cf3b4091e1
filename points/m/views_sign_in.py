"""Signing in with a phone and a one-time code, or inside WeChat."""

import secrets
from urllib.parse import quote

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from points import identity, wechat
from points.services import signing_in
from shushanwei.common.errors import DomainError, problem_json

STATE, OPEN_ID = "ssw_wechat", "ssw_openid"
STATE_FOR_S = 600
OPEN_ID_FOR_S = 1_800


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Phone, code, the privacy notice. Errors stand beside their field; what was typed stays."""
    said = request.POST if request.method == "POST" else {}
    to = identity.where_next(request, str(said.get("next") or request.GET.get("next") or ""))
    if identity.resident_of(request) is not None and request.method == "GET":
        return redirect(to)
    errors: dict[str, str] = {}
    if request.method == "POST":
        device = _device(request)
        try:
            resident = signing_in.sign_in(
                str(said.get("phone", "")), str(said.get("code", "")), agreed=said.get("agreed") == "on",
                device=device, is_child=said.get("child") == "on", openid=_kept_open_id(request),
            )  # fmt: skip
        except DomainError as error:
            errors = {error.field or "said": error.message}
        else:
            response = redirect(to)
            identity.remember(response, signing_in.start_session(resident), device)
            response.delete_cookie(OPEN_ID, path=identity.PATH, samesite="Lax")
            return response
    context = {"next": to, "said": said, "errors": errors, "wechat": wechat.is_on()}
    return render(request, "points/m/sign_in.html", context, status=422 if errors else 200)


@require_POST
def code(request: HttpRequest) -> JsonResponse:
    """Send a code: {phone} → {phone: masked, code: only where no real phone is behind it}; 422, 429 as problems."""
    try:
        sent = signing_in.send_code(request.POST.get("phone", ""), address=get_client_ip_address(request))
    except DomainError as error:
        return problem_json(error)
    return JsonResponse({"phone": sent.phone_masked, "code": sent.shown})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave in this browser."""
    signing_in.end_session(request.COOKIES.get(identity.COOKIE, ""))
    response = redirect("points:home")
    identity.forget(response)
    return response


@never_cache
@require_GET
def to_wechat(request: HttpRequest) -> HttpResponse:
    """Send a resident to WeChat, to come back with a code and the state; a signed cookie keeps the state and the way.

    WeChat takes letters and digits only, and not many: where to go on cannot ride in the state.
    """
    if not wechat.is_on():
        return redirect("points:sign-in")
    state, to = secrets.token_hex(16), identity.where_next(request, request.GET.get("next", ""))
    response = redirect(wechat.ask_address(request.build_absolute_uri(reverse("points:wechat-back")), state))
    response.set_cookie(
        STATE, signing.dumps([state, to], salt=STATE), max_age=STATE_FOR_S, path=identity.PATH, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@never_cache
@require_GET
def from_wechat(request: HttpRequest) -> HttpResponse:
    """Back from WeChat: a known open id signs in, a new one binds a phone first. Forged or old: sign in by phone.

    A state is good for one return.
    """
    response = _signed_in_by_wechat(request) or redirect("points:sign-in")
    response.delete_cookie(STATE, path=identity.PATH, samesite="Lax")
    return response


def _signed_in_by_wechat(request: HttpRequest) -> HttpResponse | None:
    try:
        state, to = signing.loads(request.COOKIES.get(STATE, ""), salt=STATE, max_age=STATE_FOR_S)
        if not secrets.compare_digest(state.encode(), request.GET.get("state", "").encode()):
            return None
        openid = wechat.open_id(request.GET.get("code", ""))
    except (signing.BadSignature, wechat.Refused, TypeError, ValueError):
        return None
    resident = signing_in.by_open_id(openid)
    if resident is None:
        response = redirect(f"{reverse('points:sign-in')}?next={quote(to)}")
        response.set_signed_cookie(
            OPEN_ID, openid, salt="openid", max_age=OPEN_ID_FOR_S, path=identity.PATH, httponly=True,
            samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        return response
    response = redirect(to)
    identity.remember(response, signing_in.start_session(resident), _device(request))
    return response


@never_cache
@require_GET
def wechat_config(request: HttpRequest) -> JsonResponse:
    """What the JS-SDK of the page `?url=` is configured with; 404 where there is no official account."""
    if not wechat.is_on():
        return JsonResponse({"detail": _("There is no such thing.")}, status=404)
    url = request.GET.get("url", "")
    if not url.startswith(request.build_absolute_uri(identity.PATH)):
        return JsonResponse({"detail": _("The address is not one of ours.")}, status=422)
    try:
        return JsonResponse(wechat.js_config(url))
    except wechat.Refused as error:
        return problem_json(error)


def _device(request: HttpRequest) -> str:
    kept = request.COOKIES.get(identity.DEVICE, "")
    return kept if 20 <= len(kept) <= 64 else secrets.token_urlsafe(24)


def _kept_open_id(request: HttpRequest) -> str:
    return str(request.get_signed_cookie(OPEN_ID, "", salt="openid", max_age=OPEN_ID_FOR_S))
