"""How an alert becomes a draft: its class, its level, its title, and which alerts are one thing. No database here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from incidents.models import Alert, AlertKind, LevelRule, Mute


@dataclass(frozen=True)
class Thing:
    """What alerts of one fold have in common: they may be one statement of the journal and one row."""

    source_id: int
    kind: str
    correlation: str
    place: tuple[float, float]
    level: int


def level_of(alert: Alert, kind: AlertKind, source_kind: str, rules: Sequence[LevelRule]) -> int:
    """The level Ⅰ–Ⅳ: the first rule that fits, else the kind's own, else that of its class."""
    for rule in rules:
        if _fits(rule, alert, kind, source_kind):
            return rule.level
    if kind.level:
        return kind.level
    assert kind.category is not None
    return kind.category.default_level


def title_of(alert: Alert, kind: AlertKind) -> str:
    """The alert's own title, else the name of its kind, else that of its class (200 characters at most)."""
    if alert.title.strip():
        return alert.title.strip()
    assert kind.category is not None
    return kind.name_zh or kind.category.name_zh


def thing_of(alert: Alert, level: int) -> Thing:
    """Alerts of one source, kind, level and key are one thing; without a key those of one place (about a metre)."""
    place = (0.0, 0.0) if alert.correlation else (round(alert.lon, 5), round(alert.lat, 5))
    return Thing(alert.source_id, alert.kind, alert.correlation, place, level)


def is_muted(alert: Alert, mutes: Iterable[Mute]) -> bool:
    """Whether one of the mutes in force silences this alert's source, or this kind of it."""
    return any(mute.source_id == alert.source_id and mute.kind in ("", alert.kind) for mute in mutes)


def _fits(rule: LevelRule, alert: Alert, kind: AlertKind, source_kind: str) -> bool:
    if rule.category_id and rule.category_id not in (kind.category_id, kind.szcg_category_id):
        return False
    if rule.source_kind and rule.source_kind != source_kind:
        return False
    if rule.alert_kind and rule.alert_kind != alert.kind:
        return False
    if rule.min_confidence is not None and (alert.confidence is None or alert.confidence < rule.min_confidence):
        return False
    return not rule.keyword or rule.keyword in alert.title or rule.keyword in alert.text
