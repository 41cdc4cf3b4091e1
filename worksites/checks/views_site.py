"""The site's own page, opened by its link alone, and the desk that makes and revokes these links."""

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound
from worksites.checks import desk, phone, selectors, sheet_page
from worksites.checks.forms import HandInForm, LinkForm
from worksites.checks.views import photo_bytes
from worksites.checks.views_findings import shots_of
from worksites.lifecycle import FINDING_LIVE, FindingStatus
from worksites.models import Evidence, Finding, Inspection, SiteLink
from worksites.selectors import sites_for
from worksites.services import findings as services
from worksites.services.links import link_behind, make_link, revoke_link

REVIEW = "worksites.review_finding"
TRIES, WRITES, WITHIN_S = 60, 30, 600
SHOWN_ENDED = 12


@never_cache
@require_safe
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """What the site has to put right, and what became of it."""
    link = _behind(request, token)
    return link if isinstance(link, HttpResponse) else _page(request, token, link)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_hand_in(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Hand photos in; the same form sent twice is handed in once."""
    link = _behind(request, token)
    if isinstance(link, HttpResponse):
        return link
    if request.method != "POST":
        return _private(desk.redirect(reverse("worksites:site-page", args=[token])))
    if not desk.may_try(request, "hand-in", WRITES, WITHIN_S):
        return _wait(request)
    finding = Finding.objects.filter(pk=pk, site=link.site).first()
    if finding is None:
        raise Http404
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            services.hand_in(finding.pk, shots_of(form), form.cleaned_data["note"], by_site=True)
        except BadInput as error:
            form.add_error("photos", error.message)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            here = reverse("worksites:site-page", args=[token], query={"sent": finding.pk})
            return _private(desk.redirect(f"{here}#f{finding.pk}"))
    return _page(request, token, link, status=422, back=(finding.pk, form))


@never_cache
@require_safe
def own_photo(request: HttpRequest, token: str, uuid) -> HttpResponse:
    """A photo of the site's own findings."""
    link = _behind(request, token)
    if isinstance(link, HttpResponse):
        return link
    mine = Evidence.objects.filter(uuid=uuid)
    found = mine.filter(finding__site=link.site).first() or mine.filter(inspection__site=link.site).first()
    if found is None:
        raise Http404
    return _private(photo_bytes(found, small=bool(request.GET.get("thumb"))))


@never_cache
@require_safe
def own_sheet(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """A signed sheet of the site."""
    link = _behind(request, token)
    if isinstance(link, HttpResponse):
        return link
    rows = Inspection.objects.select_related("site", "checklist", "replaces")
    found = rows.filter(pk=pk, site=link.site, locked_at__isnull=False).first()
    if found is None:
        raise Http404
    context = sheet_page.context(found, phone.code_qr(request.build_absolute_uri("/"), found.conduct_code))
    return _private(render(request, "worksites/sheet.html", context | {"own": True, "token": token}))


@require_safe
@holding(REVIEW)
def links(request: HttpRequest) -> HttpResponse:
    """The links of all sites within reach, and a form for a new one."""
    return _links(request, {"site": desk.number(request, "site")})


@require_POST
@holding(REVIEW)
def make(request: HttpRequest) -> HttpResponse:
    """A new link: it is shown now and never again."""
    form = LinkForm(request.POST, sites=selectors.open_sites(desk.who(request)))
    if not form.is_valid():
        return _links(request, {}, form=form, status=422)
    try:
        link, token = make_link(form.cleaned_data["site"].pk, days=form.cleaned_data["days"], actor=desk.who(request))
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _links(request, {}, form=form, status=422)
    address = request.build_absolute_uri(reverse("worksites:site-page", args=[token]))
    qr = segno.make(address, error="m", micro=False).svg_data_uri(border=2)
    return _private(_links(request, {}, made={"link": link, "address": address, "qr": qr}))


@require_POST
@holding(REVIEW)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    if not SiteLink.objects.filter(pk=pk, site__in=sites_for(desk.who(request))).exists():
        raise Http404

    def work() -> str:
        revoke_link(pk, actor=desk.who(request))
        return _("The link opens nothing any more.")

    return desk.step(request, work, reverse("worksites:links"))


def _links(request: HttpRequest, initial: dict, *, form=None, made=None, status: int = 200) -> HttpResponse:
    user = desk.who(request)
    rows = SiteLink.objects.filter(site__in=sites_for(user)).select_related("site", "made_by")
    form = form or LinkForm(sites=selectors.open_sites(user), initial={"days": 30} | initial)
    context = {"rows": rows.order_by("-made_at")[:200], "now": db_now(), "form": form, "made": made}
    return render(request, "worksites/site_links.html", context, status=status)


def _behind(request: HttpRequest, token: str) -> SiteLink | HttpResponse:
    try:
        return link_behind(token[:80].replace("\0", ""))
    except NotFound as error:
        # Only wrong tokens are counted: a site's people may stand behind one address.
        if not desk.may_try(request, "site-link", TRIES, WITHIN_S):
            return _wait(request)
        return _private(render(request, "worksites/site_link_ended.html", {"why": error.message}, status=404))


def _page(
    request: HttpRequest, token: str, link: SiteLink, *, status: int = 200, back: tuple | None = None
) -> HttpResponse:
    rows = Finding.objects.filter(site=link.site).select_related("item__group", "inspection")
    live = list(rows.filter(status__in=FINDING_LIVE).order_by("due_at", "id"))
    ended = list(rows.exclude(status__in=[*FINDING_LIVE, FindingStatus.WITHDRAWN]).order_by("-ended_at")[:SHOWN_ENDED])
    selectors.pairs([*live, *ended])
    for one in live:
        waits = one.status in (FindingStatus.OPEN, FindingStatus.HANDED_IN)
        one.form = (back[1] if back and back[0] == one.pk else HandInForm(auto_id=f"f{one.pk}-%s")) if waits else None
    sheets = Inspection.objects.filter(site=link.site, status=Inspection.Status.LOCKED).order_by("-locked_at")[:6]
    context = {"link": link, "site": link.site, "token": token, "live": live, "ended": ended, "sheets": sheets,
               "sent": desk.number(request, "sent")}  # fmt: skip
    return _private(render(request, "worksites/site_link.html", context, status=status))


def _wait(request: HttpRequest) -> HttpResponse:
    answer = render(request, "worksites/site_link_ended.html", {"why": _("Please wait ten minutes and try again.")},
                    status=429)  # fmt: skip
    answer["Retry-After"] = str(WITHIN_S)
    return _private(answer)


def _private(answer: HttpResponse) -> HttpResponse:
    """The address itself opens the page: it is told to no other site, kept by no cache and found by no robot."""
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Cache-Control"] = "no-store, private"
    return answer
