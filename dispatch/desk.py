"""One case at the department's desk: who may see it, what is known of it, which forms fit now."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from dispatch import selectors, story
from dispatch.forms import AcceptForm, HandleForm, ReplyForm, ReturnForm, SceneForm, TimeForm
from dispatch.models import Assignment
from incidents.lifecycle import Status as IncidentStatus
from incidents.models import Attachment, Deadline, Supervision, TimeRequest
from incidents.rules import flow_rules
from incidents.shapes import deadline_shape
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError, NotAllowed, NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

CLOCKS = ("accept", "handle")
KEPT = {"ask", "reply"}  # long texts: what was typed is not lost to a refusal
Status = Assignment.Status


def who(request: HttpRequest) -> User:
    """The signed-in person."""
    assert isinstance(request.user, User)
    return request.user


def case_of(request: HttpRequest, pk: int, permission: str = "dispatch.handle_case") -> Assignment:
    """The order of the person's own department in which `permission` is held; 404 or 403 otherwise."""
    try:
        return selectors.own_case(who(request), pk, permission)
    except NotAllowed as error:
        raise PermissionDenied(error.message) from None
    except NotFound:
        raise Http404 from None


def step(
    request: HttpRequest, order: Assignment, name: str, form: forms.Form | None, said: str, work: Callable[[], object]
) -> HttpResponse:
    """Run one service; a refusal of a field stands beside it, any other above the page or in a form that is kept."""
    try:
        work()
    except BadInput as error:
        if form is None:
            raise
        field = error.field if error.field in form.fields else {"file": "photo"}.get(error.field or "")
        form.add_error(field, error.message)
        return case_page(request, order, status=422, **{name: form})
    except DomainError as error:
        if name in KEPT and form is not None:
            form.add_error(None, error.message)
            return case_page(request, order, status=error.status, **{name: form})
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("dispatch:dept-case", pk=order.pk)


def case_page(request: HttpRequest, order: Assignment, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    """The page of a case; `given` are forms that came back with errors, by the name of their step."""
    incident, live = order.incident, order.ended_at is None
    may_confirm = _may(request, order, "dispatch.confirm_case")
    held = incident.suspended_at is not None
    helps = order.part == Assignment.Part.REINFORCEMENT
    with_clocks([order])
    fits: dict[str, Any] = {
        "accept": live and order.status == "offered" and (lambda: AcceptForm(handlers=handlers_of(order))),
        "send_back": live and not held and order.status in ("offered", "accepted") and ReturnForm,
        "arrive": live and helps and order.status == "accepted" and SceneForm,
        "handle": live and not held and order.status in (("arrived",) if helps else ("accepted",)) and HandleForm,
    }
    shown = {name: given.get(name) or (make() if make else None) for name, make in fits.items()}
    files = Attachment.objects.filter(incident=incident).select_related("by").order_by("id")
    return render(
        request,
        "dispatch/dept_case.html",
        shown
        | exceptions(request, order, given)
        | {
            "order": order,
            "incident": incident,
            "confirm": live and order.status == "finished" and may_confirm,
            "waits_for_confirmation": live and order.status == "finished" and not may_confirm,
            "photos": [file for file in files if file.kind != Attachment.Kind.FILE],
            "documents": [file for file in files if file.kind == Attachment.Kind.FILE],
            "story": story.lines(incident.pk),
            "scene": {"lon": incident.lon, "lat": incident.lat, "level": incident.level, "title": incident.title,
                      "id": incident.pk, "url": reverse("dispatch:dept-case", args=[order.pk])},
        },
        status=status,
    )  # fmt: skip


def exceptions(request: HttpRequest, order: Assignment, given: dict[str, forms.Form]) -> dict[str, Any]:
    """Requests for time and supervision notices of the case, and what this person may do with them."""
    incident = order.incident
    requests = list(incident.time_requests.select_related("asked_by", "endorsed_by", "decided_by"))
    may_ask = _may(request, order, "incidents.request_time")
    kinds = kinds_to_ask(order, requests) if may_ask else []
    notices = list(incident.supervisions.filter(cleared_at__isnull=True).select_related("issued_by", "replied_by"))
    may_reply = _may(request, order, "incidents.reply_supervision")
    for notice in notices:
        notice.clock = reply_clock(notice)
        notice.form = _reply_form(notice, given.get("reply")) if may_reply and notice.replied_at is None else None
    return {
        "requests": requests,
        "waiting": any(request.is_open for request in requests),
        "notices": notices,
        "ask": given.get("ask") or (time_form(order, kinds) if kinds else None),
        "nothing_to_ask": may_ask and in_our_hands(order) and not kinds and not any(r.is_open for r in requests),
        "may_endorse": _may(request, order, "incidents.endorse_time"),
        "may_withdraw": may_ask,
    }


def _reply_form(notice: Supervision, back: forms.Form | None) -> forms.Form:
    if back is not None and back.data.get("supervision") == str(notice.pk):
        return back
    return ReplyForm(initial={"supervision": notice.pk})


def in_our_hands(order: Assignment) -> bool:
    """Whether the case is in the hands of this department and its handling goes on."""
    incident = order.incident
    return order.ended_at is None and incident.status == IncidentStatus.HANDLING and incident.suspended_at is None


def kinds_to_ask(order: Assignment, requests: Iterable[TimeRequest]) -> list[str]:
    """What is worth asking for; the service decides anew when it is asked."""
    incident, kinds = order.incident, []
    if not in_our_hands(order):
        return []
    limit = next((clock for clock in order.clocks if clock["code"] == "handle"), None)
    running = limit and not limit["stopped_at"] and datetime.fromisoformat(limit["due_at"]) > db_now()
    if running and incident.standard_id and incident.extension_count < flow_rules().extensions_most:
        kinds.append(TimeRequest.Kind.EXTENSION.value)
    if not incident.suspension_used:
        kinds.append(TimeRequest.Kind.SUSPENSION.value)
    waiting = {request.kind for request in requests if request.is_open}
    return [kind for kind in kinds if kind not in waiting]


def time_form(order: Assignment, kinds: list[str], *data: Any) -> TimeForm:
    """The form to ask for time, with what may be asked for and whether a document is still missing."""
    has_evidence = order.incident.attachments.exists()
    return TimeForm(*data, kinds=kinds, has_evidence=has_evidence, longest_days=flow_rules().suspension_longest_days)


def reply_clock(notice: Supervision) -> dict[str, Any]:
    """The reply limit of a notice as screens count it."""
    replied, due = notice.replied_at, notice.reply_due_at
    return {
        "code": "reply",
        "started_at": notice.issued_at.isoformat(),
        "due_at": due.isoformat(),
        "met_at": replied.isoformat() if replied and replied <= due else None,
        "stopped_at": replied.isoformat() if replied else None,
    }


def handlers_of(order: Assignment) -> QuerySet[User]:
    """The people of the order's department who may be named as handler."""
    code = order.department.code if order.department else ""
    people = User.objects.filter(
        is_active=True,
        grants__department_code=code,
        grants__role__permissions__contains=["dispatch.handle_case"],
    )
    return people.distinct().order_by("username")


def with_clocks(orders: Iterable[Assignment]) -> None:
    """Give each order its running or last clock of acceptance and handling, as screens count it."""
    orders = list(orders)
    found: dict[int, list[dict]] = {}
    clocks = Deadline.objects.filter(
        incident_id__in=[order.incident_id for order in orders], policy="stage", code__in=CLOCKS, void_at__isnull=True
    )
    for deadline in clocks.order_by("started_at", "id"):
        found.setdefault(deadline.incident_id, []).append(deadline_shape(deadline))
    for order in orders:
        by_code = {clock["code"]: clock for clock in found.get(order.incident_id, [])}
        order.clocks = [by_code[code] for code in CLOCKS if code in by_code]
        clock = by_code.get("accept" if order.status == Status.OFFERED else "handle") or by_code.get("handle")
        order.clock = clock


def with_marks(orders: Iterable[Assignment]) -> None:
    """Give each order of a page its open requests for time, in one query for all."""
    orders = list(orders)
    asked = TimeRequest.objects.filter(
        incident_id__in=[order.incident_id for order in orders], state__in=TimeRequest.OPEN
    )
    found: dict[int, list[TimeRequest]] = {}
    for request in asked:
        found.setdefault(request.incident_id, []).append(request)
    for order in orders:
        order.asked = found.get(order.incident_id, [])


def _may(request: HttpRequest, order: Assignment, permission: str) -> bool:
    return order.department is not None and order.department.code in reach_of(who(request), permission).departments
