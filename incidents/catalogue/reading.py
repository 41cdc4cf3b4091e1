"""Read the catalogue's data files into plain values and refuse what contradicts itself. No database here."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from shushanwei.common.worktime import Limit, parse_limit

DATA = Path(__file__).parent / "data"
NOW_WINDOW_S, LATER_WINDOW_S = 30 * 60, 24 * 3600  # how long alerts join: levels Ⅰ–Ⅲ, level Ⅳ


class CatalogueError(ValueError):
    """A data file contradicts itself; the message names the file's line or code."""


@dataclass(frozen=True)
class Standard:
    """One filing condition of a class with its closing condition and limit."""

    letter: str
    limit: Limit
    filing: str
    closing: str
    filing_en: str
    closing_en: str
    stage_no: int = 1


@dataclass(frozen=True)
class Category:
    """One class of one edition; `maps` are codes of other schemes, the first is the default."""

    scheme: str
    version: str
    code: str
    parent: str
    name_zh: str
    name_en: str
    department: str = ""
    second_department: str = ""
    level: int = 4
    same_period: bool = False
    need_followup: bool = False
    needs_field_action: bool = True
    standards: tuple[Standard, ...] = ()
    maps: tuple[str, ...] = ()

    @property
    def join_window_s(self) -> int:
        """How long a later alert still joins: half an hour when somebody goes now, otherwise a day."""
        return NOW_WINDOW_S if self.level < 4 else LATER_WINDOW_S


@dataclass(frozen=True)
class Kind:
    """What a source calls a happening."""

    code: str
    name_zh: str
    name_en: str
    category: str
    szcg_category: str
    level: int | None


@dataclass(frozen=True)
class Clock:
    """One promise of a policy."""

    code: str
    name_zh: str
    name_en: str
    start: str
    stop: str
    target_s: int
    applies: str
    accountable: str
    on_miss: str
    limit_kind: str
    remind_percent: int
    remind_every_s: int


@dataclass(frozen=True)
class Policy:
    """A set of promises from a date on."""

    code: str
    version: int
    name_zh: str
    name_en: str
    effective_from: datetime
    clocks: tuple[Clock, ...]


@dataclass(frozen=True)
class Catalogue:
    """Everything the data files say."""

    departments: dict[str, tuple[str, str]]
    categories: list[Category]
    kinds: list[Kind]
    rules: list[dict[str, Any]]
    policies: list[Policy]
    by_code: dict[str, Category] = field(default_factory=dict)


def read(folder: Path = DATA) -> Catalogue:
    """All files of a folder, checked against each other; raises CatalogueError."""
    departments = {code: (zh, en) for code, zh, en in _table(_toml(folder, "departments")["departments"], 3)}
    categories = [*_szcg(_toml(folder, "szcg")), *_jczz(_toml(folder, "jczz")), *_p110(_toml(folder, "p110"))]
    kinds = [*_kinds(_toml(folder, "alert_kinds")), *_p110_kinds(categories)]
    catalogue = Catalogue(
        departments, categories, kinds, _toml(folder, "level_rules")["rule"], _policies(_toml(folder, "policies"))
    )
    for category in categories:
        if category.code in catalogue.by_code:
            raise CatalogueError(f"code {category.code} stands twice")
        catalogue.by_code[category.code] = category
    _check(catalogue)
    return catalogue


def _toml(folder: Path, name: str) -> dict[str, Any]:
    with (folder / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _table(text: str, columns: int) -> list[list[str]]:
    """Rows of `a | b | c` lines; missing trailing columns are empty."""
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > columns:
            raise CatalogueError(f"{line}: more than {columns} columns")
        rows.append(cells + [""] * (columns - len(cells)))
    return rows


def _standards(text: str) -> tuple[Standard, ...]:
    standards = []
    for label, limit, filing, closing, filing_en, closing_en in _table(text, 6):
        letter, _, stage = label.partition("/")
        if not (filing and closing):
            raise CatalogueError(f"{label} {limit}: no filing or closing condition")
        standards.append(Standard(letter, parse_limit(limit), filing, closing, filing_en, closing_en, int(stage or 1)))
    return tuple(standards)


def _szcg(data: dict[str, Any]) -> list[Category]:
    scheme, version = data["scheme"], data["version"]
    categories = [Category(scheme, version, code, "", zh, en) for code, zh, en in _table(data["big"], 3)]
    for row in data["class"]:
        for code, zh, en in _table("\n".join(row["codes"]), 3):
            categories.append(
                Category(
                    scheme,
                    version,
                    code,
                    code[:3],
                    zh,
                    en,
                    department=row["department"],
                    level=row.get("level", 4),
                    same_period=row.get("same_period", False),
                    standards=_standards(row["standards"]),
                    maps=tuple(row["maps"]),
                )
            )
    return categories


def _jczz(data: dict[str, Any]) -> list[Category]:
    scheme, version = data["scheme"], data["version"]
    standards = {code: _standards(text) for code, text in data["standards"].items()}
    categories = []
    for big_no, big in enumerate(data["big"], 1):
        big_code = f"J{big_no:02d}"
        ((big_zh, big_en),) = _table(big["name"], 2)
        categories.append(Category(scheme, version, big_code, "", big_zh, big_en, department=big["department"]))
        for small_no, (zh, en, words) in enumerate(_table(big["small"], 3), 1):
            code = f"{big_code}{small_no:02d}"
            # Disputes and calls for help are followed up wherever they stand in the tree.
            followup = "F24" in words or big_code in ("J05", "J10") or "纠纷" in zh
            level, department, second = 3 if followup and "desk" not in words else 4, big["department"], ""
            for word in words.split():
                if word in ("L1", "L2", "L3", "L4"):
                    level = int(word[1])
                elif word not in ("F24", "desk"):
                    department, _, second = word.partition("→")
            categories.append(
                Category(
                    scheme,
                    version,
                    code,
                    big_code,
                    zh,
                    en,
                    department=department,
                    second_department=second,
                    level=level,
                    need_followup=followup,
                    needs_field_action="desk" not in words,
                    standards=standards.get(code, standards["general"]),
                    maps=tuple(data["maps"].get(code, ())),
                )
            )
    unknown = set(standards) - {"general"} - {category.code for category in categories}
    if unknown:
        raise CatalogueError(f"standards for unknown classes: {', '.join(sorted(unknown))}")
    return categories


def _p110(data: dict[str, Any]) -> list[Category]:
    rows = _table(data["classes"], 5)
    codes = {row[0] for row in rows}
    categories = []
    for code, zh, en, maps_to, words in rows:
        level, _, desk = words.partition(" ")
        # 41100 belongs to 40000, 100600 to 100000, 130001 to 130000.
        big = code[:-4] + "0000"
        parent = big if big in codes and big != code else ""
        categories.append(
            Category(
                data["scheme"],
                data["version"],
                code,
                parent,
                zh,
                en,
                level=int(level),
                needs_field_action=not desk,
                maps=(maps_to,) if maps_to else (),
            )
        )
    return categories


def _kinds(data: dict[str, Any]) -> list[Kind]:
    return [
        Kind(code, zh, en, category, szcg, int(level) if level else None)
        for code, zh, en, category, szcg, level in _table(data["kinds"], 6)
    ]


def _p110_kinds(categories: list[Category]) -> list[Kind]:
    """A 110 transfer says `p110_100600`; where content decides, the kind stays open for mapping by hand."""
    return [
        Kind(f"p110_{c.code}", c.name_zh, c.name_en, c.maps[0], "", c.level)
        for c in categories
        if c.scheme == "P110" and c.maps
    ]


def _policies(data: dict[str, Any]) -> list[Policy]:
    policies = []
    for row in data["policy"]:
        ((zh, en),) = _table(row["name"], 2)
        clocks = tuple(
            Clock(*texts[:5], int(texts[5]), *texts[6:10], int(texts[10]), int(texts[11]))
            for texts in _table(row["clocks"], 12)
        )
        policies.append(Policy(row["code"], row["version"], zh, en, row["effective_from"], clocks))
    return policies


def _check(catalogue: Catalogue) -> None:
    """Every name that a row uses is known, every level is a level, every limit text is readable."""
    known = catalogue.by_code
    for category in catalogue.categories:
        for name in filter(None, (category.department, category.second_department)):
            if name not in catalogue.departments:
                raise CatalogueError(f"{category.code}: unknown department {name}")
        for code in filter(None, (*category.maps, category.parent)):
            if code not in known:
                raise CatalogueError(f"{category.code}: unknown class {code}")
        doubtful = [standard.limit.original for standard in category.standards if standard.limit.doubtful]
        if doubtful:
            raise CatalogueError(f"{category.code}: unreadable limit {doubtful[0]}")
    for kind in catalogue.kinds:
        for code, scheme in ((kind.category, "JCZZ"), (kind.szcg_category, "SZCG")):
            if code and (code not in known or known[code].scheme != scheme):
                raise CatalogueError(f"{kind.code}: {code} is no class of {scheme}")
    codes = [kind.code for kind in catalogue.kinds]
    levels = [c.level for c in catalogue.categories] + [k.level or 4 for k in catalogue.kinds]
    levels += [rule["level"] for rule in catalogue.rules]
    if len(set(codes)) < len(codes) or not all(1 <= level <= 4 for level in levels):
        raise CatalogueError("an alert kind stands twice, or a level is not 1–4")
    for rule in catalogue.rules:
        if rule.get("alert_kind", codes[0]) not in codes or rule.get("category", codes[0]) not in {*known, codes[0]}:
            raise CatalogueError(f"level rule {rule['order']}: unknown kind or class")
