"""The life of a request to riders and of one rider's part in it: which step may follow which. No database here."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

DANGEROUS = 2  # volunteers are never asked to levels Ⅰ and Ⅱ


class Help(TextChoices):
    """A request for help (就近求助)."""

    OPEN = "open", pgettext_lazy("help", "asking")  # 招募中
    FILLED = "filled", pgettext_lazy("help", "enough are coming")  # 人手已够
    FINISHED = "finished", pgettext_lazy("help", "finished")  # 已完成
    EXPIRED = "expired", pgettext_lazy("help", "nobody came")  # 无人应答
    WITHDRAWN = "withdrawn", pgettext_lazy("help", "withdrawn")  # 已撤回


class Part(TextChoices):
    """One rider's part in it."""

    ASKED = "asked", pgettext_lazy("part", "asked")  # 待应答
    ACCEPTED = "accepted", pgettext_lazy("part", "on the way")  # 前往中
    ARRIVED = "arrived", pgettext_lazy("part", "there")  # 已到场
    FINISHED = "finished", pgettext_lazy("part", "helped")  # 已帮忙
    DECLINED = "declined", pgettext_lazy("part", "cannot come")  # 来不了
    FULL = "full", pgettext_lazy("part", "enough others came")  # 人手已够
    EXPIRED = "expired", pgettext_lazy("part", "no answer in time")  # 超时未答
    WITHDRAWN = "withdrawn", pgettext_lazy("part", "withdrawn")  # 已撤回


class Why(TextChoices):
    """Why a request was withdrawn."""

    DANGER = "danger", pgettext_lazy("withdrawn", "it has become dangerous")  # 已转为危险事件
    ENDED = "ended", pgettext_lazy("withdrawn", "the incident has ended")  # 事件已办结
    SEAT = "seat", pgettext_lazy("withdrawn", "the seat took it back")  # 坐席撤回


P = Part
NEXT: dict[Part, set[Part]] = {
    P.ASKED: {P.ACCEPTED, P.DECLINED, P.FULL, P.EXPIRED, P.WITHDRAWN},
    P.FULL: {P.ASKED, P.WITHDRAWN},  # somebody who had accepted cannot come after all
    P.ACCEPTED: {P.ARRIVED, P.FINISHED, P.DECLINED, P.EXPIRED, P.WITHDRAWN},
    P.ARRIVED: {P.FINISHED, P.EXPIRED, P.WITHDRAWN},
    P.FINISHED: set(),
    P.DECLINED: set(),
    P.EXPIRED: set(),
    P.WITHDRAWN: set(),
}
COMING = [P.ACCEPTED, P.ARRIVED]
LIVE = [P.ASKED, *COMING]
RUNNING = [Help.OPEN, Help.FILLED]


def may_follow(status: str, to: str) -> bool:
    """Whether the step from `status` to `to` exists."""
    return Part(to) in NEXT[Part(status)]
