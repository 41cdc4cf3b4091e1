"""What the desk pages of checks share: the person, numbers out of addresses, running a service with its refusals."""

from collections.abc import Callable
from datetime import date

import redis
from axes.helpers import get_client_ip_address
from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from shushanwei.common.errors import BadInput, DomainError, NotFound
from shushanwei.people.models import User


def who(request: HttpRequest) -> User:
    """The signed-in person."""
    assert isinstance(request.user, User)
    return request.user


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number of the address, None for anything else."""
    said = request.GET.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def day(request: HttpRequest, name: str) -> date | None:
    """A day of the address, None for anything else."""
    try:
        found = date.fromisoformat(request.GET.get(name, "")[:10])
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def words(request: HttpRequest, name: str = "q") -> str:
    """What somebody searches for, without what cannot be stored."""
    return request.GET.get(name, "").replace("\0", "").strip()[:40]


def chinese() -> bool:
    """Whether the page is read in Chinese."""
    return (get_language() or "zh").startswith("zh")


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


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where a form wants to go afterwards, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and ours else otherwise


def may_try(request: HttpRequest, what: str, tries: int, within_s: int) -> bool:
    """Whether this address may try again: codes and tokens are not to be guessed."""
    key = f"worksites:{what}:{get_client_ip_address(request)}"
    try:
        cache.add(key, 0, within_s)
        return cache.incr(key) <= tries
    except ValueError:  # it ran out between the two
        return True
    except (redis.RedisError, OSError):  # nobody counts: a token has 192 bits all the same
        return True
