"""The transfers of the seats and the books of the line to the police."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dispatch import services
from dispatch.desk import who
from dispatch.models import PoliceMessage, PoliceTransfer
from dispatch.police import selectors
from dispatch.police.clocks import with_clocks
from dispatch.police.forms import FeedbackForm, GiveBackForm, SecondClosingForm, TakeForm, TransferFilter
from dispatch.police.lifecycle import Transfer
from dispatch.police.link.line import line, line_shape
from dispatch.police.link.sending import resend
from dispatch.services.transfers import proposed_class
from incidents.lifecycle import ENDED
from shushanwei.common.errors import BadInput, DomainError

PAGE = 30
MESSAGES_SHOWN = 100
States = {code: states for code, _words, states in TransferFilter.TABS}


@require_safe
@login_required
@permission_required(selectors.VIEW, raise_exception=True)
def transfers(request: HttpRequest) -> HttpResponse:
    """The queue of 110 transfers; `?transfer=` opens one with its forms."""
    return page(request)


def page(request: HttpRequest, *, status: int = 200, caller: dict | None = None, **given: forms.Form) -> HttpResponse:
    """The transfers page; `given` are forms that came back with errors: take, give_back, feedback, second."""
    asked = TransferFilter(request.GET)
    asked.is_valid()
    wanted = {name: value for name, value in asked.cleaned_data.items() if value}
    tab = wanted.get("tab", "waiting")
    rows = selectors.transfers_for(who(request))
    found = rows.filter(status__in=States[tab])
    if word := wanted.get("q"):
        found = found.filter(Q(police_no__contains=word) | Q(address__icontains=word) | Q(description__icontains=word))
    part = Paginator(found.order_by("id" if tab == "waiting" else "-id"), PAGE).get_page(wanted.get("page", 1))
    with_clocks(part.object_list)
    counts = dict(rows.order_by().values_list("status").annotate(n=Count("id")))
    chosen = rows.filter(pk=wanted["transfer"]).first() if "transfer" in wanted else None
    return render(
        request,
        "dispatch/transfers.html",
        {
            "part": part,
            "tabs": [
                (code, words, sum(counts.get(state, 0) for state in states))
                for code, words, states in TransferFilter.TABS
            ],
            "tab": tab,
            "wanted": wanted,
            "kept": {name: value for name, value in wanted.items() if name not in ("page", "transfer")},
            "line": line_shape(line()),
            **(_chosen(request, chosen, given) | {"caller": caller} if chosen else {"chosen": None}),
        },
        status=status,
    )  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.take_transfer", raise_exception=True)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the call: with the proposed class from the list, with a chosen one from the form."""
    transfer = selectors.transfer_for(who(request), pk)
    values: dict[str, Any] = {}
    form = None
    if "category" in request.POST:
        form = TakeForm(request.POST, **_proposed(transfer))
        if not form.is_valid():
            return _again(request, transfer, take=form)
        values = form.cleaned_data
    return step(request, transfer, "take", form, _("Accepted. The incident is in the queue of the console."), lambda: (
        services.accept_transfer(pk, actor=who(request), **values)))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.take_transfer", raise_exception=True)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the call back, with a reason."""
    transfer = selectors.transfer_for(who(request), pk)
    form = GiveBackForm(request.POST)
    if not form.is_valid():
        return _again(request, transfer, give_back=form)
    return step(request, transfer, "give_back", form, _("Given back to the police."), lambda: (
        services.return_transfer(pk, actor=who(request), **form.cleaned_data)))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.take_transfer", raise_exception=True)
def feed_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The first feedback by hand."""
    transfer = selectors.transfer_for(who(request), pk)
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _again(request, transfer, feedback=form)
    return step(request, transfer, "feedback", form, _("The police have the first feedback."), lambda: (
        services.feed_back(pk, actor=who(request), **form.cleaned_data)))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.take_transfer", raise_exception=True)
def close_again(request: HttpRequest, pk: int) -> HttpResponse:
    """The second closing."""
    transfer = selectors.transfer_for(who(request), pk)
    form = SecondClosingForm(request.POST)
    if not form.is_valid():
        return _again(request, transfer, second=form)
    facts = dict(form.cleaned_data)
    brief = facts.pop("confirm_brief")
    return step(request, transfer, "second", form, _("The second closing is given."), lambda: (
        services.close_again(pk, actor=who(request), facts=facts, confirm_brief=brief)))  # fmt: skip


@require_POST
@login_required
@permission_required("dispatch.take_transfer", raise_exception=True)
def caller(request: HttpRequest, pk: int) -> HttpResponse:
    """Who called, in clear text, once: that somebody looked is written down."""
    transfer = selectors.transfer_for(who(request), pk)
    shown = services.show_caller(transfer.pk, actor=who(request))
    request.GET = request.GET.copy()
    request.GET.update(_place(transfer))
    return page(request, caller=shown)


@require_safe
@login_required
@permission_required(selectors.VIEW, raise_exception=True)
def link(request: HttpRequest) -> HttpResponse:
    """How the line stands, what waits, what was given up."""
    return render(
        request,
        "dispatch/police_link.html",
        {
            "line": line_shape(line()),
            "dead": selectors.dead_messages()[:MESSAGES_SHOWN],
            "waiting": selectors.waiting_messages()[:MESSAGES_SHOWN],
            "sent": PoliceMessage.objects.filter(state=PoliceMessage.State.SENT).order_by("-id")[:20],
        },
    )


@require_POST
@login_required
@permission_required("dispatch.tend_link", raise_exception=True)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A person sends a message again that was given up."""
    try:
        resend(pk, actor=who(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is being sent again."))
    return redirect("dispatch:police-link")


def step(
    request: HttpRequest, transfer: PoliceTransfer, name: str, form: forms.Form | None, said: str,
    work: Callable[[], object],
) -> HttpResponse:  # fmt: skip
    """Run one service; a refusal of a field stands beside it, any other above the page."""
    try:
        work()
    except BadInput as error:
        if form is None:
            messages.error(request, error.message)
            return redirect(_address(transfer))
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _again(request, transfer, **{name: form})
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    transfer.refresh_from_db()
    return redirect(_address(transfer))


def _chosen(request: HttpRequest, chosen: PoliceTransfer, given: dict[str, forms.Form]) -> dict[str, Any]:
    with_clocks([chosen])
    may = who(request).has_perm("dispatch.take_transfer")
    incident = chosen.incident
    second = chosen.status == Transfer.SENT_BACK and incident is not None and incident.status in ENDED
    fits: dict[str, Any] = {
        "take": chosen.status == Transfer.OFFERED and (lambda: TakeForm(**_proposed(chosen))),
        "give_back": chosen.status == Transfer.OFFERED and GiveBackForm,
        "feedback": chosen.status == Transfer.ACCEPTED and FeedbackForm,
        "second": second and (lambda: SecondClosingForm(initial=chosen.result)),
    }
    shown = {name: given.get(name) or (make() if make and may else None) for name, make in fits.items()}
    return shown | {"chosen": chosen, "may": may}


def _proposed(transfer: PoliceTransfer) -> dict[str, Any]:
    code, level = proposed_class(transfer)
    return {"proposed": code, "level": level}


def _again(request: HttpRequest, transfer: PoliceTransfer, **given: forms.Form) -> HttpResponse:
    request.GET = request.GET.copy()
    request.GET.update(_place(transfer))
    return page(request, status=422, **given)


def _place(transfer: PoliceTransfer) -> dict[str, str]:
    tab = next(code for code, states in States.items() if transfer.status in states)
    return {"tab": tab, "transfer": str(transfer.pk)}


def _address(transfer: PoliceTransfer) -> str:
    return reverse("dispatch:transfers", query=_place(transfer))
