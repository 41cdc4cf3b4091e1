"""Points as residents read them and as the street answers for them: balances, ranking, rules, changes, audits."""

from datetime import timedelta

import pytest

from points.models import AdjustmentRequest, Award, LedgerLine, PointLot, PointRule, Resident, RuleDraft
from points.services import earning, ledger
from points.services.ledger import Source
from points.typed import minute
from shushanwei.common.clock import db_now
from tests.points.browsers import worker
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import a_neighbour
from tests.points.shops import points_for
from tests.points.stories_neighbours import LANGUAGES, Reader, Story, earlier

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=LANGUAGES)
def story(request, roles, new_page, live_server) -> Story:
    a_policy()
    a_rule(points=5, name_zh="随手拍立案", name_en="report filed", times_a_day=5)
    told = Story(request.param, new_page, live_server.url)
    told.typed |= {"湘湖社区", *(f"居民{n}" for n in range(1, 10))}
    return told


def seat_of(story: Story, role: str, name: str) -> Reader:
    """The screen of somebody of the street with this role."""
    user = worker(role)
    user.display_name = name
    user.save()
    story.typed.add(name)
    return story.desk(user)


def earns(who: Resident, deed: str) -> Award:
    return earning.award(who.pk, "report-filed", Source("deed", deed), at=db_now())


def test_a_resident_reads_what_is_free_frozen_and_about_to_go_and_leaves_the_ranking(story):
    me, other = a_neighbour(1), a_neighbour(2)
    old = points_for(me, 40)
    PointLot.objects.filter(pk=old.lot.pk).update(expires_at=db_now() + timedelta(days=9))
    earns(me, "one")
    earns(other, "two")
    earns(other, "three")
    phone, looking = story.phone(me), story.phone(other)
    phone.opens("/m/")
    phone.reads("冻结5", "5 frozen")
    phone.presses("40" + story.words("可用积分 · 冻结5", "points to spend · 5 frozen"))
    assert phone.page.inner_text(".m-balance b") == "40"
    assert phone.page.locator(".m-facts dd").all_inner_texts() == ["5", "5", "40"]
    phone.reads("解冻", "frozen until")
    phone.reads("40分，", "40 points on")
    phone.reads("随手拍立案", "report filed")
    phone.presses(story.words("首页", "First page"), within="body")
    phone.follows(story.words("积分排行", "Ranking"))
    phone.reads("我：第1名，45积分", "you: place 1, 45 points")
    assert phone.page.locator(".mall-ranks .weui-cell__bd").all_inner_texts() == ["居民1", "居民2"]
    phone.presses("湘湖社区")
    phone.reads("居民2")

    phone.presses(story.words("我的", "Me"), within="body")
    phone.types(nickname="热心的老李")
    phone.page.uncheck("[name=in_ranking]")
    phone.presses(story.words("保存", "Save"))
    looking.opens("/m/ranking/")
    assert looking.page.locator(".mall-ranks .weui-cell__bd").all_inner_texts() == ["居民2"]
    phone.opens("/m/ranking/")
    phone.reads("您未参与排行展示。", "Others do not see you here.")
    me.refresh_from_db()
    assert (me.in_ranking, me.nickname) == (False, "热心的老李")


def test_a_rule_is_tried_drafted_approved_by_another_and_read_by_residents(story):
    who = a_neighbour(1)
    for n in range(2):
        award = earns(who, f"deed {n}")
        earlier(award, 3 * 24 * 60, "at")
        Award.objects.filter(pk=award.pk).update(day=award.at.date())
    writer = seat_of(story, "evaluator", "考核员小吴")
    boss, phone = seat_of(story, "commander", "指挥长老陈"), story.phone(who)
    writer.opens("/residents/rules/")
    writer.presses(story.words("试算", "Trial calculator"))
    writer.page.fill("[name='points_report-filed']", "8")
    writer.presses(story.words("试算", "Try"), within="main form")
    assert writer.page.locator("tfoot td").all_inner_texts() == ["2", "10", "16", "+6"]
    writer.presses(story.words("规则", "Rules"))
    writer.follows(story.words("随手拍立案", "report filed"))
    writer.types(points="8", reason="鼓励上报")
    writer.page.fill("[name=valid_from]", minute(db_now() + timedelta(hours=2)))
    writer.presses(story.words("提交审批", "Ask for approval"))
    writer.reads("已提交，须由他人审批。", "Written down. Somebody else has to approve it.")
    assert writer.page.locator("button[value=yes]").count() == 0
    assert PointRule.objects.count() == 1

    boss.opens("/residents/rules/")
    boss.reads("鼓励上报")
    boss.presses(story.words("批准", "Approve"))
    boss.reads("已同意。", "Approved.")
    boss.reads("起8分", "8 from")
    old, new = PointRule.objects.order_by("version")
    assert (new.points, new.written_by.display_name, new.approved_by.display_name) == (8, "考核员小吴", "指挥长老陈")
    assert old.valid_to == new.valid_from and RuleDraft.objects.get().status == "approved"
    phone.opens("/m/points/")
    worth = phone.page.locator(".weui-cell", has_text=story.words("随手拍立案", "report filed")).last
    assert worth.locator(".weui-cell__ft").inner_text() == "5"
    start = db_now() - timedelta(minutes=1)  # the two hours are over
    PointRule.objects.filter(pk=old.pk).update(valid_to=start)
    PointRule.objects.filter(pk=new.pk).update(valid_from=start)
    phone.opens("/m/points/")
    assert worth.locator(".weui-cell__ft").inner_text() == "8"
    assert earns(who, "today").given == 8


def test_a_change_by_hand_waits_for_a_second_signature(story):
    who = a_neighbour(1)
    points_for(who, 30)
    lead, boss = seat_of(story, "shift_lead", "值班长小林"), seat_of(story, "commander", "指挥长老陈")
    lead.opens("/residents/")
    lead.follows("居民1")
    lead.types(points="-50")
    lead.page.fill("#reason", "重复发放，予以更正")
    story.typed.add("重复发放，予以更正")
    lead.presses(story.words("提交申请", "Ask for it"))
    boss.opens("/residents/adjustments/")
    boss.presses(story.words("批准", "Approve"))
    boss.reads("可用积分为30。", "There are 30 points to spend.")
    boss.types(note="应为10分")
    boss.presses(story.words("不批准", "Do not approve"))
    boss.reads("未予批准。", "Not approved.")
    lead.types(points="-10")
    lead.page.fill("#reason", "重复发放，予以更正")
    lead.presses(story.words("提交申请", "Ask for it"))
    lead.reads("应为10分")
    assert ledger.balances(who.pk) == (30, 0)
    lead.opens("/residents/adjustments/")
    lead.reads("待他人审批", "somebody else has to approve it")
    assert lead.page.locator("button[value=yes]").count() == 0

    boss.opens("/residents/adjustments/")
    boss.presses(story.words("批准", "Approve"))
    boss.reads("已同意。", "Approved.")
    row = AdjustmentRequest.objects.get(points=-10)
    assert (row.status, row.by.display_name, row.decided_by.display_name) == ("approved", "值班长小林", "指挥长老陈")
    phone = story.phone(who)
    phone.opens("/m/points/")
    phone.reads("人工调整", "adjusted")
    assert phone.page.inner_text(".m-balance b") == "20"
    assert ledger.balances(who.pk) == (20, 0) and sum(LedgerLine.objects.values_list("amount", flat=True)) == 0


def test_an_award_drawn_by_lot_fails_its_audit_and_the_budget_says_so(story):
    one, two = a_neighbour(1), a_neighbour(2)
    for who in (one, two):
        Award.objects.filter(pk=earns(who, who.nickname).pk).update(is_audited=True)
    desk, phone = seat_of(story, "evaluator", "考核员小吴"), story.phone(one)
    desk.opens("/residents/budget/")
    assert desk.page.locator(".figure dd").first.inner_text().startswith("10")
    desk.presses(story.words("抽审", "Audits"))
    desk.presses(story.words("冲正", "Reverse"))
    desk.reads("请说明问题所在。", "Say what was wrong.")
    desk.types(note="照片与地点不符")
    desk.presses(story.words("冲正", "Reverse"))
    desk.reads("已冲正。", "Reversed.")
    desk.presses(story.words("通过", "In order"))
    desk.reads("审核通过。", "In order.")
    desk.presses(story.words("已审", "looked at"))
    desk.reads("照片与地点不符")
    desk.presses(story.words("预算与负债", "Budget and liability"))
    assert desk.page.locator(".figure dd").first.inner_text().startswith("5")
    phone.opens("/m/points/")
    phone.reads("冲正", "reversed")
    phone.reads("照片与地点不符")
    assert [ledger.balances(who.pk) for who in (one, two)] == [(0, 0), (0, 5)]
