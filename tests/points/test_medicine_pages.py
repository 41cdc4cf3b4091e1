"""The chest and the lifeline as residents and health officers see them: pages, refusals beside their field, doors."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from points.models import Consultation, MedicineItem, MedicineRequest
from points.services import health, medicine, medicine_requests, signing_in
from shushanwei.journal.models import Entry
from tests.incidents.conftest import jpeg
from tests.points.chest import a_medicine, a_neighbour, a_pack, a_room, an_offer, an_officer, asks, on_duty, said_of

pytestmark = pytest.mark.django_db
WELL = {"amount": "2", "age": "adult", "pregnant": "no", "allergic": "no"}


@pytest.fixture
def room(ground, roles):
    return a_room()


@pytest.fixture
def officer(room):
    return an_officer(room)


def phone_of(person) -> Client:
    browser = Client()
    browser.cookies["ssw_resident"] = signing_in.start_session(person)
    return browser


def desk_of(user) -> Client:
    browser = Client()
    browser.force_login(user, "shushanwei.people.backends.RoleBackend")
    return browser


def photos():
    return {
        "front": SimpleUploadedFile("a.jpg", jpeg("red"), "image/jpeg"),
        "back": SimpleUploadedFile("b.jpg", jpeg("blue"), "image/jpeg"),
    }


def test_a_pack_goes_from_one_phone_over_the_officers_desk_to_another(room, officer):
    giver, taker = phone_of(a_neighbour(room, level=1, consented=False)), phone_of(a_neighbour(room))
    desk, what = desk_of(officer), a_medicine()
    assert what.name_zh in giver.get("/m/medicine/offer/").content.decode()
    answer = giver.post("/m/medicine/offer/", {"uuid": uuid4(), **said_of(what), **photos()})
    assert answer["Location"] == "/m/medicine/mine/"
    item = MedicineItem.objects.get()
    assert what.name_zh not in taker.get("/m/medicine/").content.decode()
    assert taker.get(f"/m/medicine/{item.uuid}/").status_code == 404

    assert what.name_zh in desk.get("/residents/medicine/").content.decode()
    assert desk.get(f"/residents/medicine/{item.uuid}/").status_code == 200
    desk.post(f"/residents/medicine/{item.uuid}/approve/", {"amount": "10"})
    assert what.name_zh in taker.get("/m/medicine/").content.decode()
    answer = taker.post(f"/m/medicine/{item.uuid}/ask/", {"uuid": uuid4(), **WELL})
    row = MedicineRequest.objects.get()
    assert answer["Location"] == f"/m/medicine/requests/{row.uuid}/"
    page = taker.get(answer["Location"]).content.decode()
    code = medicine_requests.code_of(row)
    assert f"{code[:4]} {code[4:]}" in page and "data:image/svg+xml" in page

    assert (
        desk.get("/residents/medicine/hand-out/", {"code": code})["Location"]
        == f"/residents/medicine/requests/{row.uuid}/"
    )
    page = desk.get(f"/residents/medicine/requests/{row.uuid}/").content.decode()
    assert "18至64岁" not in page
    assert "18至64岁" in desk.post(f"/residents/medicine/requests/{row.uuid}/answers/").content.decode()
    desk.post(f"/residents/medicine/requests/{row.uuid}/hand-out/")
    row.refresh_from_db()
    assert row.status == "taken"
    assert what.name_zh in desk.get("/residents/medicine/takings/", {"room": room.pk}).content.decode()
    assert "已领取" in taker.get("/m/medicine/mine/").content.decode()


def test_what_is_wrong_with_an_offer_stands_beside_its_field_and_the_rest_stays(room):
    browser = phone_of(a_neighbour(room))
    said = said_of(a_medicine(), batch="", brand="某药业")
    answer = browser.post("/m/medicine/offer/", {"uuid": uuid4(), **said, **photos()})
    assert answer.status_code == 422
    assert 'value="某药业"' in answer.content.decode()
    assert answer.content.decode().count("errorlist") == 1


def test_the_questions_that_end_it_lead_to_the_health_officer(room, officer):
    item, browser = a_pack(room, officer), phone_of(a_neighbour(room))
    answer = browser.post(f"/m/medicine/{item.uuid}/ask/", {"uuid": uuid4(), **WELL, "age": "child"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不向未满12岁儿童发放药品" in page and 'href="/m/health/"' in page


def test_an_emergency_word_shows_120_and_the_request_waits_for_a_second_word(room, officer):
    item, browser = a_pack(room, officer), phone_of(a_neighbour(room))
    said = {"uuid": str(uuid4()), **WELL, "trouble": "胸痛"}
    answer = browser.post(f"/m/medicine/{item.uuid}/ask/", said)
    assert answer.status_code == 409
    assert 'href="tel:120"' in answer.content.decode() and 'name="calm"' in answer.content.decode()
    assert not MedicineRequest.objects.exists()
    assert browser.post(f"/m/medicine/{item.uuid}/ask/", {**said, "calm": "on"}).status_code == 302


def test_without_the_consent_it_is_asked_for_apart_and_then_the_questions_come(room, officer):
    item, person = a_pack(room, officer), a_neighbour(room, consented=False)
    browser, address = phone_of(person), f"/m/medicine/{item.uuid}/"
    assert 'name="pregnant"' not in browser.get(address).content.decode()
    answer = browser.post("/m/me/consent/", {"purpose": "health", "agreed": "on", "next": address})
    assert answer["Location"] == address
    assert 'name="pregnant"' in browser.get(address).content.decode()


def test_below_level_two_the_chest_is_seen_and_nothing_is_handed_out(room, officer):
    item, browser = a_pack(room, officer), phone_of(a_neighbour(room, level=1))
    assert 'name="pregnant"' not in browser.get(f"/m/medicine/{item.uuid}/").content.decode()
    assert browser.post(f"/m/medicine/{item.uuid}/ask/", {"uuid": uuid4(), **WELL}).status_code == 403


def test_photos_are_seen_by_who_may_see_the_pack(room, officer):
    item = an_offer(a_neighbour(room, consented=False))
    photo = item.photos.first()
    address = f"/m/medicine/photos/{photo.uuid}/"
    neighbour, stranger = phone_of(a_neighbour(room)), phone_of(a_neighbour(a_room(1)))
    assert phone_of(item.giver).get(address)["Content-Type"] == "image/jpeg"
    assert neighbour.get(address).status_code == 404
    medicine.approve(item.pk, amount="10", actor=officer)
    assert neighbour.get(address, {"thumb": "1"}).status_code == 200
    assert stranger.get(address).status_code == 404
    assert desk_of(officer).get(f"/residents/medicine/photos/{photo.uuid}/").status_code == 200
    elsewhere = desk_of(an_officer(a_room(2)))
    assert elsewhere.get(f"/residents/medicine/photos/{photo.uuid}/").status_code == 404


def test_nobody_opens_the_request_or_the_consultation_of_another(room, officer):
    person, other = a_neighbour(room), phone_of(a_neighbour(room))
    row, thread = asks(person, a_pack(room, officer)), health.ask(person, "咳嗽", uuid=uuid4())
    for method, address in [
        ("get", f"/m/medicine/requests/{row.uuid}/"),
        ("post", f"/m/medicine/requests/{row.uuid}/cancel/"),
        ("get", f"/m/health/{thread.uuid}/"),
        ("post", f"/m/health/{thread.uuid}/leave/"),
        ("post", f"/m/health/{thread.uuid}/rate/"),
    ]:
        assert getattr(other, method)(address).status_code == 404, address
    elsewhere = desk_of(an_officer(a_room(1)))
    assert elsewhere.get(f"/residents/health/{thread.uuid}/").status_code == 404
    assert elsewhere.get(f"/residents/medicine/requests/{row.uuid}/").status_code == 404
    assert elsewhere.post(f"/residents/medicine/requests/{row.uuid}/answers/").status_code == 404
    assert not Entry.objects.filter(verb__in=["consultation.read", "medicine_request.answers_shown"]).exists()


def test_a_question_is_written_answered_handed_over_and_rated_on_pages(room, officer):
    on_duty(officer, room)
    browser, desk = phone_of(a_neighbour(room, level=1)), desk_of(officer)
    page = browser.get("/m/health/").content.decode()
    assert 'href="tel:0571-00000000"' in page and 'href="tel:120"' in page and officer.username in page
    assert "在线值班" in page and "小屋开放时间：8:30–17:00" in page
    answer = browser.post("/m/health/ask/", {"uuid": uuid4(), "text": "孩子发烧怎么护理"})
    thread = Consultation.objects.get()
    assert answer["Location"] == f"/m/health/{thread.uuid}/"
    assert "孩子发烧" in browser.get(answer["Location"]).content.decode()
    queue = desk.get("/residents/health/").content.decode()
    assert str(thread.uuid) in queue and "孩子发烧" not in queue
    assert "孩子发烧" in desk.get(f"/residents/health/{thread.uuid}/").content.decode()
    assert desk.post(f"/residents/health/{thread.uuid}/answer/", {"uuid": uuid4(), "text": ""}).status_code == 422
    desk.post(f"/residents/health/{thread.uuid}/answer/", {"uuid": uuid4(), "text": "物理降温，观察精神。"})
    assert "物理降温" in browser.get(f"/m/health/{thread.uuid}/").content.decode()
    desk.post(f"/residents/health/{thread.uuid}/hand-over/", {"uuid": uuid4(), "text": "请到中心就诊。"})
    page = browser.get(f"/m/health/{thread.uuid}/").content.decode()
    assert 'href="tel:0571-00000001"' in page and 'name="stars"' in page
    browser.post(f"/m/health/{thread.uuid}/rate/", {"stars": "5"})
    desk.post(f"/residents/health/{thread.uuid}/close/")
    thread.refresh_from_db()
    assert (thread.status, thread.rating) == ("closed", 5)


def test_an_emergency_message_is_delivered_and_shows_120_at_once(room, officer):
    browser = phone_of(a_neighbour(room))
    answer = browser.post("/m/health/ask/", {"uuid": uuid4(), "text": "老人昏迷了"})
    assert 'role="alert"' in browser.get(answer["Location"]).content.decode()
    assert "紧急词：120" in desk_of(officer).get("/residents/health/").content.decode()


def test_a_wrong_code_is_said_beside_the_field(officer):
    answer = desk_of(officer).get("/residents/medicine/hand-out/", {"code": "AAAABBBB"})
    assert answer.status_code == 422
    assert "没有与此领取码对应的待领药品" in answer.content.decode()


def test_rooms_roster_and_white_list_are_kept_by_those_who_plan(room, officer):
    desk = desk_of(officer)
    assert desk.get("/residents/health/rooms/", {"edit": room.community_id}).status_code == 200
    said = {"community": room.community_id, "name": "健康小屋", "place": "二楼", "phone": "0571-11111111"}
    assert desk.post("/residents/health/rooms/save/", said)["Location"] == "/residents/health/rooms/"
    room.refresh_from_db()
    assert (room.place, room.has_chest) == ("二楼", False)
    wrong = desk.post("/residents/health/rooms/save/", {**said, "phone": "13800000000"})
    assert wrong.status_code == 422 and "13800000000" in wrong.content.decode()

    plan = {"officer": f"{room.pk}-{officer.pk}", "starts": "2026-12-01T08:00", "ends": "2026-12-01T17:00"}
    assert desk.post("/residents/health/roster/plan/", plan).status_code == 302
    assert desk.post("/residents/health/roster/plan/", {**plan, "ends": "2026-12-01T07:00"}).status_code == 422
    assert desk.post("/residents/health/roster/plan/", {"officer": "1-²"}).status_code == 422
    assert desk.get("/residents/health/roster/").status_code == 200

    what = a_medicine()
    assert what.name_zh in desk.get("/residents/medicine/list/", {"edit": what.pk}).content.decode()
    line = {"pk": what.pk, "name_zh": what.name_zh, "name_en": "Ibuprofen", "use": "pain", "form": "capsule"}
    assert desk.post("/residents/medicine/list/save/", {**line, "most": "0"}).status_code == 422
    assert desk.post("/residents/medicine/list/save/", {**line, "most": "4", "is_listed": "on"}).status_code == 302
    what.refresh_from_db()
    assert what.most == 4


def test_a_shift_leader_plans_for_the_whole_street_and_reads_no_answers(room, roles):
    desk = desk_of(an_officer(room, "shift_lead"))
    assert desk.get("/residents/health/roster/").status_code == 200
    for address in ("/residents/health/", "/residents/medicine/", "/residents/medicine/hand-out/"):
        assert desk.get(address).status_code == 403


@pytest.mark.parametrize("said", ["%00", "9" * 5_000, "-1", "²", "' or 1=1 --"])
def test_hostile_addresses_are_no_error_of_ours(room, officer, said):
    desk, browser = desk_of(officer), phone_of(a_neighbour(room))
    for address in ("/residents/medicine/?state={0}&page={0}", "/residents/medicine/hand-out/?code={0}",
                    "/residents/medicine/takings/?room={0}", "/residents/medicine/list/?edit={0}",
                    "/residents/health/rooms/?edit={0}"):  # fmt: skip
        assert desk.get(address.format(said)).status_code < 500
    assert browser.get(f"/m/medicine/?use={said}").status_code < 500
    assert browser.post("/m/health/ask/", {"uuid": said, "text": "a\0b"}).status_code == 422


def test_everybody_reads_what_riders_do(client, db):
    page = client.get("/m/riders/").content.decode()
    assert "快递蜀黍" in page and 'href="/rider/"' in page
