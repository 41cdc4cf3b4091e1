"""The life of a 110 transfer: which step may follow which. No database here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Transfer(TextChoices):
    OFFERED = "offered", pgettext_lazy("transfer", "awaiting acceptance")  # 待接收
    ACCEPTED = "accepted", pgettext_lazy("transfer", "accepted")  # 已接收
    FED_BACK = "fed_back", pgettext_lazy("transfer", "first feedback given")  # 已初次反馈
    CLOSED = "closed", pgettext_lazy("transfer", "result given")  # 已办结
    RETURNED = "returned", pgettext_lazy("transfer", "returned")  # 已退回
    SENT_BACK = "sent_back", pgettext_lazy("transfer", "sent back for a second closing")  # 退回重办


class ReturnReason(TextChoices):
    NOT_OUR_AREA = "not_our_area", _("not our area")  # 非本辖区
    POLICE_MATTER = "police_matter", _("police matter")  # 属警务
    INSUFFICIENT = "insufficient_information", _("insufficient information")  # 信息不足
    DUPLICATE = "duplicate", _("duplicate")  # 重复


class Quality(TextChoices):
    """What the police side or the district says of a closing (办结质量)."""

    PASS = "pass", pgettext_lazy("quality", "passed")  # 合格
    INTERIM = "interim", _("interim closing")  # 阶段性闭环
    TOO_BRIEF = "too_brief", _("too-brief closing")  # 过简闭环
    WRONG_HANDLING = "wrong_handling", _("wrong handling")  # 错误办理


class Urgency(TextChoices):
    """Where the call goes: the police go along to what is urgent (公安联动兜底)."""

    NON_URGENT = "non_urgent", _("not urgent, no police matter")  # 非紧急非警务
    URGENT = "urgent", _("urgent, no police matter: the police go too")  # 紧急非警务


class Channel(TextChoices):
    ONE_KEY = "one_key", _("one-key transfer")  # 一键转接
    ORDER = "order", _("order")  # 工单


T = Transfer
NEXT: dict[Transfer, set[Transfer]] = {
    T.OFFERED: {T.ACCEPTED, T.RETURNED},
    T.RETURNED: {T.OFFERED},  # offered again with what was missing
    T.ACCEPTED: {T.FED_BACK, T.CLOSED},
    T.FED_BACK: {T.CLOSED},
    T.CLOSED: {T.SENT_BACK},
    T.SENT_BACK: {T.CLOSED},
}
OURS = [T.ACCEPTED, T.FED_BACK, T.SENT_BACK]  # the street works on it
OPEN = [T.OFFERED, *OURS]
# What a closing lacked decides whether somebody has to go again: a text that was too short is only written anew.
GOES_AGAIN = [Quality.INTERIM, Quality.WRONG_HANDLING]


def may_follow(status: str, to: str) -> bool:
    """Whether the step from `status` to `to` exists."""
    return Transfer(to) in NEXT[Transfer(status)]
