"""The checks of an officer's day as a piece of other phone pages: what is planned today, one tap from the sheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.views import holding
from shushanwei.common.clock import STREET, db_now
from worksites.checks import desk
from worksites.models import PlannedCheck
from worksites.selectors import sites_for


@never_cache
@require_safe
@holding("worksites.inspect")
def today(request: HttpRequest) -> HttpResponse:
    """Open checks that name the person, of today or left over from before."""
    user = desk.who(request)
    checks = PlannedCheck.objects.filter(
        inspectors=user, site__in=sites_for(user), done_at=None, missed_at=None, dropped_at=None,
        on__lte=db_now().astimezone(STREET).date(),
    )  # fmt: skip
    return render(request, "worksites/_today.html", {"checks": checks.select_related("site").order_by("on", "site")})
