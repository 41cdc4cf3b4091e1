"""A refusal of the rules on a page becomes a page that says why, with the right status."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from psycopg2.errors import UniqueViolation

from shushanwei.common.errors import BadInput, Conflict, DomainError, NotFound, problem_json


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer that says why: problem details for the API and for scripts, else a page."""
    if request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json"):
        return problem_json(error)
    if isinstance(error, NotFound):
        return render(request, "404.html", status=404)
    return render(request, "refused.html", {"error": error}, status=error.status)


class RefusalPages:
    """Middleware: a DomainError that a view let through is shown, never an error of the server.

    An address that only a form may send to, opened by itself, shows a page with a way back instead of nothing.
    Text with a null character, which PostgreSQL cannot keep, is refused by the name of its field before a view sees it.
    Words of a search are left to their page, which finds nothing by them; the API's serializers refuse by themselves.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if answer.status_code == 405 and not answer.content and "text/html" in request.headers.get("Accept", ""):
            page = render(request, "405.html", status=405)
            page["Allow"] = answer["Allow"]
            return page
        return answer

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if any("\0" in part for part in kwargs.values() if isinstance(part, str)):
            return refusal(request, NotFound(_("There is no such thing.")))
        if getattr(view, "csrf_exempt", False):
            return None  # reads its body itself
        for field, values in request.POST.lists():
            if "\0" in field or any("\0" in value for value in values):
                wrong = BadInput(field.replace("\0", ""), _("Null characters are not allowed."))
                return refusal(request, wrong)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, IntegrityError) and _same_id(exception):
            exception = Conflict(_("Somebody was faster. Load the page again."))
        return refusal(request, exception) if isinstance(exception, DomainError) else None


def _same_id(error: IntegrityError) -> bool:
    """Whether the id that a page made stands already: two sent it in one instant, and the database kept one."""
    cause = error.__cause__
    return isinstance(cause, UniqueViolation) and "uuid" in (cause.diag.constraint_name or "")
