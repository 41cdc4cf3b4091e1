"""Needs of departments as their pages show them: whose may be seen, where each stands, what the sheet answered."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from incidents.models import Department
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import NotFound
from shushanwei.people.access import reach_of
from shushanwei.people.models import User
from worksites.checks.sheet_page import pick
from worksites.models import Checklist, ChecklistItem, CheckNeed, Finding, ItemResult, PlannedCheck

FILE, PLAN = "worksites.file_need", "worksites.plan_checks"
STATES = {
    "waiting": Q(answered_at=None, withdrawn_at=None),
    "urgent": Q(answered_at=None, withdrawn_at=None, urgent_by__isnull=False),
    "answered": Q(answered_at__isnull=False),
    "withdrawn": Q(withdrawn_at__isnull=False),
}


def departments_for(user: User) -> QuerySet[Department]:
    """For which departments a person may ask: the own ones; who plans the checks writes down what others phone."""
    reach, active = reach_of(user, FILE), Department.objects.filter(is_active=True)
    if reach.street or user.has_perm(PLAN):
        return active
    return active.filter(code__in=reach.departments)


def needs_for(user: User) -> QuerySet[CheckNeed]:
    """The needs of these departments, the newest first."""
    rows = CheckNeed.objects.filter(department__in=departments_for(user))
    return rows.select_related("site", "department", "planned", "inspection", "by")


def need_for(user: User, pk: int) -> CheckNeed:
    """One of them; raises NotFound."""
    found = needs_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such need."))
    return found


def item_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The list in use for a form: [(group, [(code, words), …]), …]."""
    newest = Checklist.objects.filter(published_at__isnull=False).order_by("-version").first()
    if newest is None:
        return []
    return [
        (f"{group.code} {pick(vars(group), 'name')}",
         [(item.code, f"{item.code} {pick(vars(item), 'name')}") for item in group.items.all()])
        for group in newest.groups.prefetch_related("items")
    ]  # fmt: skip


def told(needs: list[CheckNeed], user: User) -> None:
    """Give each need `lines` (item by item, with what the sheet says), `stands` (in a sentence) and `forward_on`.

    `forward_on` is the day to which its check may be brought forward so that it is not late, for who plans the checks.
    """
    names = _names({code for need in needs for code in need.items})
    sheets = {need.inspection_id for need in needs if need.inspection_id}
    found = {
        (one.inspection_id, one.item_code): one
        for one in Finding.objects.filter(inspection__in=sheets).order_by("id")
    }  # fmt: skip
    plans, today = user.has_perm(PLAN), db_now().astimezone(STREET).date()
    for need in needs:
        day = max(need.urgent_by, today) if plans and need.is_late and need.urgent_by and need.planned else None
        need.forward_on = day if day and day < need.planned.on else None  # type: ignore[attr-defined, union-attr]
        seen = _seen(need)
        need.lines = [  # type: ignore[attr-defined]
            {"code": code, "name": names.get(code, ""), "finding": found.get((need.inspection_id, code)),
             **seen.get(code, {"result": "", "words": "", "note": ""})}
            for code in need.items
        ]  # fmt: skip
        need.stands = _stands(need, plans=plans)  # type: ignore[attr-defined]


def _seen(need: CheckNeed) -> dict[str, dict[str, Any]]:
    if need.inspection is None or not need.inspection.sheet:
        return {}
    items = [item for group in need.inspection.sheet["groups"] for item in group["items"]]
    return {
        item["code"]: {"result": item["result"], "words": ItemResult.Result(item["result"]).label, "note": item["note"]}
        for item in items
    }


def _stands(need: CheckNeed, *, plans: bool) -> str:
    if need.withdrawn_at:
        return _("withdrawn: %(reason)s") % {"reason": need.withdrawn_reason}
    if need.inspection is not None:
        return _("looked at on %(day)s") % {"day": need.inspection.started_at.astimezone(STREET).date().isoformat()}
    check = need.planned
    if check is None or check.done_at or check.missed_at or check.dropped_at:
        return _("waits for the next check of the site")
    by_lot = check.kind == PlannedCheck.Kind.RANDOM and check.on > db_now().astimezone(STREET).date()
    if by_lot and not plans:
        return _("rides on the next check, whose day is drawn by lot")
    return _("rides on the check of %(day)s") % {"day": check.on.isoformat()}


def _names(codes: set[str]) -> dict[str, str]:
    """What the items are called in the newest version that has them."""
    rows = ChecklistItem.objects.filter(code__in=codes, group__checklist__published_at__isnull=False)
    return {row.code: pick(vars(row), "name") for row in rows.order_by("group__checklist__version")}
