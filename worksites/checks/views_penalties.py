"""The desk of penalty cases: list with totals, filing, decisions, payments."""

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.errors import NotFound
from worksites.checks import desk, selectors
from worksites.checks.forms import WHY, DecideForm, FileForm
from worksites.models import Penalty
from worksites.selectors import VIEW, sites_for
from worksites.services import penalties as services

DECIDE = "worksites.decide_penalty"
PAGE = 40


@require_safe
@holding(VIEW)
def penalties(request: HttpRequest) -> HttpResponse:
    """`?state=`, `?q=`, `?site=`, `?decide=` a case, `?file=1` the form for a new one."""
    return page(request)


def page(request: HttpRequest, *, status: int = 200, deciding: int | None = None, **given) -> HttpResponse:
    """The page; `given` are forms that came back with errors: decide_form, file_form."""
    user = desk.who(request)
    mine = Penalty.objects.filter(site__in=sites_for(user)).select_related("site", "finding", "by")
    state, words, site = request.GET.get("state", ""), desk.words(request), desk.number(request, "site")
    state = state if state in Penalty.Status.values else ""
    rows = mine.filter(status=state) if state else mine
    if words:
        found = Q(number__icontains=words) | Q(subject__contains=words) | Q(decision_no__icontains=words)
        rows = rows.filter(found | Q(site__name__contains=words))
    if site:
        rows = rows.filter(site_id=site)
    may_decide = user.has_perm(DECIDE)
    chosen = deciding or desk.number(request, "decide")
    case = mine.filter(pk=chosen, status=Penalty.Status.FILED).first() if chosen and may_decide else None
    counts = mine.aggregate(
        **{code: Count("pk", filter=Q(status=code)) for code in Penalty.Status.values},
        yuan=Sum("amount", filter=Q(status__in=["decided", "paid"])),
    )
    part = Paginator(rows.order_by("-filed_at", "-id"), PAGE).get_page(request.GET.get("page"))
    for one in part.object_list:
        one.why_words = WHY.get(one.why, one.why)
    opens_form = may_decide and (request.GET.get("file") == "1" or "file_form" in given)
    context = {
        "part": part, "state": state, "words": words, "may_decide": may_decide, "case": case,
        "kept": {name: value for name, value in (("state", state), ("q", words), ("site", site)) if value},
        "figures": [{"code": code, "words": words_, "count": counts[code],
                     "url": reverse("worksites:penalties", query={"state": code})}
                    for code, words_ in Penalty.Status.choices],
        "yuan": counts["yuan"] or 0,
        "decide_form": given.get("decide_form") or DecideForm(),
        "file_form": (given.get("file_form") or FileForm(sites=selectors.open_sites(user))) if opens_form else None,
    }  # fmt: skip
    return render(request, "worksites/penalties.html", context, status=status)


@require_POST
@holding(DECIDE)
def file_new(request: HttpRequest) -> HttpResponse:
    """File a case about a site."""
    form = FileForm(request.POST, sites=selectors.open_sites(desk.who(request)))
    if not form.is_valid():
        return page(request, status=422, file_form=form)
    said = form.cleaned_data

    def work() -> str:
        case, _new = services.file_penalty(site_id=said["site"].pk, why=said["why"], subject=said["subject"],
                                           note=said["note"], actor=desk.who(request))  # fmt: skip
        return _("Case %(number)s is filed.") % {"number": case.number}

    return desk.step(request, work, reverse("worksites:penalties"), form,
                     lambda: page(request, status=422, file_form=form))  # fmt: skip


@require_POST
@holding(DECIDE)
def file_about(request: HttpRequest, pk: int) -> HttpResponse:
    """File a case about a finding; there is one for each."""
    finding = selectors.finding_for(desk.who(request), pk)

    def work() -> str:
        why = "overdue" if finding.missed_at else "serious" if finding.severity == "S" else "other"
        case, _new = services.file_penalty(finding_id=pk, why=why, actor=desk.who(request))
        return _("Case %(number)s is filed.") % {"number": case.number}

    return desk.step(request, work, reverse("worksites:finding", args=[pk]))


@require_POST
@holding(DECIDE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Write a decision down."""
    _mine(request, pk)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, decide_form=form, deciding=pk)

    def work() -> str:
        services.decide(pk, actor=desk.who(request), **form.cleaned_data)
        return _("The decision is written down.")

    return desk.step(request, work, reverse("worksites:penalties"), form,
                     lambda: page(request, status=422, decide_form=form, deciding=pk))  # fmt: skip


@require_POST
@holding(DECIDE)
def paid(request: HttpRequest, pk: int) -> HttpResponse:
    """The fine is paid."""
    _mine(request, pk)

    def work() -> str:
        services.mark_paid(pk, actor=desk.who(request))
        return _("Written down as paid.")

    return desk.step(request, work, reverse("worksites:penalties"))


@require_POST
@holding(DECIDE)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The case is not pursued."""
    _mine(request, pk)

    def work() -> str:
        services.drop(pk, request.POST.get("reason", ""), actor=desk.who(request))
        return _("The case is not pursued.")

    return desk.step(request, work, reverse("worksites:penalties"))


def _mine(request: HttpRequest, pk: int) -> None:
    if not Penalty.objects.filter(pk=pk, site__in=sites_for(desk.who(request))).exists():
        raise NotFound(_("There is no such penalty case."))
