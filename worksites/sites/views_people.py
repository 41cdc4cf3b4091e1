"""Who answers for a site: entered, corrected, ended on its page; the phone shown to who is about to call."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grid.views import holding
from worksites.checks import desk
from worksites.services import people
from worksites.sites.forms import PersonForm
from worksites.sites.views import CALL, EDIT, fetched, site_screen


@require_POST
@holding(EDIT)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter or correct a person in charge; a refusal stands beside its field."""
    site = fetched(request, pk)
    form = PersonForm(request.POST)

    def again() -> HttpResponse:
        return site_screen(request, site, status=422, person=form)

    if not form.is_valid():
        return again()
    given = dict(form.cleaned_data)
    person, company = given.pop("person"), given.pop("company")

    def work() -> str:
        values = given | {"company": company and company.pk}
        people.save_person(pk, values, actor=desk.who(request), person_id=person)
        return _("Saved.")

    return desk.step(request, work, reverse("worksites:site", args=[pk]) + "#people", form, again)


@require_POST
@holding(EDIT)
def end(request: HttpRequest, pk: int, person: int) -> HttpResponse:
    """The person answers for the site no more."""
    fetched(request, pk)

    def work() -> str:
        ended = people.end_person(pk, person, actor=desk.who(request))
        return _("%(name)s answers for this site no more.") % {"name": ended.name}

    return desk.step(request, work, reverse("worksites:site", args=[pk]) + "#people")


@require_POST
@holding(CALL)
def phone(request: HttpRequest, pk: int, person: int) -> JsonResponse:
    """The phone in clear text, for who is about to call; it is written down."""
    fetched(request, pk)
    return JsonResponse({"phone": people.show_phone(pk, person, actor=desk.who(request))})
