"""The sheet as it is signed: everything that was seen, in one JSON that never changes, and how a page reads it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from worksites.checks.sealing import digest
from worksites.models import CheckNeed, Evidence, Finding, Inspection

FORMAT = 1


def build(inspection: Inspection, findings: Iterable[Finding], needs: Iterable[CheckNeed] = ()) -> dict[str, Any]:
    """The sheet of an inspection whose results, photos and signatures stand: plain values, both languages."""
    site = inspection.site
    shots: dict[int, list[dict[str, Any]]] = {}
    for photo in Evidence.objects.filter(inspection=inspection).order_by("id"):
        shots.setdefault(photo.item_id or 0, []).append(_photo(photo))
    groups: dict[str, dict[str, Any]] = {}
    totals = {"ok": 0, "fails": 0, "na": 0, "spot": 0}
    for row in inspection.results.select_related("item__group").order_by("item__code"):
        item, group = row.item, row.item.group
        totals[row.result] += 1
        block = groups.setdefault(
            group.code,
            {"code": group.code, "name_zh": group.name_zh, "name_en": group.name_en, "lead_zh": group.lead_zh,
             "lead_en": group.lead_en, "items": []},
        )  # fmt: skip
        block["items"].append(
            {"code": item.code, "name_zh": item.name_zh, "name_en": item.name_en, "severity": item.severity,
             "result": row.result, "serious": row.serious, "note": row.note, "at": _iso(row.at),
             "photos": shots.get(item.pk, [])}
        )  # fmt: skip
    old = inspection.replaces
    return {
        "format": FORMAT,
        "uuid": str(inspection.uuid),
        "version": inspection.version,
        "replaces": {"version": old.version, "sha256": old.sha256} if old else None,
        "conduct_code": inspection.conduct_code,
        "code_shown_at": _iso(inspection.code_shown_at),
        "kind": inspection.kind,
        "site": {
            "id": site.pk, "code": site.code, "name": site.name, "address": site.address, "colour": inspection.colour,
            "phase": inspection.phase, "owner": _name(site.owner), "builder": _name(site.builder),
            "supervisor": _name(site.supervisor), "haulier": _name(site.haulier),
        },
        "checklist": {"version": inspection.checklist.version, "name": inspection.checklist.name},
        "started_at": _iso(inspection.started_at),
        "ended_at": _iso(inspection.ended_at),
        "place": None if inspection.lon is None or inspection.lat is None
        else [f"{inspection.lon:.6f}", f"{inspection.lat:.6f}"],
        "inspectors": [{"id": person.pk, "name": str(person)} for person in inspection.inspectors.order_by("pk")],
        "groups": [groups[code] for code in sorted(groups)],
        "totals": totals,
        "clean": inspection.clean,
        "note": inspection.note,
        "needs": [
            {"id": need.pk, "department_zh": need.department.name_zh, "department_en": need.department.name_en,
             "items": need.items, "text": need.text}
            for need in needs
        ],
        "findings": [
            {"number": one.number, "item": one.item_code, "severity": one.severity, "fix": one.fix, "text": one.text,
             "due_at": _iso(one.due_at), "repeated": one.is_repeated}
            for one in findings
        ],
        "signatures": [
            {"role": one.role, "name": one.name, "user": one.user_id, "strokes": one.strokes,
             "refused_reason": one.refused_reason, "witness": one.witness, "at": _iso(one.at)}
            for one in inspection.signatures.all()
        ],
    }  # fmt: skip


def holds(inspection: Inspection) -> bool:
    """Whether the stored sheet is still the one whose hash was signed."""
    return bool(inspection.sheet) and digest(inspection.sheet or {}) == inspection.sha256


def _photo(photo: Evidence) -> dict[str, Any]:
    place = None if photo.lon is None or photo.lat is None else [f"{photo.lon:.6f}", f"{photo.lat:.6f}"]
    return {"uuid": str(photo.uuid), "when": photo.when, "sha256": photo.sha256, "shot_at": _iso(photo.shot_at),
            "place": place}  # fmt: skip


def _iso(at: Any) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


def _name(company: Any) -> str:
    return company.name if company else ""
