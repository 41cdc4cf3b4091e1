"""The desk of findings: list with totals, one finding with its pairs of photos, the verdict, the workbook."""

from io import BytesIO
from uuid import uuid5

import xlsxwriter
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from incidents.pictures import LARGEST
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput
from shushanwei.journal.models import Entry
from worksites.checklist.shipped import WAGES
from worksites.checks import desk, selectors
from worksites.checks.forms import HandInForm, PassForm, ReasonForm, RejectForm, ReportForm
from worksites.checks.sheet_page import pick
from worksites.lifecycle import UNCORRECTED, FindingStatus, Severity
from worksites.models import Finding
from worksites.selectors import VIEW
from worksites.services import findings as services

REVIEW, INSPECT, PENALTY = "worksites.review_finding", "worksites.inspect", "worksites.decide_penalty"
PAGE, MOST_ROWS = 30, 20_000
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VERBS = {
    "finding.opened": gettext_lazy("found and signed"),
    "finding.seen_again": gettext_lazy("seen again, still open"),
    "finding.reworded": gettext_lazy("reworded in a newer version of the sheet"),
    "finding.handed_in": gettext_lazy("evidence handed in"),
    "finding.passed": gettext_lazy("evidence passed"),
    "finding.rejected": gettext_lazy("evidence rejected, new limit"),
    "finding.reopened": gettext_lazy("failed at the re-check, open again"),
    "finding.missed": gettext_lazy("limit missed"),
    "finding.reported": gettext_lazy("reported to the wage office"),
    "finding.closed": gettext_lazy("re-checked and closed"),
    "finding.withdrawn": gettext_lazy("withdrawn"),
}
TABS = {
    "live": gettext_lazy("All open"),
    "handed_in": FindingStatus.HANDED_IN.label,
    "open": FindingStatus.OPEN.label,
    "corrected": FindingStatus.CORRECTED.label,
    "rectified": gettext_lazy("Rectified"),
    "closed": FindingStatus.CLOSED.label,
    "withdrawn": FindingStatus.WITHDRAWN.label,
    "all": gettext_lazy("All"),
}


@require_safe
@holding(VIEW)
def findings(request: HttpRequest) -> HttpResponse:
    """`?state=`, `overdue=1`, `repeated=1`, `severity=`, `site=`, `company=`, `group=`, `since=`, `until=`, `q=`."""
    user, by = desk.who(request), selectors.filters_of(request)
    rows = selectors.narrowed(selectors.findings_for(user), by)
    bare = selectors.Filters(state="all", severity=by.severity, site=by.site, company=by.company, group=by.group,
                             since=by.since, until=by.until, words=by.words)  # fmt: skip
    part = Paginator(rows.select_related(*selectors.RELATED).order_by("-confirmed_at", "-id"), PAGE).get_page(
        request.GET.get("page")
    )
    part.object_list = list(part.object_list)
    selectors.pairs(part.object_list)
    figures = selectors.totals(selectors.narrowed(selectors.findings_for(user), bare, state=False))
    context = {
        "part": part, "by": by, "kept": by.kept, "tabs": TABS.items(), "severities": Severity.choices,
        "figures": _figures(figures, {name: value for name, value in bare.kept.items() if name != "state"}),
        **selectors.choices(user),
    }  # fmt: skip
    return render(request, "worksites/findings.html", context)


@require_safe
@holding(VIEW)
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: pair of photos, story, what may be done now."""
    return page(request, pk)


def page(request: HttpRequest, pk: int, *, status: int = 200, **given) -> HttpResponse:
    """The page of a finding; `given` are forms that came back with errors."""
    user = desk.who(request)
    one = selectors.finding_for(user, pk)
    selectors.pairs([one])
    waits, open_ = one.status == FindingStatus.HANDED_IN, one.status in UNCORRECTED
    reviews, inspects = user.has_perm(REVIEW), user.has_perm(INSPECT)
    lines = Entry.objects.filter(subject_type="finding", subject_id=one.pk).order_by("id")
    context = {
        "finding": one,
        "penalty": getattr(one, "penalty", None),
        "story": [{"at": line.at, "who": line.actor_name, "note": line.note, "says": VERBS.get(line.verb, line.verb),
                   "by_site": line.data.get("by_site")} for line in lines],
        "pass_form": (given.get("pass_form") or PassForm()) if waits and reviews else None,
        "reject_form": (given.get("reject_form") or RejectForm()) if waits and reviews else None,
        "hand_in_form": (given.get("hand_in_form") or HandInForm()) if open_ and inspects else None,
        "withdraw_form": (given.get("withdraw_form") or ReasonForm()) if one.ended_at is None and reviews else None,
        "report_form": (given.get("report_form") or ReportForm())
        if one.item_code == WAGES and open_ and one.reported_at is None and inspects else None,
        "is_wages": one.item_code == WAGES,
        "may_file": user.has_perm(PENALTY) and not hasattr(one, "penalty"),
    }  # fmt: skip
    return render(request, "worksites/finding.html", context, status=status)


@require_POST
@holding(REVIEW)
def pass_(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence is good."""
    form = PassForm(request.POST)

    def work(said) -> str:
        services.pass_evidence(pk, note=said["note"], actor=desk.who(request))
        return _("Passed: it waits for its re-check.")

    return _do(request, pk, form, "pass_form", work)


@require_POST
@holding(REVIEW)
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence does not do."""
    form = RejectForm(request.POST)

    def work(said) -> str:
        one = services.reject_evidence(pk, said["reason"], said["days"], actor=desk.who(request))
        until = f"{timezone.localtime(one.due_at):%Y-%m-%d %H:%M}" if one.due_at else "—"
        return _("Rejected: the new limit is %(until)s.") % {"until": until}

    return _do(request, pk, form, "reject_form", work)


@require_POST
@holding(INSPECT)
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """An officer hands in for the site; who does so does not judge it."""
    form = HandInForm(request.POST, request.FILES)

    def work(said) -> str:
        services.hand_in(pk, shots_of(form), said["note"], actor=desk.who(request))
        return _("Handed in: somebody else judges it.")

    return _do(request, pk, form, "hand_in_form", work)


@require_POST
@holding(REVIEW)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """It was no finding after all."""
    form = ReasonForm(request.POST)

    def work(said) -> str:
        services.withdraw(pk, said["reason"], actor=desk.who(request))
        return _("Withdrawn.")

    return _do(request, pk, form, "withdraw_form", work)


@require_POST
@holding(INSPECT)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """A sign of unpaid wages is told to the wage office."""
    form = ReportForm(request.POST)

    def work(said) -> str:
        services.report_to_office(pk, said["note"], actor=desk.who(request))
        return _("Written down: reported to the wage office.")

    return _do(request, pk, form, "report_form", work)


@require_safe
@holding(VIEW)
def workbook(request: HttpRequest) -> HttpResponse:
    """The list as the filters leave it, as xlsx."""
    by = selectors.filters_of(request)
    rows = selectors.narrowed(selectors.findings_for(desk.who(request)), by)
    body = _workbook(list(rows.select_related(*selectors.RELATED).order_by("-confirmed_at", "-id")[:MOST_ROWS]),
                     str(desk.who(request)))  # fmt: skip
    answer = HttpResponse(body, content_type=MIME)
    answer["Content-Disposition"] = f'attachment; filename="findings-{timezone.localtime(db_now()):%Y%m%d-%H%M}.xlsx"'
    return answer


def shots_of(form: HandInForm) -> list[tuple]:
    """(id, bytes) of each photo: the ids come of the form's own id, so that a second press finds the first."""
    files = form.cleaned_data["photos"]
    if len(files) > services.MOST_PHOTOS:  # before a byte of them is read
        raise BadInput("photos", _("At most %(n)s photos.") % {"n": services.MOST_PHOTOS})
    if any(one.size > LARGEST for one in files):
        raise BadInput("photos", _("Larger than %(size)s MB.") % {"size": LARGEST // 1024 // 1024})
    return [(uuid5(form.cleaned_data["uuid"], str(place)), one.read()) for place, one in enumerate(files)]


def _do(request: HttpRequest, pk: int, form, name: str, work) -> HttpResponse:
    selectors.finding_for(desk.who(request), pk)
    if not form.is_valid():
        return page(request, pk, status=422, **{name: form})
    return desk.step(
        request, lambda: work(form.cleaned_data), reverse("worksites:finding", args=[pk]), form,
        lambda: page(request, pk, status=422, **{name: form}),
    )  # fmt: skip


def _figures(counts: dict[str, int], kept: dict) -> list[dict]:
    """What stands above the list: (words, count, address)."""
    shown = (
        ("uncorrected", _("To be corrected"), {"state": "uncorrected"}),
        ("handed_in", _("Evidence to judge"), {"state": "handed_in"}),
        ("overdue", _("Overdue"), {"state": "uncorrected", "overdue": "1"}),
        ("corrected", _("Await re-check"), {"state": "corrected"}),
        ("repeated", _("Repeated and open"), {"state": "live", "repeated": "1"}),
        ("rectified", _("Rectified problems"), {"state": "rectified"}),
    )
    return [
        {"code": code, "words": words, "count": counts[code],
         "url": reverse("worksites:findings", query=kept | query)}
        for code, words, query in shown
    ]  # fmt: skip


def _workbook(rows: list[Finding], taken_by: str) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    )
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
    head = book.add_format(font | {"bold": True, "bg_color": "#E6F1F9", "bottom": 1})
    text, instant = book.add_format(font), book.add_format(font | {"num_format": "yyyy-mm-dd hh:mm"})
    page_ = book.add_worksheet(_("Findings"))
    page_.set_landscape()
    page_.set_paper(9)
    page_.fit_to_pages(1, 0)
    page_.freeze_panes(1, 0)
    page_.set_footer(f"&L{taken_by} {timezone.localtime(db_now()):%Y-%m-%d %H:%M}&R&P / &N")
    heads = [
        (_("Number"), 20), (_("Site"), 28), (_("Builder"), 24), (_("Item"), 8), (_("What is wrong"), 40),
        (_("Lead"), 18), (_("Severity"), 9), (_("State"), 18), (_("Rectification"), 12),
        (pgettext("sheet", "Signed"), 17), (_("By when"), 17), (pgettext("finding", "Missed"), 17),
        (_("Limits missed"), 10), (_("Corrected"), 17), (_("Closed"), 17), (_("Repeated"), 8), (_("Rejected"), 8),
    ]  # fmt: skip
    for column, (words, width) in enumerate(heads):
        page_.write_string(0, column, words, head)
        page_.set_column(column, column, width)
    for line, one in enumerate(rows, 1):
        group = one.item.group
        values = [
            one.number, one.site.name, one.site.builder.name if one.site.builder else "", one.item_code, one.text,
            pick(vars(group), "lead"), str(one.get_severity_display()), str(one.get_status_display()),
            str(one.get_fix_display()), one.confirmed_at, one.due_at, one.missed_at, one.missed_count,
            one.corrected_at, one.ended_at, _("yes") if one.is_repeated else "", one.attempts,
        ]  # fmt: skip
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            if hasattr(value, "astimezone"):
                page_.write_datetime(line, column, timezone.localtime(value).replace(tzinfo=None), instant)
            elif isinstance(value, int):
                page_.write_number(line, column, value, text)
            else:
                page_.write_string(line, column, str(value), text)
    page_.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)
    book.close()
    return buffer.getvalue()
