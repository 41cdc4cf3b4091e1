"""A hazard from three taps to the rating, an anonymous one, and a call for help, as residents and workers press it."""

import re
from uuid import uuid4

import pytest

from incidents.lifecycle import Status
from incidents.models import Incident
from incidents.services import add_attachment, close, move
from points.models import Award, ResidentReport
from points.tasks import settle_reports
from tests.incidents.conftest import CENTRE, person, street  # noqa: F401
from tests.points.conftest import a_resident, a_rule
from tests.points.phones import agreed, shot
from tests.points.stories_street import SPEAKS, a_picture, sign_in, story  # noqa: F401
from tests.points.test_reports import sound

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("street"),
]
S = Status
WAY = [S.PENDING_DISPATCH, S.DISPATCHED, S.HANDLING, S.HANDLED, S.PENDING_CHECK, S.CHECKING, S.PENDING_CLOSE]
STARS = ".m-stars label >> nth={}"


def handled(case: Incident, seat, done: str, seed: int) -> None:
    """The street's own work on a case, from where it stands until it is closed with a photo."""
    case.refresh_from_db()
    for to in WAY[WAY.index(S(case.status)) + 1 if case.status in WAY else 0 :]:
        move(case.pk, to, actor=seat)
        if to == S.HANDLED:
            add_attachment(case.pk, shot(seed), kind="after", uuid=uuid4(), actor=seat)
    facts = {"found": "消防车道被两辆货车堵住，车主不在现场", "done": done, "contacted": "车主", "remains": ""}
    close(case.pk, actor=seat, closing=facts, confirm_brief=True)


def takes_a_photo(screen, seed: int = 1) -> None:
    screen.page.wait_for_selector("#report[data-ready=true]")
    screen.page.set_input_files("#photo", a_picture(seed))
    screen.page.wait_for_selector("[data-shot=photo] img:not([hidden])")


def test_a_hazard_is_reported_joined_handled_doubted_and_rated(story, person):  # noqa: F811
    for code, points in (("report-filed", 5), ("report-serious", 20), ("report-again", 1)):
        a_rule(code, points)
    seat = person("seat_operator", "坐席甲")

    # Somebody whose phone nobody knows yet signs in on the way, and sends photo, place, kind, words and voice.
    mine = story.phone(at=CENTRE)
    mine.page.add_init_script(SPEAKS)
    mine.sees(("随手拍", "Report a hazard"))
    mine.press("随手拍", "Report a hazard")
    mine.sees(("登录", "Sign in"))
    takes_a_photo(mine)
    mine.page.uncheck("[name=anonymous]")
    mine.press("消防通道堵塞", "Fire lane blocked")
    mine.page.click("#send")
    mine.sees(("请先用手机号登录", "Sign in with your phone first"))
    mine.page.click("#said a")
    me = sign_in(mine, "10000000001")
    # What was begun goes on; but a precise position is used only once its own button was pressed.
    mine.page.wait_for_selector("[data-shot=photo] img:not([hidden])")
    assert mine.page.is_checked("[name=kind][value=fire_lane]")
    assert (mine.page.input_value("[name=lon]"), mine.page.input_value("[name=agreed]")) == ("", "")
    mine.press("使用我的位置", "Use my position")
    mine.sees(("精度12米", "accurate to 12 m"))
    mine.press("补充说明", "Say more")
    mine.page.fill("#text", story.wrote("两辆货车堵住了消防车道"))
    mine.page.click("#record")
    mine.page.wait_for_selector("#record[data-on=true]")
    mine.looks_right()
    mine.page.click("#record")
    mine.page.wait_for_selector("#heard:not([hidden])")
    mine.sees(("重新录音", "Record anew"))
    mine.page.click("#send")
    mine.page.wait_for_url(re.compile(r"/m/report/[0-9a-f-]{36}/"))
    mine.sees(("消防通道堵塞", "Fire lane blocked"), ("指挥中心已收到", "It has arrived at the command centre"))
    assert mine.page.locator("audio").count() == 1
    own = ResidentReport.objects.get(resident=me)
    case = own.incident
    assert (case.category.code, case.level, own.voice_type, own.joined) == ("J0309", 3, "audio/webm", False)

    # A neighbour stands before the same lorries: "me too".
    other = agreed(a_resident(2))
    theirs = story.phone(other, at=(CENTRE[0] + 0.0001, CENTRE[1]))
    theirs.press("随手拍", "Report a hazard")
    takes_a_photo(theirs)
    theirs.press("消防通道堵塞", "Fire lane blocked")
    theirs.page.locator("#where", has_text="12").wait_for()
    theirs.page.click("#send")
    theirs.sees(("是否已有人上报", "Is it one of these?"))
    theirs.press("我也看到", "Me too")
    theirs.page.wait_for_url(re.compile(r"/m/report/[0-9a-f-]{36}/"))
    theirs.sees(("已并入案件", "added to a case"))
    joined = ResidentReport.objects.get(resident=other)
    assert (Incident.objects.count(), joined.incident_id, joined.joined, joined.look) == (1, case.pk, True, "held")

    # The same picture came twice: somebody of the street looks before the second one earns anything.
    desk = story.desk(person("shift_lead", "值班长乙"), "/residents/reports/")
    desk.sees(("待复核", "To be looked at"))
    desk.page.locator("tbody a").first.click()
    desk.sees(("照片与此前上报近似", "the same picture"))
    desk.page.check("[name=look][value=released]")
    desk.page.fill("#note", story.wrote("两人各自拍摄"))
    desk.press("作出决定", "Decide")
    desk.sees(("已登记", "Written down"))
    joined.refresh_from_db()
    assert joined.look == "released"

    # Closed with a photo; the resident says that it is not solved, once; closed again, and rated.
    handled(case, seat, story.wrote("已联系车主挪车，车道恢复畅通"), 7)
    settle_reports()
    mine.page.reload()
    mine.sees(("处理前", "Before"), ("处理后", "After"), ("已结案", "It is closed"))
    mine.sees(("您对结果满意吗", "Are you content"))
    assert mine.page.locator("[aria-current=step]").inner_text() == story.says("结案", "closed")
    mine.press("问题未解决", "It is not solved")
    mine.page.fill("#why", story.wrote("车又停回来了"))
    mine.looks_right()
    mine.press("重新办理", "Open again")
    mine.sees(("案件已重开", "It was opened again"))
    case.refresh_from_db()
    assert (case.status, mine.page.locator(".m-rate").count()) == ("handling", 0)
    handled(case, seat, story.wrote("已加装隔离柱"), 8)
    mine.page.reload()
    mine.sees(("您对结果满意吗", "Are you content"))
    assert mine.page.locator(".m-unsolved").count() == 0
    mine.page.click(STARS.format(3))
    mine.page.fill("#note", story.wrote("这次好了"))
    mine.press("评价", "Rate")
    mine.sees(("4分", "You gave 4 of 5"))
    mine.press("", "", within=".phone-bar-left")
    mine.sees(("我的上报", "My reports"))

    own.refresh_from_db()
    assert (own.rating, own.rating_note, own.not_solved_at is not None) == (4, "这次好了", True)
    given = {(award.resident_id, award.code): award.given for award in Award.objects.all()}
    assert given == {(me.pk, "report-filed"): 5, (me.pk, "report-serious"): 20, (other.pk, "report-again"): 1}


def test_who_is_afraid_reports_what_endangers_people_without_a_name(story):  # noqa: F811
    nobody = story.phone(at=CENTRE)
    nobody.press("随手拍", "Report a hazard")
    takes_a_photo(nobody, 5)
    nobody.page.locator("#where", has_text="12").wait_for()
    nobody.press("噪声扰民", "Noise")
    nobody.page.click("#send")
    nobody.sees(("可匿名上报", "Only what endangers people"))
    nobody.press("飞线充电", "E-bike charged indoors")
    assert nobody.page.locator("#said").is_hidden()
    nobody.page.set_input_files("#voice", {"name": "v.wav", "mimeType": "audio/wav", "buffer": sound(2)})
    nobody.page.wait_for_selector("#heard:not([hidden])")
    nobody.looks_right()
    nobody.page.click("#send")
    nobody.page.wait_for_url(re.compile("/m/report/sent/"))
    row = ResidentReport.objects.get()
    nobody.sees((row.incident.case_no, row.incident.case_no))
    assert (row.resident, row.incident.category.code, row.incident.reporter_name_masked) == (None, "J0318", "")
    assert (row.voice_type, row.voice_s) == ("audio/wav", 2)
    nobody.press("返回首页", "Back to the first page")
    nobody.sees(("紧急求助", "Emergency"))


def test_one_press_in_an_emergency_shows_the_centre_the_place(story):  # noqa: F811
    mine = story.phone(agreed(a_resident(3)), at=CENTRE)
    mine.press("紧急求助", "Emergency")
    mine.sees(("110", "110"), ("精度12米", "accurate to 12 m"))
    mine.press("冒烟起火", "Smoke, fire")
    mine.sees(("已送达指挥中心", "The command centre has received it"))
    fire = Incident.objects.get()
    assert (fire.level, fire.lon, fire.lat) == (1, pytest.approx(CENTRE[0]), pytest.approx(CENTRE[1]))
    assert not mine.page.locator(".m-alarms").is_visible()  # a shaking hand sends no second one
    mine.press("再报一起紧急情况", "Tell of another emergency")
    mine.press("冒烟起火", "Smoke, fire")
    mine.sees(("中心已收到", "The centre has got it"))
    assert ResidentReport.objects.count() == 1
    mine.press("查看处置进展", "See who is on the way")
    mine.sees(("冒烟起火", "Smoke, fire"), ("指挥中心已收到", "It has arrived at the command centre"))

    stranger = story.phone(at=CENTRE)
    stranger.press("紧急求助", "Emergency")
    stranger.sees(("精度12米", "accurate to 12 m"))
    stranger.press("燃气异味", "Smell of gas")
    stranger.sees(("已送达指挥中心", "The command centre has received it"))
    assert Incident.objects.latest("pk").level == 2
