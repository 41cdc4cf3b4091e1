"""The life of a volunteer task and of a claim, and how time is counted. No database here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from shushanwei.common.clock import STREET
from shushanwei.common.errors import WrongStep

NEAR_M = 200  # where a check-in counts, around the place of the task
ROUGHEST_M = 300  # a fix that may be off by more says nothing about that
SHORTEST_MIN, QUARTER_MIN = 30, 15
EARLY = timedelta(minutes=30)  # a check-in may come so long before the window opens
GRACE = timedelta(hours=2)  # a check-out may come so long after it closes; then the sweep looks
RATE_WITHIN = timedelta(days=7)  # who says nothing until then is content
MOST_OPEN = 3
MOST_NO_SHOWS, PAUSE = 3, timedelta(days=30)
TWO_FOR_A_HOME = 2


class TaskStatus(TextChoices):
    """Where a task stands."""

    ASKED = "asked", pgettext_lazy("volunteer task", "awaiting review")  # 待审核
    REFUSED = "refused", pgettext_lazy("volunteer task", "not approved")  # 未通过
    OPEN = "open", pgettext_lazy("volunteer task", "open")  # 进行中
    ENDED = "ended", pgettext_lazy("volunteer task", "ended")  # 已结束
    WITHDRAWN = "withdrawn", pgettext_lazy("volunteer task", "withdrawn")  # 已撤回


class ClaimStatus(TextChoices):
    """Where one volunteer's part stands."""

    CLAIMED = "claimed", pgettext_lazy("claim", "claimed")  # 已认领
    ACCEPTED = "accepted", pgettext_lazy("claim", "accepted")  # 已录用
    REFUSED = "refused", pgettext_lazy("claim", "not accepted")  # 未录用
    WITHDRAWN = "withdrawn", pgettext_lazy("claim", "given back")  # 已退出
    CALLED_OFF = "called_off", pgettext_lazy("claim", "called off")  # 已取消
    PRESENT = "present", pgettext_lazy("claim", "checked in")  # 已签到
    FINISHED = "finished", pgettext_lazy("claim", "finished")  # 已完成
    LAPSED = "lapsed", pgettext_lazy("claim", "not checked out")  # 未签退
    NO_SHOW = "no_show", pgettext_lazy("claim", "did not come")  # 爽约
    RATED = "rated", pgettext_lazy("claim", "rated")  # 已互评


TASK_NEXT = {
    TaskStatus.ASKED: {TaskStatus.OPEN, TaskStatus.REFUSED, TaskStatus.WITHDRAWN},
    TaskStatus.REFUSED: set(),
    TaskStatus.OPEN: {TaskStatus.ENDED, TaskStatus.WITHDRAWN},
    TaskStatus.ENDED: set(),
    TaskStatus.WITHDRAWN: set(),
}
CLAIM_NEXT = {
    ClaimStatus.CLAIMED: {
        ClaimStatus.ACCEPTED, ClaimStatus.REFUSED, ClaimStatus.WITHDRAWN, ClaimStatus.CALLED_OFF,
    },
    ClaimStatus.ACCEPTED: {
        ClaimStatus.PRESENT, ClaimStatus.REFUSED, ClaimStatus.WITHDRAWN, ClaimStatus.CALLED_OFF, ClaimStatus.NO_SHOW,
    },
    ClaimStatus.PRESENT: {ClaimStatus.FINISHED, ClaimStatus.LAPSED},
    ClaimStatus.LAPSED: {ClaimStatus.FINISHED},  # a worker vouches for the time
    ClaimStatus.FINISHED: {ClaimStatus.RATED},
    ClaimStatus.REFUSED: set(),
    ClaimStatus.WITHDRAWN: set(),
    ClaimStatus.CALLED_OFF: set(),
    ClaimStatus.NO_SHOW: {ClaimStatus.FINISHED},  # a worker vouches: the phone was dead, the volunteer was not
    ClaimStatus.RATED: set(),
}  # fmt: skip
# Claims that keep a slot of their task for good, and those that count towards what one may have open.
HOLDING = [
    ClaimStatus.CLAIMED, ClaimStatus.ACCEPTED, ClaimStatus.PRESENT, ClaimStatus.FINISHED, ClaimStatus.LAPSED,
    ClaimStatus.NO_SHOW, ClaimStatus.RATED,
]  # fmt: skip
OPEN_CLAIMS = [ClaimStatus.CLAIMED, ClaimStatus.ACCEPTED, ClaimStatus.PRESENT]
COMING = [ClaimStatus.ACCEPTED, ClaimStatus.PRESENT, ClaimStatus.FINISHED, ClaimStatus.LAPSED, ClaimStatus.RATED]
DONE = [ClaimStatus.FINISHED, ClaimStatus.RATED]


def task_may(status: str, to: TaskStatus) -> None:
    """Raises WrongStep where a task of this status cannot become `to`."""
    if to not in TASK_NEXT[TaskStatus(status)]:
        raise WrongStep(_said(TaskStatus(status).label, to.label))


def claim_may(status: str, to: ClaimStatus) -> None:
    """Raises WrongStep where a claim of this status cannot become `to`."""
    if to not in CLAIM_NEXT[ClaimStatus(status)]:
        raise WrongStep(_said(ClaimStatus(status).label, to.label))


def minutes_counted(came: datetime, went: datetime, opens: datetime, closes: datetime) -> int:
    """Minutes that count, in whole quarters of an hour: inside the window only, none below thirty."""
    spent = (min(went, closes) - max(came, opens)).total_seconds() / 60
    return int(spent // QUARTER_MIN) * QUARTER_MIN if spent >= SHORTEST_MIN else 0


def paused_until(no_shows: Iterable[datetime]) -> datetime | None:
    """Until when nobody may claim who did not come at these instants: each third of a quarter pauses for 30 days."""
    ends = []
    for _quarter, group in groupby(sorted(no_shows), key=_quarter_of):
        ends += [at + PAUSE for place, at in enumerate(group, start=1) if place % MOST_NO_SHOWS == 0]
    return max(ends, default=None)


def home_is_safe(coming: int, known: bool) -> bool:
    """Whether this volunteer may enter a home: two come together, or the household knows the one who comes."""
    return known or coming >= TWO_FOR_A_HOME


def _quarter_of(at: datetime) -> tuple[int, int]:
    day = at.astimezone(STREET)
    return day.year, (day.month - 1) // 3


def _said(now: object, to: object) -> str:
    return f"{now} → {to}"
