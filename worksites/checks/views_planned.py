"""One planned check: its day, who goes and how that was drawn, what departments want; changed only with a reason."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from grid.views import holding
from shushanwei.common.clock import STREET, db_now
from shushanwei.journal.models import Entry
from worksites.checks import desk, needs
from worksites.checks.forms import CrewForm, ForwardForm, RedrawForm
from worksites.checks.needs import PLAN
from worksites.models import CheckNeed, PlannedCheck
from worksites.selectors import VIEW, sites_for
from worksites.services import crews
from worksites.services.plan import number_told

VERBS = {
    "check.planned": gettext_lazy("planned, inspectors drawn"),
    "check.redrawn": gettext_lazy("inspectors drawn anew"),
    "check.absent_replaced": gettext_lazy("who cannot go was replaced by the next of the lot"),
    "check.need_late": gettext_lazy("an urgent need would be looked at too late"),
    "check.crew_set": gettext_lazy("inspectors named"),
    "check.brought_forward": gettext_lazy("brought forward"),
    "check.done": gettext_lazy("made"),
    "check.missed": pgettext_lazy("check", "missed"),
    "check.dropped": gettext_lazy("dropped"),
}


@require_safe
@holding(VIEW)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """One planned check; one drawn for a later day only for who plans."""
    return _page(request, _check(request, pk))


@require_POST
@holding(PLAN)
def crew(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who goes, with the reason."""
    one = _check(request, pk)
    form = CrewForm(request.POST, able=crews.inspectors_able(one.on))
    return _step(request, one, "crew_form", form, lambda: crews.set_crew(
        pk, [person.pk for person in form.cleaned_data["inspectors"]], reason=form.cleaned_data["reason"],
        actor=desk.who(request)))  # fmt: skip


@require_POST
@holding(PLAN)
def redraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw who goes anew, with the reason."""
    one, form = _check(request, pk), RedrawForm(request.POST)
    return _step(request, one, "redraw_form", form, lambda: crews.redraw(
        pk, after=form.cleaned_data["lots"], reason=form.cleaned_data["reason"], actor=desk.who(request)))  # fmt: skip


@require_POST
@holding(PLAN)
def forward(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring the check to an earlier day for an urgent need."""
    one, form = _check(request, pk), ForwardForm(request.POST)
    return _step(request, one, "forward_form", form, lambda: crews.bring_forward(
        pk, form.cleaned_data["on"], reason=form.cleaned_data["reason"], actor=desk.who(request)))  # fmt: skip


def _check(request: HttpRequest, pk: int) -> PlannedCheck:
    user = desk.who(request)
    rows = PlannedCheck.objects.filter(site__in=sites_for(user)).select_related("site", "draw", "inspection")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    by_lot = found.kind == PlannedCheck.Kind.RANDOM and found.on > db_now().astimezone(STREET).date()
    if by_lot and not user.has_perm(PLAN):
        raise Http404
    return found


def _step(request: HttpRequest, one: PlannedCheck, name: str, form, work) -> HttpResponse:
    def again() -> HttpResponse:
        return _page(request, one, status=422, **{name: form})

    def done() -> str:
        work()
        return _("Saved.")

    if not form.is_valid():
        return again()
    return desk.step(request, done, reverse("worksites:check", args=[one.pk]), form, again)


def _page(request: HttpRequest, one: PlannedCheck, *, status: int = 200, **given) -> HttpResponse:
    user = desk.who(request)
    is_open = not (one.done_at or one.missed_at or one.dropped_at)
    may = is_open and user.has_perm(PLAN)
    people = list(one.inspectors.order_by("display_name", "username"))
    rows = CheckNeed.objects.filter(planned=one)
    asked = list(rows.select_related("site", "department", "planned", "inspection", "by"))
    needs.told(asked, user)
    urgent = any(need.urgent_by and need.answered_at is None for need in asked)
    number = number_told(one.draw, db_now()) if one.draw else None
    by_lot = crews.chosen_by_lot(one, number) if number and one.candidates else []
    context = {
        "check": one, "people": people, "needs": asked, "is_open": is_open, "number": number,
        "lot_key": crews.lot_key(one), "by_lot": by_lot,
        "as_drawn": sorted(by_lot) == sorted(person.username for person in people),
        "story": [{"at": line.at, "who": line.actor_name, "note": line.note, "says": VERBS.get(line.verb, line.verb),
                   "data": line.data}
                  for line in Entry.objects.filter(subject_type="plannedcheck", subject_id=one.pk).order_by("id")],
        "redraw_form": (given.get("redraw_form") or RedrawForm(initial={"lots": one.lots})) if may else None,
        "crew_form": (given.get("crew_form") or CrewForm(able=crews.inspectors_able(one.on),
                      initial={"inspectors": [person.pk for person in people]})) if may else None,
        "forward_form": (given.get("forward_form") or ForwardForm()) if may and urgent else None,
        "opened": next(iter(given), ""),
    }  # fmt: skip
    return render(request, "worksites/check.html", context, status=status)
