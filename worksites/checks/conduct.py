"""What who scans a conduct code reads of the visit: the groups and items that it looks at (检查事项), by the sheet."""

from typing import Any

from worksites.checks.sheet_page import pick
from worksites.models import CheckNeed, Inspection
from worksites.services.inspections import items_of


def looked_at(inspection: Inspection) -> list[dict[str, Any]]:
    """Groups in order: {code, name, lead, lines: [{code, name, wanted_by: [departments]}]}.

    What departments wrote beside their needs stays inside: it may name who complained.
    """
    wanted: dict[str, list[str]] = {}
    for need in CheckNeed.objects.filter(pk__in=inspection.needs).select_related("department").order_by("id"):
        for code in need.items:
            name = pick(vars(need.department), "name")
            if name not in wanted.setdefault(code, []):
                wanted[code].append(name)
    groups: dict[str, dict[str, Any]] = {}
    for item in items_of(inspection):
        named = vars(item.group)
        group = groups.setdefault(item.group.code, {
            "code": item.group.code, "name": pick(named, "name"), "lead": pick(named, "lead"), "lines": [],
        })  # fmt: skip
        line = {"code": item.code, "name": pick(vars(item), "name"), "wanted_by": wanted.get(item.code, [])}
        group["lines"].append(line)
    return list(groups.values())
