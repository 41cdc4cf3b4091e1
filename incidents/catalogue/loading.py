"""Put the starter catalogue into the tables: what is missing is added, what somebody edited stays.

A row that has children of its own (standards, maps, clocks) keeps exactly those, so that a deleted standard
does not come back with the next start.
"""

from collections import Counter

from django.db import connection, transaction

from incidents.catalogue.reading import Catalogue, Category, read
from incidents.models import (
    AlertKind,
    CaseCategory,
    CategoryMap,
    Department,
    FilingStandard,
    FlowRules,
    LevelRule,
    SlaClock,
    SlaPolicy,
)

Key = tuple[str, str, str]


@transaction.atomic
def load_catalogue(catalogue: Catalogue | None = None, *, reset_texts: bool = False) -> Counter[str]:
    """Add what is missing and return how many rows of each table were written; twice in a row writes none.

    With `reset_texts` the names and conditions of shipped rows are set back to the shipped words; limits,
    levels, departments and switches stay as they are. Raises CatalogueError when the files are wrong.
    """
    catalogue = catalogue or read()
    with connection.cursor() as cursor:
        # Two processes that start at once load one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_catalogue'))")
    written: Counter[str] = Counter()
    departments = _load_departments(catalogue, written)
    rows = _load_categories(catalogue, departments, written)
    _load_standards(catalogue, rows, written)
    _load_maps(catalogue, rows, written)
    by_code = {category.code: rows[_key(category)] for category in catalogue.categories}
    _load_kinds(catalogue, by_code, written)
    _load_rules(catalogue, by_code, written)
    _load_policies(catalogue, written)
    if not FlowRules.objects.exists():
        FlowRules.objects.create(effective_from=min(policy.effective_from for policy in catalogue.policies))
        written["rules of the flow"] += 1
    if reset_texts:
        _reset_texts(catalogue, rows, written)
    return +written


def _key(category: Category) -> Key:
    return category.scheme, category.version, category.code


def _load_departments(catalogue: Catalogue, written: Counter[str]) -> dict[str, Department]:
    existing = set(Department.objects.values_list("code", flat=True))
    missing = [
        Department(code=code, name_zh=zh, name_en=en)
        for code, (zh, en) in catalogue.departments.items()
        if code not in existing
    ]
    written["departments"] += len(Department.objects.bulk_create(missing))
    return {department.code: department for department in Department.objects.all()}


def _load_categories(
    catalogue: Catalogue, departments: dict[str, Department], written: Counter[str]
) -> dict[Key, CaseCategory]:
    rows = {(c.scheme, c.version, c.code): c for c in CaseCategory.objects.all()}
    for parents in (True, False):
        batch = [c for c in catalogue.categories if (not c.parent) is parents and _key(c) not in rows]
        created = CaseCategory.objects.bulk_create(
            CaseCategory(
                scheme=c.scheme,
                version=c.version,
                code=c.code,
                parent=rows[c.scheme, c.version, c.parent] if c.parent else None,
                name_zh=c.name_zh,
                name_en=c.name_en,
                department=departments.get(c.department),
                second_department=departments.get(c.second_department),
                default_level=c.level,
                same_period=c.same_period,
                need_followup=c.need_followup,
                needs_field_action=c.needs_field_action,
                join_window_s=c.join_window_s,
            )
            for c in batch
        )
        rows |= {(c.scheme, c.version, c.code): c for c in created}
        written["categories"] += len(created)
    return rows


def _load_standards(catalogue: Catalogue, rows: dict[Key, CaseCategory], written: Counter[str]) -> None:
    with_standards = set(FilingStandard.objects.values_list("category_id", flat=True))
    missing = [
        FilingStandard(
            category=rows[_key(c)],
            letter=s.letter,
            stage_no=s.stage_no,
            filing_condition=s.filing,
            closing_condition=s.closing,
            filing_condition_en=s.filing_en,
            closing_condition_en=s.closing_en,
            limit_kind=s.limit.kind,
            limit_value=s.limit.value,
            original_text=s.limit.original,
            limit_doubtful=s.limit.doubtful,
        )
        for c in catalogue.categories
        for s in c.standards
        if rows[_key(c)].pk not in with_standards
    ]
    written["standards"] += len(FilingStandard.objects.bulk_create(missing))


def _load_maps(catalogue: Catalogue, rows: dict[Key, CaseCategory], written: Counter[str]) -> None:
    mapped = set(CategoryMap.objects.values_list("from_category_id", flat=True))
    missing = [
        CategoryMap(
            from_category=rows[_key(c)], to_category=rows[_key(catalogue.by_code[code])], is_default=number == 0
        )
        for c in catalogue.categories
        for number, code in enumerate(c.maps)
        if rows[_key(c)].pk not in mapped
    ]
    written["category maps"] += len(CategoryMap.objects.bulk_create(missing))


def _load_kinds(catalogue: Catalogue, by_code: dict[str, CaseCategory], written: Counter[str]) -> None:
    existing = {kind.code: kind for kind in AlertKind.objects.all()}
    missing, met_before = [], []
    for kind in catalogue.kinds:
        values = {
            "name_zh": kind.name_zh,
            "name_en": kind.name_en,
            "category": by_code[kind.category],
            "szcg_category": by_code.get(kind.szcg_category),
            "level": kind.level,
        }
        row = existing.get(kind.code)
        if row is None:
            missing.append(AlertKind(code=kind.code, **values))
        elif row.category_id is None and not row.name_zh:
            # It arrived from a source before we knew it, and nobody has looked at it yet.
            for name, value in values.items():
                setattr(row, name, value)
            met_before.append(row)
    written["alert kinds"] += len(AlertKind.objects.bulk_create(missing)) + len(met_before)
    AlertKind.objects.bulk_update(met_before, ["name_zh", "name_en", "category", "szcg_category", "level"])


def _load_rules(catalogue: Catalogue, by_code: dict[str, CaseCategory], written: Counter[str]) -> None:
    if LevelRule.objects.exists():
        return
    rules = [LevelRule(**rule | {"category": by_code.get(rule.get("category", ""))}) for rule in catalogue.rules]
    written["level rules"] += len(LevelRule.objects.bulk_create(rules))


def _load_policies(catalogue: Catalogue, written: Counter[str]) -> None:
    for shipped in catalogue.policies:
        policy, created = SlaPolicy.objects.get_or_create(
            code=shipped.code,
            version=shipped.version,
            defaults={
                "name_zh": shipped.name_zh,
                "name_en": shipped.name_en,
                "effective_from": shipped.effective_from,
            },
        )
        if created:
            clocks = SlaClock.objects.bulk_create(SlaClock(policy=policy, **vars(clock)) for clock in shipped.clocks)
            written["policies"] += 1
            written["clocks"] += len(clocks)


def _reset_texts(catalogue: Catalogue, rows: dict[Key, CaseCategory], written: Counter[str]) -> None:
    """Set names and conditions of shipped rows back to the shipped words."""
    texts = 0
    for code, (zh, en) in catalogue.departments.items():
        texts += Department.objects.filter(code=code).exclude(name_zh=zh, name_en=en).update(name_zh=zh, name_en=en)
    for kind in catalogue.kinds:
        names = {"name_zh": kind.name_zh, "name_en": kind.name_en}
        texts += AlertKind.objects.filter(code=kind.code).exclude(**names).update(**names)
    standards = {(s.category_id, s.letter, s.stage_no): s for s in FilingStandard.objects.all()}
    for category in catalogue.categories:
        row = rows[_key(category)]
        texts += _set(row, {"name_zh": category.name_zh, "name_en": category.name_en})
        for shipped in category.standards:
            standard = standards.get((row.pk, shipped.letter, shipped.stage_no))
            if standard:
                texts += _set(
                    standard,
                    {
                        "filing_condition": shipped.filing,
                        "closing_condition": shipped.closing,
                        "filing_condition_en": shipped.filing_en,
                        "closing_condition_en": shipped.closing_en,
                    },
                )
    written["texts set back"] += texts


def _set(row: CaseCategory | FilingStandard, values: dict[str, str]) -> int:
    """Write what differs; 1 when something was written."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return bool(changed)
