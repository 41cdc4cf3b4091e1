"""Points become a reward: taken with a code, written off at the shop's counter, given up, edited, and settled."""

import io
from datetime import timedelta

import openpyxl
import pytest

from points.models import Redemption, Reward
from points.services import ledger
from shushanwei.common.clock import STREET, db_now
from tests.incidents.conftest import person, street  # noqa: F401
from tests.points.neighbours import a_community
from tests.points.phones import home
from tests.points.shops import a_clerk, a_merchant, a_reward, points_for
from tests.points.stories_street import a_caller, story  # noqa: F401

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("street"),
]


def takes(screen, price: int) -> Redemption:
    """From the mall through the reward to the code."""
    screen.press("大米5公斤", "5 kg of rice")
    screen.sees((f"{price}积分兑换", f"Take it for {price} points"))
    screen.press(f"{price}积分兑换", f"Take it for {price} points")
    screen.sees(("核销码", "Pick-up code"), ("待领取", "to be fetched"))
    return Redemption.objects.latest("pk")


def test_from_points_to_the_counter_and_to_the_months_sheet(story, person):  # noqa: F811
    shop = a_merchant(community=a_community(home()), opening_hours="每天 8:00–20:00", created_at=db_now())
    rice = a_reward(shop, stock=5, a_month=3, description="真空包装")
    me, clerk = a_caller(1), a_caller(2)
    a_clerk(clerk, shop)
    points_for(me, 350)

    mine = story.phone(me)
    mine.sees(("350", "350"))
    mine.press("积分商城", "Points mall")
    mine.sees(("可用积分", "points to spend"))
    first = takes(mine, 100)
    assert mine.page.locator(".mall-qr svg").count() == 1
    shown = mine.page.inner_text(".mall-code").split()
    assert "".join(shown) == first.code

    # At the counter: a wrong code, then the right one, typed small and with gaps as it is read out; written off once.
    counter = story.phone(clerk)
    counter.press("积分商城", "Points mall")
    counter.press("核销", "Write off")
    counter.page.fill("#code", "WRONG2345678")
    counter.press("查询", "Look the code up")
    counter.sees(("本商户没有这个核销码", "There is no such code at your merchant"))
    counter.page.fill("#code", " ".join(shown).lower())
    counter.press("查询", "Look the code up")
    counter.sees(("已交付，核销", "Handed over: write off"))
    counter.press("已交付，核销", "Handed over: write off")
    counter.sees(("已核销：大米5公斤", "Written off: 5 kg of rice"), ("今日核销1单，共100积分", "Today: 1, 100 points"))
    counter.page.fill("#code", first.code)
    counter.press("查询", "Look the code up")
    counter.sees(("请勿重复交付", "Hand nothing over"))

    # Fetched; a second one is taken and given up: points and stock come back.
    mine.page.reload()
    mine.sees(("领取", "Fetched on"))
    assert mine.page.locator(".mall-qr").count() == 0
    mine.open("/m/mall/")
    second = takes(mine, 100)
    mine.press("取消兑换，退回积分", "Give it up, points come back")
    mine.sees(("100积分已于", "100 points came back on"))
    second.refresh_from_db()
    rice.refresh_from_db()
    assert (second.status, rice.stock, ledger.balances(me.pk)) == ("cancelled", 4, (250, 0))

    # While the page of the old price is open, a worker of the street makes it dearer and counts the stock anew.
    mine.open(f"/m/mall/{rice.uuid}/")
    desk = story.desk(person("evaluator", "考核员丁"), "/residents/merchants/")
    desk.press("惠民粮油店", "惠民粮油店", within="tbody")
    desk.sees(("兑换品", "Rewards"), ("对账结算", "Settlements"))
    desk.press("大米5公斤", "大米5公斤", within="tbody")
    assert "/merchants/" in desk.page.locator(".bar [aria-current]").first.get_attribute("href")
    desk.page.fill("[name=stock]", "20")
    desk.press("修改库存", "Set the stock")
    desk.sees(("库存已改为20", "20 are left now"))
    desk.page.fill("[name=price]", "120")
    desk.press("保存", "Save")
    desk.sees(("大米5公斤已保存", "is written down"))
    mine.press("100积分兑换", "Take it for 100 points")
    mine.sees(("现需120积分", "This costs 120 points"), ("120积分兑换", "Take it for 120 points"))
    assert Redemption.objects.count() == 2

    # The month as the merchant signs it: what was written off, nothing else.
    month = f"{db_now().astimezone(STREET):%Y-%m}"
    desk.press(month, month, within="tbody")
    desk.sees((f"{month}对账单", f"Settlement of {month}"), (first.code[-4:], first.code[-4:]))
    with desk.page.expect_download() as kept:
        desk.press("签字对账单", "Sheet to sign")
    sheet = openpyxl.load_workbook(io.BytesIO(kept.value.path().read_bytes())).active
    words = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert (first.code[-4:] in words, 100 in words, second.code[-4:] in words) == (True, True, False)
    assert story.says("草稿：尚未结算", "Draft: not settled yet") in words

    first.refresh_from_db()
    assert (first.status, first.used_by_id, Reward.objects.get().price) == ("used", clerk.pk, 120)
    assert ledger.balances(me.pk) == (250, 0)


def test_what_cannot_be_taken_says_why(story):  # noqa: F811
    a_reward(a_merchant(community=a_community(home())), price=100, stock=1)
    poor, quick = a_caller(1), a_caller(2)
    points_for(poor, 60)
    points_for(quick, 100)
    mine = story.phone(poor)
    mine.press("积分商城", "Points mall")
    mine.press("大米5公斤", "5 kg of rice")
    mine.sees(("还差40积分", "40 points are missing"))
    points_for(poor, 40)
    mine.page.reload()
    other = story.phone(quick)
    other.press("积分商城", "Points mall")
    takes(other, 100)
    mine.press("100积分兑换", "Take it for 100 points")
    mine.sees(("已兑完", "This is sold out."))
    assert (Redemption.objects.get().resident_id, ledger.balances(poor.pk)) == (quick.pk, (100, 0))
    Redemption.objects.update(expires_at=db_now() - timedelta(minutes=1))
    other.page.reload()
    other.sees(("逾期未领取", "It was not fetched in time"))
