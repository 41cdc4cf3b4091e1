"""The workers' side of calls: the queue by its clock, one call, and what is done with it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from points import selectors_calls as selectors
from points.calls_lifecycle import HELD, CallStatus
from points.m.asking import same_uuid, stored, uploads
from points.models import ServiceCall
from points.services import calls as services
from points.services.calls import ANSWER
from shushanwei.common.clock import db_now
from shushanwei.common.errors import DomainError, problem_json

PAGE = 30
STATES = {
    "waiting": gettext_lazy("Waiting for an answer"),
    "mine": gettext_lazy("Mine"),
    "open": gettext_lazy("Being worked on"),
    "over": gettext_lazy("Over"),
}


@never_cache
@require_safe
@holding(ANSWER)
def calls(request: HttpRequest) -> HttpResponse:
    """`?state=&page=`; `part=list` gives what a live page draws anew."""
    user: Any = request.user
    given = request.GET.get("state", "")
    state = given if given in STATES else "waiting"
    template = "points/desk/_calls.html" if request.GET.get("part") == "list" else "points/desk/calls.html"
    counts = selectors.counts(user)
    part = Paginator(selectors.queue(user, state), PAGE).get_page(request.GET.get("page"))
    tabs = [(code, words, counts[code]) for code, words in STATES.items()]
    return render(request, template, {"part": part, "state": state, "tabs": tabs, "now": db_now()})


@never_cache
@require_safe
@holding(ANSWER)
def one(request: HttpRequest, uuid) -> HttpResponse:
    """One call with its story and what may be done."""
    return _one(request, selectors.call_for(_user(request), uuid))


def _one(request: HttpRequest, row: ServiceCall, error: DomainError | None = None) -> HttpResponse:
    user = _user(request)
    holds = row.holder_id == user.pk and row.status in HELD
    photos = list(row.photos.all())
    context = {
        "call": row, "lines": selectors.story(row), "now": db_now(), "holds": holds, "said": request.POST,
        "may_answer": row.status == CallStatus.CALLED, "may_take": row.status in HELD and not holds,
        "may_call_back": row.holder_id == user.pk and row.status != CallStatus.RATED and not row.is_anonymous,
        "before": [photo for photo in photos if photo.when == "before"],
        "after": [photo for photo in photos if photo.when == "after"],
        "uuid": same_uuid(request.POST.get("uuid", "")) if error else uuid4(), "error": error,
        "errors": {error.field or "0": error.message} if error else {},
    }  # fmt: skip
    return render(request, "points/desk/call.html", context, status=error.status if error else 200)


@require_POST
@holding(ANSWER)
def step(request: HttpRequest, uuid, step: str) -> HttpResponse:
    """answer, take, process, finish or hand-on; 409 with who was faster, 422 where a field is wrong."""
    user = _user(request)
    row = selectors.call_for(user, uuid)
    said = request.POST
    try:
        if step == "answer":
            services.answer(row.pk, said.get("reply", ""), actor=user)
        elif step == "take":
            services.take(row.pk, actor=user)
        elif step == "process":
            services.process(row.pk, said.get("note", ""), actor=user)
        elif step == "finish":
            page = same_uuid(said.get("uuid", ""))
            services.finish(row.pk, said.get("result", ""), actor=user, uuid=page, photos=uploads(request))
        else:
            services.hand_on(row.pk, said.get("handed", ""), danger=said.get("danger") == "on", actor=user)
    except DomainError as error:
        return _one(request, selectors.call_for(user, uuid), error)
    messages.success(request, _("Written down."))
    return redirect("points:desk-call", uuid=row.uuid)


@require_POST
@holding(ANSWER)
def phone(request: HttpRequest, uuid) -> JsonResponse:
    """{why} → {phone}: the caller's number for who holds the call; the look is written down."""
    row = selectors.call_for(_user(request), uuid)
    try:
        number = services.phone_of(row.pk, request.POST.get("why", ""), actor=_user(request))
    except DomainError as error:
        return problem_json(error)
    answer = JsonResponse({"phone": number})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@holding(ANSWER)
def photo(request: HttpRequest, uuid, code: str) -> FileResponse:
    """A picture of a call; `?thumb=1` gives the small one."""
    shot = selectors.photo_of(selectors.call_for(_user(request), uuid), code)
    return stored(shot.thumb if request.GET.get("thumb") else shot.file, "image/jpeg", f"{shot.uuid}.jpg")


def _user(request: HttpRequest) -> Any:
    return request.user
