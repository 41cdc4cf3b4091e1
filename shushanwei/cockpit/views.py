"""The two pages that are looked at for hours: the console of the seats and the wall."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shushanwei.cockpit import labels


@require_safe
@login_required
@permission_required("cockpit.view_console", raise_exception=True)
def console(request: HttpRequest) -> HttpResponse:
    """Queue, map and detail of the 24-hour seats."""
    return render(request, "cockpit/console.html", {"setup": labels.console_setup(request.user)})


@require_safe
@login_required
@permission_required("cockpit.view_screen", raise_exception=True)
def screen(request: HttpRequest) -> HttpResponse:
    """The wall: map, live queue, five big figures."""
    return render(request, "cockpit/screen.html", {"setup": labels.screen_setup(request.user)})
