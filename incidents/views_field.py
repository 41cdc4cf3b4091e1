"""The grid workers' phone: the page, its manifest and its service worker (scope /field/)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.views import holding


@require_safe
@holding("incidents.work_in_field")
def field(request: HttpRequest) -> HttpResponse:
    """The phone; `?point=` is what a patrol point's QR code opens."""
    return render(
        request,
        "incidents/field.html",
        {"settings": {"user": request.user.username, "may_patrol": request.user.has_perm("grid.patrol")}},
    )


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the page installable."""
    icons = [
        {"src": static(f"img/field-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    body = {
        "name": _("Shushan Guard · grid worker"),
        "short_name": _("Grid worker"),
        "id": "/field/",
        "start_url": "/field/",
        "scope": "/field/",
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
    return render(request, "phone_sw.js", {"room": "field"}, content_type="text/javascript; charset=utf-8")
