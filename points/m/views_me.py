"""Home, the resident's own page, and what the law lets everybody do with the own data."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from grid.models import Community
from points import identity
from points.identity import resident_only
from points.m.tiles import TILES
from points.models import Consent, Purpose
from points.services import consents, ledger, notices, residents
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError


@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What a resident can do, with the own points; open to who only looks around."""
    resident = identity.resident_of(request)
    spendable, frozen = ledger.balances(resident.pk) if resident else (0, 0)
    told = notices.shown_to(resident)[: notices.AT_ONCE]
    lost = ledger.about_to_expire(resident.pk, db_now()) if resident else []
    context = {
        "resident": resident, "spendable": spendable, "frozen": frozen, "tiles": TILES, "notices": told,
        "soon": sum(points for _day, points in lost), "soon_on": lost[0][0] if lost else None,
    }  # fmt: skip
    return render(request, "points/m/home.html", context)


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice, for everybody."""
    return render(request, "points/m/privacy.html", {"version": consents.VERSIONS[Purpose.NOTICE]})


@never_cache
@require_GET
@resident_only
def me(request: HttpRequest) -> HttpResponse:
    """The own page."""
    return _me(request)


def _me(request: HttpRequest, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    resident = request.resident  # type: ignore[attr-defined]
    held = {row.purpose: row for row in Consent.objects.filter(resident=resident, withdrawn_at=None, about=None)}
    asked = [(purpose, purpose.label, held.get(purpose)) for purpose in (Purpose.LOCATION, Purpose.HEALTH)]
    context = {
        "resident": resident, "consents": asked, "notice": held.get(Purpose.NOTICE), "errors": errors or {},
        "communities": Community.objects.order_by("code"), "children": resident.children.filter(erased_at=None),
    }  # fmt: skip
    return render(request, "points/m/me.html", context, status=status)


@require_POST
@resident_only
def save(request: HttpRequest) -> HttpResponse:
    """Change nickname, community, type size, ranking, courier."""
    values = {name: request.POST[name] for name in ("nickname", "community") if name in request.POST}
    flags = {name: request.POST.get(name) == "on" for name in residents.FLAGS}
    try:
        residents.change(request.resident, values | flags)  # type: ignore[attr-defined]
    except DomainError as error:
        return _me(request, {error.field or "said": error.message}, error.status)
    messages.success(request, _("Saved."))
    return redirect("points:me")


@never_cache
@require_POST
def guardian(request: HttpRequest) -> HttpResponse:
    """A guardian agrees on the child's phone with a code sent to his own."""
    child = identity.resident_of(request)
    if child is None:
        return redirect("points:sign-in")
    try:
        residents.agree_as_guardian(child, request.POST.get("phone", ""), request.POST.get("code", ""))
    except DomainError as error:
        context = {"errors": {error.field or "said": error.message}, "said": request.POST}
        return render(request, "points/m/needs_guardian.html", context, status=error.status)
    return redirect("points:home")


@require_POST
@resident_only
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to one purpose, or take it back: {purpose, agreed}."""
    resident, purpose = request.resident, request.POST.get("purpose", "")  # type: ignore[attr-defined]
    try:
        if request.POST.get("agreed") == "on":
            consents.give(resident, purpose)
        else:
            consents.withdraw(resident, purpose)
    except DomainError as error:
        return _me(request, {error.field or "said": error.message}, error.status)
    return redirect(
        identity.where_next(request, request.POST.get("next", "")) if "next" in request.POST else "points:me"
    )


@never_cache
@require_GET
@resident_only
def data(request: HttpRequest) -> HttpResponse:
    """Everything that is kept of me, as a file."""
    answer = JsonResponse(residents.own_data(request.resident), json_dumps_params={"ensure_ascii": False, "indent": 2})  # type: ignore[attr-defined]
    answer["Content-Disposition"] = 'attachment; filename="shushan-my-data.json"'
    return answer


@require_POST
@resident_only
def erase(request: HttpRequest) -> HttpResponse:
    """Erase me: the word has to be typed."""
    if request.POST.get("word", "").strip() != _("erase"):
        return _me(request, {"word": _("Type the word to confirm.")}, 422)
    residents.erase(request.resident)  # type: ignore[attr-defined]
    messages.success(request, _("Your data has been erased."))
    response = redirect("points:home")
    identity.forget(response)
    return response
