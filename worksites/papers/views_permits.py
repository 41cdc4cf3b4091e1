"""The pages of permits and of the rule sets that ask for them; each step is one service."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.views import holding
from shushanwei.common.errors import BadInput, DomainError, NotFound
from shushanwei.journal.selectors import story_of
from worksites.lifecycle import PERMIT_NEXT, PermitStatus
from worksites.models import Gate, Permit, PermitRuleSet, Sink
from worksites.papers import selectors
from worksites.papers.forms import DecideForm, PaperForm, PermitForm, PermitSearch, RuleSetForm, said_windows
from worksites.selectors import VIEW, sites_for
from worksites.services import permits as services
from worksites.services.rule_sets import add_rule_set

PAGE = 50
EDIT = "worksites.edit_site"
VERBS = {
    "permit.registered": gettext_lazy("entered"),
    "permit.changed": gettext_lazy("corrected"),
    "permit.approved": gettext_lazy("approved"),
    "permit.refused": pgettext_lazy("permit", "refused"),
    "permit.voided": pgettext_lazy("permit", "voided"),
    "permit.paper_added": gettext_lazy("paper added"),
}


@require_safe
@holding(VIEW)
def permits(request: HttpRequest) -> HttpResponse:
    """`?of=&kind=&status=&until=&q=&page=`."""
    form = PermitSearch(request.GET)
    search = form.cleaned_data if form.is_valid() else {}
    rows = selectors.found(request.user, search)  # type: ignore[arg-type]
    context = {
        "part": Paginator(rows, PAGE).get_page(request.GET.get("page")), "search": form, "today": selectors.today(),
        "kept": {name: value for name, value in search.items() if value},
        "counts": selectors.counts(request.user), "may_edit": request.user.has_perm(EDIT),  # type: ignore[arg-type]
    }  # fmt: skip
    return render(request, "worksites/permits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """`?of=truck:12`: enter a permit of a truck, sink, site or gate."""
    name, owner = _owner(request)
    form = PermitForm(request.POST or None, holder=name)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.save_permit((name, owner.pk), form.values(), actor=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:permit", row.pk)
    context = {"form": form, "owner": owner, "holder": name}
    return render(request, "worksites/permit_form.html", context, status=422 if form.errors else 200)


@require_safe
@holding(VIEW)
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """One permit: what it allows, its papers, its story, and what may be done with it."""
    return _screen(request, selectors.permit_for(request.user, pk))  # type: ignore[arg-type]


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what a permit says; its state has steps of its own."""
    row = selectors.permit_for(request.user, pk)  # type: ignore[arg-type]
    name, owner = services.holder_of(row)
    form = PermitForm(request.POST or None, holder=name, known=row)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_permit((name, owner.pk), form.values(), actor=request.user, permit_id=pk)  # type: ignore[arg-type]
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:permit", pk)
    context = {"form": form, "owner": owner, "holder": name, "permit": row}
    return render(request, "worksites/permit_form.html", context, status=422 if form.errors else 200)


@require_POST
@holding(EDIT)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, refuse or void, with a reason."""
    row = selectors.permit_for(request.user, pk)  # type: ignore[arg-type]
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            services.decide(pk, **form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:permit", pk)
    return _screen(request, row, status=422, decide_form=form)


@require_POST
@holding(EDIT)
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a paper."""
    row = selectors.permit_for(request.user, pk)  # type: ignore[arg-type]
    form = PaperForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            services.add_file(
                pk, file.read(), uuid=form.cleaned_data["uuid"], name=file.name, actor=request.user  # type: ignore[arg-type]
            )  # fmt: skip
        except DomainError as error:
            _blame(form, error)
        else:
            messages.success(request, _("The paper is kept."))
            return redirect("worksites:permit", pk)
    return _screen(request, row, status=422, paper_form=form)


@require_safe
@holding(VIEW)
def paper(request: HttpRequest, uuid: Any) -> FileResponse:
    """The bytes of one paper."""
    row = selectors.paper_for(request.user, uuid)  # type: ignore[arg-type]
    try:
        stored = row.file.open("rb")
    except FileNotFoundError as error:
        raise NotFound(_("There is no such paper.")) from error
    answer = FileResponse(stored, content_type=row.content_type, filename=row.name)
    patch_cache_control(answer, private=True, max_age=86_400, immutable=True)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@holding(VIEW)
def rules(request: HttpRequest) -> HttpResponse:
    """The rule sets of permits by date; a new version for who may edit."""
    rows = list(PermitRuleSet.objects.all())
    may_edit = request.user.has_perm(EDIT)
    form = RuleSetForm(request.POST or None, like=rows[0] if rows else None) if may_edit else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            try:
                add_rule_set(form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
            except DomainError as error:
                _blame(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("worksites:permit-rules")
    day = selectors.today()
    current = next((row for row in rows if row.effective_from <= day), None)
    context = {"rows": rows, "current": current, "today": day, "form": form}
    return render(request, "worksites/permit_rules.html", context, status=422 if form and form.errors else 200)


def _screen(request: HttpRequest, row: Permit, *, status: int = 200, **given: Any) -> HttpResponse:
    may_edit = request.user.has_perm(EDIT)
    following = [(code, code.label) for code in PermitStatus if code in PERMIT_NEXT[PermitStatus(row.status)]]
    story = [
        {"at": line.at, "who": line.actor_name, "note": line.note, "says": VERBS.get(line.verb, line.verb)}
        for line in story_of("permit", row.pk)
    ]
    holder, owner = services.holder_of(row)
    context = {
        "permit": row, "holder": holder, "owner": owner, "today": selectors.today(),
        "windows": said_windows(row.windows), "ends_soon": selectors.ends_soon(row),
        "papers": row.files.all(), "story": story, "may_edit": may_edit,
        "places": selectors.places_of(row), "following": following if may_edit else [],
        "decide_form": given.get("decide_form"),
        "paper_form": given.get("paper_form") or (PaperForm(initial={"uuid": uuid4()}) if may_edit else None),
    }  # fmt: skip
    return render(request, "worksites/permit.html", context, status=status)


def _owner(request: HttpRequest) -> tuple[str, Any]:
    """Whose permit is to be entered, from `of`; raises NotFound."""
    name, _colon, pk = request.GET.get("of", "").partition(":")
    user: Any = request.user
    rows: Any = {
        "site": lambda: sites_for(user),
        "gate": lambda: Gate.objects.filter(site__in=sites_for(user)).select_related("site"),
        "truck": lambda: (
            services.MODELS["truck"].objects.all() if user.has_perm(selectors.TRUCKS) else Sink.objects.none()
        ),
        "sink": Sink.objects.all,
    }.get(name)
    owner = rows().filter(pk=int(pk)).first() if rows and pk.isascii() and pk.isdecimal() and len(pk) < 19 else None
    if owner is None:
        raise NotFound(_("There is no such thing."))
    return name, owner


def _blame(form: Any, error: DomainError) -> None:
    field = error.field if isinstance(error, BadInput) and error.field in form.fields else None
    form.add_error(field, error.message)
