"""The inspector's phone, signed sheets on paper, their photos, and what a conduct code says to who scans it."""

from pathlib import PurePath

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from worksites.checks import codes, desk, docx, phone, sheet_page
from worksites.checks.conduct import looked_at
from worksites.models import Evidence, Inspection
from worksites.selectors import VIEW, sites_for
from worksites.services import inspections

INSPECT, PLAN = "worksites.inspect", "worksites.plan_checks"
PAGE, TRIES, WITHIN_S = 40, 30, 600


@require_safe
@holding(INSPECT)
def inspect(request: HttpRequest) -> HttpResponse:
    """The phone of an inspector."""
    user = desk.who(request)
    return render(request, "worksites/inspect.html", {"settings": {"user": user.username, "id": user.pk}})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the page installable."""
    icons = [
        {"src": static(f"img/field-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    here = reverse("worksites:inspect")
    body = {
        "name": _("Shushan Guard · inspection"), "short_name": _("Inspection"), "id": here, "start_url": here,
        "scope": here, "display": "standalone", "background_color": "#f4f6f9", "theme_color": "#0f2a47", "icons": icons,
    }  # fmt: skip
    return JsonResponse(body, content_type="application/manifest+json")


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker of all phones, served from inside this one's scope."""
    room = {"room": "worksites/inspect"}
    return render(request, "phone_sw.js", room, content_type="text/javascript; charset=utf-8")


@require_safe
@holding(VIEW)
def photo(request: HttpRequest, uuid) -> FileResponse:
    """The bytes of one photo of a site within reach; `?thumb=1` gives the small picture."""
    mine = sites_for(desk.who(request)).values("pk")
    found = Evidence.objects.filter(uuid=uuid).filter(Q(inspection__site__in=mine) | Q(finding__site__in=mine)).first()
    if found is None:
        raise Http404
    return photo_bytes(found, small=bool(request.GET.get("thumb")))


def photo_bytes(found: Evidence, *, small: bool) -> FileResponse:
    """The stored picture; 404 where its file is gone."""
    try:
        stored = (found.thumb if small and found.thumb else found.file).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(stored, content_type=found.content_type, filename=f"{found.when}-{found.uuid}.jpg")
    patch_cache_control(answer, private=True, max_age=86_400, immutable=True)
    return answer


@require_safe
@holding(VIEW)
def sheets(request: HttpRequest) -> HttpResponse:
    """Signed sheets, the newest first; `?q=`, `?site=`, `?clean=yes|no`, `?state=`."""
    found = _sheets(request).exclude(status=Inspection.Status.RUNNING)
    words, site, clean = desk.words(request), desk.number(request, "site"), request.GET.get("clean", "")
    if words:
        found = found.filter(Q(site__name__contains=words) | Q(conduct_code__icontains=words) | Q(sha256=words))
    if site:
        found = found.filter(site_id=site)
    if clean in ("yes", "no"):
        found = found.filter(clean=clean == "yes")
    found = found.annotate(found=Count("findings", distinct=True)).order_by("-locked_at", "-id")
    kept = {name: value for name, value in (("q", words), ("site", site), ("clean", clean)) if value}
    context = {"part": Paginator(found.prefetch_related("inspectors"), PAGE).get_page(request.GET.get("page")),
               "kept": kept, "words": words, "clean": clean}  # fmt: skip
    return render(request, "worksites/sheets.html", context)


@require_safe
@holding(VIEW)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet on A4."""
    inspection = _locked(request, pk)
    context = sheet_page.context(inspection, phone.code_qr(request.build_absolute_uri("/"), inspection.conduct_code))
    may_void = desk.who(request).has_perm(PLAN) and inspection.status == Inspection.Status.LOCKED
    return render(request, "worksites/sheet.html", context | {"may_void": may_void, "own": False})


@require_safe
@holding(VIEW)
def sheet_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as a document for Word."""
    inspection = _locked(request, pk)
    body = docx.document(inspection, request.build_absolute_uri("/"))
    answer = HttpResponse(body, content_type=docx.MIME)
    name = PurePath(f"{_('Inspection sheet')}-{inspection.site.code}-{inspection.started_at:%Y%m%d}.docx").name
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


@require_POST
@holding(PLAN)
def sheet_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet holds no more."""
    inspection = _locked(request, pk)

    def work() -> str:
        inspections.void(inspection.pk, request.POST.get("reason", ""), actor=desk.who(request))
        return _("The sheet holds no more; its open findings are withdrawn.")

    return desk.step(request, work, reverse("worksites:sheet", args=[pk]))


@require_POST
@holding(VIEW)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """A visit that nobody signs any more is given up."""
    user = desk.who(request)
    found = Inspection.objects.filter(pk=pk, site__in=sites_for(user)).first()
    if found is None:
        raise Http404

    def work() -> str:
        inspections.drop(user, found.uuid, request.POST.get("reason", ""))
        return _("The inspection is given up.")

    return desk.step(request, work, reverse("worksites:site", args=[found.site_id]))


@never_cache
@require_safe
def conduct(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody reads who scans a conduct code: who inspects which site, and when."""
    if not desk.may_try(request, "conduct", TRIES, WITHIN_S):
        answer = render(request, "worksites/inspect_code.html", {"too_many": True}, status=429)
        answer["Retry-After"] = str(WITHIN_S)
        return answer
    code = code.upper()[:40].replace("\0", "")
    known = codes.is_ours(code)
    rows = Inspection.objects.select_related("site").prefetch_related("inspectors")
    found = rows.filter(conduct_code=code).order_by("-version").first() if known else None
    groups = looked_at(found) if found else []
    context = {"code": code, "known": known, "inspection": found, "groups": groups}
    return render(request, "worksites/inspect_code.html", context, status=200 if known else 404)


def _sheets(request: HttpRequest):
    rows = Inspection.objects.select_related("site__builder", "checklist", "replaces")
    return rows.filter(site__in=sites_for(desk.who(request)))


def _locked(request: HttpRequest, pk: int) -> Inspection:
    found = _sheets(request).filter(pk=pk, locked_at__isnull=False).first()
    if found is None:
        raise Http404
    return found
