"""What the desk pages of points share: the person, words out of addresses, running a service with its refusals."""

from collections.abc import Callable
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, DomainError, NotFound
from shushanwei.people.models import User


def who(request: HttpRequest) -> User:
    """The signed-in person."""
    assert isinstance(request.user, User)
    return request.user


def today() -> date:
    """The street's calendar day."""
    return db_now().astimezone(STREET).date()


def words(request: HttpRequest, name: str = "q") -> str:
    """What somebody searches for, without what cannot be stored."""
    return request.GET.get(name, "").replace("\0", "").strip()[:40]


def posted(request: HttpRequest, name: str) -> str:
    """What a form sent."""
    return request.POST.get(name, "")


def step(
    request: HttpRequest, work: Callable[[], str], back: str, form: forms.Form | None = None,
    again: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:  # fmt: skip
    """Run a service and go back; a refusal of a field stands beside it on `again`, any other above the page."""
    try:
        messages.success(request, work())
    except NotFound:
        raise
    except BadInput as error:
        if form is not None and again is not None:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            return again()
        messages.error(request, error.message)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(back)
