"""The shipped sheet: 13 groups, 62 items, read from its file. No database here."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from worksites.lifecycle import Fix, Phase, Severity

FILE = Path(__file__).parent / "data" / "checklist.toml"
WAGES = "1005"  # a sign of unpaid wages: no stop order, but a report to the wage office within 24 hours
HUNDREDS = ("0201", "0202", "0203", "0204", "0205", "0206")  # 六个百分百


@dataclass(frozen=True)
class Item:
    """One item as shipped; `fix_days` are workdays, 0 on the spot, 1 day of 24 hours for a stop."""

    code: str
    name_zh: str
    name_en: str
    severity: str
    phases: list[str]
    fix: str
    fix_days: int
    serious_when_zh: str = ""
    serious_when_en: str = ""


@dataclass(frozen=True)
class Group:
    """One group with who leads it."""

    code: str
    name_zh: str
    name_en: str
    lead_zh: str
    lead_en: str
    items: list[Item] = field(default_factory=list)


def shipped(path: Path = FILE) -> tuple[int, str, list[Group]]:
    """(version, name, groups); raises ValueError for a severity, phase or fix that is none."""
    data = tomllib.loads(path.read_text("utf-8"))
    groups = []
    for row in data["groups"]:
        words = {name: row[name] for name in ("code", "name_zh", "name_en", "lead_zh", "lead_en")}
        groups.append(Group(**words, items=[_item(item) for item in row["items"]]))
    return data["version"], data["name"], groups


def _item(row: dict[str, Any]) -> Item:
    fix = row["fix"]
    days = fix if isinstance(fix, int) else 0
    return Item(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        severity=Severity(row["severity"]).value,
        phases=[Phase(phase).value for phase in row["phases"]],
        fix=(Fix.BY_DATE if days else Fix(fix)).value,
        fix_days=days,
        serious_when_zh=row.get("serious_when_zh", ""),
        serious_when_en=row.get("serious_when_en", ""),
    )
