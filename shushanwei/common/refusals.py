"""A refusal of the rules on a page becomes a page that says why, with the right status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shushanwei.common.errors import DomainError, NotFound, problem_json


class RefusalPages:
    """Middleware: a DomainError that a view let through is shown, never an error of the server."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.path.startswith("/api/"):
            return problem_json(exception)
        if isinstance(exception, NotFound):
            return render(request, "404.html", status=404)
        return render(request, "refused.html", {"error": exception}, status=exception.status)
