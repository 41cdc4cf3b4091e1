"""The neighbourhood market (邻里集市) as neighbours and the community press through it, in two languages."""

from datetime import timedelta

import pytest

from points.models import Award, Deal, DealMessage, Fair, Listing, ListingReport, MarketBan, StallBooking
from points.services import ledger, market
from points.typed import minute
from shushanwei.common.clock import db_now
from tests.points.browsers import worker
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import a_community, a_listing, a_neighbour, a_photo
from tests.points.stories_neighbours import LANGUAGES, Reader, Story, earlier

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=LANGUAGES)
def story(request, roles, new_page, live_server, settings, tmp_path) -> Story:
    settings.MEDIA_ROOT = tmp_path
    a_policy()
    a_rule("neighbour-help", 5, times_a_day=2, name_zh="邻里互助", name_en="helped a neighbour")
    told = Story(request.param, new_page, live_server.url)
    told.typed |= {"湘湖社区", "九成新，自取", "图书", *(f"居民{n}" for n in range(1, 10))}
    return told


@pytest.fixture
def desk(story) -> Reader:
    """The screen of the head of the community's grid, who reviews the market."""
    a_community()
    user = worker("grid_leader", area="330109001001")
    user.display_name = "社区小周"
    user.save()
    story.typed.add(user.display_name)
    return story.desk(user)


def puts_in(phone: Reader, kind: str, **fields: str) -> None:
    """From the market's first page to the sent form."""
    phone.opens("/m/market/")
    phone.presses(phone.story.words("发布", "Put something in"))
    phone.page.select_option("[name=kind]", kind)
    phone.types(**fields)
    phone.presses(phone.story.words("提交审核", "Send for review"))


def test_a_pram_is_given_away_with_a_photo_a_few_words_and_a_handshake(story, desk):
    giver, taker = a_neighbour(1), a_neighbour(2)
    one, two = story.phone(giver), story.phone(taker)
    one.opens("/m/market/")
    one.presses(story.words("发布", "Put something in"))
    one.page.select_option("[name=kind]", "free")
    one.types(title="婴儿推车", text="八成新，孩子大了用不上。")
    picture = {"name": "cart.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    one.page.set_input_files("[name=photos]", [picture])
    one.page.wait_for_selector("#shots img")
    one.presses(story.words("提交审核", "Send for review"))
    one.reads("已提交，审核通过后邻里可见。", "Sent. Neighbours see it once it has been looked at.")
    row = Listing.objects.get()
    assert (row.status, row.photos.count(), row.owner) == ("review", 1, giver)
    two.opens("/m/market/")
    two.misses("婴儿推车")

    desk.opens("/residents/market/")
    desk.reads("婴儿推车")
    desk.presses(story.words("通过并展示", "Show it"))
    desk.reads("已向邻里展示。", "Shown to the neighbours.")

    two.opens("/m/market/")
    two.follows("婴儿推车")
    assert two.page.locator(".m-listing-photos img").evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    two.presses(story.words("我想要", "I want it"))
    two.reads("已为您保留，请在此约定时间和地点。", "It is held for you. Agree here on when and where.")
    two.types(text="加我微信 abc12345")
    two.presses(story.words("发送", "Send"))
    two.reads("请勿填写电话、账号或链接", "No phone numbers, accounts or links")
    two.types(text="周六上午十点，小区门口见？")
    two.presses(story.words("发送", "Send"))

    one.opens("/m/market/mine/")
    one.follows("婴儿推车")
    one.reads("周六上午十点，小区门口见？")
    one.types(text="好的，周六见。")
    one.presses(story.words("发送", "Send"))
    one.presses(story.words("确认已交接", "It was handed over"))
    one.reads("您已确认交接，等待对方确认。", "You said that it was handed over; the other has not yet.")
    two.opens(two.path().removesuffix("write/"))
    two.reads("对方已确认交接。", "The other says that it was handed over.")
    two.presses(story.words("确认已交接", "It was handed over"))
    two.reads("已完成", "handed over")

    one.opens(one.path())
    one.reads("获得5积分，解冻后可用。", "5 points came for it")
    two.misses(story.words("获得5积分", "5 points came"))
    row.refresh_from_db()
    assert (row.status, Deal.objects.get().status, DealMessage.objects.count()) == ("done", "done", 2)
    assert (ledger.balances(giver.pk), ledger.balances(taker.pk)) == ((0, 5), (0, 0))
    one.opens("/m/points/")
    one.reads("邻里互助", "helped a neighbour")


def test_who_looks_for_help_finds_it_and_the_helper_earns_the_points(story, desk):
    asking, helper = a_neighbour(1), a_neighbour(2)
    one, two = story.phone(asking), story.phone(helper)
    one.opens("/m/market/new/")
    assert not one.page.locator("[name=seeks]").is_visible()
    one.page.select_option("[name=kind]", "help")
    one.page.check("[name=seeks]")
    one.types(title="借一把梯子", text="换灯泡，当天归还。")
    one.presses(story.words("提交审核", "Send for review"))
    desk.opens("/residents/market/")
    desk.presses(story.words("通过并展示", "Show it"))
    two.opens("/m/market/")
    two.presses(story.words("互助服务", "Lend and help"))
    two.reads("求助", "looks for help")
    two.follows("借一把梯子")
    two.presses(story.words("我来帮忙", "I help"))
    two.presses(story.words("确认已完成", "It is done"))
    one.opens("/m/market/mine/")
    one.follows("借一把梯子")
    one.presses(story.words("确认已完成", "It is done"))
    assert (ledger.balances(asking.pk), ledger.balances(helper.pk)) == ((0, 0), (0, 5))


def test_a_swap_says_what_it_wants_and_earns_nothing(story, desk):
    one, two = story.phone(a_neighbour(1)), story.phone(a_neighbour(2))
    puts_in(one, "swap", title="儿童绘本", text="二十本，换玩具。")
    one.reads("此项必填。", "This must be filled in.")
    one.types(wants="积木")
    one.presses(story.words("提交审核", "Send for review"))
    desk.opens("/residents/market/")
    desk.presses(story.words("通过并展示", "Show it"))
    two.opens("/m/market/")
    two.follows("儿童绘本")
    two.reads("积木")
    two.presses(story.words("我想要", "I want it"))
    two.presses(story.words("取消预订", "Cancel the reservation"))
    two.reads("已取消", "released")
    two.opens("/m/market/")
    two.follows("儿童绘本")
    two.presses(story.words("我想要", "I want it"))
    two.presses(story.words("确认已交接", "It was handed over"))
    one.opens("/m/market/mine/")
    one.follows("儿童绘本")
    one.presses(story.words("确认已交接", "It was handed over"))
    assert sorted(Deal.objects.values_list("status", flat=True)) == ["done", "released"]
    assert not Award.objects.exists()


def test_forbidden_goods_are_turned_away_and_doubtful_ones_held_for_the_community(story, desk):
    phone = story.phone(a_neighbour(1))
    story.typed.add("阿莫西林")
    puts_in(phone, "free", title="阿莫西林一盒", text="没拆封")
    phone.reads("不允许出现“阿莫西林”（药品）。", "“阿莫西林” is not allowed here (medicine).")
    phone.types(title="旧手机", text="有意者打13800000000")
    phone.presses(story.words("提交审核", "Send for review"))
    phone.reads("请勿填写电话、账号或链接", "No phone numbers, accounts or links")
    assert not Listing.objects.exists()
    phone.types(title="轮椅", text="老人用过，干净。")
    phone.presses(story.words("提交审核", "Send for review"))

    desk.opens("/residents/market/")
    desk.reads("请重点审核：", "Look twice at:")
    desk.reads("医疗器械和辅具", "medical devices and aids")
    desk.types(why="请先联系残联辅具站检测")
    desk.presses(story.words("不予通过", "Do not show it"))
    desk.reads("未展示，原因已告知发布人。", "Not shown; the owner reads why.")
    phone.opens("/m/market/mine/")
    phone.reads("未通过", "not approved")
    phone.follows("轮椅")
    phone.reads("请先联系残联辅具站检测")
    assert Listing.objects.get().status == "refused"


def test_a_reported_listing_goes_and_its_owner_stays_out_for_a_month(story, desk):
    owner, looking = a_neighbour(1), a_neighbour(2)
    row = a_listing(owner, title="名牌包包")
    story.typed.add("名牌包包")
    phone = story.phone(looking)
    phone.opens("/m/market/")
    phone.follows("名牌包包")
    phone.presses(story.words("举报", "Report"))
    phone.page.select_option("[name=reason]", "fraud")
    phone.page.fill("#report-text", "私下要求先付定金")
    story.typed.add("私下要求先付定金")
    phone.page.click(".m-report button[type=submit]")
    phone.reads("感谢反馈，社区将尽快核对处理。", "Thank you. The community looks at it.")

    desk.opens("/residents/market/reports/")
    desk.reads("私下要求先付定金")
    desk.types(note="核实属实，假货", ban_days="30")
    desk.presses(story.words("属实，下架", "True: take it down"))
    desk.reads("已处理。", "Decided.")
    desk.reads("核实属实，假货")
    phone.opens("/m/market/")
    phone.misses("名牌包包")
    mine = story.phone(owner)
    mine.opens("/m/market/mine/")
    mine.reads("违规下架", "taken down")
    puts_in(mine, "free", title="旧衣服", text="干净")
    mine.reads("前不能使用邻里集市", "You may not use the market until")
    row.refresh_from_db()
    assert (row.status, ListingReport.objects.get().upheld) == ("taken_down", True)

    desk.types(why="已补充证明，提前解除")
    desk.presses(story.words("解除", "Lift"))
    mine.presses(story.words("提交审核", "Send for review"))
    mine.reads("已提交，审核通过后邻里可见。", "Sent. Neighbours see it once it has been looked at.")
    assert MarketBan.objects.get().lifted_at is not None


def test_a_market_day_has_its_stalls_booked_and_checked_in(story, desk):
    one, two = story.phone(a_neighbour(1)), story.phone(a_neighbour(2))
    desk.opens("/residents/market/")
    desk.presses(story.words("集市日", "Market days"))
    desk.types(title="岁末邻里集市", address="社区文化广场", stalls="6", text="自带桌椅，谢绝食品摊。")
    desk.presses(story.words("发布集市日", "Plan it"))
    desk.reads("集市日已发布，现在可以预订摊位。", "Planned: stalls can be booked now.")
    fair = Fair.objects.get()

    one.opens("/m/market/")
    one.presses(story.words("集市日", "Market days"))
    one.follows("岁末邻里集市")
    two.opens(one.path())
    one.page.select_option("[name=number]", "3")
    one.types(goods="手工编织")
    one.presses(story.words("预订摊位", "Book the stall"))
    one.reads("预订成功。", "Booked.")
    two.page.select_option("[name=number]", "3")
    two.types(goods="旧书")
    two.presses(story.words("预订摊位", "Book the stall"))
    two.reads("该摊位已被预订，请另选。", "A neighbour was faster: choose another stall.")
    two.page.select_option("[name=number]", "4")
    two.presses(story.words("预订摊位", "Book the stall"))
    two.presses(story.words("退订摊位", "Give the stall back"))
    two.reads("已退出，感谢提前告知。", "Given back; thank you for saying so.")

    ahead = fair.starts_at - db_now() - timedelta(minutes=30)
    earlier(fair, int(ahead.total_seconds() // 60), "starts_at", "ends_at")
    desk.presses(story.words("现场二维码", "QR code for the place"))
    one.opens(f"/m/market/fairs/{fair.uuid}/here/?code={fair.check_code}")
    one.presses(story.words("签到", "Check in"))
    one.reads("签到成功，祝集市顺利！", "Checked in. A good market day!")
    desk.opens(f"/residents/market/fairs/{fair.uuid}/")
    desk.reads("手工编织")
    assert sorted(StallBooking.objects.values_list("number", "status")) == [(3, "present"), (4, "given_back")]


def test_a_market_day_is_called_off_and_the_stallholder_reads_why(story, desk):
    one = story.phone(a_neighbour(1))
    desk.opens("/residents/market/fairs/")
    start = db_now() + timedelta(days=2)
    desk.types(title="迎新集市", address="社区文化广场", stalls="2",
               starts_at=minute(start), ends_at=minute(start + timedelta(hours=3)))  # fmt: skip
    desk.presses(story.words("发布集市日", "Plan it"))
    fair = Fair.objects.get()
    one.opens(f"/m/market/fairs/{fair.uuid}/")
    one.types(goods="绿植")
    one.presses(story.words("预订摊位", "Book the stall"))
    desk.types(why="当天有雨雪")
    desk.presses(story.words("取消集市日", "Cancel the market day"))
    one.opens(f"/m/market/fairs/{fair.uuid}/")
    one.reads("当天有雨雪")
    assert StallBooking.objects.get().status == "cancelled"
    assert market.seen_by(None, db_now()).count() == 0
