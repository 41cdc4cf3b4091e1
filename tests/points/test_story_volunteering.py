"""Volunteering (红蜀有为) as residents and the community press through it, on phones and at a desk."""

from datetime import timedelta

import pytest

from points.models import Award, Claim, LedgerLine, PointLot, Resident, VolunteerCertificate, VolunteerTask
from points.services import ledger, volunteer_hours, volunteering
from points.typed import minute
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import seal
from tests.points.browsers import worker
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import LAT, LON, a_community, a_neighbour, a_task, accepted, at
from tests.points.stories_neighbours import LANGUAGES, Story, earlier

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TITLE, ADDRESS = "社区义诊秩序维护", "社区广场东侧"


@pytest.fixture(params=LANGUAGES)
def story(request, roles, new_page, live_server) -> Story:
    a_policy()
    a_rule("volunteer-hour", 10, per="hour", cap="volunteer", name_zh="志愿服务时长", name_en="volunteering")
    told = Story(request.param, new_page, live_server.url)
    told.typed |= {"湘湖社区", "引导排队", "社区广场", *(f"居民{n}" for n in range(1, 10))}
    return told


@pytest.fixture
def leader(story):
    """The head of the community's grid."""
    a_community()
    user = worker("grid_leader", area="330109001001")
    user.display_name = "社区小周"
    user.save()
    story.typed.add(user.display_name)
    return user


def test_a_newcomer_finds_a_task_helps_and_sees_frozen_points(story, leader, settings):
    settings.SMS_SENDER = "points.sms.ConsoleSender"
    desk, phone, now = story.desk(leader), story.phone(), db_now()
    desk.opens("/residents/volunteering/")
    desk.presses(story.words("发布任务", "Publish a task"))
    desk.types(
        title=TITLE, text="引导排队，协助老人填表。", address=ADDRESS, slots="2", lon=str(LON), lat=str(LAT),
        starts_at=minute(now + timedelta(minutes=10)), ends_at=minute(now + timedelta(hours=4)),
    )  # fmt: skip
    desk.page.select_option("[name=skill]", "first_aid")
    desk.page.select_option("[name=risk]", "low")
    desk.presses(story.words("发布", "Publish"))
    desk.reads("任务已发布，居民现在可以认领。", "Published: residents can claim it now.")
    task = VolunteerTask.objects.get()
    assert (task.title, task.slots, task.skill, task.status) == (TITLE, 2, "first_aid", "open")
    desk.presses(story.words("现场二维码", "QR code for the place"))
    assert desk.page.locator(".place-sheet svg").is_visible()
    desk.presses(story.words("返回", "Back"), within="body")

    phone.opens("/m/volunteering/")  # nobody yet: the door to sign in, and back again
    phone.types(phone="10000000001")
    phone.page.click("#send")
    phone.reads("当前未接入短信，验证码：", "No text messages are sent here; the code is")
    phone.types(code="".join(sign for sign in phone.page.inner_text("#sent") if sign.isdecimal()))
    phone.page.check("[name=agreed]")
    phone.presses(story.words("登录", "Sign in"))
    resident = Resident.objects.get()
    story.typed.add(resident.nickname)
    phone.follows(TITLE)
    phone.reads("余2个名额（共2个）", "2 of 2 places free")
    phone.presses(story.words("我来帮忙", "I help"))
    phone.reads("认领成功，请等待社区确认。", "Claimed. The community will decide soon.")

    desk.opens(f"/residents/volunteering/{task.uuid}/")
    desk.reads(resident.nickname)
    desk.presses(story.words("录用", "Take on"))
    desk.reads("已录用。", "Taken on.")

    phone.opens(f"/m/volunteering/{task.uuid}/here/?code={task.check_code}")
    phone.presses(story.words("同意", "I agree"))
    phone.stands_at(lat=LAT + 0.01)
    phone.presses(story.words("签到", "Check in"))
    phone.reads("须在200米以内", "at most 200 m")
    phone.stands_at()
    phone.presses(story.words("签到", "Check in"))
    phone.reads("签到成功，离开前请记得签退。", "Checked in. Do not forget to check out.")

    claim = Claim.objects.get()
    earlier(task, 135, "starts_at")
    earlier(claim, 130, "came_at")
    phone.opens(f"/m/volunteering/{task.uuid}/here/?code={task.check_code}")
    phone.presses(story.words("签退", "Check out"))
    phone.reads("签退成功，计2小时。", "Checked out: 2 h.")
    phone.page.locator(".m-stars label", has_text="4").click()
    phone.types(words="很有意义")
    phone.presses(story.words("评价", "Rate"))
    phone.reads("对方评价后发放积分，最迟7天。", "Points come when the other side has rated too")

    desk.opens(f"/residents/volunteering/{task.uuid}/")
    desk.types(words="认真负责")
    desk.presses(story.words("评价", "Rate"))
    desk.reads("已评价。", "Rated.")
    phone.opens(f"/m/volunteering/{task.uuid}/")
    phone.reads("已互评", "rated")
    phone.reads("服务2小时，获得20积分，解冻后可用。", "20 points for your 2 h; they can be spent once")
    phone.opens("/m/points/")
    phone.reads("志愿服务时长", "volunteering")
    claim.refresh_from_db()
    assert (claim.status, claim.minutes, claim.task_stars, claim.volunteer_stars) == ("rated", 120, 4, 5)
    assert ledger.balances(resident.pk) == (0, 20)
    assert Award.objects.get().given == 20 and PointLot.objects.get().resident == resident
    assert sum(LedgerLine.objects.values_list("amount", flat=True)) == 0


def test_a_wish_in_a_home_comes_true_with_two_who_come_together(story, leader):
    asking = a_neighbour(1)
    one, two = a_neighbour(2), a_neighbour(3, is_party_member=True)
    old, desk, now = story.phone(asking), story.desk(leader), db_now()
    old.opens("/m/volunteering/")
    old.presses(story.words("我要求助", "I need help"))
    old.types(
        title="帮忙修一下纱窗", text="厨房纱窗破了，蚊子多。", address="和家园3幢102室",
        starts_at=minute(now + timedelta(minutes=20)), ends_at=minute(now + timedelta(hours=3)),
    )  # fmt: skip
    old.page.check("[name=at_home]")
    old.presses(story.words("提交", "Send"))
    old.reads("已提交，社区审核后才会公开。", "Sent. The community looks at it before others see it.")
    wish = VolunteerTask.objects.get()

    desk.opens("/residents/volunteering/?state=asked")
    desk.follows("帮忙修一下纱窗")
    desk.page.select_option("[name=skill]", "repair")
    desk.types(lon=str(LON), lat=str(LAT))
    desk.presses(story.words("通过并展示", "Show it"))
    desk.reads("暂无人认领。", "Nobody has claimed it yet.")

    phones = {who.pk: story.phone(who) for who in (one, two)}
    for phone in phones.values():
        phone.opens(f"/m/volunteering/{wish.uuid}/")
        phone.misses("102室")
        phone.presses(story.words("我来帮忙", "I help"))
    desk.opens(f"/residents/volunteering/{wish.uuid}/")
    desk.presses(story.words("录用", "Take on"))
    first = phones[one.pk]
    first.stands_at()
    first.opens(f"/m/volunteering/{wish.uuid}/here/?code={wish.check_code}")
    first.presses(story.words("同意", "I agree"))
    first.presses(story.words("签到", "Check in"))
    first.reads("入户须两人同行，请等待社区安排第二名志愿者。", "Nobody enters a home alone: wait")
    desk.presses(story.words("录用", "Take on"))
    for phone in phones.values():
        phone.stands_at()
        phone.opens(f"/m/volunteering/{wish.uuid}/here/?code={wish.check_code}")
        if phone is not first:
            phone.presses(story.words("同意", "I agree"))
        phone.presses(story.words("签到", "Check in"))
        phone.reads("102室")
    old.opens(f"/m/volunteering/{wish.uuid}/")
    old.reads("党员", "party member")
    assert old.page.locator(".m-qr svg").is_visible()

    earlier(wish, 80, "starts_at")
    for claim in Claim.objects.all():
        earlier(claim, 70, "came_at")
    for phone in phones.values():
        phone.opens(f"/m/volunteering/{wish.uuid}/here/?code={wish.check_code}")
        phone.presses(story.words("签退", "Check out"))
        phone.presses(story.words("评价", "Rate"))
    for _each in phones:
        old.opens(f"/m/volunteering/{wish.uuid}/")
        old.presses(story.words("评价", "Rate"))
        old.reads("谢谢您。", "Thank you.")
    assert sorted(Claim.objects.values_list("status", "minutes")) == [("rated", 60), ("rated", 60)]
    assert [ledger.balances(who.pk) for who in (one, two, asking)] == [(0, 10), (0, 10), (0, 0)]


def test_a_party_members_hours_are_counted_certified_and_checked_by_anybody(story, leader):
    me = a_neighbour(1, is_party_member=True, name_sealed=seal("李建国"), name_masked="李**")
    story.typed |= {"李建国", "李**"}
    claim = accepted(a_task(title=TITLE), me)
    story.typed.add(TITLE)
    volunteer_hours.check_in(me, claim.uuid, at(claim.task))
    earlier(claim.task, 200, "starts_at")
    earlier(claim, 100, "came_at")
    volunteer_hours.check_out(me, claim.uuid, at(claim.task))

    phone = story.phone(me)
    phone.opens("/m/volunteering/")
    phone.presses(story.words("我的认领与时长", "My claims and hours"))
    assert phone.page.inner_text(".m-balance b") == "1.5"
    tomorrow = (db_now().astimezone(STREET) + timedelta(days=1)).date().isoformat()
    phone.types(to_day=tomorrow)
    phone.presses(story.words("开具证明", "Issue a certificate"))
    phone.reads("起始日期须早于截止日期，且不得晚于今天。", "From the earlier day to the later one, not beyond today.")
    phone.opens("/m/volunteering/mine/")
    phone.presses(story.words("开具证明", "Issue a certificate"))
    phone.reads("李建国")
    row = VolunteerCertificate.objects.get()
    assert (row.minutes, row.deeds, row.resident) == (90, 1, me)
    assert phone.page.locator(".verify svg").is_visible()

    clerk = story.phone()
    clerk.opens("/m/volunteering/certificate/")
    clerk.types(code="ABCDE23456")
    clerk.presses(story.words("核验", "Check"))
    clerk.reads("未找到该核验码对应的证明", "No certificate has this code")
    clerk.types(code=f" {row.code[:5].lower()} {row.code[5:]}")
    clerk.presses(story.words("核验", "Check"))
    clerk.reads("该证明由街道出具", "This certificate was issued by the street")
    clerk.reads("李**")
    clerk.misses("李建国")

    desk = story.desk(leader)
    desk.opens("/residents/volunteering/")
    desk.presses(story.words("党员服务时长", "Hours of party members"))
    assert desk.page.locator("tbody tr td.number").all_inner_texts() == ["1.5"]


def test_who_did_not_come_three_times_pauses_until_the_community_vouches(story, leader):
    me = a_neighbour(1)
    story.typed |= {TITLE, "另一个任务"}
    for _time in range(2):
        missed = accepted(a_task(title=TITLE), me)
        VolunteerTask.objects.filter(pk=missed.task_id).update(look_at=db_now())
        assert volunteering.end_window(missed.task_id)
    task, phone, desk = a_task(title=TITLE), story.phone(me), story.desk(leader)
    phone.opens(f"/m/volunteering/{task.uuid}/")
    phone.presses(story.words("我来帮忙", "I help"))
    desk.opens("/residents/volunteering/?state=waiting")
    desk.follows(TITLE)
    desk.presses(story.words("录用", "Take on"))
    VolunteerTask.objects.filter(pk=task.pk).update(look_at=db_now())
    assert volunteering.end_window(task.pk)
    phone.opens(f"/m/volunteering/{task.uuid}/")
    phone.reads("爽约", "did not come")
    phone.opens("/m/volunteering/mine/")
    phone.reads("一季度内爽约满三次", "You did not come three times in a quarter")
    other = a_task(title="另一个任务")
    phone.opens(f"/m/volunteering/{other.uuid}/")
    phone.presses(story.words("我来帮忙", "I help"))
    phone.reads("一季度内爽约满三次，暂停认领至", "After three times not coming you pause until")

    desk.opens(f"/residents/volunteering/{task.uuid}/")
    desk.types(minutes="60", why="现场签到表有本人签名")
    desk.presses(story.words("补签时长", "Vouch for the time"))
    desk.reads("已登记。", "Written down.")
    phone.opens(f"/m/volunteering/{other.uuid}/")
    phone.presses(story.words("我来帮忙", "I help"))
    phone.reads("认领成功", "Claimed.")
    assert sorted(me.claims.values_list("status", flat=True)) == ["claimed", "finished", "no_show", "no_show"]
