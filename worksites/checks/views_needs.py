"""The page on which departments say what is to be looked at, and read what the check found."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from worksites.checks import desk
from worksites.checks import needs as selectors
from worksites.checks.forms import NeedForm
from worksites.checks.needs import FILE, PLAN
from worksites.lifecycle import WATCHED
from worksites.models import Site
from worksites.services import needs as services

PAGE = 30


@require_safe
@holding(FILE)
def needs(request: HttpRequest) -> HttpResponse:
    """`?state=waiting|urgent|answered|withdrawn|all`, `?site=`: own needs, for who plans the checks those of all."""
    return _page(request, _form(request))


@require_POST
@holding(FILE)
def file(request: HttpRequest) -> HttpResponse:
    """Ask for items of a site; the same form sent twice asks once."""
    form = _form(request, request.POST)

    def again() -> HttpResponse:
        return _page(request, form, status=422)

    if not form.is_valid():
        return again()
    given = dict(form.cleaned_data)

    def work() -> str:
        need, _new = services.file_need(site_id=given.pop("site").pk, actor=desk.who(request), **given)
        if need.is_late:
            return _("Written down. The planned check comes after your latest day; who plans the checks has been told.")
        if need.planned_id is None:
            return _("Written down: it is looked at in the next check of the site.")
        return _("Written down: the planned check looks at it too.")

    return desk.step(request, work, reverse("worksites:needs"), form, again)


@require_POST
@holding(FILE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """It need not be looked at any more."""
    need = selectors.need_for(desk.who(request), pk)

    def work() -> str:
        services.withdraw_need(need.pk, request.POST.get("reason", ""), actor=desk.who(request))
        return _("Withdrawn.")

    return desk.step(request, work, reverse("worksites:needs"))


def _form(request: HttpRequest, given=None) -> NeedForm:
    user = desk.who(request)
    departments = selectors.departments_for(user)
    sites = Site.objects.filter(status__in=WATCHED).order_by("name")
    return NeedForm(given, sites=sites, departments=departments, items=selectors.item_choices(),
                    site=desk.number(request, "site"))  # fmt: skip


def _page(request: HttpRequest, form: NeedForm, *, status: int = 200) -> HttpResponse:
    user, state, site = desk.who(request), request.GET.get("state", "waiting"), desk.number(request, "site")
    state = state if state in selectors.STATES or state == "all" else "waiting"
    mine = selectors.needs_for(user)
    mine = mine.filter(site_id=site) if site else mine
    rows = mine if state == "all" else mine.filter(selectors.STATES[state])
    part = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    part.object_list = list(part.object_list)
    selectors.told(part.object_list, user)
    words = {"waiting": pgettext("need", "Waiting"), "urgent": _("Urgent"), "answered": _("Answered"),
             "withdrawn": _("Withdrawn"), "all": _("All")}  # fmt: skip
    context = {
        "part": part, "form": form, "state": state, "plans": user.has_perm(PLAN),
        "tabs": [(code, said, (mine if code == "all" else mine.filter(selectors.STATES[code])).count())
                 for code, said in words.items()],
        "kept": {name: value for name, value in (("state", state), ("site", site)) if value},
    }  # fmt: skip
    return render(request, "worksites/needs.html", context, status=status)
