"""The life of an incident: which step may follow which. No database here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    REPORTED = "reported", _("reported")  # 已上报
    VERIFYING = "verifying", _("being verified")  # 核实中
    PENDING_FILING = "pending_filing", _("awaiting filing")  # 待立案
    REJECTED = "rejected", _("not filed")  # 不予立案
    PENDING_DISPATCH = "pending_dispatch", _("awaiting dispatch")  # 待派遣
    DISPATCHED = "dispatched", _("dispatched")  # 已派遣
    RETURNED = "returned", _("sent back")  # 回退
    HANDLING = "handling", _("being handled")  # 处置中
    HANDLED = "handled", _("handled, awaiting confirmation")  # 处置完成, 待部门确认
    PENDING_CHECK = "pending_check", _("awaiting check")  # 待核查
    CHECKING = "checking", _("being checked")  # 核查中
    REWORK = "rework", _("rework")  # 返工
    PENDING_CLOSE = "pending_close", _("awaiting closing")  # 待结案
    CLOSED = "closed", _("closed")  # 结案
    FORCE_CLOSED = "force_closed", _("closed by order")  # 强制结案
    MERGED = "merged", _("merged")  # 并案
    VOIDED = "voided", _("voided")  # 作废


S = Status
NEXT: dict[Status, set[Status]] = {
    S.REPORTED: {
        S.VERIFYING, S.PENDING_FILING, S.PENDING_DISPATCH, S.REJECTED, S.MERGED, S.VOIDED, S.FORCE_CLOSED,
        S.CLOSED,  # handled by who found it 自行处置: `services.field.handle_myself` only
    },
    S.VERIFYING: {S.PENDING_FILING, S.FORCE_CLOSED},
    S.PENDING_FILING: {S.PENDING_DISPATCH, S.VERIFYING, S.REJECTED, S.MERGED, S.VOIDED, S.FORCE_CLOSED},
    S.PENDING_DISPATCH: {S.DISPATCHED, S.PENDING_FILING, S.MERGED, S.VOIDED, S.FORCE_CLOSED},
    # Back to awaiting dispatch when a unit declines, does not answer, or is recalled.
    S.DISPATCHED: {S.HANDLING, S.RETURNED, S.PENDING_DISPATCH, S.FORCE_CLOSED},
    S.RETURNED: {S.DISPATCHED, S.PENDING_FILING, S.FORCE_CLOSED},
    S.HANDLING: {S.HANDLED, S.RETURNED, S.PENDING_DISPATCH, S.FORCE_CLOSED},
    S.HANDLED: {S.PENDING_CHECK, S.HANDLING, S.FORCE_CLOSED},
    S.PENDING_CHECK: {S.CHECKING, S.FORCE_CLOSED},
    S.CHECKING: {S.PENDING_CLOSE, S.REWORK, S.FORCE_CLOSED},
    S.REWORK: {S.HANDLING, S.HANDLED, S.PENDING_DISPATCH, S.FORCE_CLOSED},
    S.PENDING_CLOSE: {S.CLOSED, S.REWORK, S.FORCE_CLOSED},
    S.CLOSED: {S.HANDLING},  # reopened 重开, once
    S.REJECTED: set(),
    S.FORCE_CLOSED: set(),
    S.MERGED: set(),
    S.VOIDED: set(),
}  # fmt: skip
ENDED = [S.REJECTED, S.CLOSED, S.FORCE_CLOSED, S.MERGED, S.VOIDED]
LIVE = [status for status in Status if status not in ENDED]
# Six steps of the progress bar: report, file, dispatch, handle, feedback, close.
STAGE = {
    S.REPORTED: 1, S.VERIFYING: 1, S.PENDING_FILING: 1, S.REJECTED: 1,
    S.PENDING_DISPATCH: 2,
    S.DISPATCHED: 3, S.RETURNED: 3,
    S.HANDLING: 4, S.REWORK: 4,
    S.HANDLED: 5, S.PENDING_CHECK: 5, S.CHECKING: 5,
    S.PENDING_CLOSE: 6, S.CLOSED: 6, S.FORCE_CLOSED: 6,
    S.MERGED: 6, S.VOIDED: 6,
}  # fmt: skip
NEEDS_REASON = {S.RETURNED, S.REJECTED, S.VOIDED, S.FORCE_CLOSED, S.REWORK}


def may_follow(status: str, to: str) -> bool:
    """Whether the step from `status` to `to` exists."""
    return Status(to) in NEXT[Status(status)]
