"""What people write when something is done: plain sentences with who, what and when, by the kind of matter."""

import random

DISPUTE = {
    "found": ["双方情绪激动，正在争吵，未动手", "双方各执一词，邻居在旁劝解", "当事人已平静，对责任仍有分歧"],
    "contacted": ["双方当事人及楼栋长", "双方当事人及社区网格员", "当事人、物业经理"],
    "done": ["将双方分开劝解，双方同意由社区调解", "听取双方陈述，达成口头和解", "劝导双方冷静，约定调解员上门调解"],
    "remains": ["网格员24小时内回访", "由社区调解员跟进", "无遗留问题，网格员回访"],
}  # fmt: skip
STREET = {
    "found": ["现场情况与上报一致", "到场时现场有人围观，通行受影响", "现场情况属实，范围约十平方米"],
    "contacted": ["现场当事人", "沿街商户负责人", "物业值班人员"],
    "done": ["劝导后当场整改，现场已恢复", "现场处置完毕并拍照", "设置警示并清理，恢复通行"],
    "remains": ["无遗留问题", "列入当日巡查复看点位", "责任人承诺不再发生，晚间复看"],
}  # fmt: skip
WASTE = {
    "found": ["点位有垃圾堆积，周边有异味", "垃圾散落约十平方米，情况属实", "现场情况与上报一致"],
    "contacted": ["环卫清运班组", "物业保洁负责人", "社区工作人员、环卫班组"],
    "done": ["垃圾已清运，地面冲洗干净", "清运完毕，点位已冲洗消杀", "垃圾清走，周边已保洁"],
    "remains": ["列入当日巡查复看点位", "无遗留问题", "当晚增加保洁一次"],
}  # fmt: skip
PARKED = {
    "found": ["车辆占用通道，影响通行", "一辆轿车停放挡道，车主不在场"],
    "contacted": ["车主（电话联系）", "车主、物业值班人员"],
    "done": ["联系车主移车，通道已畅通", "车主到场移车，恢复通行"],
    "remains": ["无遗留问题", "列入当日巡查复看点位"],
}  # fmt: skip
CHARGING = {
    "found": ["电瓶车违规充电情况属实", "现场有外拉接线，未见发热冒烟"],
    "contacted": ["电瓶车车主", "住户、物业值班人员"],
    "done": ["断开接线，电瓶车已移至集中充电点", "收起接线并告知火灾风险，住户签订承诺书"],
    "remains": ["网格员次日复看", "物业纳入夜间巡查"],
}  # fmt: skip
FACILITY = {
    "found": ["损坏情况属实，已先行设置警示", "现场情况与上报一致，已围挡"],
    "contacted": ["市政养护班组", "设施权属单位养护人员"],
    "done": ["损坏处已修复，恢复正常使用", "养护人员到场修复，警示已撤除"],
    "remains": ["列入一周后复看点位", "无遗留问题"],
}  # fmt: skip
NOISE = {
    "found": ["现场声音较大，影响周边休息", "到场时噪声仍在持续"],
    "contacted": ["现场负责人", "责任人及反映居民（电话）"],
    "done": ["劝导后当场停止，现场已安静", "责任人停止并承诺不再扰民"],
    "remains": ["次日夜间复听一次", "无遗留问题"],
}  # fmt: skip
STALLS = {
    "found": ["到场时摊位占道约三米", "商品摆出店外约两米"],
    "contacted": ["现场经营者", "沿街商户负责人"],
    "done": ["劝导后当场收摊，道路已恢复", "经营者当场整改，物品收回店内"],
    "remains": ["商户承诺不再占道，晚间复看", "列入当日巡查复看点位"],
}  # fmt: skip
FLOOD = {
    "found": ["积水深约二十厘米，车辆缓行", "低洼处积水，雨水口有杂物"],
    "contacted": ["排水抢修人员", "物业、排水抢修人员"],
    "done": ["引导车辆绕行，清理雨水口，积水退去", "架泵抽排并疏通雨水口，恢复通行"],
    "remains": ["安排人员留守观察一小时", "责任单位次日复查"],
}  # fmt: skip
FIRE = {
    "found": ["浓烟来自绿化带杂物，火势已小", "现场有明火，已先行警戒，无人员受伤"],
    "contacted": ["消防救援站、派出所", "消防救援站、物业"],
    "done": ["扑灭明火并降温观察，险情排除", "疏散人员，会同消防扑灭，无复燃"],
    "remains": ["安排人员留守观察一小时", "责任单位次日复查"],
}  # fmt: skip
HELP = {
    "found": ["求助人意识清楚，情绪稳定", "老人在家门口等候，身体无碍", "当事人需要协助联系家属"],
    "contacted": ["求助人及其家属", "求助人、社区工作人员"],
    "done": ["协助联系家属并护送回家", "协助处置完毕，求助人表示感谢", "现场安抚并等待家属到场"],
    "remains": ["网格员次日上门看望", "无遗留问题，网格员回访"],
}  # fmt: skip
DANGER = {
    "found": ["现场有险情，已先行警戒，无人员受伤", "情况属实，现场人员已疏散到安全处"],
    "contacted": ["派出所、消防救援站", "社区值班人员、物业"],
    "done": ["设置警戒线疏散人员，会同处置，险情排除", "配合专业力量处置完毕，现场恢复"],
    "remains": ["安排人员留守观察一小时", "责任单位次日复查", "无遗留问题"],
}  # fmt: skip
# Classes of the catalogue whose matter has words of its own; what else is told in those of the street or of danger.
MATTERS = {
    "J0107": PARKED, "J0309": PARKED, "J0315": FIRE, "J0318": CHARGING, "J0319": FACILITY, "J0406": FACILITY,
    "J0418": WASTE, "J0429": STALLS, "J0430": FACILITY, "J1205": FLOOD, "J1405": NOISE,
}  # fmt: skip
FEEDBACK = [
    "已到达现场，正在了解情况",
    "现场秩序正常，正在处置",
    "已见到当事人，正在劝解",
    "现场情况属实，开始处置",
    "已设置警示，正在清理",
]
DECLINE = ["正在处理另一起纠纷，无法脱身", "车辆故障，无法前往", "距离过远，附近班组更快"]
RETURN_NOTES = {
    "not_our_duty": "经核实，该点位不属本单位管养范围",
    "wrong_place": "现场未找到所述点位，请核实位置",
    "insufficient": "缺少具体位置与照片，请补充信息",
}
DEPARTMENT_DONE = ["已安排作业人员到场处置，现场恢复正常", "已责令责任人整改并复查合格"]
FOLLOW_UP = [
    ("phone", "电话回访双方，均表示已和解，对处置满意"),
    ("visit", "上门走访当事人，情绪稳定，未再发生争执"),
    ("mediation_room", "双方到调解室签订口头和解，约定一周后再回访"),
    ("phone", "电话回访求助人，问题已解决，表示感谢"),
]
LONG_ENOUGH = 32  # a shorter closing comes back as too brief
REJECT = ["反映内容与现场不符，不予立案", "属咨询事项，已电话答复", "所述点位不在本街道范围"]


def facts(dice: random.Random, incident: dict) -> dict[str, str]:
    """found, contacted, done, remains for an incident's shape; always more than the 30 characters of a brief note."""
    words = _words(incident["category"]["code"], incident["level"])
    said = {field: dice.choice(sentences) for field, sentences in words.items()}
    if sum(map(len, said.values())) < LONG_ENOUGH:
        said["done"] += "，现场已拍照留存，周边商户居民已告知"
    return said


def department_done(dice: random.Random, code: str) -> str:
    """What a department tells when a case of this class is done."""
    return dice.choice(MATTERS[code]["done"] if code in MATTERS else DEPARTMENT_DONE)


def _words(code: str, level: int) -> dict[str, list[str]]:
    if code.startswith("J05"):
        return DISPUTE
    if code in MATTERS:
        return MATTERS[code]
    if code.startswith(("J10", "J0812")):
        return HELP
    return DANGER if level <= 2 else STREET
