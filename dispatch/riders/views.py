"""The rider's phone (page, manifest, service worker), a note on paper, and the public page that checks a note."""

import redis
import segno
from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dispatch.desk import who
from dispatch.models import Rider
from dispatch.riders import selectors
from dispatch.riders.hazards import HAZARDS
from grid.views import holding

RIDE = "dispatch.ride"
TRIES, WITHIN_S = 20, 600  # of one address: codes are not to be guessed


@require_safe
@holding(RIDE)
def rider(request: HttpRequest) -> HttpResponse:
    """The phone; who holds the role and is not registered yet is told whom to ask."""
    known = Rider.objects.filter(user=who(request)).exists()
    hazards = [{"code": hazard.code, "says": str(hazard.says), "police": hazard.police} for hazard in HAZARDS]
    settings = {"user": who(request).username, "hazards": hazards}
    return render(request, "dispatch/rider.html", {"known": known, "settings": settings})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the page installable."""
    icons = [
        {"src": static(f"img/field-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    body = {
        "name": _("Shushan Guard · rider"),
        "short_name": _("Rider"),
        "id": "/rider/",
        "start_url": "/rider/",
        "scope": "/rider/",
        "display": "standalone",
        "background_color": "#f4f6f9",
        "theme_color": "#0f2a47",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, served from inside its scope."""
    return render(request, "phone_sw.js", {"room": "rider"}, content_type="text/javascript; charset=utf-8")


@require_safe
@login_required
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate on A4: for its rider and for the centre."""
    if not (who(request).has_perm(RIDE) or who(request).has_perm(selectors.VIEW)):
        raise PermissionDenied
    note = selectors.note_for(who(request), pk)
    door = request.build_absolute_uri(reverse("dispatch:note-checked", args=[note.code]))
    return render(request, "dispatch/delay_note.html", {"note": note, "door": door, "svg": _svg(door)})


@never_cache
@require_safe
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Anybody with the code reads number, date, times and nickname; whoever tries many codes has to wait."""
    asked = code or request.GET.get("code", "")
    if asked and not code:
        cleaned = "".join(letter for letter in asked.upper() if letter.isalnum() and letter.isascii())[:10]
        if cleaned:
            return redirect("dispatch:note-checked", code=cleaned)
    if not code:
        return render(request, "dispatch/delay_note_check.html", {"asked": ""})
    if not _may_try(request):
        answer = render(request, "dispatch/delay_note_check.html", {"asked": code, "too_many": True}, status=429)
        answer["Retry-After"] = str(WITHIN_S)
        return answer
    note = selectors.notes().filter(code=code.upper()).first()
    context = {"asked": code.upper(), "note": note, "missing": note is None}
    return render(request, "dispatch/delay_note_check.html", context, status=404 if note is None else 200)


def _may_try(request: HttpRequest) -> bool:
    key = f"delay-note:{get_client_ip_address(request)}"
    try:
        cache.add(key, 0, WITHIN_S)
        return cache.incr(key) <= TRIES
    except ValueError:  # it ran out between the two
        return True
    except (redis.RedisError, OSError):  # nobody counts: a code has eight letters all the same
        return True


def _svg(text: str) -> SafeString:
    return mark_safe(segno.make(text, error="m", micro=False).svg_inline(border=1, omitsize=True, dark="#000"))
