"""What residents report with a photo, and what they call for help with: icons for classes of the catalogue. Pure."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """One icon (a symbol of `img/m_kinds.svg`). `category` is a JCZZ code; `level` where the class's own is too low.

    `safety`: about danger to people, so that it may also be reported without saying who reports.
    """

    code: str
    says: str | Promise
    category: str
    safety: bool = False
    level: int | None = None


REPORTS = (
    Kind("fire_lane", _("Fire lane blocked"), "J0309", safety=True),  # 消防通道堵塞
    Kind("charging", _("E-bike charged indoors"), "J0318", safety=True),  # 飞线充电
    Kind("wires", _("Hanging wires"), "J0319", safety=True),  # 电线垂落
    Kind("site", _("Unsafe worksite"), "J1502", safety=True),  # 工地隐患
    Kind("cover", _("Manhole, lamp, railing"), "J0406", safety=True),  # 井盖路灯护栏
    Kind("road", _("Broken road"), "J0430"),  # 路面破损
    Kind("flood", _("Deep water"), "J1205", safety=True),  # 积水内涝
    Kind("waste", _("Waste, dirty place"), "J0418"),  # 垃圾脏乱
    Kind("river", _("Polluted water"), "J1407"),  # 水体污染
    Kind("parking", _("Parked in the way"), "J0107"),  # 违停挡道
    Kind("stalls", _("Stalls on the road"), "J0429"),  # 占道经营
    Kind("noise", _("Noise"), "J1405"),  # 噪声扰民
)
EMERGENCIES = (
    Kind("fire", _("Smoke, fire"), "J0315", level=1),  # 冒烟起火
    Kind("person", _("Somebody in danger"), "J1007", level=1),  # 有人遇险
    Kind("violence", _("Fight, violence"), "J0809", level=1),  # 打架伤人
    Kind("gas", _("Smell of gas"), "J0427", level=2),  # 燃气异味
    Kind("drowning", _("Somebody in the water"), "J0814", level=2),  # 有人落水
    Kind("missing", _("Somebody is missing"), "J1007", level=2),  # 人员走失
)
REPORT_KINDS = {kind.code: kind for kind in REPORTS}
EMERGENCY_KINDS = {kind.code: kind for kind in EMERGENCIES}
BY_CODE = REPORT_KINDS | EMERGENCY_KINDS


def says(code: str) -> str:
    """The words of an icon in the reader's language."""
    return str(BY_CODE[code].says) if code in BY_CODE else code
