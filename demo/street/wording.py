"""What people write when something is done: plain sentences with who, what and when, by the kind of matter."""

import random

DISPUTE = {
    "found": ["双方情绪激动,正在争吵,未动手", "双方各执一词,邻居在旁劝解", "当事人已平静,对责任仍有分歧"],
    "contacted": ["双方当事人及楼栋长", "双方当事人及社区网格员", "当事人、物业经理"],
    "done": ["将双方分开劝解,双方同意由社区调解", "听取双方陈述,达成口头和解", "劝导双方冷静,约定调解员上门调解"],
    "remains": ["网格员24小时内回访", "由社区调解员跟进", "无遗留问题,网格员回访"],
}  # fmt: skip
STREET = {
    "found": ["现场情况与上报一致", "到场时物品占道约三米", "车辆占用通道,影响通行", "路面物品散落约十平方米"],
    "contacted": ["现场经营者", "车主(电话联系)", "沿街商户负责人", "物业值班人员"],
    "done": ["劝导后当场整改,现场已恢复", "联系车主移车,通道已畅通", "清理完毕并拍照", "设置警示并清理,恢复通行"],
    "remains": ["无遗留问题", "列入当日巡查复看点位", "商户承诺不再占道,晚间复看"],
}  # fmt: skip
HELP = {
    "found": ["求助人意识清楚,情绪稳定", "老人在家门口等候,身体无碍", "当事人需要协助联系家属"],
    "contacted": ["求助人及其家属", "求助人、社区工作人员"],
    "done": ["协助联系家属并护送回家", "协助处置完毕,求助人表示感谢", "现场安抚并等待家属到场"],
    "remains": ["网格员次日上门看望", "无遗留问题,网格员回访"],
}  # fmt: skip
DANGER = {
    "found": ["现场有险情,已先行警戒,无人员受伤", "浓烟来自绿化带杂物,火势已小", "积水深约二十厘米,车辆缓行"],
    "contacted": ["派出所、消防救援站", "社区值班人员、物业", "排水抢修人员"],
    "done": ["设置警戒线疏散人员,会同处置,险情排除", "扑灭明火并降温观察", "引导车辆绕行,清理雨水口,积水退去"],
    "remains": ["安排人员留守观察一小时", "责任单位次日复查", "无遗留问题"],
}  # fmt: skip
FEEDBACK = [
    "已到达现场,正在了解情况",
    "现场秩序正常,正在处置",
    "已见到当事人,正在劝解",
    "现场情况属实,开始处置",
    "已设置警示,正在清理",
]
DECLINE = ["正在处理另一起纠纷,无法脱身", "车辆故障,无法前往", "距离过远,附近班组更快"]
RETURN_NOTES = {
    "not_our_duty": "经核实,该点位不属本单位管养范围",
    "wrong_place": "现场未找到所述点位,请核实位置",
    "insufficient": "缺少具体位置与照片,请补充信息",
}
DEPARTMENT_DONE = [
    "已安排作业人员到场处置,现场恢复正常",
    "已修复并清理现场,设施可正常使用",
    "已责令责任人整改并复查合格",
    "已清运完毕,周边已冲洗",
]
FOLLOW_UP = [
    ("phone", "电话回访双方,均表示已和解,对处置满意"),
    ("visit", "上门走访当事人,情绪稳定,未再发生争执"),
    ("mediation_room", "双方到调解室签订口头和解,约定一周后再回访"),
    ("phone", "电话回访求助人,问题已解决,表示感谢"),
]
LONG_ENOUGH = 32  # a shorter closing comes back as too brief
REJECT = ["反映内容与现场不符,不予立案", "属咨询事项,已电话答复", "所述点位不在本街道范围"]


def facts(dice: random.Random, incident: dict) -> dict[str, str]:
    """found, contacted, done, remains for an incident's shape; always more than the 30 characters of a brief note."""
    words = _words(incident["category"]["code"], incident["level"])
    said = {field: dice.choice(sentences) for field, sentences in words.items()}
    if sum(map(len, said.values())) < LONG_ENOUGH:
        said["done"] += ",现场已拍照留存,周边商户居民已告知"
    return said


def _words(code: str, level: int) -> dict[str, list[str]]:
    if code.startswith("J05"):
        return DISPUTE
    if code.startswith(("J10", "J0812")):
        return HELP
    return DANGER if level <= 2 else STREET
