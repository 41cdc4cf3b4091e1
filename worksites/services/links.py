"""The site's own page: a link without an account, that ends and can be taken back. Only its fingerprint is stored."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotFound, WrongStep
from shushanwei.common.secrets import fingerprint
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import SiteStatus
from worksites.models import SiteLink
from worksites.services.base import locked_site

BYTES = 24  # 192 bits
SHORTEST_DAYS, USUAL_DAYS, LONGEST_DAYS = 1, 30, 90
SEEN_EVERY = timedelta(minutes=10)


@transaction.atomic
def make_link(
    site_id: int, *, actor: User | None, days: int = USUAL_DAYS, at: datetime | None = None
) -> tuple[SiteLink, str]:
    """A new link of a site: (the row, the token, which is shown now and never again). Older links go on.

    Raises BadInput for `days`, WrongStep for a finished site.
    """
    if not SHORTEST_DAYS <= days <= LONGEST_DAYS:
        raise BadInput("days", _("From %(least)s to %(most)s.") % {"least": SHORTEST_DAYS, "most": LONGEST_DAYS})
    site, now = locked_site(site_id), at or db_now()
    if site.status == SiteStatus.FINISHED:
        raise WrongStep(_("This site is finished."))
    token = secrets.token_urlsafe(BYTES)
    link = SiteLink.objects.create(
        site=site, fingerprint=_print(token), made_by=actor, made_at=now, expires_at=now + timedelta(days=days)
    )
    record(site, "site.link_made", actor=actor, at=now, data={"link": link.pk, "until": link.expires_at.isoformat()})
    return link, token


@transaction.atomic
def revoke_link(link_id: int, *, actor: User) -> SiteLink:
    """The link opens nothing any more. Twice is once."""
    site_id = SiteLink.objects.filter(pk=link_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such link."))
    site = locked_site(site_id)
    link = SiteLink.objects.select_for_update(no_key=True).get(pk=link_id)
    if link.revoked_at is None:
        link.revoked_at = db_now()
        link.save(update_fields=["revoked_at"])
        record(site, "site.link_revoked", actor=actor, data={"link": link.pk})
    return link


def link_behind(token: str) -> SiteLink:
    """The link that this token opens; raises NotFound where it is none, has ended or was taken back."""
    now = db_now()
    rows = SiteLink.objects.select_related("site").filter(revoked_at=None, expires_at__gt=now)
    link = rows.filter(fingerprint=_print(token)).first()
    if link is None:
        raise NotFound(_("This link has ended or was taken back. Ask the inspector for a new one."))
    if link.used_at is None or link.used_at < now - SEEN_EVERY:
        SiteLink.objects.filter(pk=link.pk).update(used_at=now)
    return link


def _print(token: str) -> str:
    return fingerprint(f"site-link:{token}")
