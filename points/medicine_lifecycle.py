"""The life of a medicine that was shared, of a request for it and of a consultation, with their numbers.

No database here.
"""

from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ItemStatus(TextChoices):
    """Where a shared medicine stands."""

    OFFERED = "offered", pgettext_lazy("medicine", "awaiting approval")  # 待审核
    APPROVED = "approved", _("in the chest")  # 在架
    REFUSED = "refused", pgettext_lazy("medicine", "not accepted")  # 未通过
    WITHDRAWN = "withdrawn", pgettext_lazy("medicine", "withdrawn")  # 已撤回
    USED_UP = "used_up", _("used up")  # 已领完
    TO_DISPOSE = "to_dispose", _("to be disposed of")  # 待处置
    DISPOSED = "disposed", _("disposed of")  # 已处置


class RequestStatus(TextChoices):
    """Where a request for a medicine stands."""

    READY = "ready", _("ready to be picked up")  # 待领取
    TAKEN = "taken", _("picked up")  # 已领取
    REFUSED = "refused", _("not handed out")  # 未发放
    CANCELLED = "cancelled", pgettext_lazy("request", "cancelled")  # 已取消
    LAPSED = "lapsed", _("not picked up in time")  # 逾期未领


class ThreadStatus(TextChoices):
    """Where a consultation stands: who has to say something next."""

    WAITING = "waiting", _("waiting for the health officer")  # 待应答
    ANSWERED = "answered", pgettext_lazy("consultation", "answered")  # 已应答
    HANDED_OVER = "handed_over", _("handed over to the health centre")  # 已转介
    CLOSED = "closed", pgettext_lazy("consultation", "ended")  # 已结束


NEXT_OF_ITEM = {
    ItemStatus.OFFERED: {ItemStatus.APPROVED, ItemStatus.REFUSED, ItemStatus.WITHDRAWN},
    ItemStatus.APPROVED: {ItemStatus.USED_UP, ItemStatus.TO_DISPOSE},
    ItemStatus.TO_DISPOSE: {ItemStatus.DISPOSED, ItemStatus.USED_UP},
    ItemStatus.REFUSED: set(),
    ItemStatus.WITHDRAWN: set(),
    ItemStatus.USED_UP: set(),
    ItemStatus.DISPOSED: set(),
}
NEXT_OF_REQUEST = {
    RequestStatus.READY: {
        RequestStatus.TAKEN, RequestStatus.REFUSED, RequestStatus.CANCELLED, RequestStatus.LAPSED,
    },
    RequestStatus.TAKEN: set(),
    RequestStatus.REFUSED: set(),
    RequestStatus.CANCELLED: set(),
    RequestStatus.LAPSED: set(),
}  # fmt: skip
NEXT_OF_THREAD = {
    ThreadStatus.WAITING: {ThreadStatus.ANSWERED, ThreadStatus.HANDED_OVER, ThreadStatus.CLOSED},
    ThreadStatus.ANSWERED: {ThreadStatus.WAITING, ThreadStatus.HANDED_OVER, ThreadStatus.CLOSED},
    ThreadStatus.HANDED_OVER: {ThreadStatus.CLOSED},
    ThreadStatus.CLOSED: set(),
}
TALKING = [ThreadStatus.WAITING, ThreadStatus.ANSWERED]


class AgeGroup(TextChoices):
    """How old who takes the medicine is; more is not asked."""

    CHILD = "child", _("under 12")
    YOUTH = "youth", _("12 to 17")
    ADULT = "adult", _("18 to 64")
    ELDER = "elder", _("65 and over")


class Pregnancy(TextChoices):
    """Whether who takes the medicine is pregnant or nurses."""

    NO = "no", pgettext_lazy("pregnant", "No")
    YES = "yes", _("Pregnant, possibly pregnant or nursing")


MONTHS_LEFT = 3  # an offer must be good for longer than this
HIDDEN_DAYS = 30  # before its expiry a medicine is handed out no more
PICK_UP_FOR = timedelta(days=3)
MOST_A_MONTH = 2  # requests of one resident
MOST_OFFERS = 5  # of one resident that wait for approval
KEPT_FOR = timedelta(days=90)  # health answers and messages
QUIET_FOR = timedelta(days=3)  # after that an answered consultation ends
ANSWER_IN = timedelta(minutes=30)
DAY_FROM, DAY_TO = time(8), time(20)

# Said by somebody who needs an ambulance, not a medicine chest.
EMERGENCY_WORDS = (
    "胸痛", "胸疼", "胸口痛", "胸口疼", "心口痛", "心口疼", "胸闷得", "呼吸困难", "喘不上气", "喘不过气", "喘不上来",
    "喘不过来", "不能呼吸", "窒息", "昏迷", "昏倒", "晕倒",
    "意识不清", "没有意识", "叫不醒", "大出血", "出血不止", "止不住血", "吐血", "呕血", "抽搐", "中风", "偏瘫",
    "口角歪斜", "嘴歪", "心梗", "心脏骤停", "过敏性休克", "休克", "中毒", "吃错药", "误服", "溺水", "触电",
    "自杀", "轻生", "割腕", "chest pain", "heart attack", "difficulty breathing", "trouble breathing",
    "not breathing", "seizure", "fainted", "passed out", "cannot breathe", "can't breathe", "unconscious",
    "heavy bleeding", "stroke", "poison", "suicide", "overdose",
)  # fmt: skip


def is_emergency(text: str) -> bool:
    """Whether a text says a word that calls for 120 first; spaces and letter case make no difference."""
    said = _squeezed(text)
    return any(_squeezed(word) in said for word in EMERGENCY_WORDS)


def last_good_day(today: date) -> date:
    """The expiry that is too soon for an offer made today; it must be later."""
    return today + relativedelta(months=MONTHS_LEFT)


def hidden_from(expires_on: date) -> date:
    """The day from which a medicine shows no more."""
    return expires_on - timedelta(days=HIDDEN_DAYS)


def escalated_from(waits_since: datetime) -> datetime:
    """When a question that waits since an instant (in the street's time zone) goes to the others on the roster.

    Half an hour by day; what comes at night counts from eight in the morning.
    """
    if waits_since.time() < DAY_FROM:
        waits_since = datetime.combine(waits_since.date(), DAY_FROM, waits_since.tzinfo)
    elif waits_since.time() >= DAY_TO:
        waits_since = datetime.combine(waits_since.date() + timedelta(days=1), DAY_FROM, waits_since.tzinfo)
    return waits_since + ANSWER_IN


def _squeezed(text: str) -> str:
    return "".join(text.lower().split())
