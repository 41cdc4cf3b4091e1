"""The department's desk: more time asked for, endorsed and taken back; supervision notices answered."""

from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.desk import case_of, case_page, step, time_form, who
from dispatch.forms import ReplyForm, RequestForm
from dispatch.models import Assignment
from incidents import services
from incidents.models import Attachment, TimeRequest
from incidents.selectors import supervision_of, time_request_of
from shushanwei.common.errors import BadInput
from shushanwei.people.access import reach_of


@require_POST
@login_required
@permission_required("incidents.request_time", raise_exception=True)
def dept_request_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for an extension or a suspension; the department's own account goes straight to the dispatcher."""
    order = case_of(request, pk, "incidents.request_time")
    form = time_form(order, TimeRequest.Kind.values, request.POST, request.FILES)
    if not form.is_valid():
        return case_page(request, order, ask=form, status=422)
    values, user = form.cleaned_data, who(request)
    assert order.department is not None
    endorsed = order.department.code in reach_of(user, "incidents.endorse_time").departments

    @transaction.atomic
    def ask() -> None:
        # Refused together: a document nobody needs any more does not stay with the case.
        if file := values["file"]:
            services.add_attachment(
                order.incident_id, file.read(), kind=Attachment.Kind.BEFORE, uuid=values["uuid"], actor=user,
                name=file.name or "",
            )  # fmt: skip
        services.request_time(
            order.incident_id, actor=user, kind=values["kind"], reason=values["reason"], until=values["until"],
            endorsed=endorsed,
        )  # fmt: skip

    said = (
        _("Asked for. The dispatcher decides.")
        if endorsed
        else _("Asked for. Your department has to endorse it first.")
    )
    return step(request, order, "ask", form, said, ask)


@require_POST
@login_required
@permission_required("incidents.endorse_time", raise_exception=True)
def dept_endorse_time(request: HttpRequest, pk: int) -> HttpResponse:
    """The department stands behind its handler's request."""
    order = case_of(request, pk, "incidents.endorse_time")
    asked = _request_of(request, order)
    return step(request, order, "endorse", None, _("Endorsed. The dispatcher decides."), lambda: (
        services.endorse_request(asked, actor=who(request))))  # fmt: skip


@require_POST
@login_required
@permission_required("incidents.request_time", raise_exception=True)
def dept_withdraw_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request back before it is decided."""
    order = case_of(request, pk, "incidents.request_time")
    asked = _request_of(request, order)
    return step(request, order, "withdraw", None, _("The request is withdrawn."), lambda: (
        services.withdraw_request(asked, actor=who(request))))  # fmt: skip


@require_POST
@login_required
@permission_required("incidents.reply_supervision", raise_exception=True)
def dept_reply_supervision(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a supervision notice for the department."""
    order = case_of(request, pk, "incidents.reply_supervision")
    form = ReplyForm(request.POST)
    if not form.is_valid():
        if "supervision" in form.errors:
            raise Http404
        return case_page(request, order, reply=form, status=422)
    try:
        notice = supervision_of(order.incident_id, form.cleaned_data["supervision"])
    except BadInput:
        raise Http404 from None
    return step(request, order, "reply", form, _("Replied to the supervision notice."), lambda: (
        services.reply_supervision(notice, actor=who(request), reply=form.cleaned_data["reply"])))  # fmt: skip


def _request_of(request: HttpRequest, order: Assignment) -> int:
    form = RequestForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        return time_request_of(order.incident_id, form.cleaned_data["request"])
    except BadInput:
        raise Http404 from None
