"""The roster page: a week of shifts, who is planned, what is asked for."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grid import selectors_shifts as shifts
from grid.forms_roster import CopyForm, DecisionForm, LeaveForm, PlanForm, SwapForm, WeekForm
from grid.models import Leave, Swap
from grid.services import roster as services
from grid.views import holding
from shushanwei.common.errors import BadInput, DomainError
from shushanwei.people.models import User

FORM_FIELD = {"period": "shift", "until": "last", "user": "person", "from": "source", "to": "to"}


@require_safe
@holding("grid.view_roster")
def roster(request: HttpRequest) -> HttpResponse:
    """A week of shifts; `?week=` any day of it."""
    return _page(request)


@require_POST
@holding("grid.plan_roster")
def plan(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty."""
    week = _week(request)
    form = PlanForm(request.POST, shifts=shifts.week_of(week), people=_people())
    if not form.is_valid():
        return _page(request, plan=form, status=422)
    values = form.cleaned_data

    def work() -> str:
        line = services.plan(
            values["person"], values["post"], shift=values["shift"], place=values["place"],
            is_backup=values["is_backup"], actor=_who(request),
        )  # fmt: skip
        return _("%(name)s is planned.") % {"name": line.user}

    return _do(request, work, plan=form)


@require_POST
@holding("grid.plan_roster")
def copy(request: HttpRequest) -> HttpResponse:
    """Plan a week as another was."""
    form = CopyForm(request.POST)
    if not form.is_valid():
        return _page(request, copy=form, status=422)
    source, target = (_monday(form.cleaned_data[name]) for name in ("source", "target"))

    def work() -> str:
        made, left = services.copy_week(source, target, actor=_who(request))
        for line in left[:10]:
            messages.warning(request, line)
        return _("%(count)s duties were copied.") % {"count": made}

    return _do(request, work, copy=form)


@require_POST
@holding("grid.plan_roster")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody off the roster."""
    return _do(request, lambda: _("%(name)s was taken off.") % {"name": services.cancel(pk, actor=_who(request)).user})


@require_POST
@holding("grid.sign_on")
def ask_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to give a duty away or to change it."""
    form = SwapForm(request.POST, people=_people(), duties=shifts.duties_to_swap(_who(request)))
    if not form.is_valid():
        return _page(request, swap=form, swap_line=pk, status=422)
    values = form.cleaned_data

    def work() -> str:
        back = values["back"].pk if values["back"] else None
        services.ask_swap(pk, to=values["to"], back_id=back, reason=values["reason"], actor=_who(request))
        return _("Asked. The shift leader decides.")

    return _do(request, work, swap=form, swap_line=pk)


@require_POST
@holding("grid.plan_roster")
def decide_swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse a swap."""
    return _decide(request, lambda **answer: services.decide_swap(pk, **answer))


@require_POST
@holding("grid.sign_on")
def ask_leave(request: HttpRequest) -> HttpResponse:
    """Ask for leave."""
    form = LeaveForm(request.POST, people=_people())
    if not form.is_valid():
        return _page(request, leave=form, status=422)
    values = form.cleaned_data

    def work() -> str:
        services.ask_leave(_who(request), stand_in=values["stand_in"], period=form.period(), reason=values["reason"])
        return _("Asked. The shift leader decides.")

    return _do(request, work, leave=form)


@require_POST
@holding("grid.plan_roster")
def decide_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse leave."""
    return _decide(request, lambda **answer: services.decide_leave(pk, **answer))


def _decide(request: HttpRequest, service: Callable) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose yes or no."))
        return redirect(_back(request))

    def work() -> str:
        approve = form.cleaned_data["answer"] == "yes"
        service(actor=_who(request), approve=approve, note=form.cleaned_data["note"])
        return _("Approved.") if approve else _("Refused.")

    return _do(request, work)


def _do(request: HttpRequest, work: Callable[[], str], **shown) -> HttpResponse:
    """Run one service; what it refuses stands beside the field, or above the page."""
    form = next((value for value in shown.values() if hasattr(value, "fields")), None)
    try:
        messages.success(request, work())
    except BadInput as error:
        name = FORM_FIELD.get(error.field or "", error.field)
        if form is None or name not in form.fields:
            messages.error(request, error.message)
        else:
            form.add_error(name, error.message)
            return _page(request, status=422, **shown)
    except DomainError as error:
        if form is None:
            messages.error(request, error.message)
        else:
            form.add_error(None, error.message)
            return _page(request, status=error.status, **shown)
    return redirect(_back(request))


def _page(request, *, plan=None, copy=None, swap=None, swap_line=None, leave=None, status=200) -> HttpResponse:
    day = _week(request)
    monday = _monday(day)
    user = _who(request)
    week = shifts.week_of(day)
    may_plan = user.has_perm("grid.plan_roster")
    may_ask = user.has_perm("grid.sign_on")
    people = _people()
    days = [monday + timedelta(days=n) for n in range(7)]
    cells = {(shift.template_id, shift.day): shift for shift in week}
    templates = sorted({shift.template for shift in week}, key=lambda template: template.starts)
    open_swaps = Swap.objects.filter(state=Swap.State.ASKED).select_related("line__user", "to", "back", "asked_by")
    open_leave = Leave.objects.filter(state=Leave.State.ASKED).select_related("user", "stand_in")
    if not may_plan:
        open_swaps, open_leave = open_swaps.filter(asked_by=user), open_leave.filter(user=user)
    context = {
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "today": shifts.street_today(),
        "now": timezone.now(),
        "days": days,
        "rows": [(template, [cells.get((template.pk, day)) for day in days]) for template in templates],
        "running": shifts.shift_at(),
        "may_plan": may_plan,
        "plan": plan or (PlanForm(shifts=week, people=people) if may_plan and week else None),
        "copy": copy or CopyForm(initial={"source": monday - timedelta(days=7), "target": monday}),
        "swap": swap or SwapForm(people=people.exclude(pk=user.pk), duties=shifts.duties_to_swap(user)),
        "swap_line": swap_line,
        "leave": leave or (LeaveForm(people=people.exclude(pk=user.pk)) if may_ask else None),
        "mine": shifts.duties_of(user) if may_ask else [],
        "swaps": open_swaps,
        "leaves": open_leave,
        "present": set(shifts.present().values_list("pk", flat=True)),
    }
    return render(request, "grid/roster.html", context, status=status)


def _people() -> QuerySet[User]:
    """Who can be planned: every account in use that may come on duty."""
    people = User.objects.filter(is_active=True, is_kiosk=False, grants__role__permissions__contains=["grid.sign_on"])
    return people.distinct().order_by("username")


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _week(request: HttpRequest) -> date:
    form = WeekForm(request.GET)
    return (form.cleaned_data.get("week") if form.is_valid() else None) or shifts.street_today()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _back(request: HttpRequest) -> str:
    return f"{reverse('grid:roster')}?{urlencode({'week': _monday(_week(request)).isoformat()})}"
