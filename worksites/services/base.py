"""What every change of a site needs: its row under lock, and its line in the journal."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shushanwei.common.errors import NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.models import Site
from worksites.shapes import site_shape


def locked_site(site_id: int) -> Site:
    """The site under its row lock, read again. The lock order is site → check → inspection → finding."""
    try:
        return Site.objects.select_for_update(no_key=True).get(pk=site_id)
    except Site.DoesNotExist:
        raise NotFound(_("There is no such site.")) from None


def tell(
    site: Site,
    verb: str,
    *,
    actor: User | None,
    note: str = "",
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Write `site.<verb>` into the journal and show the site to the screens."""
    record(site, f"site.{verb}", actor=actor, note=note, data=data or {}, at=at, shape=site_shape)
