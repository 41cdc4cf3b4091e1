"""The police desk: escalations to answer, one view with all a dispatcher needs, calls handed to the street."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import services
from dispatch.desk import who
from dispatch.matching import sentence
from dispatch.models import Assignment, LinkSubject, Reinforcement, Unit, UnitPosition
from dispatch.police import selectors, story
from dispatch.police.clocks import with_clocks
from dispatch.police.forms import AcceptCallForm, JudgeForm, NoteForm, OfferForm, RefuseForm
from dispatch.police.link.line import line, line_shape
from dispatch.police.link.outbox import is_on
from dispatch.police.link.wire import escalation_subject
from dispatch.police.rules import police_rules
from dispatch.selectors import live_orders, skill_for
from dispatch.services.transfers import Offer
from dispatch.shapes import position_shape
from dispatch.state import phone_state
from dispatch.why import skill_label
from grid.selectors_shifts import seats
from incidents.models import Attachment, Deadline, Incident
from incidents.shapes import deadline_shape
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound

TRANSFERS_SHOWN = 12
ENDED_SHOWN = 5
CARS_SHOWN = 6
Call = Reinforcement.Status
ONE_MOMENT = timedelta(seconds=5)  # a call and its clock are written one after the other


@require_safe
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def desk(request: HttpRequest) -> HttpResponse:
    """The desk; `?call=` opens one escalation, without it the first that waits."""
    return page(request)


def page(request: HttpRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    """The desk's page; `given` are forms that came back with errors: accept, refuse, note, offer, judge."""
    user = who(request)
    calls = selectors.open_calls(user)
    over = list(selectors.calls_for(user).filter(ended_at__isnull=False)[:ENDED_SHOWN])
    _with_call_clocks([*calls, *over])
    asked = request.GET.get("call", "")
    chosen = None
    if asked.isdecimal() and len(asked) < 19:
        chosen = selectors.calls_for(user).filter(pk=asked).first()
    chosen = chosen or (calls[0] if calls else None)
    transfers = list(selectors.transfers_for(user).order_by("-id")[:TRANSFERS_SHOWN])
    with_clocks(transfers)
    context: dict[str, Any] = {
        "calls": calls,
        "over": over,
        "unanswered": sum(call.status == Call.REQUESTED for call in calls),
        "chosen": chosen,
        "transfers": transfers,
        "offer": given.get("offer") or OfferForm(),
        "offer_open": "offer" in given,
        "judge": given.get("judge") or JudgeForm(prefix=""),
        "judged": given.get("judged"),
        "line": line_shape(line()),
    }
    if chosen is not None:
        context |= _view(chosen, given)
    return render(request, "dispatch/police_desk.html", context, status=status)


@require_POST
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The police come, with the chosen car."""
    call = selectors.call_for(who(request), pk)
    form = AcceptCallForm(request.POST, cars=_cars(call), to_be_named=call.status == Call.ACCEPTED)
    if not form.is_valid():
        return _again(request, call, accept=form)
    unit = form.cleaned_data["unit"]
    return _step(request, call, "accept", form, _("Accepted. The seat sees it at once."), lambda: (
        services.accept_call(pk, unit, actor=who(request))))  # fmt: skip


@require_POST
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """The police do not come, and say why."""
    call = selectors.call_for(who(request), pk)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _again(request, call, refuse=form)
    return _step(request, call, "refuse", form, _("Refused. The seat sees the reason at once."), lambda: (
        services.refuse_call(pk, form.cleaned_data["reason"], actor=who(request))))  # fmt: skip


@require_POST
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """A note to the street."""
    call = selectors.call_for(who(request), pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _again(request, call, note=form)
    return _step(request, call, "note", form, _("The note stands in the story."), lambda: (
        services.note_call(pk, form.cleaned_data["text"], actor=who(request))))  # fmt: skip


@require_POST
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def offer(request: HttpRequest) -> HttpResponse:
    """Hand a non-police call to the street."""
    form = OfferForm(request.POST)
    if not form.is_valid():
        return page(request, status=422, offer=form)
    try:
        transfer, new = services.receive_transfer(Offer(**form.cleaned_data), actor=who(request))
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return page(request, status=422, offer=form)
    if new:
        messages.success(request, _("%(no)s is with the street; it answers within two minutes.")
                         % {"no": transfer.police_no})  # fmt: skip
    else:
        messages.warning(request, _("%(no)s is with the street already.") % {"no": transfer.police_no})
    return redirect(reverse("dispatch:police-desk"))


@require_POST
@login_required
@permission_required(selectors.DESK, raise_exception=True)
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """What the police side says of a result."""
    transfer = selectors.transfer_for(who(request), pk)
    form = JudgeForm(request.POST)
    if form.is_valid():
        try:
            services.judge_transfer(pk, actor=who(request), **form.cleaned_data)
        except BadInput as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("dispatch:police-desk")
        else:
            messages.success(request, _("Judged. The seats see it at once."))
            return redirect("dispatch:police-desk")
    return page(request, status=422, judge=form, judged=transfer.pk)


@require_safe
@login_required
@permission_required("dispatch.answer_order", raise_exception=True)
def car(request: HttpRequest) -> HttpResponse:
    """The phone of a police car: the machinery of every unit's phone, in police words."""
    mine = Unit.objects.filter(members__user=who(request), kind=Unit.Kind.POLICE, is_active=True).order_by("code")
    unit = mine.select_related("position").first()
    if unit is None:
        return render(request, "dispatch/police_car.html", {"unit": None, "state": None})
    services.hear(unit.pk)
    return render(
        request,
        "dispatch/police_car.html",
        {"unit": unit, "state": phone_state(unit), "seat_phone": police_rules().seat_phone},
    )


def _view(call: Reinforcement, given: dict[str, Any]) -> dict[str, Any]:
    """All a dispatcher needs to know of one escalation, and the steps that fit now."""
    incident = call.incident
    ordered, cars = _ordered(call), _cars(call)
    coming = call.status in (Call.REQUESTED, Call.ACCEPTED) and incident.ended_at is None
    orders = live_orders(incident.pk)
    return {
        "incident": incident,
        "orders": orders,
        "ordered": ordered,
        "coming": coming,
        "may_come": call.status == Call.REFUSED and incident.ended_at is None,
        "accept": given.get("accept") or AcceptCallForm(cars=cars, to_be_named=call.status == Call.ACCEPTED),
        "has_cars": bool(cars),
        "refuse": given.get("refuse") or RefuseForm(),
        "refuse_open": "refuse" in given,
        "note": given.get("note") or NoteForm(),
        "photos": Attachment.objects.filter(incident=incident).exclude(kind=Attachment.Kind.FILE).order_by("-id")[:12],
        "story": story.lines(incident.pk),
        "same": _same(call, incident),
        "seat_phone": police_rules().seat_phone,
        "seat": _seat_of(call),
        "scene": {
            "id": call.pk, "incident": {"id": incident.pk, "level": incident.level, "title": incident.title,
                                        "lon": incident.lon, "lat": incident.lat, "status": incident.status},
            "units": _units(orders),
        },
    }  # fmt: skip


def _ordered(call: Reinforcement) -> Assignment | None:
    order = call.assignment
    return order if order is not None and order.ended_at is None else None


def _cars(call: Reinforcement) -> list[tuple[int, str]]:
    """The car that is ordered already, then the free ones as they are ranked, each with the reason of its place."""
    ordered = _ordered(call)
    skill = skill_label(skill_for(call.incident))
    first = (
        [(ordered.unit.pk, f"{ordered.unit.name} · {ordered.get_status_display()}")] if ordered and ordered.unit else []
    )
    return first + [(car.unit.id, sentence(car, skill)) for car in selectors.cars_for(call.incident)[:CARS_SHOWN]]


def _same(call: Reinforcement, incident: Incident) -> dict[str, Any]:
    """Whether both centres see the same version: with our own desk they look at one row."""
    if not is_on():
        return {"rev": incident.rev, "same": True, "known": incident.rev}
    known = LinkSubject.objects.filter(pk=escalation_subject(call.pk)).values_list("known_rev", flat=True).first()
    return {"rev": incident.rev, "same": (known or 0) >= incident.rev, "known": known or 0}


def _seat_of(call: Reinforcement) -> int | None:
    """The number of the seat at which the person who called sits now."""
    return next((number for number, held in seats().items() if held.user_id == call.requested_by_id), None)


def _units(orders: list) -> list[dict[str, Any]]:
    now, shown = db_now(), []
    places = UnitPosition.objects.in_bulk([order.unit_id for order in orders if order.unit_id])
    for order in orders:
        place = places.get(order.unit_id)
        position = position_shape(place, now) if place else None
        if order.unit is not None and position is not None:
            shown.append(
                {"id": order.unit.pk, "name": order.unit.name, "kind": order.unit.kind, "on_duty": True,
                 "position": position, "assignment": {"incident": order.incident_id, "status": order.status}}
            )  # fmt: skip
    return shown


def _with_call_clocks(calls: list[Reinforcement]) -> None:
    """Give each call its S15 clock, in one query."""
    rows = Deadline.objects.filter(
        incident_id__in=[call.incident_id for call in calls], code="S15", part=Unit.Kind.POLICE, void_at__isnull=True
    )
    clocks = list(rows.order_by("generation", "started_at"))
    for call in calls:
        order = call.assignment
        gone = order is None or (order.ended_at is not None and order.status != order.Status.FINISHED)
        call.to_be_named = call.status == Call.ACCEPTED and gone  # type: ignore[attr-defined]
        own = [row for row in clocks if row.incident_id == call.incident_id and _began_with(row, call)]
        call.clock = deadline_shape(own[0]) if own else None  # type: ignore[attr-defined]


def _began_with(clock: Deadline, call: Reinforcement) -> bool:
    """Whether the clock was started by this call, and not by an earlier one to the same incident."""
    return abs(clock.started_at - call.requested_at) < ONE_MOMENT


def _step(
    request: HttpRequest, call: Reinforcement, name: str, form: forms.Form, said: str, work: Callable[[], object]
) -> HttpResponse:
    try:
        work()
    except BadInput as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _again(request, call, **{name: form})
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect(reverse("dispatch:police-desk", query={"call": call.pk}))


def _again(request: HttpRequest, call: Reinforcement, **given: forms.Form) -> HttpResponse:
    request.GET = request.GET.copy()
    request.GET["call"] = str(call.pk)
    return page(request, status=422, **given)
