"""What the extra items of a vendor say about lift, cover and load: a table, because no standard numbers them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

LIFT, LOAD, COVER, WEIGHT = "lift", "load", "cover", "weight"


class Rule(NamedTuple):
    """One row of the table: the byte at `offset` of item `item_id` means this; `values` lead to our numbers.

    A weight is a word (two bytes) there; its values are {"half": from, "full": from} in the vendor's unit.
    """

    item_id: int
    offset: int
    meaning: str
    values: Mapping[str, Any]


class Told(NamedTuple):
    """What the items say, in the numbers of `worksites.models.tracks`; 0 is not known."""

    lift: int = 0
    load: int = 0
    cover: int = 0


NOTHING = Told()


def told(rules: Sequence[Rule], items: Mapping[int, bytes]) -> Told:
    """Read the items by the rules of the terminal's vendor; what the table does not name is not known."""
    if not rules or not items:
        return NOTHING
    found = {LIFT: 0, LOAD: 0, COVER: 0}
    for rule in rules:
        value = items.get(rule.item_id)
        if value is None or len(value) <= rule.offset:
            continue
        if rule.meaning == WEIGHT:
            found[LOAD] = found[LOAD] or _load_of_weight(value, rule)
        elif (number := rule.values.get(str(value[rule.offset]))) in (0, 1, 2, 3):
            found[rule.meaning] = number
    return Told(min(found[LIFT], 2), found[LOAD], min(found[COVER], 2))


def _load_of_weight(value: bytes, rule: Rule) -> int:
    weight = int.from_bytes(value[rule.offset : rule.offset + 2], "big")
    half, full = rule.values.get("half"), rule.values.get("full")
    if not isinstance(half, int | float) or not isinstance(full, int | float):
        return 0
    return 3 if weight >= full else 2 if weight >= half else 1
