"""Which sites a person may see."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User
from worksites.models import Site

VIEW = "worksites.view_site"


def sites_for(user: User) -> QuerySet[Site]:
    """The sites that the person may see: the whole street, or those of the person's communities."""
    reach = reach_of(user, VIEW)
    if reach.street or reach.departments:
        return Site.objects.all()
    return Site.objects.filter(community_id__in=reach.areas) if reach.areas else Site.objects.none()


def site_for(user: User, pk: int) -> Site:
    """One of them; raises NotFound."""
    found = sites_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such site."))
    return found
