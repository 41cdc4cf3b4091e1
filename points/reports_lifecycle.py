"""A report's life beside its incident's: whether it was looked at before points, and what counts. No database here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

AT_ONCE = 3  # levels Ⅰ–Ⅲ are filed as they come in
GRAVE = 2  # levels Ⅰ and Ⅱ are serious hazards whatever they are
BLOCKED_DAYS = 30


class Look(TextChoices):
    """What people of the street think of a report (复核)."""

    CLEAR = "clear", pgettext_lazy("report look", "no doubt")  # 无疑点
    HELD = "held", pgettext_lazy("report look", "being looked at")  # 待复核
    RELEASED = "released", pgettext_lazy("report look", "released")  # 复核通过
    REFUSED = "refused", pgettext_lazy("report look", "no points")  # 不予积分
    MALICIOUS = "malicious", pgettext_lazy("report look", "malicious")  # 恶意上报


class Doubt(TextChoices):
    """Why a report is looked at before it earns anything."""

    PHOTO = "photo", pgettext_lazy("doubt", "the same picture was handed in before")  # 照片近似
    PLACE = "place", pgettext_lazy("doubt", "same resident, place and class within a day")  # 同地同类
    OFTEN = "often", pgettext_lazy("doubt", "more than five reports in ten minutes")  # 频次异常
    DEVICE = "device", pgettext_lazy("doubt", "two residents of one phone report the same")  # 同一设备
    MOCKED = "mocked", pgettext_lazy("doubt", "the position was made up")  # 模拟定位


L = Look
NEXT: dict[Look, set[Look]] = {
    L.CLEAR: {L.MALICIOUS},
    L.HELD: {L.RELEASED, L.REFUSED, L.MALICIOUS},
    L.RELEASED: {L.MALICIOUS},
    L.REFUSED: {L.MALICIOUS},
    L.MALICIOUS: set(),
}


def may_follow(look: str, to: str) -> bool:
    """Whether somebody may think `to` of a report after `look`."""
    return Look(to) in NEXT[Look(look)]


@dataclass(frozen=True)
class Case:
    """What decides about points: the incident that a report belongs to, as it stands now."""

    status: str
    level: int
    filed_at: datetime | None
    arrived_at: datetime | None
    was_merged: bool = False
    endangers: bool = False  # of a kind that endangers people (a blocked fire lane, not noise)


def outcome(case: Case, *, joined: bool) -> Collection[str] | None:
    """The rules that a report earns by; none for what was not filed; None while nobody can say yet.

    Levels Ⅰ–Ⅲ are filed as they come in: they count once somebody has been there, or when they are closed. A serious
    hazard (重大隐患) is one of level Ⅰ or Ⅱ, or one of level Ⅲ that endangers people.
    """
    if case.status in ("rejected", "voided"):
        return ()
    ended = case.status in ("closed", "force_closed")
    valid = case.filed_at is not None and (case.level > AT_ONCE or case.arrived_at is not None)
    if not (ended or valid):
        return None
    if joined or case.was_merged:
        return ("report-again",)
    serious = case.level <= GRAVE or (case.level <= AT_ONCE and case.endangers)
    return ("report-filed", "report-serious") if serious else ("report-filed",)
