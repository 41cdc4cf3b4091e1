"""Papers of a site: handed in, opened, taken away."""

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from worksites.checks import desk
from worksites.models import SiteDocument
from worksites.selectors import VIEW, sites_for
from worksites.services import documents
from worksites.sites.forms import DocumentForm
from worksites.sites.views import EDIT, fetched, site_screen


@require_POST
@holding(EDIT)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a paper; a refusal stands beside its field."""
    site = fetched(request, pk)
    form = DocumentForm(request.POST, request.FILES)

    def again() -> HttpResponse:
        return site_screen(request, site, status=422, paper=form)

    if not form.is_valid():
        return again()
    given = dict(form.cleaned_data)

    def work() -> str:
        documents.add_document(pk, given.pop("file").read(), actor=desk.who(request), **given)
        return _("Saved.")

    return desk.step(request, work, reverse("worksites:site", args=[pk]), form, again)


@require_safe
@holding(VIEW)
def opened(request: HttpRequest, uuid) -> FileResponse:
    """The bytes of one paper of a site within reach; `?thumb=1` gives the small picture."""
    paper = _papers(request).filter(uuid=uuid).first()
    if paper is None:
        raise Http404
    small = bool(request.GET.get("thumb")) and bool(paper.thumb)
    try:
        stored = (paper.thumb if small else paper.file).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    is_pdf = paper.content_type == "application/pdf"
    name = f"{paper.title}{'.pdf' if is_pdf else '.jpg'}".replace("/", "-")
    answer = FileResponse(stored, content_type=paper.content_type, as_attachment=is_pdf, filename=name)
    patch_cache_control(answer, private=True, max_age=86_400, immutable=True)
    return answer


@require_POST
@holding(EDIT)
def remove(request: HttpRequest, uuid) -> HttpResponse:
    """The paper counts no more."""
    paper = _papers(request).filter(uuid=uuid).first()
    if paper is None:
        raise Http404

    def work() -> str:
        documents.remove_document(uuid, request.POST.get("reason", ""), actor=desk.who(request))
        return _("The paper counts no more.")

    return desk.step(request, work, reverse("worksites:site", args=[paper.site_id]))


def _papers(request: HttpRequest) -> QuerySet[SiteDocument]:
    return SiteDocument.objects.filter(site__in=sites_for(desk.who(request)))
