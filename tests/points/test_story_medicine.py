"""A pack goes from a neighbour's cupboard over the officer's desk to another one, pressed through by all three."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from grid.models import Community
from points.models import Medicine, MedicineItem, MedicineRequest, Resident
from shushanwei.journal.models import Entry
from tests.points.chest import a_neighbour, a_pack, a_room, near_expiry, today
from tests.points.stories_care import Story, a_worker_at, phone_of

GIVER, TAKER, OFFICER = "热心的吴姐", "夜班小许", "健康专员方医生"
BRAND, BATCH = "安济制药", "B2604"
PACK, WHY = "ibuprofen-sr-300", "牙龈肿痛"

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("language", ["zh-hans", "en"])]


@pytest.fixture
def story(language, ground, roles, transactional_db, new_page, live_server, settings):
    settings.LANGUAGE_CODE = "zh-hans"
    call_command("load_medicines", verbosity=0)
    told = Story(language, new_page, live_server.url)
    told.typed(Community.objects.values_list("name", flat=True), Community.objects.values_list("short_name", flat=True))
    told.typed(GIVER, TAKER, OFFICER, BRAND, WHY, "社区服务中心一楼", "街道社区卫生服务中心", "吴*", "许**")
    yield told
    assert told.wrong == []


@pytest.fixture
def room(story):
    made = a_room()
    story.typed(made.name)
    return made


@pytest.fixture
def officer(room):
    return a_worker_at("health_officer", "fang", OFFICER, area=room.community_id)


def name_of(story: Story, medicine: Medicine) -> str:
    return medicine.name_en if story.language == "en" else medicine.name_zh


def test_a_pack_is_offered_approved_asked_for_and_handed_over(story, room, officer):
    say, what = story.say, Medicine.objects.get(code=PACK)
    named = name_of(story, what)
    giver = phone_of(story, a_neighbour(room, consented=False, nickname=GIVER, name_masked="吴*"), "/m/")
    giver.follow(say("Medicine chest")).see("chest-empty", say("Share medicine"))
    giver.press(say("Share medicine")).see("offer")
    giver.fill(medicine=str(what.pk), brand=BRAND, batch=BATCH, expires_on=(today() + timedelta(days=60)).isoformat())
    giver.fill(amount="20").tick("packing", "sealed").photos(front="red", back="blue").press(say("Offer it"))
    giver.see("expires-too-soon", say("It must be good for more than three months."))
    assert not MedicineItem.objects.exists()
    giver.fill(expires_on=(today() + timedelta(days=300)).isoformat()).photos(front="red", back="blue")
    giver.press(say("Offer it")).see("offered", say("awaiting approval", "medicine"))
    item = MedicineItem.objects.get()

    desk = story.desk(officer).open("/residents/medicine/").see("review", named)
    desk.press(say("Open", "button")).see("pack", BATCH)
    desk.fill(amount="18").press(say("Approve", "medicine")).see("approved", say("in the chest"))
    item.refresh_from_db()
    assert (item.status, item.left, item.decided_by) == ("approved", 18, officer)
    giver.open("/m/medicine/mine/").see("is-in-the-chest", say("in the chest"))

    taker = phone_of(story, a_neighbour(room, consented=False, nickname=TAKER, name_masked="许**"), "/m/medicine/")
    taker.follow(named).see("needs-consent", say("Your consent for health data"))
    taker.press(say("I agree for health data")).see("questions", say("2. Pregnant or nursing?"))
    taker.fill(amount="4", trouble=WHY).tick("age", "adult").tick("pregnant", "yes").tick("allergic", "no")
    taker.press(say("Ask for it", "medicine"))
    taker.see("needs-the-officer", say("In pregnancy and nursing nothing is handed out here. Ask the health officer."))
    taker.tick("pregnant", "no").fill(trouble="胸痛").press(say("Ask for it", "medicine"))
    story.typed("胸痛")
    taker.see("call-120", say("Call 120"))
    assert not MedicineRequest.objects.exists()
    taker.fill(trouble=WHY).tick("calm").press(say("Ask for it", "medicine")).see("code", say("ready to be picked up"))
    row, code = MedicineRequest.objects.get(), taker.page.inner_text(".m-code-big")
    taker.open("/m/medicine/").see("waits-for-me", named)

    desk.open("/residents/medicine/hand-out/").see("hand-out", named)
    desk.fill(code="AAAA BBBB").press(say("Look up", "code")).see("wrong-code")
    desk.fill(code=code).press(say("Look up", "code")).see("request", TAKER)
    assert desk.page.get_by_text(WHY).count() == 0
    desk.press(say("Show the answers")).see("answers", WHY)
    desk.page.locator(f"form[action$='{row.uuid}/hand-out/'] button").click()
    desk.see("handed-out", say("picked up"))
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.status, row.ended_by, item.left) == ("taken", officer, 14)
    shown = Entry.objects.get(verb="medicine_request.answers_shown")
    assert shown.actor == officer
    desk.press(say("Hand out")).press(say("Takings")).see("takings", BATCH, named)
    taker.open(f"/m/medicine/requests/{row.uuid}/").see("taken", say("picked up"))


def test_what_the_chest_does_not_take_or_hand_out_is_said_plainly(story, room, officer):
    say = story.say
    pack = a_pack(room, officer, 20, brand=BRAND, batch=BATCH)
    named = name_of(story, pack.medicine)
    other = a_pack(room, officer, 5, brand=BRAND)
    Medicine.objects.filter(pk=other.medicine_id).update(is_listed=False)
    soon = a_pack(room, officer, 7, brand=BRAND)
    near_expiry(soon, 20)
    taker = a_neighbour(room, nickname=TAKER)
    story.typed(Resident.objects.values_list("nickname", flat=True))
    phone = phone_of(story, taker, "/m/medicine/").see("shelf", named)
    assert phone.page.locator(f"a[href*='{other.uuid}'], a[href*='{soon.uuid}']").count() == 0

    phone.open(f"/m/medicine/{other.uuid}/").see("not-on-the-list")
    phone.open(f"/m/medicine/{pack.uuid}/")
    phone.fill(amount="6").tick("age", "adult").tick("pregnant", "no").tick("allergic", "yes")
    phone.fill(allergy="布洛芬").press(say("Ask for it", "medicine"))
    story.typed("布洛芬")
    phone.see("allergic", say("You are allergic to this medicine. Ask the health officer."))
    phone.fill(allergy="").tick("allergic", "no").press(say("Ask for it", "medicine")).see("asked")
    phone.open(f"/m/medicine/{pack.uuid}/").fill(amount="1").tick("age", "adult").tick("pregnant", "no")
    phone.tick("allergic", "no").press(say("Ask for it", "medicine"))
    phone.see("one-at-a-time", say("You have an open request already: pick that up or cancel it first."))
    row = MedicineRequest.objects.get()
    phone.open(f"/m/medicine/requests/{row.uuid}/").press(say("I need it no more")).see("cancelled")
    row.refresh_from_db()
    pack.refresh_from_db()
    assert (row.status, pack.left) == ("cancelled", 20)

    desk = story.desk(officer).open(f"/residents/medicine/{pack.uuid}/")
    story.typed("包装受潮", "按家庭过期药品回收")
    desk.fill(reason="包装受潮").press(say("To the disposal list")).see("to-dispose", say("to be disposed of"))
    desk.fill(how="按家庭过期药品回收").press(say("Record the disposal")).see("disposed", say("disposed of"))
    pack.refresh_from_db()
    assert (pack.status, pack.disposed_by) == ("disposed", officer)
    phone.open(f"/m/medicine/{pack.uuid}/").see("gone")
    desk.open("/residents/medicine/?state=disposed").see("disposed-list", named)
    desk.open("/residents/medicine/list/")
    story.typed(Medicine.objects.values_list("name_zh", flat=True))
    desk.see("white-list", say("White list of medicines"))
