"""A signed sheet as a page and a document read it: words for its codes, out of the stored JSON alone."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from worksites.checks import ink, sheet
from worksites.checks.desk import chinese
from worksites.lifecycle import Colour, Fix, Phase, Severity
from worksites.models import Inspection, ItemResult, PlannedCheck, Signature


def kind_words(kind: str) -> str:
    """What kind of visit it was."""
    extra = {"recheck": pgettext("inspection", "re-check"), "extra": pgettext("inspection", "unplanned check")}
    return extra.get(kind) or str(PlannedCheck.Kind(kind).label)


def context(inspection: Inspection, qr: str) -> dict[str, Any]:
    """Everything that the template of a sheet needs; `qr` is the code as a data: address."""
    said = inspection.sheet or {}
    site = said["site"]
    return {
        "inspection": inspection,
        "sheet": said,
        "qr": qr,
        "holds": sheet.holds(inspection),
        "kind": kind_words(said["kind"]),
        "phase": Phase(site["phase"]).label,
        "colour": Colour(site["colour"]).label,
        "colour_code": site["colour"],
        "started_at": instant(said["started_at"]),
        "ended_at": instant(said["ended_at"]),
        "shown_at": instant(said["code_shown_at"]),
        "companies": [
            (words, name)
            for words, name in (
                (_("Owner"), site["owner"]), (_("Builder"), site["builder"]), (_("Supervision"), site["supervisor"]),
                (_("Haulier"), site["haulier"]),
            )
            if name
        ],
        "inspectors": "、".join(one["name"] for one in said["inspectors"]),
        "needs": [
            f"{pick(need, 'department')}: {'、'.join(need['items'])} {need['text']}".strip()
            for need in said.get("needs", [])
        ],
        "groups": [
            {"code": group["code"], "name": pick(group, "name"), "lead": pick(group, "lead"),
             "items_": [_item(item) for item in group["items"]]}
            for group in said["groups"]
        ],
        "totals": [(str(ItemResult.Result(code).label), said["totals"].get(code, 0), code)
                   for code in ItemResult.Result.values],
        "findings": [
            {**one, "severity_words": Severity(one["severity"]).label, "fix_words": Fix(one["fix"]).label,
             "due": instant(one["due_at"])}
            for one in said["findings"]
        ],
        "signatures": [
            {**one, "role_words": Signature.Role(one["role"]).label, "time": instant(one["at"]),
             "path": ink.svg_path(one["strokes"]) if one["strokes"] else ""}
            for one in said["signatures"]
        ],
    }  # fmt: skip


def pick(row: dict[str, Any], name: str) -> str:
    """A name in the reader's language."""
    return row[f"{name}_zh"] if chinese() else row[f"{name}_en"] or row[f"{name}_zh"]


def instant(said: str | None) -> datetime | None:
    """An instant out of the sheet."""
    return datetime.fromisoformat(said) if said else None


def _item(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "name": pick(item, "name"), "result_words": ItemResult.Result(item["result"]).label,
            "serious_words": Severity.SERIOUS.label if item["serious"] or item["severity"] == "S" else ""}  # fmt: skip
