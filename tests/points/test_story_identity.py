"""From looking around to being erased: who a resident is, pressed through on a phone and at the community's desk."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from grid.models import Community, Grid
from points.models import Consent, PhoneCode, Resident
from points.services import calls
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from tests.points.shops import a_clerk, a_merchant
from tests.points.stories_care import Story, a_worker_at

NUMBER, GUARDIAN, CHILD = "10030500001", "10030500002", "10030500003"
NAME, NICK = "林晓月", "湘湖晨跑"

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("language", ["zh-hans", "en"])]


@pytest.fixture
def story(language, ground, roles, transactional_db, new_page, live_server, settings):
    settings.SMS_SENDER = "points.sms.ConsoleSender"
    settings.LANGUAGE_CODE = "zh-hans"
    told = Story(language, new_page, live_server.url)
    told.typed(Community.objects.values_list("name", flat=True), Community.objects.values_list("short_name", flat=True))
    told.typed(NICK, NAME, "林**", "网格员小周", "坐席小陈", "回访登记的楼道灯")
    yield told
    assert told.wrong == []


def a_minute_later() -> None:
    """Another code may be sent."""
    PhoneCode.objects.update(sent_at=db_now() - timedelta(minutes=2))


def test_a_resident_comes_in_is_confirmed_takes_all_along_and_is_erased(story):
    say = story.say
    home = Community.objects.order_by("code")[3]
    grid = Grid.objects.filter(community=home).order_by("code").first()
    me = story.phone("me").open("/m/").speaks().see("looks-around", say("Sign in"))
    me.follow(say("Medicine chest")).see("is-asked-to-sign-in")
    me.press(say("privacy notice")).see("notice", say("What needs a consent of its own"))
    me.page.go_back()
    me.fill(phone="1234").page.click("#send")
    me.see("wrong-number", say("A mobile number has eleven digits."))
    code = me.fill(phone=NUMBER).code()
    me.see("code-sent").fill(code="000000" if code != "000000" else "111111").tick("agreed")
    me.press(say("Sign in")).see("wrong-code", say("This code is wrong or has run out."))
    me.fill(code=code).press(say("Sign in")).see("in-the-chest")
    row = Resident.objects.get()
    assert row.level == 1
    story.typed(row.nickname)

    me.open("/m/me/").see("me", "100****0001")
    me.fill(nickname=NICK, community=home.pk).tick("large_type").press(say("Save")).see("saved", say("Saved."))
    assert "m-large" in me.page.get_attribute("body", "class")
    me.see("large-type", NICK)
    me.tick("large_type").press(say("Save"))
    assert "m-large" not in me.page.get_attribute("body", "class")

    worker = a_worker_at("grid_worker", "zhou", "网格员小周", area=grid.pk)
    desk = story.desk(worker).open("/residents/").see("residents")
    desk.fill(q=NUMBER).press(say("Filter")).follow(NICK).see("resident")
    desk.fill(name=NAME, community=home.pk).press(say("Confirm", "name")).see(
        "confirmed", say("The real name is confirmed.")
    )
    row.refresh_from_db()
    assert (row.level, row.verified_by, row.name_masked, row.community) == (2, worker, "林**", home)

    seat = story.desk(a_worker_at("seat_operator", "chen", "坐席小陈"))
    seat.open(f"/residents/{row.uuid}/")
    assert NUMBER not in seat.page.content() and not seat.page.locator("[name=why]").is_visible()
    calls.call(row, calls.Called(uuid4(), "repair", "楼道灯坏了", community=home.pk))
    seat.open(f"/residents/{row.uuid}/")
    seat.fill(why="回访登记的楼道灯").press(say("Show the phone")).see("phone-shown", NUMBER)
    looked = Entry.objects.get(verb="resident.phone_shown")
    assert (looked.actor.username, looked.note) == ("chen", "回访登记的楼道灯")

    me.open("/m/me/").see("verified", say("real name verified"), "林**")
    me.press(say("Agree")).see("agreed")
    assert Consent.objects.filter(resident=row, purpose="location", withdrawn_at=None).exists()
    me.press(say("Take back")).see("taken-back")
    assert not Consent.objects.filter(resident=row, purpose="location", withdrawn_at=None).exists()

    with me.page.expect_download() as download:
        me.page.locator("[download]").click()
    taken = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert (taken["phone"], taken["name"], taken["nickname"], taken["community"]) == (NUMBER, NAME, NICK, home.name)
    assert (taken["confirmed_at"] is None, taken["is_party_member"], len(taken["devices"])) == (False, False, 1)
    assert {one["purpose"] for one in taken["consents"]} == {"notice", "location"}
    me.page.locator("details.m-erase summary").click()
    me.press(say("Erase my data")).see("erase-without-the-word", say("Type the word to confirm."))
    me.fill(word=say("erase")).press(say("Erase my data")).see("erased", say("Your data has been erased."))
    row.refresh_from_db()
    assert (row.phone_hash, row.name_sealed, row.level, row.erased_at is None) == (None, "", 0, False)
    assert me.open("/m/me/").page.url.endswith("/m/sign-in/?next=/m/me/")


def test_a_child_waits_for_the_guardian_on_the_childs_phone(story):
    say = story.say
    adult = story.comes_in("adult", GUARDIAN)
    story.typed(Resident.objects.get().nickname)
    child = story.comes_in("child", CHILD, child=True)
    young = Resident.objects.get(is_child=True)
    story.typed(young.nickname)
    child.open("/m/points/").see("waits", say("A guardian has to agree"))
    a_minute_later()
    child.fill(phone=CHILD)
    child.fill(code=child.code()).press(say("I agree as guardian")).see("not-oneself")
    a_minute_later()
    child.fill(phone=GUARDIAN)
    child.fill(code=child.code()).press(say("I agree as guardian")).see("home")
    young.refresh_from_db()
    assert young.guardian is not None and Consent.objects.get(purpose="child").about == young
    adult.open("/m/me/").see("guardian", young.nickname)


def test_couriers_and_shop_clerks_find_a_tab_of_their_own(story):
    say = story.say
    me = story.comes_in("me", NUMBER, to="/m/me/")
    row = Resident.objects.get()
    a_clerk(row, a_merchant())
    story.typed(row.nickname, "惠民粮油店", Community.objects.values_list("name", flat=True))
    me.tick("is_courier").press(say("Save")).see("tabs")
    me.press(say("Rider")).see("riders")
    me.press(say("Hand out", "tab")).see("merchant", "惠民粮油店")
