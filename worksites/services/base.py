"""What every change of a check or a finding shares: lock in order (numbers, site, sheet, finding), look again, tell."""

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from shushanwei.common.clock import STREET
from shushanwei.common.errors import Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.checks.shapes import AUDIENCE, finding_shape, inspection_shape, penalty_shape
from worksites.lifecycle import SiteStatus
from worksites.models import Finding, Inspection, Penalty, Site
from worksites.shapes import site_shape

INSPECTION_RELATED = ("site", "checklist", "by")
FINDING_RELATED = ("site", "item__group", "inspection")


def locked_site(site_id: int) -> Site:
    """The site under its lock; raises NotFound."""
    found = Site.objects.select_for_update(no_key=True).filter(pk=site_id).first()
    if found is None:
        raise NotFound(_("There is no such site."))
    return found


def locked_inspection(uuid: UUID) -> Inspection:
    """The sheet under the locks of its site and itself; raises NotFound."""
    site_id = Inspection.objects.filter(uuid=uuid).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such inspection."))
    site = locked_site(site_id)
    rows = Inspection.objects.select_for_update(no_key=True, of=("self",)).select_related(*INSPECTION_RELATED)
    inspection = rows.get(uuid=uuid)
    inspection.site = site
    return inspection


def locked_finding(finding_id: int) -> Finding:
    """The finding under the locks of its site and itself; raises NotFound."""
    site_id = Finding.objects.filter(pk=finding_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such finding."))
    site = locked_site(site_id)
    rows = Finding.objects.select_for_update(no_key=True, of=("self",)).select_related(*FINDING_RELATED)
    finding = rows.get(pk=finding_id)
    finding.site = site
    return finding


def hold_numbers(kind: str, at: datetime, form: str) -> str:
    """Numbers of a day or year are given one after the other; gives the period as it stands in the number."""
    period = at.astimezone(STREET).strftime(form)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"worksites:{kind}:{period}"])
    return period


def next_number(model: type[Finding] | type[Penalty], prefix: str) -> str:
    """`prefix` and the next four digits; call it after `hold_numbers`. Raises Conflict when they are used up."""
    last = model.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
    serial = int(last.removeprefix(prefix)) + 1 if last else 1
    if serial > 9999:
        raise Conflict(_("The numbers of this day are used up."))
    return f"{prefix}{serial:04d}"


def tell(
    site: Site, verb: str, *, actor: User | None, note: str = "", data: dict | None = None, at: datetime | None = None
) -> None:
    """Write the site's next line and show the site to the screens."""
    record(site, f"site.{verb}", actor=actor, note=note, data=data or {}, at=at, shape=site_shape, audience=AUDIENCE)


def tell_inspection(
    inspection: Inspection, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Write the sheet's next line and push its shape."""
    record(inspection, f"inspection.{verb}", actor=actor, note=note, data={"site": inspection.site_id, **(data or {})},
           at=at, shape=inspection_shape, audience=AUDIENCE)  # fmt: skip


def tell_finding(
    finding: Finding, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Write the finding's next line and push its shape."""
    record(finding, f"finding.{verb}", actor=actor, note=note, data={"site": finding.site_id, **(data or {})},
           at=at, shape=finding_shape, audience=AUDIENCE)  # fmt: skip


def tell_penalty(
    penalty: Penalty, verb: str, *, actor: User | None = None, note: str = "", data: dict | None = None,
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Write the next line of a penalty case and push its shape."""
    record(penalty, f"penalty.{verb}", actor=actor, note=note, data={"site": penalty.site_id, **(data or {})},
           at=at, shape=penalty_shape, audience=AUDIENCE)  # fmt: skip


def stop(site: Site, reason: str, *, actor: User | None, at: datetime) -> None:
    """Order the site to stop; a second order only adds to the story. The site's lock is held."""
    if site.status not in (SiteStatus.STOPPED, SiteStatus.FINISHED):
        site.status, site.stopped_at, site.stop_reason = SiteStatus.STOPPED, at, reason[:200]
        site.idle_since = None
        site.save(update_fields=["status", "stopped_at", "stop_reason", "idle_since"])
    record(site, "site.stopped", actor=actor, note=reason[:200], at=at)


def resume_if_mended(site: Site, *, actor: User | None, at: datetime) -> bool:
    """Lift the stop order once every finding that stopped the site was put right and checked again."""
    left = Finding.objects.filter(site=site, fix="stop", ended_at=None).exists()
    if site.status != SiteStatus.STOPPED or left:
        return False
    site.status, site.stopped_at, site.stop_reason = SiteStatus.BUILDING, None, ""
    site.save(update_fields=["status", "stopped_at", "stop_reason"])
    record(site, "site.resumed", actor=actor, at=at)
    return True
