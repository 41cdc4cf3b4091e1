"""How far a worker sees on the residents' side, and running a service from a desk page with its refusals."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from grid.models import Community, Grid
from shushanwei.common.errors import DomainError, NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User


def who(request: HttpRequest) -> User:
    """The signed-in worker."""
    assert isinstance(request.user, User)
    return request.user


def communities_for(user: User, permission: str) -> QuerySet[Community]:
    """The communities in which `permission` holds: all, the own ones, or those of the own grids."""
    reach = reach_of(user, permission)
    rows = Community.objects.order_by("code")
    if reach.street:
        return rows
    of_grids = Grid.objects.filter(code__in=reach.areas).values("community")
    return rows.filter(Q(code__in=reach.areas) | Q(code__in=of_grids))


def step(request: HttpRequest, work: Callable[[], str], back: str) -> HttpResponse:
    """Run a service and go back to a page that says what came of it; what is not there is a 404."""
    try:
        messages.success(request, work())
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
    return redirect(back)
