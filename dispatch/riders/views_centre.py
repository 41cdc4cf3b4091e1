"""The centre's page of volunteers: riders, what they do, notes of delay, the honour of the month."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dispatch import services
from dispatch.desk import who
from dispatch.models import HelpPart, RiderReport
from dispatch.riders import selectors
from dispatch.riders.forms import NoteForm, PauseForm, RiderForm, SolvedForm
from dispatch.riders.hazards import says
from dispatch.riders.honour import counters, honour, month_of
from dispatch.riders.shapes import became
from grid.views import holding
from incidents.models import Incident
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, DomainError

PAGE, SHOWN = 40, 60
TABS = {
    "riders": gettext_lazy("Riders"),
    "deeds": gettext_lazy("Reports and help"),
    "notes": gettext_lazy("Notes of delay"),
    "honour": gettext_lazy("Honour of the month"),
}
BECAME = {
    "looking": pgettext_lazy("report", "being looked at"),
    "accepted": pgettext_lazy("report", "taken up"),
    "solved": pgettext_lazy("report", "handled"),
    "not_filed": pgettext_lazy("report", "not filed"),
}
EDIT, NOTE, CALL = "dispatch.edit_riders", "dispatch.issue_delay_note", "dispatch.call_riders"


@require_safe
@holding(selectors.VIEW)
def volunteers(request: HttpRequest) -> HttpResponse:
    """`?tab=riders|deeds|notes|honour`; `?edit=` a rider, `?part=` or `?report=` to certify, `?month=2026-11`."""
    return page(request)


def page(request: HttpRequest, *, tab: str = "", status: int = 200, **given: Any) -> HttpResponse:
    """The page; `given` are forms that came back with errors: rider_form, pause_form, note_form."""
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in TABS else "riders"
    user = who(request)
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": TABS.items(),
        "counters": counters(),
        "may_edit": user.has_perm(EDIT),
        "may_note": user.has_perm(NOTE),
        "may_call": user.has_perm(CALL),
    }
    parts = {"riders": _riders, "deeds": _deeds, "notes": _notes, "honour": _honour}
    context |= parts[tab](request, given)
    return render(request, "dispatch/volunteers.html", context, status=status)


@require_POST
@holding(EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Register a rider; the first password is shown once."""
    form = RiderForm(request.POST)
    if not form.is_valid():
        return page(request, tab="riders", status=422, rider_form=form)

    def work() -> str:
        rider, password = services.register_rider(form.cleaned_data, actor=who(request))
        return _("%(rider)s is registered. Account %(account)s, first password %(password)s: shown only now.") % {
            "rider": rider, "account": rider.user.username, "password": password,
        }  # fmt: skip

    return _do(request, work, "riders", rider_form=form)


@require_POST
@holding(EDIT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a card."""
    rider = selectors.rider_for(who(request), pk)
    form = RiderForm(request.POST, known=rider)
    if not form.is_valid():
        return page(request, tab="riders", status=422, rider_form=form, editing=rider)

    def work() -> str:
        services.change_rider(pk, form.cleaned_data, actor=who(request))
        return _("Saved.")

    return _do(request, work, "riders", rider_form=form, editing=rider)


@require_POST
@holding(EDIT)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a rider with a reason, or let him take part again without one."""
    rider = selectors.rider_for(who(request), pk)

    def work() -> str:
        if rider.paused_at is None:
            services.pause_rider(pk, request.POST.get("reason", ""), actor=who(request))
            return _("%(rider)s is paused.") % {"rider": rider}
        services.resume_rider(pk, actor=who(request))
        return _("%(rider)s takes part again.") % {"rider": rider}

    return _do(request, work, "riders", pause_form=PauseForm(request.POST), editing=rider)


@require_POST
@holding(NOTE)
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a note of delay and go to its paper."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, tab="notes", status=422, note_form=form)
    values = dict(form.cleaned_data)
    rider = values.pop("rider")
    try:
        note, _new = services.issue_note(
            rider.pk, part_id=values.pop("part"), report_id=values.pop("report"), actor=who(request), **values
        )
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return page(request, tab="notes", status=422, note_form=form)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(_address("notes"))
    messages.success(request, _("Note %(number)s is issued; the rider sees it on the phone.") % {"number": note.number})
    return redirect(_address("notes"))


@require_POST
@holding(NOTE)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """A note holds no more."""

    def work() -> str:
        note = services.void_note(pk, request.POST.get("reason", ""), actor=who(request))
        return _("Note %(number)s holds no more.") % {"number": note.number}

    return _do(request, work, "notes")


@require_POST
@holding(NOTE)
def solved(request: HttpRequest, pk: int) -> HttpResponse:
    """A report helped to solve a case."""

    def work() -> str:
        services.mark_solved(pk, request.POST.get("note", ""), actor=who(request))
        return _("Counted as a case that riders helped to solve.")

    return _do(request, work, "deeds")


@require_POST
@holding(CALL)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A request is taken back."""

    def work() -> str:
        services.withdraw_help(pk, actor=who(request))
        return _("Taken back; the riders are told.")

    return _do(request, work, "deeds")


def _do(request: HttpRequest, work: Callable[[], str], tab: str, **given: Any) -> HttpResponse:
    try:
        messages.success(request, work())
    except BadInput as error:
        form: forms.Form | None = next((one for one in given.values() if isinstance(one, forms.Form)), None)
        if form is not None and error.field in form.fields:
            form.add_error(error.field, error.message)
            return page(request, tab=tab, status=422, **given)
        messages.error(request, error.message)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(_address(tab))


def _address(tab: str) -> str:
    return reverse("dispatch:volunteers", query={"tab": tab})


def _number(request: HttpRequest, name: str) -> int | None:
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _riders(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    user = who(request)
    found = selectors.riders_for(user)
    words = request.GET.get("q", "").replace("\0", "").strip()[:40]
    state = request.GET.get("state", "")
    if words:
        found = found.filter(
            Q(vest_no__icontains=words) | Q(nickname__contains=words) | Q(user__display_name__contains=words)
            | Q(platform__contains=words) | Q(station__contains=words) | Q(area__contains=words)
        )  # fmt: skip
    if state == "duty":
        found = found.filter(on_duty_since__isnull=False)
    elif state == "nearby":
        found = found.filter(helps_nearby=True, paused_at__isnull=True)
    elif state == "paused":
        found = found.filter(paused_at__isnull=False)
    editing = given.get("editing")
    if editing is None and user.has_perm(EDIT) and (pk := _number(request, "edit")) is not None:
        editing = selectors.riders_for(user).filter(pk=pk).first()
    form = given.get("rider_form")
    if form is None and user.has_perm(EDIT):
        form = RiderForm(known=editing)
    return {
        "part": Paginator(selectors.with_deeds(found), PAGE).get_page(request.GET.get("page")),
        "kept": {name: value for name, value in (("tab", "riders"), ("q", words), ("state", state)) if value},
        "words": words,
        "state": state,
        "editing": editing,
        "rider_form": form,
        "pause_form": given.get("pause_form") or PauseForm(),
    }


def _deeds(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    reports = list(selectors.recent_reports()[:SHOWN])
    return {
        "calls": selectors.running_calls()[:SHOWN],
        "helps": selectors.recent_parts()[:SHOWN],
        "reports": [
            {"row": row, "says": says(row.hazard), "code": became(row.incident), "became": BECAME[became(row.incident)]}
            for row in reports
        ],
        "solving": next((row for row in reports if row.pk == _number(request, "solve")), None),
        "solved_form": SolvedForm(),
    }


def _notes(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    form = given.get("note_form")
    if form is None and who(request).has_perm(NOTE):
        form = NoteForm(initial=_first_words(request))
    return {
        "part": Paginator(selectors.notes(), PAGE).get_page(request.GET.get("page")),
        "kept": {"tab": "notes"},
        "note_form": form,
        "voiding": _number(request, "void"),
    }


def _first_words(request: HttpRequest) -> dict[str, Any]:
    """What the form begins with: the facts of the help or the report that is to be certified."""
    now = db_now().astimezone(STREET).replace(second=0, microsecond=0)
    part = HelpPart.objects.select_related("call__incident__community", "rider").filter(
        pk=_number(request, "part") or 0, accepted_at__isnull=False
    )
    if found := part.first():
        ends = (found.finished_at or found.ended_at or now).astimezone(STREET)
        begins = (found.accepted_at or now).astimezone(STREET)
        place = _where(found.call.incident)
        did = found.did or found.call.text
        return {"part": found.pk, "rider": found.rider_id, "begun_at": begins, "ended_at": ends, "place": place,
                "did": did}  # fmt: skip
    report = (
        RiderReport.objects.select_related("incident__community").filter(pk=_number(request, "report") or 0).first()
    )
    if report is not None:
        begins = report.found_at.astimezone(STREET)
        return {"report": report.pk, "rider": report.rider_id, "begun_at": begins,
                "ended_at": min(begins + timedelta(minutes=10), now), "place": _where(report.incident),
                "did": _("Reported to the street: %(what)s") % {"what": says(report.hazard)}}  # fmt: skip
    return {"rider": _number(request, "rider"), "begun_at": now - timedelta(minutes=30), "ended_at": now}


def _where(incident: Incident) -> str:
    return incident.address or (incident.community.short_name if incident.community else incident.title)


def _honour(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    try:
        month = month_of(request.GET.get("month"))
    except BadInput:
        month = month_of(None)
    before = month - timedelta(days=1)
    after = month + timedelta(days=32)
    return {"month": month, "before": f"{before:%Y-%m}", "after": f"{after:%Y-%m}",
            "is_now": month == month_of(None), "lines": honour(month)}  # fmt: skip
