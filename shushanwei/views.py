"""Where a person lands after signing in, and what errors look like outside the rooms."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie
from django.views.i18n import JavaScriptCatalog

from shushanwei.common.errors import problem
from shushanwei.nav import landing_for, links_for


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the person's place of work; without one, a page that lists what may be opened."""
    address = landing_for(request.user)
    return redirect(address) if address else start(request)


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Everything the person may open, one card each."""
    return render(request, "start.html", {"links": links_for(request.user)})


# The words change with the language cookie, hence the Vary; ten minutes spare a request per page.
@method_decorator([cache_control(private=True, max_age=600), vary_on_cookie], name="dispatch")
class Words(JavaScriptCatalog):
    """The Chinese of what scripts say (`gettext` in the browser)."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, as a problem for API callers."""
    if _is_api(request):
        return _problem(400, "bad-request", "Bad request", _("The request cannot be understood."))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, as a problem for API callers."""
    if _is_api(request):
        return _problem(403, "not-allowed", "Not allowed", _("You may not do this."))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, as a problem for API callers."""
    if _is_api(request):
        return _problem(404, "not-found", "Not found", _("There is no such thing."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, as a problem for API callers; the page needs neither database nor session."""
    if _is_api(request):
        return _problem(500, "server-error", "Server error", "")
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: int, code: str, title: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(status, code, title, detail), status=status, content_type="application/problem+json")
