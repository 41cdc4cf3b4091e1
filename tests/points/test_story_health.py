"""A question to the health officer, from the consent to the stars, pressed through on a phone and at the desk."""

from datetime import timedelta

import pytest

from grid.models import Community
from points.models import Consultation, HealthDuty, HealthMessage, HealthRoom
from shushanwei.common.clock import STREET, db_now
from shushanwei.journal.models import Entry
from tests.points.chest import a_neighbour, a_room
from tests.points.stories_care import Story, a_worker_at, phone_of

ASKER, OFFICER = "三墩的阿珍", "健康专员方医生"
QUESTION, ANSWER = "孩子夜里咳嗽三天，怎么护理？", "多喝温水，观察体温；超过三天请到中心就诊。"
AGAIN, REFER = "今天又发烧了", "请今天带孩子到社区卫生服务中心儿科。"

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("language", ["zh-hans", "en"])]


@pytest.fixture
def story(language, ground, roles, transactional_db, new_page, live_server, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    told = Story(language, new_page, live_server.url)
    told.typed(Community.objects.values_list("name", flat=True), Community.objects.values_list("short_name", flat=True))
    told.typed(ASKER, OFFICER, QUESTION, ANSWER, AGAIN, REFER)
    told.typed("党群服务中心一楼", "社区服务中心一楼", "街道社区卫生服务中心", "健康小屋")
    yield told
    assert told.wrong == []


def test_a_room_and_a_duty_are_planned_and_residents_see_whom_to_call(story):
    say, home = story.say, Community.objects.order_by("code").first()
    officer = a_worker_at("health_officer", "fang", OFFICER, area=home.pk)
    desk = story.desk(officer).open("/residents/health/rooms/").see("rooms")
    desk.press(say("Change", "health")).see("room")
    desk.fill(name="健康小屋", place="党群服务中心一楼", phone="13800000000").press(say("Save"))
    desk.see("number-of-a-person", say("Give the number of the room, not of a person."))
    desk.fill(
        phone="0571-03050010", hours="8:30–17:00", centre_name="街道社区卫生服务中心", centre_phone="0571-03050001"
    )
    desk.press(say("Save")).see("room-saved", "0571-03050010")
    assert HealthRoom.objects.get().has_chest

    now = db_now().astimezone(STREET)
    desk.press(say("Roster", "health officers")).see("roster-empty")
    begins, ends = now - timedelta(hours=1), now + timedelta(hours=8)
    desk.fill(officer=f"{HealthRoom.objects.get().pk}-{officer.pk}", starts=f"{ends:%Y-%m-%dT%H:%M}")
    desk.fill(ends=f"{begins:%Y-%m-%dT%H:%M}").press(say("Put on the roster"))
    desk.see("ends-before-it-begins", say("This is before the beginning."))
    desk.fill(officer=f"{HealthRoom.objects.get().pk}-{officer.pk}")
    desk.fill(starts=f"{begins:%Y-%m-%dT%H:%M}", ends=f"{ends:%Y-%m-%dT%H:%M}").press(say("Put on the roster"))
    desk.see("roster", say("on duty", "health officer"))
    assert HealthDuty.objects.get().user == officer

    room = HealthRoom.objects.get()
    phone = phone_of(story, a_neighbour(room, consented=False, nickname=ASKER), "/m/")
    phone.follow(say("Green lifeline")).see("lifeline", OFFICER, say("Call the health room"))
    assert phone.page.locator("a[href='tel:0571-03050010']").count() >= 1
    assert phone.page.locator("a[href='tel:120']").count() >= 1
    phone.page.locator("details.m-rooms summary").click()
    phone.see("directory", "0571-03050010")


def test_a_question_is_asked_under_consent_answered_handed_over_and_rated(story):
    say, room = story.say, a_room()
    officer = a_worker_at("health_officer", "fang", OFFICER, area=room.community_id)
    person = a_neighbour(room, level=1, consented=False, nickname=ASKER)
    phone = phone_of(story, person, "/m/health/").see("needs-consent", say("Your consent for health data"))
    assert phone.page.locator("#text").count() == 0
    phone.press(say("I agree for health data")).see("may-ask", say("Your question"))
    phone.page.fill("#text", "胸痛")
    story.typed("胸痛")
    phone.page.locator("#call-120").wait_for(state="visible")
    phone.see("typed-an-urgent-word", say("Call 120")).page.fill("#text", QUESTION)
    phone.page.locator("#call-120").wait_for(state="hidden")
    phone.press(say("Send", "message")).see("waits", say("waiting for the health officer"), QUESTION)
    thread = Consultation.objects.get()
    assert QUESTION not in HealthMessage.objects.get().text_sealed

    desk = story.desk(officer).open("/residents/health/").see("queue", ASKER)
    assert QUESTION not in desk.page.content()
    desk.press(say("Open", "button")).see("thread", QUESTION)
    read = Entry.objects.filter(verb="consultation.read")
    assert [entry.actor for entry in read] == [officer]
    desk.page.fill("#text", ANSWER)
    desk.press(say("Send", "message")).see("answered", ANSWER)
    assert read.all().count() == 2  # the page that shows the own answer is a look as well

    phone.page.reload()
    phone.see("reads-the-answer", ANSWER, say("answered", "consultation")).page.fill("#text", AGAIN)
    phone.press(say("Send", "message")).see("asks-again", AGAIN)
    desk.page.reload()
    desk.page.fill("#why", REFER)
    desk.press(say("Hand over", "health")).see("queue-after", say("Ended lately"))
    phone.page.reload()
    phone.see("handed-over", REFER, say("Handed over to the community health centre"))
    phone.tick("stars", "5").press(say("Rate", "consultation")).see("rated")
    thread.refresh_from_db()
    assert (thread.status, thread.rating, thread.officer) == ("handed_over", 5, officer)

    phone.open("/m/me/")
    phone.page.locator("form:has([value=health]) button").click()
    phone.see("consent-taken-back")
    phone.open("/m/health/").see("nothing-is-left", say("Your consent for health data"))
    assert not HealthMessage.objects.exists()
    desk.open(f"/residents/health/{thread.uuid}/").see("erased-thread", say("The messages have been erased."))


def test_an_urgent_word_leads_to_120_and_to_the_front_of_the_queue(story):
    say, room = story.say, a_room()
    officer = a_worker_at("health_officer", "fang", OFFICER, area=room.community_id)
    phone = phone_of(story, a_neighbour(room, nickname=ASKER), "/m/health/")
    story.typed("老人叫不醒")
    phone.page.fill("#text", "老人叫不醒")
    phone.press(say("Send", "message")).see("urgent", say("Call 120"))
    assert phone.page.locator(".m-120:visible a[href='tel:120']").count() == 1
    desk = story.desk(officer).open("/residents/health/").see("urgent-queue", say("emergency word: 120"))
    desk.press(say("Open", "button")).see("urgent-thread", say("was shown the way to 120"))
    assert Consultation.objects.get().is_urgent
