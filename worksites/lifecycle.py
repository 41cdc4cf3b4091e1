"""The words of sites, findings and trucks, and which step may follow which. No database here."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Colour(TextChoices):
    """How a site is watched (三色执法); green is not used."""

    WHITE = "white", _("white")  # 白色工地
    YELLOW = "yellow", _("yellow")  # 黄色工地
    RED = "red", _("red")  # 红色工地


RANK = {Colour.WHITE: 0, Colour.YELLOW: 1, Colour.RED: 2}


class Phase(TextChoices):
    """What is being built now; it decides which items of the checklist apply."""

    EARTHWORK = "EW", _("earthwork")  # 土方
    PIT = "FP", _("foundation pit")  # 基坑
    STRUCTURE = "ST", _("structure")  # 主体
    FIT_OUT = "FO", _("fit-out")  # 装修
    DEMOLITION = "DM", _("demolition")  # 拆除


DIGGING = {Phase.EARTHWORK, Phase.PIT, Phase.DEMOLITION}  # spoil leaves the site


class SiteStatus(TextChoices):
    BUILDING = "building", _("under construction")  # 在建
    STOPPED = "stopped", _("stopped by order")  # 停工
    IDLE = "idle", _("not working")  # 停建
    FINISHED = "finished", pgettext_lazy("site", "finished")  # 竣工


RECHECK = "recheck"  # a visit that looks at open findings only: no check of the plan, and proves no clean site
WATCHED = [SiteStatus.BUILDING, SiteStatus.STOPPED]  # a stop order keeps the cycle of checks


class Severity(TextChoices):
    SERIOUS = "S", _("serious")  # 严重
    MINOR = "M", _("minor")  # 轻微


class CompanyKind(TextChoices):
    OWNER = "owner", _("building owner")  # 建设单位
    BUILDER = "builder", _("construction company")  # 施工单位
    SUPERVISOR = "supervisor", _("supervision company")  # 监理单位
    HAULIER = "haulier", _("transport company")  # 运输企业
    DISPOSAL = "disposal", _("disposal or recycling company")  # 处置企业


class PermitKind(TextChoices):
    DISPOSAL = "disposal", _("disposal approval")  # 处置核准
    TRANSPORT = "transport", _("transport permit")  # 准运证
    ROAD_PASS = "road_pass", _("road pass")  # 通行证
    SINK = "sink_registration", _("sink registration")  # 消纳备案
    PLAN = "plan_registration", _("treatment plan registration")  # 处理方案备案
    GATE = "gate_registration", _("gate registration")  # 出入口备案
    NIGHT = "night_work", _("proof for night work")  # 夜间施工证明


OF_SITE = [PermitKind.DISPOSAL, PermitKind.PLAN, PermitKind.NIGHT]
OF_TRUCK = [PermitKind.TRANSPORT, PermitKind.ROAD_PASS]
OF_SINK = [PermitKind.SINK]
OF_GATE = [PermitKind.GATE]


class PermitStatus(TextChoices):
    APPLIED = "applied", _("applied for")  # 申请中
    APPROVED = "approved", _("approved")  # 已批准
    REFUSED = "refused", pgettext_lazy("permit", "refused")  # 不予许可
    VOIDED = "voided", pgettext_lazy("permit", "voided")  # 已注销


PERMIT_NEXT: dict[PermitStatus, set[PermitStatus]] = {
    PermitStatus.APPLIED: {PermitStatus.APPROVED, PermitStatus.REFUSED, PermitStatus.VOIDED},
    PermitStatus.APPROVED: {PermitStatus.VOIDED},
    PermitStatus.REFUSED: set(),
    PermitStatus.VOIDED: set(),
}
NEEDS_REASON = {PermitStatus.REFUSED, PermitStatus.VOIDED}


class TruckState(TextChoices):
    STANDBY = "standby", _("standing by")  # 待命
    OPERATING = "operating", _("in operation")  # 营运
    REPAIR = "repair", _("in repair")  # 维修
    ACCIDENT = "accident", _("accident")  # 事故
    STOPPED = "stopped", _("out of service")  # 停运
    BANNED = "banned", _("banned")  # 禁运


class FindingStatus(TextChoices):
    """The life of a problem found at a site (问题)."""

    OPEN = "open", _("to be corrected")  # 待整改
    HANDED_IN = "handed_in", _("evidence handed in")  # 待复核
    CORRECTED = "corrected", _("corrected, awaits re-check")  # 整改合格，待复查
    CLOSED = "closed", pgettext_lazy("finding", "closed")  # 已销号
    WITHDRAWN = "withdrawn", pgettext_lazy("finding", "withdrawn")  # 撤销


FINDING_NEXT: dict[FindingStatus, set[FindingStatus]] = {
    FindingStatus.OPEN: {FindingStatus.HANDED_IN, FindingStatus.CORRECTED, FindingStatus.WITHDRAWN},
    FindingStatus.HANDED_IN: {FindingStatus.OPEN, FindingStatus.CORRECTED, FindingStatus.WITHDRAWN},
    FindingStatus.CORRECTED: {FindingStatus.OPEN, FindingStatus.CLOSED, FindingStatus.WITHDRAWN},
    FindingStatus.CLOSED: set(),
    FindingStatus.WITHDRAWN: set(),
}
FINDING_LIVE = [status for status, following in FINDING_NEXT.items() if following]
UNCORRECTED = [FindingStatus.OPEN, FindingStatus.HANDED_IN]


class Fix(TextChoices):
    """How a finding is to be put right."""

    ON_THE_SPOT = "spot", _("on the spot")  # 现场整改
    BY_DATE = "date", _("by a date")  # 限期整改
    STOP_WORK = "stop", _("stop work")  # 停工整改


class AlertStatus(TextChoices):
    """The life of a truck alert (预警)."""

    NEW = "new", pgettext_lazy("truck alert", "new")
    JUDGING = "judging", pgettext_lazy("truck alert", "being judged")  # 研判
    CONFIRMED = "confirmed", pgettext_lazy("truck alert", "confirmed")  # 属实
    FALSE = "false", pgettext_lazy("truck alert", "false")  # 误报
    MERGED = "merged", pgettext_lazy("truck alert", "merged")  # 并入


ALERT_NEXT: dict[AlertStatus, set[AlertStatus]] = {
    AlertStatus.NEW: {AlertStatus.JUDGING, AlertStatus.CONFIRMED, AlertStatus.FALSE, AlertStatus.MERGED},
    AlertStatus.JUDGING: {AlertStatus.NEW, AlertStatus.CONFIRMED, AlertStatus.FALSE, AlertStatus.MERGED},
    AlertStatus.CONFIRMED: set(),
    AlertStatus.FALSE: set(),
    AlertStatus.MERGED: set(),
}
ALERT_OPEN = [AlertStatus.NEW, AlertStatus.JUDGING]
