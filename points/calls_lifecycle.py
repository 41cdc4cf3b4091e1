"""The life of a call (有呼必应), the clock of its first answer, and where each kind leads. No database here."""

from datetime import datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from shushanwei.common.clock import STREET

DAY_FROM, DAY_TO = time(8), time(20)
BY_DAY, BY_NIGHT = timedelta(minutes=30), timedelta(hours=4)
STEP_EVERY = timedelta(minutes=30)  # from the secretary to the street


class CallKind(TextChoices):
    """What somebody calls for."""

    REPAIR = "repair", pgettext_lazy("call", "repair")  # 报修
    ENVIRONMENT = "environment", pgettext_lazy("call", "environment")  # 环境
    NOISE = "noise", pgettext_lazy("call", "noise")  # 噪音
    PARKING = "parking", pgettext_lazy("call", "parking")  # 停车
    ELDERLY = "elderly", pgettext_lazy("call", "elderly")  # 养老
    POLICY = "policy", pgettext_lazy("call", "policy question")  # 政策咨询
    HARDSHIP = "hardship", pgettext_lazy("call", "hardship")  # 困难求助
    OTHER = "other", pgettext_lazy("call", "other")  # 其他


class CallStatus(TextChoices):
    """Where a call stands."""

    CALLED = "called", pgettext_lazy("call", "called")  # 已呼叫
    ANSWERED = "answered", pgettext_lazy("call", "answered")  # 已响应
    PROCESSING = "processing", pgettext_lazy("call", "processing")  # 处理中
    DONE = "done", pgettext_lazy("call", "done")  # 已办结
    RATED = "rated", pgettext_lazy("call", "rated")  # 已评价


S = CallStatus
NEXT: dict[CallStatus, set[CallStatus]] = {
    S.CALLED: {S.ANSWERED},
    S.ANSWERED: {S.PROCESSING, S.DONE},
    S.PROCESSING: {S.DONE},
    S.DONE: {S.RATED, S.PROCESSING},  # "not solved" opens it again, once
    S.RATED: set(),
}
HELD = (S.ANSWERED, S.PROCESSING)  # somebody works on it
# Where a call goes when it needs a department: a class of the governance scheme.
CATEGORY = {
    CallKind.REPAIR: "J0406",
    CallKind.ENVIRONMENT: "J0418",
    CallKind.NOISE: "J1405",
    CallKind.PARKING: "J0107",
    CallKind.ELDERLY: "J2901",
    CallKind.POLICY: "J1303",
    CallKind.HARDSHIP: "J1004",
    CallKind.OTHER: "J0202",
}
DANGER, DANGER_LEVEL = "J0427", 2


def may_follow(status: str, to: str) -> bool:
    """Whether the step from `status` to `to` exists."""
    return CallStatus(to) in NEXT[CallStatus(status)]


def answer_due(called_at: datetime) -> datetime:
    """By when the first answer is promised: 30 minutes for who calls from 08:00 until before 20:00, otherwise 4 h."""
    by_day = DAY_FROM <= called_at.astimezone(STREET).time() < DAY_TO
    return called_at + (BY_DAY if by_day else BY_NIGHT)
