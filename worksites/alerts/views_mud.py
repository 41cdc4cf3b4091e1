"""Mud on the road, told by who sees it: one form for the desk and for the phone."""

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grid.views import holding
from shushanwei.common.errors import BadInput, Conflict, problem
from worksites.alerts.forms import MudForm
from worksites.alerts.selectors import REPORT_MUD, VIEW
from worksites.checks import desk
from worksites.checks.needs import PLAN
from worksites.models import Truck
from worksites.services.mud import Mud, report_mud


@require_http_methods(["GET", "HEAD", "POST"])
@holding(REPORT_MUD)
def mud(request: HttpRequest) -> HttpResponse:
    """The form, and what it says: the alert is confirmed as it is made; 422 where a field is wrong.

    A script (`X-Requested-With: fetch`) hears `{next}` or a problem that names the fields: the page keeps its photo.
    """
    if request.method != "POST":
        return _page(request, MudForm())
    form = MudForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, form)
    user, said = desk.who(request), form.cleaned_data
    seen = Mud(
        said["uuid"], said["lon"], said["lat"], said["seen_at"], said["plate"], said["site"] and said["site"].pk,
        said["note"],
    )  # fmt: skip
    try:
        alert, _new = report_mud(seen, said["photo"].read(), actor=user)
    except BadInput as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _refused(request, form)
    except Conflict as refused:
        form.add_error(None, refused.message)
        return _refused(request, form, status=refused.status)
    messages.success(request, _("Confirmed: incident %(case)s.") % {"case": alert.incident.case_no})
    told = reverse("worksites:alert", args=[alert.number]) if user.has_perm(VIEW) else reverse("worksites:mud")
    return JsonResponse({"next": told}) if _by_script(request) else redirect(told)


def _refused(request: HttpRequest, form: MudForm, *, status: int = 422) -> HttpResponse:
    if not _by_script(request):
        return _page(request, form, status=status)
    errors = [
        {"field": "" if field == NON_FIELD_ERRORS else field, "message": error["message"]}
        for field, found in form.errors.get_json_data().items()
        for error in found
    ]
    body = problem(status, "bad-input", "Bad input", _("Some fields cannot be accepted."), errors)
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _by_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _page(request: HttpRequest, form: MudForm, *, status: int = 200) -> HttpResponse:
    user = desk.who(request)
    # Who works at a desk gets a desk's page; everybody else stands in the road.
    at_desk = user.has_perm("cockpit.view_console") or user.has_perm(PLAN)
    context = {
        "form": form, "at_desk": at_desk, "shell": "base.html" if at_desk else "phone.html",
        "plates": Truck.objects.order_by("plate").values_list("plate", flat=True),
    }  # fmt: skip
    return render(request, "worksites/mud.html", context, status=status)
