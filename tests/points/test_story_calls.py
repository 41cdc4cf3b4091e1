"""A call from the phone to the community's desk, answered, done and rated; and one that nobody answers."""

from datetime import timedelta

import pytest

from incidents.models import Alarm
from points.models import ServiceCall
from points.tasks import escalate_calls
from shushanwei.common.clock import db_now
from tests.incidents.conftest import person, street  # noqa: F401
from tests.points.phones import home
from tests.points.stories_street import a_caller, a_picture, story  # noqa: F401

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("street"),
]
STARS = ".m-stars label >> nth={}"


def calls_for(screen, kind: tuple[str, str], text: str) -> ServiceCall:
    """From the list of the own calls through the form."""
    screen.press("呼叫社区", "Call the community")
    screen.sees(("需要什么帮助", "What is needed?"))
    screen.press(*kind)
    screen.page.fill("#text", text)
    screen.press("呼叫", "Call", within=".phone-actions")
    screen.sees(("承诺", "Promised: an answer by"), ("已呼叫", "Called."))
    return ServiceCall.objects.latest("pk")


def wait_as_if(row: ServiceCall, minutes: int) -> None:
    """By day, and the first answer was promised for so many minutes ago."""
    due = db_now() - timedelta(minutes=minutes)
    ServiceCall.objects.filter(pk=row.pk).update(called_at=due - timedelta(minutes=30), due_at=due, look_at=due)


def test_a_call_is_answered_worked_on_done_reopened_and_rated(story, person):  # noqa: F811
    me = a_caller(1)
    mine = story.phone(me)
    mine.press("呼叫社区", "Call the community")
    mine.sees(("您还没有呼叫过", "You have not called yet"))
    row = calls_for(mine, ("报修", "Repair"), story.wrote("三单元楼道灯不亮，老人上下楼不方便"))
    assert (row.kind, row.status, row.community_id, row.resident_id) == ("repair", "called", home(), me.pk)

    leader = person("grid_leader", "网格长丙", area=home())
    desk = story.desk(leader, "/residents/calls/")
    desk.sees(("待响应", "Waiting for an answer"))
    desk.page.locator("tbody a").first.click()
    desk.sees(("答复居民", "What the caller reads"))
    desk.page.fill("#reply", story.wrote("收到，物业电工二十分钟内到"))
    desk.press("响应", "Answer", within="form[action$='/answer/']")
    desk.sees(("已响应", "answered"), ("已登记", "Written down"))
    desk.page.fill("#why", story.wrote("确认楼号"))
    desk.press("显示号码", "Show the number")
    desk.page.locator("#phone-shown", has_text="10000000001").wait_for()
    desk.looks_right()
    desk.page.fill("#note", story.wrote("电工已到现场，正在更换灯头"))
    desk.press("记录", "Write it down")
    desk.sees(("处理中", "Being worked on."))

    mine.page.reload()
    mine.sees(("已响应", "Answered."), ("处理中", "Being worked on."))
    assert leader.display_name not in mine.told()

    desk.page.fill("#result", story.wrote("灯头已更换，感应正常"))
    desk.page.set_input_files("#photo", a_picture(4))
    desk.press("办结", "Done", within="form[action$='/finish/']")
    desk.sees(("办理结果", "Result"))
    mine.page.reload()
    mine.sees(("办理结果", "Result"), ("您对结果满意吗", "Are you content"))
    mine.page.locator("img[alt]").first.wait_for()
    mine.press("问题未解决", "It is not solved")
    mine.page.fill("#why", story.wrote("晚上又灭了"))
    mine.press("重新办理", "Open again")
    mine.sees(("未解决，已重开", "Not solved: opened again."))

    desk.page.reload()
    desk.page.fill("#result", story.wrote("线路接头重新压接，已观察一晚"))
    desk.press("办结", "Done", within="form[action$='/finish/']")
    mine.page.reload()
    mine.sees(("您对结果满意吗", "Are you content"))
    assert mine.page.locator(".m-unsolved").count() == 0
    mine.page.click(STARS.format(4))
    mine.press("评价", "Rate")
    mine.sees(("您已评价：5分", "You gave 5 of 5"))

    row.refresh_from_db()
    assert (row.status, row.rating, row.holder_id, row.photos.count()) == ("rated", 5, leader.pk, 1)
    assert row.result == "线路接头重新压接，已观察一晚"
    desk.page.reload()
    desk.looks_right()
    assert desk.page.locator("#why, #result").count() == 0  # the number is shown to nobody any more


def test_a_call_that_nobody_answers_goes_up_two_steps_and_stands_in_the_public_figures(story, person):  # noqa: F811
    mine = story.phone(a_caller(1))
    mine.press("呼叫社区", "Call the community")
    late = calls_for(mine, ("噪音", "Noise"), story.wrote("楼下装修午休时间不停"))
    desk = story.desk(person("shift_lead", "值班长乙"), "/residents/calls/")

    wait_as_if(late, 5)
    assert escalate_calls() == 1
    desk.page.reload()
    desk.sees(("已报书记", "secretary told"))
    mine.page.reload()
    mine.sees(("已提醒社区书记", "the secretary of the community was told"))

    wait_as_if(late, 40)
    ServiceCall.objects.update(look_at=db_now())
    assert escalate_calls() == 1
    desk.page.reload()
    desk.sees(("已报街道", "street told"))
    assert Alarm.objects.get().for_role == "shift_lead"
    mine.page.reload()
    mine.sees(("已上报街道", "Still no answer: the street was told."))

    # The next one is answered in time: one of two.
    mine.press("", "", within=".phone-bar-left")
    soon = calls_for(mine, ("政策咨询", "Policy question"), story.wrote("高龄津贴在哪里办理？"))
    desk.open("/residents/calls/")
    desk.page.locator(f"tr[data-call='{soon.uuid}'] a").click()
    desk.page.fill("#reply", story.wrote("社区服务大厅二号窗口，带身份证即可"))
    desk.press("响应", "Answer", within="form[action$='/answer/']")
    desk.sees(("已响应", "answered"))

    anybody = story.phone()
    anybody.open("/m/calls/figures/")
    anybody.sees(("呼应率", "Answered in time"), ("50%", "50%"), ("1/2", "1/2"))
    late.refresh_from_db()
    assert (late.status, late.answered_at, late.secretary_at is None, late.street_at is None) == (
        "called", None, False, False,
    )  # fmt: skip
