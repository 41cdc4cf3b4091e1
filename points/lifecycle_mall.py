"""The life of a redemption and of a change of points by hand: which step may follow which. No database here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RedemptionStatus(TextChoices):
    """How far a reward has come: it waits at the merchant until it is fetched, given up or runs out."""

    ISSUED = "issued", _("to be fetched")  # 待领取
    USED = "used", _("written off")  # 已核销
    CANCELLED = "cancelled", pgettext_lazy("redemption", "cancelled")  # 已取消
    EXPIRED = "expired", pgettext_lazy("redemption", "expired")  # 已过期


class RequestStatus(TextChoices):
    """What became of something that one person writes and another decides."""

    ASKED = "asked", _("to be approved")  # 待审批
    APPROVED = "approved", pgettext_lazy("request", "approved")  # 已批准
    REFUSED = "refused", pgettext_lazy("request", "refused")  # 未批准


NEXT_REDEMPTION = {
    RedemptionStatus.ISSUED: {RedemptionStatus.USED, RedemptionStatus.CANCELLED, RedemptionStatus.EXPIRED},
    RedemptionStatus.USED: set(),
    RedemptionStatus.CANCELLED: set(),
    RedemptionStatus.EXPIRED: set(),
}
NEXT_REQUEST = {
    RequestStatus.ASKED: {RequestStatus.APPROVED, RequestStatus.REFUSED},
    RequestStatus.APPROVED: set(),
    RequestStatus.REFUSED: set(),
}
# These took something off the shelf: they count for the quota.
TAKEN = (RedemptionStatus.ISSUED, RedemptionStatus.USED)
