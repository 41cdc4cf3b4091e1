"""Eight shops of the street that hand rewards out, what they hand out, and who stands behind their counters."""

import random
from datetime import timedelta

from django.db import transaction

from demo.residents import pictures
from demo.residents.cast import Cast, named
from demo.residents.clock import back_then
from demo.residents.people import CLERKS, SEED, phone
from points.models import Merchant, Reward
from points.services import merchants
from shushanwei.common.clock import db_now

SINCE_DAYS = 75
# name, number of the community, address, opening hours
MERCHANTS = [
    ("惠民粮油店", "015", "晨晖路186号（示例）", "每天 7:30—20:00"),
    ("街角理发室", "015", "朝阳社区便民服务中心一楼（示例）", "周二至周日 9:00—19:00"),
    ("湘湖鲜果铺", "016", "风情大道58号（示例）", "每天 8:00—21:00"),
    ("邻里洗衣坊", "022", "晨晖路320号（示例）", "每天 8:30—19:30"),
    ("蜀山书屋", "019", "蜀山路77号（示例）", "周一休息，其余 10:00—20:00"),
    ("老街早点铺", "009", "潘水路12号（示例）", "每天 5:30—11:00"),
    ("康健眼镜店", "028", "亚太路205号（示例）", "每天 9:30—20:30"),
    ("暖心家政", "021", "萧然西路66号（示例）", "周一至周六 8:30—17:30"),
]
# merchant's place in the list, Chinese, English, what it is, points, pieces, a month for one, shape
REWARDS = [
    (0, "大米5公斤", "5 kg of rice", "当季新米，凭兑换码到店领取。", 100, 60, 2, "bag"),
    (0, "菜籽油1.8升", "1.8 l of rapeseed oil", "压榨一级，请自带环保袋。", 90, 40, 1, "bottle"),
    (0, "挂面两把", "two packs of noodles", "每把900克。", 30, 120, 4, "box"),
    (1, "理发一次", "one haircut", "洗剪吹，老年人可预约上门。", 60, 80, 2, "ticket"),
    (1, "老年人上门理发", "haircut at home for the elderly", "请家属提前一天与店里约好时间。", 120, 20, 1, "ticket"),
    (2, "时令水果一份", "a basket of fruit", "约1.5公斤，以当天到货为准。", 50, 100, 3, "box"),
    (2, "鲜橙一箱", "a box of oranges", "约4公斤。", 110, 0, 1, "box"),
    (3, "洗衣券10元", "laundry voucher of 10 yuan", "可洗衬衫、外套，不找零。", 50, 90, 2, "ticket"),
    (3, "被褥清洗一次", "one quilt washed", "单人被褥，三天取件。", 130, 25, 1, "box"),
    (4, "童书一本", "a children's book", "在“积分换书”书架上任选一本。", 45, 70, 2, "book"),
    (4, "阅览室自习月卡", "a month in the reading room", "当月有效，每天限座。", 80, 30, 1, "ticket"),
    (5, "豆浆油条早餐一份", "breakfast with soy milk", "豆浆一杯、油条两根。", 15, 300, 8, "box"),
    (6, "眼镜清洗与调校", "glasses cleaned and adjusted", "不限品牌，现场等候约20分钟。", 20, 150, None, "bottle"),
    (7, "家政保洁1小时", "one hour of cleaning", "请提前一天预约。", 150, 24, 1, "bottle"),
    (7, "绿萝盆栽", "a potted plant", "净化空气，好养活。", 25, 60, 2, "plant"),
]  # fmt: skip


@transaction.atomic
def load_shops() -> int:
    """Write the missing merchants down with rewards and clerks; returns how many merchants are new."""
    there = set(Merchant.objects.values_list("uuid", flat=True))
    if named("merchant", 0) in there:
        return 0
    now = db_now()
    cast = Cast(now)
    places = {one.code[-3:]: one.code for one in cast.communities}
    actor = cast.users["lead1"]
    with back_then(now - timedelta(days=SINCE_DAYS)):
        for number, (name, place, address, hours) in enumerate(MERCHANTS):
            values = {"name": name, "community": places[place], "address": address, "opening_hours": hours,
                      "phone": phone(9001 + number)}  # fmt: skip
            merchants.save_merchant(values, uuid=named("merchant", number), actor=actor)
        for number, clerk in enumerate([3, *CLERKS]):
            row = cast.residents.get(clerk)
            if row is not None:
                merchants.add_clerk(named("merchant", number % len(MERCHANTS)), row, actor=actor)
        _rewards(cast)
    return len(MERCHANTS)


def _rewards(cast: Cast) -> None:
    first, last = cast.day(SINCE_DAYS), cast.day(-150)
    for number, (shop, name, english, text, price, stock, a_month, shape) in enumerate(REWARDS):
        values = {
            "name_zh": name, "name_en": english, "description": text, "price": price, "stock": stock,
            "a_month": a_month, "valid_from": first, "valid_to": last,
        }  # fmt: skip
        shot = pictures.goods(name, shape, random.Random(f"{SEED}-{name}"))
        merchants.save_reward(
            named("merchant", shop), values, uuid=named("reward", number), actor=cast.users["lead1"], raw=shot
        )


def rewards() -> list[Reward]:
    """What the demonstration's shops have, in a fixed order."""
    return list(Reward.objects.filter(uuid__in=[named("reward", n) for n in range(len(REWARDS))]).order_by("id"))
