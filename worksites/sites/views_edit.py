"""What is written on the pages of sites; each step is one service."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grid.views import holding
from shushanwei.common.errors import BadInput, DomainError, NotAllowed
from worksites.checks import desk
from worksites.lifecycle import SiteStatus
from worksites.models import ColourOverride, Site
from worksites.services import colours, finishing
from worksites.services import sites as services
from worksites.sites.forms import GateForm, OverrideForm, PermitForm, SiteForm, StatusForm
from worksites.sites.views import EDIT, fetched, site_screen


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Enter a site."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            site = services.register_site(form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        except BadInput as error:
            _blame(form, error)
        else:
            messages.success(request, _("%(site)s is registered.") % {"site": site})
            return redirect("worksites:site", site.pk)
    return render(request, "worksites/site_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@holding(EDIT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a site's card and outline."""
    site = fetched(request, pk)
    form = SiteForm(request.POST or None, known=site)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_site(pk, form.cleaned_data, actor=request.user)  # type: ignore[arg-type]
        except BadInput as error:
            _blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:site", pk)
    context = {"form": form, "site": site}
    return render(request, "worksites/site_form.html", context, status=422 if form.errors else 200)


@require_POST
@holding(EDIT)
def gate(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct a gate."""
    site = fetched(request, pk)
    form = GateForm(request.POST)
    return _step(request, site, "gate", form, lambda given: services.save_gate(
        pk, given, actor=request.user, gate_id=given.pop("gate")))  # type: ignore[arg-type]  # fmt: skip


@require_POST
@holding(EDIT)
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct a permit."""
    site = fetched(request, pk)
    form = PermitForm(request.POST, site=site)
    return _step(request, site, "permit", form, lambda given: services.save_permit(
        pk, given, actor=request.user, permit_id=given.pop("permit")))  # type: ignore[arg-type]  # fmt: skip


@require_POST
@holding(EDIT)
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop, go on, idle, finished; penalty cases that outlive a finish are named."""
    site = fetched(request, pk)

    def work(given: dict) -> None:
        said = services.set_status(pk, given["status"], reason=given["reason"], actor=desk.who(request))
        if said.status == SiteStatus.FINISHED and (numbers := finishing.undecided_penalties(said)):
            messages.warning(request, _("Penalty cases go on: %(numbers)s") % {"numbers": _(", ").join(numbers)})

    return _step(request, site, "state", StatusForm(request.POST), work)


@require_POST
@holding("worksites.plan_checks")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the finish of a site."""
    fetched(request, pk)

    def work() -> str:
        finishing.reopen_site(pk, reason=request.POST.get("reason", ""), actor=desk.who(request))
        return _("The finish is undone; the checks are planned again.")

    return desk.step(request, work, reverse("worksites:site", args=[pk]))


@require_POST
@holding("worksites.ask_override")
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for another colour."""
    site = fetched(request, pk)
    return _step(request, site, "wish", OverrideForm(request.POST), lambda given: colours.ask_override(
        pk, actor=request.user, **given))  # type: ignore[arg-type]  # fmt: skip


@require_POST
@holding("worksites.approve_override")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse another colour, or take an approved one back."""
    site = fetched(request, pk)
    override = ColourOverride.objects.filter(site=site, ended_at=None).first()
    if override is None:
        raise Http404

    def work() -> None:
        if request.POST.get("yes"):
            colours.approve_override(override.pk, actor=request.user)  # type: ignore[arg-type]
        else:
            colours.end_override(override.pk, reason=request.POST.get("reason", ""), actor=request.user)  # type: ignore[arg-type]

    try:
        work()
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("worksites:site", pk)


def _step(
    request: HttpRequest, site: Site, name: str, form: forms.Form, work: Callable[[dict], object]
) -> HttpResponse:
    """Validate, do, and show the site again; a refusal stands beside its field."""
    if form.is_valid():
        try:
            work(dict(form.cleaned_data))
        except BadInput as error:
            _blame(form, error)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("worksites:site", site.pk)
    site.refresh_from_db()
    return site_screen(request, site, status=422, **{name: form})


def _blame(form: forms.Form, error: BadInput) -> None:
    form.add_error(error.field if error.field in form.fields else None, error.message)
