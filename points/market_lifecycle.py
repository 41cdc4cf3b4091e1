"""The life of a listing, of the deal between two neighbours, and of a stall. No database here."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from shushanwei.common.errors import WrongStep

OWN_COMMUNITY_FIRST = timedelta(hours=24)
SHOWN_FOR = timedelta(days=30)
HELD_FOR = timedelta(days=7)  # so long a neighbour keeps what was reserved
REPORTS_TO_HIDE = 3  # so many neighbours send a listing back to be looked at


class ListingStatus(TextChoices):
    """Where a listing stands."""

    REVIEW = "review", pgettext_lazy("listing", "awaiting review")  # 待审核
    SHOWN = "shown", pgettext_lazy("listing", "shown")  # 展示中
    RESERVED = "reserved", pgettext_lazy("listing", "reserved")  # 已预订
    DONE = "done", pgettext_lazy("listing", "done")  # 已成交
    REFUSED = "refused", pgettext_lazy("listing", "not approved")  # 未通过
    WITHDRAWN = "withdrawn", pgettext_lazy("listing", "withdrawn")  # 已下架
    TAKEN_DOWN = "taken_down", pgettext_lazy("listing", "taken down")  # 违规下架
    EXPIRED = "expired", pgettext_lazy("listing", "run out")  # 已到期


class DealStatus(TextChoices):
    """Where a reservation stands."""

    OPEN = "open", pgettext_lazy("deal", "reserved")  # 预订中
    DONE = "done", pgettext_lazy("deal", "handed over")  # 已完成
    RELEASED = "released", pgettext_lazy("deal", "released")  # 已取消
    LAPSED = "lapsed", pgettext_lazy("deal", "lapsed")  # 已失效


class FairStatus(TextChoices):
    """Where a market day stands."""

    OPEN = "open", pgettext_lazy("fair", "open")  # 报名中
    ENDED = "ended", pgettext_lazy("fair", "ended")  # 已结束
    CANCELLED = "cancelled", pgettext_lazy("fair", "cancelled")  # 已取消


class StallStatus(TextChoices):
    """Where the booking of a stall stands."""

    BOOKED = "booked", pgettext_lazy("stall", "booked")  # 已预订
    PRESENT = "present", pgettext_lazy("stall", "checked in")  # 已签到
    GIVEN_BACK = "given_back", pgettext_lazy("stall", "given back")  # 已退订
    CANCELLED = "cancelled", pgettext_lazy("stall", "cancelled")  # 已取消
    NO_SHOW = "no_show", pgettext_lazy("stall", "did not come")  # 未到场


L, D, F, S = ListingStatus, DealStatus, FairStatus, StallStatus
LISTING_NEXT: dict[ListingStatus, set[ListingStatus]] = {
    L.REVIEW: {L.SHOWN, L.REFUSED, L.WITHDRAWN, L.TAKEN_DOWN},
    L.SHOWN: {L.RESERVED, L.WITHDRAWN, L.TAKEN_DOWN, L.EXPIRED, L.REVIEW},
    L.RESERVED: {L.SHOWN, L.DONE, L.TAKEN_DOWN},
    L.DONE: set(), L.REFUSED: set(), L.WITHDRAWN: set(), L.TAKEN_DOWN: set(), L.EXPIRED: set(),
}  # fmt: skip
DEAL_NEXT: dict[DealStatus, set[DealStatus]] = {
    D.OPEN: {D.DONE, D.RELEASED, D.LAPSED},
    D.DONE: set(),
    D.RELEASED: set(),
    D.LAPSED: set(),
}
FAIR_NEXT: dict[FairStatus, set[FairStatus]] = {F.OPEN: {F.ENDED, F.CANCELLED}, F.ENDED: set(), F.CANCELLED: set()}
STALL_NEXT: dict[StallStatus, set[StallStatus]] = {
    S.BOOKED: {S.PRESENT, S.GIVEN_BACK, S.CANCELLED, S.NO_SHOW},
    S.PRESENT: set(), S.GIVEN_BACK: set(), S.CANCELLED: set(), S.NO_SHOW: set(),
}  # fmt: skip
NEXT: dict[type[TextChoices], dict] = {L: LISTING_NEXT, D: DEAL_NEXT, F: FAIR_NEXT, S: STALL_NEXT}
LISTING_LIVE = [status for status, following in LISTING_NEXT.items() if following]
STALL_HELD = [S.BOOKED, S.PRESENT, S.NO_SHOW]


def may_become(status: str, to: TextChoices) -> None:
    """Raises WrongStep where what has this status cannot become `to`."""
    now = type(to)(status)
    if to not in NEXT[type(to)][now]:
        raise WrongStep(f"{now.label} → {to.label}")
