"""The unit's phone and the department's desk."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import selectors, services
from dispatch.desk import case_of, case_page, handlers_of, step, who, with_clocks, with_marks
from dispatch.forms import AcceptForm, DeskFilter, HandleForm, ReturnForm, SceneForm
from dispatch.models import Assignment, Unit
from dispatch.state import phone_state
from incidents.models import Department
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

PAGE = 30
Status = Assignment.Status
STATES = {
    "open": Q(ended_at__isnull=True),
    "offered": Q(status=Status.OFFERED),
    "accepted": Q(status=Status.ACCEPTED),
    "finished": Q(status=Status.FINISHED),
    "ended": Q(ended_at__isnull=False),
}


@require_safe
@login_required
@permission_required("dispatch.answer_order", raise_exception=True)
def unit(request: HttpRequest) -> HttpResponse:
    """The phone of a unit: orders, the way there, answers."""
    try:
        mine = selectors.unit_of(who(request))
    except NotFound:
        return render(request, "dispatch/unit.html", {"unit": None, "state": None})
    if mine.kind == Unit.Kind.POLICE:
        return redirect("dispatch:police")
    services.hear(mine.pk)
    return render(request, "dispatch/unit.html", {"unit": mine, "state": phone_state(mine)})


@require_safe
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept(request: HttpRequest) -> HttpResponse:
    """The department's cases: a table that keeps its filters in the address."""
    asked = DeskFilter(request.GET)
    asked.is_valid()
    wanted = {name: value for name, value in asked.cleaned_data.items() if value}
    state = wanted.get("state", "open")
    own = _own(who(request))
    found = own.filter(STATES[state])
    if wanted.get("overdue"):
        found = found.filter(incident__overdue_at__isnull=False)
    if word := wanted.get("q"):
        found = found.filter(
            Q(incident__title__icontains=word)
            | Q(incident__case_no__contains=word)
            | Q(incident__address__icontains=word)
        )
    page = Paginator(found.order_by("-id" if state == "ended" else "id"), PAGE).get_page(wanted.get("page", 1))
    with_clocks(page.object_list)
    with_marks(page.object_list)
    kept = {name: value for name, value in wanted.items() if name != "page"}
    return render(
        request,
        "dispatch/dept.html",
        {
            "page_of": page,
            "tabs": [(code, words, own.filter(STATES[code]).count()) for code, words in DeskFilter.STATES],
            "state": state,
            "wanted": wanted,
            "kept": kept,
            "filtered": bool(set(kept) - {"state"}),
            "departments": _departments(who(request)),
        },
    )


@require_safe
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case of the department: what is known, what may be done now."""
    return case_page(request, case_of(request, pk))


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the case."""
    order = case_of(request, pk)
    form = AcceptForm(request.POST, handlers=handlers_of(order))
    if not form.is_valid():
        return case_page(request, order, accept=form, status=422)
    handler = User.objects.filter(username=form.cleaned_data["handler"]).first()
    return step(request, order, "accept", form, _("Accepted. The handling limit runs."), lambda: services.accept_case(
        order.pk, actor=who(request), handler=handler))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the case back with a reason."""
    order = case_of(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return case_page(request, order, send_back=form, status=422)
    return step(request, order, "send_back", form, _("Sent back to the dispatcher."), lambda: services.send_back(
        order.pk, actor=who(request), **form.cleaned_data))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_arrive(request: HttpRequest, pk: int) -> HttpResponse:
    """Called for help and on scene: a photo shows it."""
    order = case_of(request, pk)
    form = SceneForm(request.POST, request.FILES)
    if not form.is_valid():
        return case_page(request, order, arrive=form, status=422)
    photo = _photo(form.cleaned_data)
    return step(request, order, "arrive", form, _("On scene: the fifteen minutes have stopped."), lambda:
        services.arrive_to_help(order.pk, actor=who(request), photo=photo()))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_handle(request: HttpRequest, pk: int) -> HttpResponse:
    """The work is done: words and a photo."""
    order = case_of(request, pk)
    form = HandleForm(request.POST, request.FILES)
    if not form.is_valid():
        return case_page(request, order, handle=form, status=422)
    values = form.cleaned_data

    photo = _photo(values)

    def work():
        return services.handle(order.pk, actor=who(request), done=values["done"], photo=photo())

    return step(request, order, "handle", form, _("Handled. It awaits your department's confirmation."), work)


@require_POST
@login_required
@permission_required("dispatch.confirm_case", raise_exception=True)
def dept_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm for the department: the handling clock stops."""
    order = case_of(request, pk, "dispatch.confirm_case")
    return step(request, order, "confirm", None, _("Confirmed. The handling limit has stopped."), lambda: (
        services.confirm(order.pk, actor=who(request))))  # fmt: skip


def _photo(values: dict[str, Any]) -> Callable[[], services.Photo]:
    """The form's photo, read when it is needed: what cannot be read is said beside the form."""
    return lambda: services.Photo.at(
        lon=values["lon"],
        lat=values["lat"],
        raw=values["photo"].read(),
        uuid=values["uuid"],
        name=values["photo"].name or "",
        shot_at=values["shot_at"],
    )


def _own(user: User) -> QuerySet[Assignment]:
    codes = reach_of(user, "dispatch.handle_case").departments
    return (
        selectors.assignments_for(user)
        .filter(department__code__in=codes)
        .select_related(
            "incident__category",
            "incident__szcg_category",
            "incident__community",
            "incident__grid",
            "department",
            "handler",
        )
    )


def _departments(user: User) -> list:
    return list(Department.objects.filter(code__in=reach_of(user, "dispatch.handle_case").departments))
