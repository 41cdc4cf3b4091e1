"""Emergency: the three numbers, and one press that shows the centre the place."""

from axes.helpers import get_client_ip_address
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grid.models import Community
from points.kinds import EMERGENCIES
from points.m.asking import known_resident, same_uuid, wants_json
from points.m.forms_report import sent_emergency
from points.models import ResidentReport
from points.services import reports as services
from shushanwei.common.errors import DomainError, problem_json


@never_cache
@require_http_methods(["GET", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """The page; POST tells the centre. Answers with the page, or as JSON {uuid, case_no, next} for scripts."""
    if request.method == "GET":
        return _page(request)
    try:
        row, _new = services.call_for_help(
            known_resident(request), sent_emergency(request), address=get_client_ip_address(request)
        )
    except DomainError as error:
        return problem_json(error) if wants_json(request) else _page(request, error=error)
    if wants_json(request):
        to = reverse("points:report-one", args=[row.uuid]) if row.resident_id else ""
        return JsonResponse({"uuid": str(row.uuid), "case_no": row.incident.case_no, "next": to}, status=201)
    return _page(request, told=row)


def _page(
    request: HttpRequest, *, told: ResidentReport | None = None, error: DomainError | None = None
) -> HttpResponse:
    resident = known_resident(request)
    context = {
        "resident": resident, "kinds": EMERGENCIES, "communities": Community.objects.order_by("code"), "told": told,
        "uuid": same_uuid("" if told else request.POST.get("uuid", "")), "said": {} if told else request.POST,
        "community": request.POST.get("community") or (resident.community_id if resident else ""),
        "errors": {error.field or "0": error.message} if error else {},
    }  # fmt: skip
    return render(request, "points/m/emergency.html", context, status=error.status if error else 200)
