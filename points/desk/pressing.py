"""What the health officers' pages share: the person, a number out of an address, a button that runs a service."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from points.m.pressing import refused
from shushanwei.people.models import User


def who(request: HttpRequest) -> User:
    """The signed-in worker."""
    assert isinstance(request.user, User)
    return request.user


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address, None for anything else."""
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def pressed(request: HttpRequest, work: Callable[[], object], done: str, back: str) -> HttpResponse:
    """Run a service and go back; what it says stands above the page."""
    errors, _status = refused(work)
    for wrong in errors.values():
        messages.error(request, wrong)
    if not errors:
        messages.success(request, done)
    return redirect(back)
