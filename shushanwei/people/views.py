"""Signing in (with a lock after five failures) and changing the password."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shushanwei.common.errors import TooMany, problem_json
from shushanwei.people.forms import PasswordForm, SignInForm
from shushanwei.people.sessions import begin

LOCKED = timedelta(hours=settings.AXES_COOLOFF_TIME)


class SignIn(LoginView):
    """User name and password; who is signed in already goes on to the place of work."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        response = super().form_valid(form)
        begin(self.request)
        return response


class ChangePassword(PasswordChangeView):
    """The own password; the session goes on."""

    template_name = "people/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("start")

    def form_valid(self, form):
        response = super().form_valid(form)
        messages.success(self.request, _("Your password has been changed."))
        return response


@never_cache
@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """A page asks this when its person moves the mouse or types: 204 and a longer session, or 401."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None):
    """What a locked account sees: 429 with the time to wait, as a page or as a problem for API callers."""
    minutes = int(LOCKED.total_seconds() // 60)
    answer: HttpResponse
    if request.path.startswith("/api/"):
        answer = problem_json(TooMany(_("Locked after too many failures; try again in %d minutes.") % minutes))
    else:
        answer = render(request, "people/locked.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(int(LOCKED.total_seconds()))
    return answer
