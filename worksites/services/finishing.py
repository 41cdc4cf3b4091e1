"""A site is finished (竣工) once nothing is open, and for a week that can be undone."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shushanwei.common.clock import db_now
from shushanwei.common.errors import WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.lifecycle import FINDING_LIVE, SiteStatus
from worksites.models import CheckNeed, ColourOverride, Finding, Inspection, Penalty, Site, SiteLink
from worksites.services.base import locked_site, tell
from worksites.services.colours import recolour
from worksites.services.typed import must_type

REOPEN_WITHIN = timedelta(days=7)
SHOWN = 6


def still_open(site: Site) -> list[str]:
    """What keeps a site from being finished, each in a phrase."""
    findings = Finding.objects.filter(site=site, status__in=FINDING_LIVE).order_by("number")
    visits = Inspection.objects.filter(site=site, status=Inspection.Status.RUNNING).count()
    needs = CheckNeed.objects.filter(site=site, answered_at=None, withdrawn_at=None).count()
    wish = ColourOverride.objects.filter(site=site, approved_at=None, ended_at=None).exists()
    found = []
    if numbers := list(findings.values_list("number", flat=True)):
        found.append(_("findings not closed: %(numbers)s") % {"numbers": _listed(numbers)})
    if visits:
        found.append(_("checks under way: %(n)s") % {"n": visits})
    if needs:
        found.append(_("needs of departments: %(n)s") % {"n": needs})
    if wish:
        found.append(_("a wish for another colour that nobody has decided"))
    return found


def undecided_penalties(site: Site) -> list[str]:
    """The numbers of the penalty cases that go on after the site is finished."""
    rows = Penalty.objects.filter(site=site, status=Penalty.Status.FILED).order_by("number")
    return list(rows.values_list("number", flat=True))


def must_be_done(site: Site) -> None:
    """Raises WrongStep with the list of what is open; the site's lock is held."""
    if found := still_open(site):
        raise WrongStep(_("Not finished yet, open are: %(list)s.") % {"list": _(", ").join(found)})


def close_doors(site: Site, *, actor: User | None, at: datetime) -> None:
    """The links of a finished site open nothing any more; its lock is held."""
    for link in SiteLink.objects.select_for_update(no_key=True).filter(site=site, revoked_at=None, expires_at__gt=at):
        link.revoked_at = at
        link.save(update_fields=["revoked_at"])
        record(site, "site.link_revoked", actor=actor, at=at, data={"link": link.pk})


@transaction.atomic
def reopen_site(site_id: int, *, reason: str, actor: User, at: datetime | None = None) -> Site:
    """Undo the finish within seven days, with the reason; its checks are planned again. Twice is once.

    Raises BadInput for `reason`, WrongStep later than that. Its links stay revoked.
    """
    reason = must_type("reason", reason, Site.stop_reason.field)
    site, now = locked_site(site_id), at or db_now()
    if site.status != SiteStatus.FINISHED:
        return site
    if site.finished_at is None or now - site.finished_at > REOPEN_WITHIN:
        raise WrongStep(_("Finished for more than %(n)s days; register it anew.") % {"n": REOPEN_WITHIN.days})
    before, site.status, site.finished_at = site.finished_at, SiteStatus.BUILDING, None
    site.save(update_fields=["status", "finished_at"])
    tell(site, "reopened", actor=actor, note=reason, at=at, data={"finished_at": before.isoformat()})
    recolour(site.pk, actor=actor, at=at)
    site.refresh_from_db()
    return site


def may_reopen(site: Site, now: datetime) -> bool:
    """Whether the finish can still be undone."""
    return site.finished_at is not None and now - site.finished_at <= REOPEN_WITHIN


def _listed(numbers: list[str]) -> str:
    return _(", ").join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
