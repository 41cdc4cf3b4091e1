"""What departments want looked at (检查需求): merged into the next check of the site and answered by its sheet."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.checks.shapes import planned_shape
from worksites.lifecycle import WATCHED
from worksites.models import ChecklistItem, CheckNeed, Inspection, PlannedCheck, Site
from worksites.services.base import locked_site, tell
from worksites.services.checklists import published
from worksites.services.typed import must_type, typed

PLAN = "worksites.plan_checks"
MOST_ITEMS = 12
URGENT_DAYS = 30  # what may wait longer is not urgent


@transaction.atomic
def file_need(
    *, uuid: UUID, site_id: int, department: Department, items: list[str], text: str = "",
    urgent_by: date | None = None, urgent_reason: str = "", actor: User, at: datetime | None = None,
) -> tuple[CheckNeed, bool]:  # fmt: skip
    """Ask for items of the checklist on a site: (the need, whether it is new). Twice is once.

    It rides on the open check of the site, or waits for the next; where that check comes after the latest day, the
    planners are told at once. Raises BadInput for `site`, `items`, `text`,
    `urgent_by` and `urgent_reason`; Conflict where the id was used for another need.
    """
    text = typed("text", text, CheckNeed.text.field)
    site, now = locked_site(site_id), at or db_now()
    codes = sorted(set(items))
    before = CheckNeed.objects.filter(uuid=uuid).first()
    if before is not None:
        if (before.site_id, before.department_id, before.items) != (site.pk, department.pk, codes):
            raise Conflict(_("This id was used for another need."))
        return before, False
    if site.status not in WATCHED:
        raise BadInput("site", _("Only a site under construction is checked."))
    _must_be_listed(codes)
    asked = {code for need in waiting(site).filter(department=department) for code in need.items}
    if asked & set(codes):
        said = _("Your department has asked for this already: %(codes)s")
        raise BadInput("items", said % {"codes": ", ".join(sorted(asked & set(codes)))})
    reason = ""
    if urgent_by is not None:
        today = now.astimezone(STREET).date()
        if not today <= urgent_by <= today + timedelta(days=URGENT_DAYS):
            raise BadInput("urgent_by", _("From today to %(days)s days from now.") % {"days": URGENT_DAYS})
        reason = must_type("urgent_reason", urgent_reason, CheckNeed.urgent_reason.field)
    need = CheckNeed.objects.create(
        uuid=uuid, site=site, department=department, items=codes, text=text, urgent_by=urgent_by,
        urgent_reason=reason, planned=_open_check(site), by=actor, at=now,
    )  # fmt: skip
    tell(site, "need_filed", actor=actor, note=reason or need.text, at=at,
         data={"need": need.pk, "department": department.code, "items": codes, "check": need.planned_id,
               "urgent_by": urgent_by.isoformat() if urgent_by else None})  # fmt: skip
    if need.is_late and need.planned and urgent_by:
        # Told to planners alone: the day of a random check is nobody else's to know before.
        record(need.planned, "check.need_late", actor=actor, note=reason, at=at, shape=planned_shape,
               audience={"permission": PLAN},
               data={"site": site.pk, "need": need.pk, "urgent_by": urgent_by.isoformat()})  # fmt: skip
    return need, True


@transaction.atomic
def withdraw_need(need_id: int, reason: str, *, actor: User) -> CheckNeed:
    """It need not be looked at any more. Twice is once; WrongStep where a sheet has answered it."""
    reason = must_type("reason", reason, CheckNeed.withdrawn_reason.field)
    site_id = CheckNeed.objects.filter(pk=need_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such need."))
    site = locked_site(site_id)
    need = CheckNeed.objects.select_for_update(no_key=True).get(pk=need_id)
    if need.withdrawn_at is not None:
        return need
    if need.answered_at is not None:
        raise WrongStep(_("A signed sheet has answered this already."))
    need.withdrawn_at, need.withdrawn_reason, need.planned = db_now(), reason, None
    need.save(update_fields=["withdrawn_at", "withdrawn_reason", "planned"])
    tell(site, "need_withdrawn", actor=actor, note=reason, data={"need": need.pk})
    return need


def waiting(site: Site) -> QuerySet[CheckNeed]:
    """What is still to be looked at on a site."""
    return CheckNeed.objects.filter(site=site, answered_at=None, withdrawn_at=None)


def take_along(check: PlannedCheck) -> int:
    """Whatever waits for the site rides on its new check; the site's lock is held."""
    return waiting(check.site).update(planned=check)


def codes_of(inspection: Inspection) -> set[str]:
    """The items that departments asked this visit to look at, also where the phase would not ask for them."""
    rows = CheckNeed.objects.filter(pk__in=inspection.needs, site_id=inspection.site_id)
    return {code for items in rows.values_list("items", flat=True) for code in items}


def known(site: Site, ids: list[int]) -> list[int]:
    """Those of `ids` that are needs of the site; one withdrawn while the phone had no network is looked at too."""
    return sorted(CheckNeed.objects.filter(site=site, pk__in=ids).values_list("pk", flat=True))


def answer(inspection: Inspection, at: datetime) -> list[CheckNeed]:
    """The sheet that is being locked answers the needs it was made for; a newer version answers them anew."""
    mine = CheckNeed.objects.select_for_update(no_key=True).filter(pk__in=inspection.needs, withdrawn_at=None)
    old = inspection.replaces_id
    rows = [need for need in mine if need.answered_at is None or need.inspection_id == old]
    for need in rows:
        need.inspection, need.answered_at = inspection, at
        need.save(update_fields=["inspection", "answered_at"])
    return rows


def give_back(inspection: Inspection) -> int:
    """The sheet holds no more: what it answered waits for the next check again."""
    rows = CheckNeed.objects.filter(inspection=inspection)
    return rows.update(inspection=None, answered_at=None, planned=_open_check(inspection.site))


def _open_check(site: Site) -> PlannedCheck | None:
    return PlannedCheck.objects.filter(site=site, done_at=None, missed_at=None, dropped_at=None).first()


def _must_be_listed(codes: list[str]) -> None:
    if not codes:
        raise BadInput("items", _("Choose what is to be looked at."))
    if len(codes) > MOST_ITEMS:
        raise BadInput("items", _("At most %(n)s items.") % {"n": MOST_ITEMS})
    there = ChecklistItem.objects.filter(group__checklist=published(), code__in=codes).count()
    if there != len(codes):
        raise BadInput("items", _("Nothing outside the list is inspected."))
