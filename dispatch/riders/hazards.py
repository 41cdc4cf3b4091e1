"""What a rider reports with one tap: each icon stands for a class of the catalogue. No database here."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Hazard:
    """One icon: `category` is a JCZZ code, whose level counts; `police` themes go to the police queue as well."""

    code: str
    says: str | Promise
    category: str
    police: bool = False


HAZARDS = (
    Hazard("fire", _("Smoke, fire"), "J0315"),  # 冒烟起火
    Hazard("fire_lane", _("Fire lane blocked"), "J0309"),  # 消防通道堵塞
    Hazard("charging", _("E-bike charged indoors"), "J0318"),  # 飞线充电
    Hazard("wires", _("Hanging wires"), "J0319"),  # 电线垂落
    Hazard("accident", _("Traffic accident"), "J0102"),  # 交通事故
    Hazard("road", _("Broken road"), "J0430"),  # 路面破损
    Hazard("cover", _("Manhole, railing"), "J0406"),  # 井盖护栏损坏
    Hazard("flood", _("Deep water"), "J1205"),  # 积水内涝
    Hazard("waste", _("Waste, dirty water"), "J0418"),  # 垃圾污水
    Hazard("person", _("Somebody needs help"), "J1007"),  # 有人需要帮助
    Hazard("order", _("Quarrel, disorder"), "J0811", police=True),  # 争吵滋事
    Hazard("crime", _("Theft, fraud"), "J0813", police=True),  # 盗窃诈骗线索
)
BY_CODE = {hazard.code: hazard for hazard in HAZARDS}
CODES = list(BY_CODE)


def says(code: str) -> str:
    """The words of an icon in the reader's language."""
    hazard = BY_CODE.get(code)
    return str(hazard.says) if hazard else code
