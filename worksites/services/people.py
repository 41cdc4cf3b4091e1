"""Who answers for a site: entered, corrected, ended; the phone is shown to who is about to call."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.common.secrets import mask_phone, seal, unseal
from shushanwei.people.models import User
from worksites.models import Company, SitePerson
from worksites.services.base import locked_site, tell
from worksites.services.typed import checked_phone, must_type

MOST_PEOPLE = 30  # of one site at a time


@transaction.atomic
def save_person(
    site_id: int, values: dict[str, Any], *, actor: User | None, person_id: int | None = None
) -> SitePerson:
    """Enter or correct a person in charge: post, name, company (id or none), phone (empty: it stays).

    Who is entered again in the same post is the one that is there; the same values write nothing. Raises BadInput by
    field, NotFound where the site or the person is not there any more.
    """
    name = must_type("name", values.get("name"), SitePerson.name.field)
    post = values.get("post")
    if post not in SitePerson.Post.values:
        raise BadInput("post", _("There is no such post."))
    site = locked_site(site_id)
    present = SitePerson.objects.filter(site=site, ended_at=None)
    twin = present.filter(post=post, name=name).first()
    person = (twin or SitePerson(site=site)) if person_id is None else present.filter(pk=person_id).first()
    if person is None:
        raise NotFound(_("There is no such person."))
    if twin is not None and twin.pk != person.pk:
        raise BadInput("name", _("This person is entered in this post already."))
    if person.pk is None and present.count() >= MOST_PEOPLE:
        raise BadInput("name", _("At most %(n)s people.") % {"n": MOST_PEOPLE})
    company = Company.objects.filter(pk=values["company"]).first() if values.get("company") else None
    if values.get("company") and company is None:
        raise BadInput("company", _("There is no such company."))
    before = (person.pk, person.post, person.name, person.company_id, unseal(person.phone_sealed))
    phone = checked_phone(values.get("phone")) or before[-1]
    if before == (person.pk, post, name, company and company.pk, phone) and person.pk:
        return person
    person.post, person.name, person.company = post, name, company
    person.phone_sealed, person.phone_masked = (seal(phone), mask_phone(phone)) if phone else ("", "")
    verb = "person_changed" if person.pk else "person_entered"
    person.save()
    tell(site, verb, actor=actor, data={"person": person.pk, "post": post})
    return person


@transaction.atomic
def end_person(site_id: int, person_id: int, *, actor: User) -> SitePerson:
    """The person answers for the site no more; the phone is erased. Twice is once; raises NotFound."""
    site = locked_site(site_id)
    person = _of(site_id, person_id)
    if person.ended_at is None:
        person.ended_at, person.phone_sealed, person.phone_masked = db_now(), "", ""
        person.save(update_fields=["ended_at", "phone_sealed", "phone_masked"])
        tell(site, "person_ended", actor=actor, data={"person": person.pk, "post": person.post})
    return person


@transaction.atomic
def show_phone(site_id: int, person_id: int, *, actor: User) -> str:
    """The phone in clear text; that somebody looked is written down. Raises NotFound, also where there is none."""
    site = locked_site(site_id)
    person = _of(site_id, person_id)
    if not person.phone_sealed:
        raise NotFound(_("There is no such thing."))
    tell(site, "phone_shown", actor=actor, data={"person": person.pk})
    return unseal(person.phone_sealed)


def _of(site_id: int, person_id: int) -> SitePerson:
    found = SitePerson.objects.select_for_update(no_key=True).filter(site_id=site_id, pk=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found
