"""The one shape of a check, a finding and a penalty in lists, phones and pushes: codes and instants, no labels."""

from datetime import datetime
from typing import Any

from worksites.checks.rules import limits_of
from worksites.models import (
    Checklist,
    ChecklistItem,
    CheckNeed,
    Finding,
    Inspection,
    ItemResult,
    Penalty,
    PlannedCheck,
    Site,
)

VIEW = "worksites.view_site"
AUDIENCE = {"permission": VIEW}


def iso(at: datetime | None) -> str | None:
    """An instant for JSON."""
    return at.isoformat() if at else None


def inspection_shape(inspection: Inspection) -> dict[str, Any]:
    """A sheet; fetch it with `select_related("site", "checklist")`."""
    return {
        "id": inspection.pk,
        "rev": inspection.rev,
        "uuid": str(inspection.uuid),
        "site": inspection.site_id,
        "site_name": inspection.site.name,
        "checklist": inspection.checklist.version,
        "phase": inspection.phase,
        "kind": inspection.kind,
        "status": inspection.status,
        "version": inspection.version,
        "conduct_code": inspection.conduct_code,
        "started_at": iso(inspection.started_at),
        "ended_at": iso(inspection.ended_at),
        "locked_at": iso(inspection.locked_at),
        "clean": inspection.clean,
        "sha256": inspection.sha256,
    }


def finding_shape(finding: Finding) -> dict[str, Any]:
    """A finding; fetch it with `select_related("site", "item__group")`."""
    return {
        "id": finding.pk,
        "rev": finding.rev,
        "number": finding.number,
        "site": finding.site_id,
        "site_name": finding.site.name,
        "item_code": finding.item_code,
        "item": {"name_zh": finding.item.name_zh, "name_en": finding.item.name_en},
        "severity": finding.severity,
        "status": finding.status,
        "fix": finding.fix,
        "text": finding.text,
        "is_repeated": finding.is_repeated,
        "confirmed_at": iso(finding.confirmed_at),
        "due_at": iso(finding.due_at),
        "missed_at": iso(finding.missed_at),
        "corrected_at": iso(finding.corrected_at),
        "ended_at": iso(finding.ended_at),
        "attempts": finding.attempts,
    }


def penalty_shape(penalty: Penalty) -> dict[str, Any]:
    """A penalty case."""
    return {
        "id": penalty.pk,
        "rev": penalty.rev,
        "number": penalty.number,
        "site": penalty.site_id,
        "finding": penalty.finding_id,
        "status": penalty.status,
        "subject": penalty.subject,
        "why": penalty.why,
        "amount": penalty.amount,
        "decision_no": penalty.decision_no,
        "filed_at": iso(penalty.filed_at),
        "decided_at": iso(penalty.decided_at),
        "paid_at": iso(penalty.paid_at),
    }


def checklist_shape(checklist: Checklist) -> dict[str, Any]:
    """A whole version for the phone: groups with their items and what may be ordered for each."""
    return {
        "id": checklist.pk,
        "version": checklist.version,
        "name": checklist.name,
        "groups": [
            {
                "code": group.code, "name_zh": group.name_zh, "name_en": group.name_en,
                "lead_zh": group.lead_zh, "lead_en": group.lead_en,
                "items": [_item(item) for item in group.items.all()],
            }
            for group in checklist.groups.prefetch_related("items")
        ],
    }  # fmt: skip


def _item(item: ChecklistItem) -> dict[str, Any]:
    may_be_serious = bool(item.serious_when_zh)
    return {
        "id": item.pk,
        "code": item.code,
        "name_zh": item.name_zh,
        "name_en": item.name_en,
        "severity": item.severity,
        "serious_when": {"name_zh": item.serious_when_zh, "name_en": item.serious_when_en} if may_be_serious else None,
        "phases": item.phases,
        "fix": item.fix,
        "limits": limits_of(item.code, item.severity, item.fix, item.fix_days).as_dict(),
        "limits_serious": limits_of(item.code, item.severity, item.fix, item.fix_days, serious=True).as_dict(),
    }


def site_shape(site: Site, people: list[dict], findings: list[dict], needs: list[dict]) -> dict[str, Any]:
    """A site as the phone keeps it."""
    return {
        "id": site.pk,
        "code": site.code,
        "name": site.name,
        "address": site.address,
        "community": site.community.short_name if site.community else "",
        "lon": site.lon,
        "lat": site.lat,
        "phase": site.phase,
        "status": site.status,
        "colour": site.colour,
        "plate_code": site.plate_code,
        "people": people,
        "findings": findings,
        "needs": needs,
    }


def planned_shape(check: PlannedCheck) -> dict[str, Any]:
    """A planned check with whom it names."""
    return {
        "id": check.pk,
        "site": check.site_id,
        "kind": check.kind,
        "colour": check.colour,
        "on": check.on.isoformat(),
        "due_at": iso(check.due_at),
        "inspectors": [person.pk for person in check.inspectors.all()],
    }


def need_shape(need: CheckNeed) -> dict[str, Any]:
    """What a department wants looked at; fetch it with `select_related("department")`."""
    return {
        "id": need.pk,
        "department": {"name_zh": need.department.name_zh, "name_en": need.department.name_en},
        "items": need.items,
        "text": need.text,
        "urgent": need.urgent_by is not None,
    }


def result_shape(result: ItemResult) -> dict[str, Any]:
    """What was seen of one item."""
    return {"item": result.item_id, "result": result.result, "serious": result.serious, "note": result.note,
            "at": iso(result.at)}  # fmt: skip
