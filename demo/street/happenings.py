"""What happens on the street, through which channel, at what time of day, in the words that people use."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

# Items of an ordinary day by channel (75–105 in all) as shares.
CHANNELS = {
    "police-110": 21,
    "hotline": 10,
    "grid-reports": 29,
    "cameras": 12,
    "residents": 10,
    "riders": 3,
    "video-patrol": 5,
}
# Chance of an item in each hour of the day: peaks at 08–10 and 17–22.
HOURS = [8, 5, 4, 3, 3, 5, 12, 34, 62, 58, 42, 36, 30, 30, 36, 38, 44, 60, 66, 62, 58, 46, 28, 14]
DAY, EVENING, NIGHT, ALWAYS = "day", "evening", "night", "always"
WHEN = {
    DAY: [0] * 6 + [0.6, 1, 1.2, 1.2, 1, 1, 0.8, 0.9, 1, 1, 1, 0.9, 0.5, 0.3, 0.2, 0.1, 0, 0],
    EVENING: [0.5, 0.2] + [0.1] * 4 + [0.2] * 11 + [0.6, 1, 1.4, 1.8, 1.8, 1.5, 1],
    NIGHT: [1.4] * 5 + [0.6] + [0.1] * 13 + [0.3, 0.6, 1, 1.4, 1.4],
    ALWAYS: [1] * 24,
}


@dataclass(frozen=True)
class Happening:
    """One kind of thing: `channels` that tell of it, its weight there, and titles with {place}."""

    kind: str
    channels: tuple[str, ...]
    weight: float
    when: str
    indoors: bool
    level: int
    titles: tuple[str, ...]
    dispute: bool = False


def _table(text: str) -> list[Happening]:
    rows = []
    for line in text.strip().splitlines():
        kind, channels, weight, when, where, level, titles = (cell.strip() for cell in line.split("|"))
        rows.append(
            Happening(
                kind.rstrip("*"), tuple(channels.split()), float(weight), when, where == "home", int(level),
                tuple(title.strip() for title in titles.split("/")), kind.endswith("*"),
            )
        )  # fmt: skip
    return rows


# kind (* a dispute) | channels | weight | when | where | level it usually opens at | titles
HAPPENINGS = tuple(
    _table("""
p110_100600* | police-110 | 8 | always | home | 3 | {place}邻里因漏水争吵 / {place}邻里因犬吠争吵
p110_100500* | police-110 | 5 | evening | home | 3 | {place}夫妻因家庭琐事争吵 / {place}父子因家庭开支争吵
p110_100300* | police-110 | 2 | day | street | 3 | {place}工人讨要工资起争执 / {place}务工人员反映拖欠工资
p110_100400* | police-110 | 3 | day | street | 3 | {place}顾客与店家因退款争执 / {place}理发店预付卡纠纷
p110_100700* | police-110 | 1.5 | day | home | 3 | {place}房屋租赁押金纠纷
p110_40100 | police-110 | 4 | always | street | 3 | {place}车辆挡住出入口需移车 / {place}占用车位需联系车主移车
p110_40000 | police-110 | 1.5 | always | home | 3 | {place}老人忘带钥匙被锁门外 / {place}居民求助联系开锁
p110_41100 | police-110 | 1.2 | always | home | 2 | {place}老人走失，家属求助
p110_60500 | police-110 | 0.8 | day | home | 2 | {place}居民疑似正遭电信诈骗
p110_100800 | police-110 | 0.4 | evening | home | 1 | {place}邻居反映有家庭暴力
traffic_accident | police-110 | 2 | day | street | 3 | {place}两车轻微剐蹭，双方争执 / {place}电动车与行人碰擦
noise_dispute* | police-110 residents | 3 | evening | home | 3 | {place}广场舞音量引发争吵 / {place}装修噪声引发争吵
noise | hotline residents | 4 | evening | street | 3 | {place}夜间商户音响扰民 / {place}深夜聚会喧哗扰民
construction_noise | hotline residents | 2 | night | street | 3 | {place}夜间施工噪声扰民
property_dispute* | hotline residents grid-reports | 3 | day | home | 3 | {place}业主与物业争执 / {place}电梯维修争执
neighbour_dispute* | residents grid-reports | 7 | always | home | 3 | {place}邻里因晾晒争吵 / {place}两户因过道争执
family_dispute* | grid-reports | 4 | evening | home | 3 | {place}家庭成员因赡养问题争执
labour_dispute* | hotline | 1.5 | day | street | 3 | {place}反映工地班组拖欠工资
consumer_dispute* | hotline | 2.5 | day | street | 3 | {place}健身房退卡纠纷 / {place}培训机构退费纠纷
rental_defect | grid-reports | 4 | day | home | 4 | {place}出租房电线私拉乱接 / {place}出租房隔间缺少逃生出口
ebike_in_stairwell | grid-reports | 4 | always | home | 3 | {place}楼道内停放电瓶车
ebike_charging | grid-reports residents | 3 | evening | home | 3 | {place}飞线充电
unregistered_tenant | grid-reports | 2 | day | home | 4 | {place}新租客未登记
hardship | grid-reports | 1 | day | home | 4 | {place}独居老人生活困难需走访
fitness_gear_broken | grid-reports residents | 1 | day | street | 4 | {place}健身器材松动
streetlight_off | grid-reports residents riders | 2 | evening | street | 4 | {place}路灯不亮
manhole_cover_missing | grid-reports riders | 0.6 | day | street | 3 | {place}井盖移位
pavement_damaged | grid-reports hotline | 2 | day | street | 4 | {place}人行道地砖松动
road_damaged | hotline riders | 2 | day | street | 4 | {place}路面坑洼破损
garbage_overflow | grid-reports residents cameras | 3 | day | street | 4 | {place}垃圾桶满溢
garbage_exposed | cameras grid-reports | 3 | day | street | 4 | {place}有暴露垃圾
material_piled | grid-reports video-patrol | 2 | day | street | 4 | {place}路边乱堆物料
illegal_poster | grid-reports | 1.5 | day | street | 4 | {place}墙面有非法小广告
illegal_parking_fire_lane | cameras residents riders | 2 | always | home | 3 | {place}消防通道被车辆占用
road_occupied | cameras video-patrol | 4 | day | street | 3 | {place}有摊位占道经营
shop_overflow | cameras video-patrol | 3 | day | street | 3 | {place}商户店外经营
hawker | cameras | 2 | evening | street | 3 | {place}流动摊贩聚集
barbecue | cameras residents | 1 | evening | street | 3 | {place}露天烧烤
bikes_disorder | cameras | 3 | day | street | 4 | {place}非机动车乱停放
shared_bikes | cameras video-patrol | 2 | day | street | 4 | {place}共享单车堆积
spillage | cameras video-patrol | 1 | night | street | 4 | {place}路面有抛洒物
truck_uncovered | video-patrol cameras | 1 | night | street | 4 | {place}渣土车未密闭
open_burning | cameras | 0.5 | day | street | 3 | {place}有人焚烧垃圾
fire_smoke | cameras | 0.24 | always | home | 1 | {place}发现烟雾
person_collapsed | cameras residents | 0.3 | day | street | 1 | {place}有人倒地
fight | cameras police-110 | 0.8 | evening | street | 2 | {place}多人拉扯推搡
road_blocked | cameras hotline | 0.8 | day | street | 2 | {place}事故致道路堵塞
gas_leak | hotline residents | 0.4 | always | home | 2 | {place}闻到燃气味
illegal_building | hotline | 1 | day | home | 4 | {place}露台搭建阳光房
enquiry | hotline | 1.5 | day | home | 4 | 咨询居住证办理材料 / 咨询医保缴费
dog | residents hotline | 1.5 | evening | street | 3 | {place}犬只未牵绳
""")
)
STORM = tuple(
    _table("""
road_flood | cameras residents | 8 | always | street | 2 | {place}道路积水影响通行
neighbourhood_flood | residents hotline | 4 | always | home | 2 | {place}小区低洼处进水
tree_fallen | cameras riders grid-reports | 6 | always | street | 3 | {place}树木倒伏挡道
fallen_cable | residents riders | 3 | always | street | 2 | {place}架空线缆脱落
drain_blocked | grid-reports residents | 5 | always | street | 4 | {place}雨水口堵塞
person_trapped | police-110 | 0.5 | always | street | 2 | {place}车辆熄火有人被困
hoarding_damaged | grid-reports video-patrol | 2 | always | street | 4 | {place}工地围挡被风吹倒
falling_object | residents | 2 | always | home | 2 | {place}雨棚被风掀落
""")
)
# What a new software release of a camera suddenly reports: nobody has mapped these yet.
UNKNOWN_KINDS = ["abandoned_luggage", "fishing_no_zone", "drone_seen", "wall_climbing"]


@lru_cache(2000)
def chances(table: tuple[Happening, ...], channel: str, hour: int, weekend: bool = False) -> np.ndarray:
    """How likely each row of `table` is on `channel` in this hour; sums to 1. More disputes at weekends."""
    weights = np.array([
        row.weight / len(row.channels) ** 0.5 * WHEN[row.when][hour] * (1.25 if weekend and row.dispute else 1)
        if channel in row.channels else 0.0
        for row in table
    ])  # fmt: skip
    total = weights.sum()
    if total == 0:  # nothing of this channel is usual at this hour
        weights = np.array([row.weight if channel in row.channels else 0.0 for row in table])
        total = weights.sum()
    return weights / total if total else weights


def title_of(rng: np.random.Generator, row: Happening, place: str) -> str:
    """One of the row's titles with the place put in."""
    return str(rng.choice(row.titles)).replace("{place}", place)
