"""The fourteen rules T01–T14 and every number in them, with units, bounds and names. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

DAY_S = 86_400  # a rule held back for a whole day speaks once in a calendar day of the street
TWO_HOURS_S = 7_200


@dataclass(frozen=True)
class Param:
    """One number of a rule: `least ≤ value ≤ most`; `kind` is int or float, `unit` s, m, km/h, h, % or empty."""

    default: float
    least: float
    most: float
    unit: str
    label: Any
    kind: type = int


@dataclass(frozen=True)
class Rule:
    """A rule in force: `row` is the TruckRule it came from, None for the defaults."""

    code: str
    level: int
    suppress_s: int
    params: Mapping[str, float]
    is_active: bool = True
    row: int | None = None

    def __getitem__(self, name: str) -> float:
        return self.params[name]


NAMES = {
    "T01": _("no valid permit"),  # 无证上路
    "T02": _("loaded at an unregistered point"),  # 非备案点位出土
    "T03": _("suspected dumping, told by sensors"),  # 疑似偷倒A
    "T04": _("suspected dumping, told by the track"),  # 疑似偷倒B
    "T05": _("wrong sink"),  # 消纳不符
    "T06": _("off the route"),  # 偏离路线
    "T07": _("forbidden hours"),  # 禁行时段
    "T08": _("speeding or tired driver"),  # 超速/疲劳
    "T09": _("not covered"),  # 未密闭
    "T10": _("signal lost or blocked"),  # 定位缺失/疑似屏蔽
    "T11": _("cloned plate"),  # 套牌
    "T12": _("manifests do not match"),  # 联单不符
    "T13": _("mud on the road"),  # 带泥上路
    "T14": _("night work without proof"),  # 夜间无证施工/出土
}
CODES = list(NAMES)

PARAMS: dict[str, dict[str, Param]] = {
    "T01": {
        "moving_kmh": Param(5, 0, 60, "km/h", _("counts as on the road from")),
    },
    "T02": {
        "stop_s": Param(180, 30, 3_600, "s", _("shortest stop for loading")),
        "short_stop_s": Param(30, 30, 3_600, "s", _("shorter stop, one level less, only with a load sensor")),
        "speed_kmh": Param(15, 1, 40, "km/h", _("counts as standing below")),
        "gate_m": Param(100, 20, 1_000, "m", _("distance from any registered gate")),
        "hold_s": Param(180, 0, 3_600, "s", _("a load reported away from every site counts once it has lasted")),
        "doubt_s": Param(600, 0, 3_600, "s", _("and for so long where the cover was seen closed")),
    },
    "T03": {
        "up_s": Param(20, 5, 600, "s", _("body lifted for")),
        "speed_kmh": Param(5, 0, 30, "km/h", _("at no more than")),
        "sink_m": Param(150, 0, 2_000, "m", _("distance from any registered sink")),
        "settle_s": Param(45, 0, 600, "s", _("a change of load counts once it has lasted")),
        "doubt_s": Param(600, 0, 3_600, "s", _("and for so long where no lifted body was seen")),
    },
    "T04": {
        "stop_s": Param(180, 30, 3_600, "s", _("shortest stop")),
        "longest_s": Param(1_800, 60, 14_400, "s", _("longest stop")),
        "short_stop_s": Param(40, 30, 3_600, "s", _("shorter stop, one level less")),
        "sink_m": Param(150, 0, 2_000, "m", _("distance from any registered sink")),
        "route_m": Param(100, 10, 1_000, "m", _("distance from every permitted route")),
        "back_h": Param(16, 1, 48, "h", _("back at a source within"), float),
    },
    "T05": {
        "stay_s": Param(180, 30, 3_600, "s", _("stay inside the sink")),
    },
    "T06": {
        "route_m": Param(100, 10, 1_000, "m", _("distance from every permitted route")),
        "off_s": Param(60, 30, 3_600, "s", _("off the route for")),
    },
    "T07": {
        "moving_kmh": Param(5, 0, 60, "km/h", _("counts as on the road from")),
    },
    "T08": {
        "limit_kmh": Param(60, 20, 120, "km/h", _("speed limit in the street")),
        "limit_fast_kmh": Param(80, 20, 120, "km/h", _("speed limit on expressways and outside")),
        "over_percent": Param(10, 0, 100, "%", _("tolerated above the limit")),
        "over_s": Param(30, 0, 600, "s", _("too fast for")),
        "drive_h": Param(4, 1, 12, "h", _("longest drive without a rest"), float),
        "rest_s": Param(1_200, 300, 7_200, "s", _("shortest rest")),
    },
    "T09": {
        "speed_kmh": Param(10, 0, 60, "km/h", _("faster than")),
        "open_s": Param(30, 0, 600, "s", _("cover open for")),
    },
    "T10": {
        "gap_s": Param(600, 120, 7_200, "s", _("no position for, with the ignition on")),
        "jump_m": Param(2_000, 500, 20_000, "m", _("jump between two positions")),
        "jump_kmh": Param(150, 0, 1_000, "km/h", _("and faster than a truck could drive")),
        "gate_m": Param(100, 20, 1_000, "m", _("near a gate: one level more within")),
    },
    "T11": {
        "away_m": Param(1_000, 200, 20_000, "m", _("plate seen so far from its own position")),
        "within_s": Param(60, 10, 300, "s", _("position no older than")),
        "confidence": Param(0.85, 0, 1, "", _("camera at least so sure"), float),
    },
    "T12": {
        "count": Param(2, 1, 100, "", _("difference of at least")),
        "percent": Param(20, 1, 100, "%", _("and of at least")),
    },
    "T13": {},
    "T14": {
        "from_h": Param(22, 0, 23, "h", _("night begins")),
        "until_h": Param(6, 0, 23, "h", _("night ends")),
    },
}  # fmt: skip

_LEVELS = {
    "T01": 2, "T02": 1, "T03": 1, "T04": 1, "T05": 2, "T06": 3, "T07": 2, "T08": 3, "T09": 2, "T10": 2, "T11": 1,
    "T12": 1, "T13": 2, "T14": 2,
}  # fmt: skip
_A_DAY = {"T01", "T11", "T12", "T14"}

DEFAULTS: dict[str, Rule] = {
    code: Rule(
        code,
        _LEVELS[code],
        0 if code == "T13" else DAY_S if code in _A_DAY else TWO_HOURS_S,
        {name: param.kind(param.default) for name, param in PARAMS[code].items()},
    )
    for code in CODES
}


class BadParam(ValueError):
    """A number that a rule cannot have; `field` names it."""

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def checked(code: str, params: Mapping[str, Any]) -> dict[str, float]:
    """The rule's numbers with defaults for those not given; raises BadParam for an unknown or impossible one."""
    if code not in PARAMS:
        raise BadParam("code", _("There is no such rule."))
    known = PARAMS[code]
    for name in params:
        if name not in known:
            raise BadParam(name, _("The rule has no such number."))
    found: dict[str, float] = {}
    for name, param in known.items():
        value = params.get(name, param.default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise BadParam(name, _("A number is needed."))
        if not param.least <= value <= param.most:
            bounds = {"least": param.least, "most": param.most}
            raise BadParam(name, _("From %(least)s to %(most)s.") % bounds)
        if param.kind is int and value != int(value):
            raise BadParam(name, _("A whole number is needed."))
        found[name] = param.kind(value)
    for shorter, longer in (("short_stop_s", "stop_s"), ("stop_s", "longest_s")):
        if shorter in found and longer in found and found[shorter] > found[longer]:
            raise BadParam(shorter, _("Shorter than the longer stop."))
    return found


@dataclass(frozen=True)
class RuleSet:
    """All rules in force at an instant; a missing one has its default numbers and is on."""

    rules: Mapping[str, Rule] = field(default_factory=lambda: dict(DEFAULTS))

    def __getitem__(self, code: str) -> Rule:
        return self.rules.get(code) or DEFAULTS[code]

    def with_params(self, changes: Mapping[str, Mapping[str, Any]]) -> "RuleSet":
        """The same rules with some numbers replaced, switched on; raises BadParam."""
        rules = {code: self[code] for code in CODES}
        for code, params in changes.items():
            numbers = checked(code, {**rules[code].params, **params} if code in rules else params)
            before = rules[code]
            rules[code] = Rule(code, before.level, before.suppress_s, numbers, True, before.row)
        return RuleSet(rules)
