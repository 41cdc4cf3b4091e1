"""The unit's phone and the department's desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from dispatch import selectors, services
from dispatch.forms import AcceptForm, DeskFilter, HandleForm, ReturnForm
from dispatch.models import Assignment
from dispatch.state import phone_state
from incidents.models import Attachment, Deadline, Department
from incidents.shapes import deadline_shape
from shushanwei.common.errors import BadInput, DomainError, NotAllowed, NotFound
from shushanwei.journal.selectors import story_of
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

PAGE = 30
DESK_CLOCKS = ("accept", "handle")
Status = Assignment.Status
STATES = {
    "open": Q(ended_at__isnull=True),
    "offered": Q(status=Status.OFFERED),
    "accepted": Q(status=Status.ACCEPTED),
    "finished": Q(status=Status.FINISHED),
    "ended": Q(ended_at__isnull=False),
}

# The department reads what happened to its case, not every push.
STORY = {
    "incident.opened": gettext_lazy("reported"),
    "incident.pending_dispatch": gettext_lazy("filed, awaiting dispatch"),
    "incident.dispatched": gettext_lazy("dispatched"),
    "incident.returned": gettext_lazy("sent back"),
    "incident.handling": gettext_lazy("handling began"),
    "incident.handled": gettext_lazy("handled"),
    "incident.pending_check": gettext_lazy("confirmed, awaiting check"),
    "incident.rework": gettext_lazy("check not passed, rework"),
    "incident.pending_close": gettext_lazy("check passed, awaiting closing"),
    "incident.closed": gettext_lazy("closed"),
    "incident.extended": gettext_lazy("limit extended"),
    "incident.suspended": gettext_lazy("put on hold"),
    "incident.resumed": gettext_lazy("taken up again"),
    "incident.deadline_missed": gettext_lazy("promise missed"),
}


@require_safe
@login_required
@permission_required("dispatch.answer_order", raise_exception=True)
def unit(request: HttpRequest) -> HttpResponse:
    """The phone of a unit: orders, the way there, answers."""
    try:
        mine = selectors.unit_of(_who(request))
    except NotFound:
        return render(request, "dispatch/unit.html", {"unit": None, "state": None})
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
    own = _own(_who(request))
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
    _with_clocks(page.object_list)
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
            "departments": _departments(_who(request)),
        },
    )


@require_safe
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case of the department: what is known, what may be done now."""
    return _case_page(request, _case(request, pk))


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the case."""
    order = _case(request, pk)
    form = AcceptForm(request.POST, handlers=_handlers(order))
    if not form.is_valid():
        return _case_page(request, order, accept=form, status=422)
    handler = User.objects.filter(username=form.cleaned_data["handler"]).first()
    return _do(request, order, form, "accept", _("Accepted. The handling limit runs."), lambda: services.accept_case(
        order.pk, actor=_who(request), handler=handler))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the case back with a reason."""
    order = _case(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _case_page(request, order, send_back=form, status=422)
    return _do(request, order, form, "send_back", _("Sent back to the dispatcher."), lambda: services.send_back(
        order.pk, actor=_who(request), **form.cleaned_data))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.handle_case", raise_exception=True)
def dept_handle(request: HttpRequest, pk: int) -> HttpResponse:
    """The work is done: words and a photo."""
    order = _case(request, pk)
    form = HandleForm(request.POST, request.FILES)
    if not form.is_valid():
        return _case_page(request, order, handle=form, status=422)
    values = form.cleaned_data

    def work():
        photo = services.Photo.at(
            lon=values["lon"],
            lat=values["lat"],
            raw=values["photo"].read(),
            uuid=values["uuid"],
            name=values["photo"].name or "",
            shot_at=values["shot_at"],
        )
        return services.handle(order.pk, actor=_who(request), done=values["done"], photo=photo)

    return _do(request, order, form, "handle", _("Handled. It awaits your department's confirmation."), work)


@require_POST
@login_required
@permission_required("dispatch.confirm_case", raise_exception=True)
def dept_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm for the department: the handling clock stops."""
    order = _case(request, pk, "dispatch.confirm_case")
    return _do(request, order, None, "confirm", _("Confirmed. The handling limit has stopped."), lambda: (
        services.confirm(order.pk, actor=_who(request))))  # fmt: skip


def _do(request, order, form, name, said, work) -> HttpResponse:
    """Run one service; a refusal of a field stands beside it, any other above the page."""
    try:
        work()
    except BadInput as error:
        if form is None:
            raise
        field = error.field if error.field in form.fields else {"file": "photo"}.get(error.field or "")
        form.add_error(field, error.message)
        return _case_page(request, order, status=422, **{name: form})
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("dispatch:dept-case", pk=order.pk)


def _case_page(request, order, *, accept=None, send_back=None, handle=None, status=200) -> HttpResponse:
    incident = order.incident
    may_confirm = order.department.code in reach_of(_who(request), "dispatch.confirm_case").departments
    _with_clocks([order])
    live = order.ended_at is None
    return render(
        request,
        "dispatch/dept_case.html",
        {
            "order": order,
            "incident": incident,
            "accept": accept or (AcceptForm(handlers=_handlers(order)) if live and order.status == "offered" else None),
            "send_back": send_back or (ReturnForm() if live and order.status in ("offered", "accepted") else None),
            "handle": handle or (HandleForm() if live and order.status == "accepted" else None),
            "confirm": live and order.status == "finished" and may_confirm,
            "waits_for_confirmation": live and order.status == "finished" and not may_confirm,
            "photos": Attachment.objects.filter(incident=incident).exclude(kind="file").order_by("id"),
            "story": [
                (line, STORY[line.verb])
                for line in story_of("incident", incident.pk).filter(verb__in=STORY).order_by("-id")[:60]
            ],
            "scene": {"lon": incident.lon, "lat": incident.lat, "level": incident.level, "title": incident.title,
                      "id": incident.pk},
        },
        status=status,
    )  # fmt: skip


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _case(request: HttpRequest, pk: int, permission: str = "dispatch.handle_case") -> Assignment:
    try:
        order = selectors.own_case(_who(request), pk, permission)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    except NotFound:
        raise Http404 from None
    return order


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


def _handlers(order: Assignment) -> QuerySet[User]:
    code = order.department.code if order.department else ""
    people = User.objects.filter(
        is_active=True,
        grants__department_code=code,
        grants__role__permissions__contains=["dispatch.handle_case"],
    )
    return people.distinct().order_by("username")


def _with_clocks(orders) -> None:
    """Give each order its running or last clock of acceptance and handling, as screens count it."""
    ids = [order.incident_id for order in orders]
    found: dict[int, list[dict]] = {}
    clocks = Deadline.objects.filter(incident_id__in=ids, policy="stage", code__in=DESK_CLOCKS, void_at__isnull=True)
    for deadline in clocks.order_by("started_at", "id"):
        found.setdefault(deadline.incident_id, []).append(deadline_shape(deadline))
    for order in orders:
        by_code = {clock["code"]: clock for clock in found.get(order.incident_id, [])}
        order.clocks = [by_code[code] for code in DESK_CLOCKS if code in by_code]
        order.clock = by_code.get("accept" if order.status == Status.OFFERED else "handle") or by_code.get("handle")
