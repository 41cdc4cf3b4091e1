"""Forms sent twice, stale pages, steps out of order, values that no page offers: said plainly and done once."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from grid.models import Community
from points.models import Consultation, HealthDuty, HealthMessage, MedicineItem, MedicineRequest, PhoneCode
from points.services import health, medicine, medicine_requests
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from tests.incidents.conftest import jpeg
from tests.points.browsers import resident_in, worker, worker_in
from tests.points.chest import WELL, a_medicine, a_neighbour, a_pack, a_room, an_offer, an_officer, asks, said_of
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
ODD = [
    "",
    " ",
    "-1",
    "0",
    "1e9",
    "9" * 30,
    "NaN",
    "²",
    "１",
    "x" * 5_000,
    "<b>",
    "'; --",
    "2026-02-30",
    "9999-12-31T23:59",
]


@pytest.fixture
def room(ground, roles):
    return a_room()


@pytest.fixture
def officer(room):
    return an_officer(room)


def sides():
    return {
        "front": SimpleUploadedFile("a.jpg", jpeg("red"), "image/jpeg"),
        "back": SimpleUploadedFile("b.jpg", jpeg("blue"), "image/jpeg"),
    }


def desk_of(user) -> Client:
    return worker_in(user)


def test_what_stands_in_the_way_of_a_request_is_read_on_the_page(room, officer):
    person = a_neighbour(room)
    asks(person, a_pack(room, officer))
    pack, browser = a_pack(room, officer), resident_in(person)
    answer = browser.post(f"/m/medicine/{pack.uuid}/ask/", {"uuid": uuid4(), "amount": "1", **WELL})
    assert answer.status_code == 409
    assert "您有一件待领取的申领" in answer.content.decode()


def test_who_writes_too_much_reads_it_on_the_page(room, officer):
    person = a_neighbour(room)
    for _each in range(health.MOST_MESSAGES):
        health.ask(person, "咳嗽", uuid=uuid4())
    answer = resident_in(person).post("/m/health/ask/", {"uuid": uuid4(), "text": "还咳"})
    assert answer.status_code == 429
    assert "phone-note-error" in answer.content.decode()


def test_forms_sent_twice_are_done_once(room, officer):
    giver, taker, desk = resident_in(a_neighbour(room)), resident_in(a_neighbour(room)), desk_of(officer)
    offer = {"uuid": uuid4(), **said_of(a_medicine())}
    for _twice in range(2):
        assert giver.post("/m/medicine/offer/", {**offer, **sides()}).status_code == 302
    item = MedicineItem.objects.get()
    for _twice in range(2):
        assert desk.post(f"/residents/medicine/{item.uuid}/approve/", {"amount": "10"}).status_code == 302
    asked = {"uuid": uuid4(), "amount": "3", **WELL}
    for _twice in range(2):
        assert taker.post(f"/m/medicine/{item.uuid}/ask/", asked).status_code == 302
    row = MedicineRequest.objects.get()
    desk.post(f"/residents/medicine/requests/{row.uuid}/answers/")
    for _twice in range(2):
        assert desk.post(f"/residents/medicine/requests/{row.uuid}/hand-out/").status_code == 302
    item.refresh_from_db()
    assert (item.left, Entry.objects.filter(verb="medicine_request.taken").count()) == (7, 1)
    written = {"uuid": uuid4(), "text": "夜里咳嗽"}
    for _twice in range(2):
        assert taker.post("/m/health/ask/", written).status_code == 302
    thread, answered = Consultation.objects.get(), {"uuid": uuid4(), "text": "多喝水"}
    for _twice in range(2):
        assert desk.post(f"/residents/health/{thread.uuid}/answer/", answered).status_code == 302
    assert HealthMessage.objects.count() == 2


def test_two_officers_who_hand_out_at_once_hand_out_once(room, officer):
    row, other = asks(a_neighbour(room), a_pack(room, officer)), an_officer(room)
    for one in (officer, other):
        medicine_requests.look(row.pk, actor=one)
    all_at_once(*[lambda one=one: medicine_requests.hand_out(row.pk, actor=one) for one in (officer, other)] * 2)
    assert Entry.objects.filter(verb="medicine_request.taken").count() == 1


def test_a_step_out_of_order_or_from_a_stale_page_changes_nothing(room, officer):
    person = a_neighbour(room)
    browser, desk, item = resident_in(person), desk_of(officer), an_offer(person)
    row = asks(person, a_pack(room, officer))
    desk.post(f"/residents/medicine/requests/{row.uuid}/hand-out/")  # without a look at the answers
    row.refresh_from_db()
    assert row.status == "ready"
    medicine.approve(item.pk, amount="10", actor=officer)
    assert browser.post(f"/m/medicine/offers/{item.uuid}/withdraw/").status_code == 409
    assert browser.post(f"/m/medicine/requests/{row.uuid}/cancel/").status_code == 302
    desk.post(f"/residents/medicine/requests/{row.uuid}/answers/")
    desk.post(f"/residents/medicine/requests/{row.uuid}/hand-out/")
    desk.post(f"/residents/medicine/{item.uuid}/dispose/", {"how": "回收"})  # never taken off the shelf
    row.refresh_from_db()
    item.refresh_from_db()
    assert (row.status, item.status) == ("cancelled", "approved")
    thread = health.ask(person, "咳嗽", uuid=uuid4())
    assert browser.post(f"/m/health/{thread.uuid}/rate/", {"stars": "5"}).status_code == 409
    desk.post(f"/residents/health/{thread.uuid}/close/")  # never answered
    assert Consultation.objects.get().status == "waiting"
    browser.post(f"/m/health/{thread.uuid}/leave/")
    answer = desk.post(f"/residents/health/{thread.uuid}/answer/", {"uuid": uuid4(), "text": "多喝水"})
    assert answer.status_code == 409 and "note-error" in answer.content.decode()
    assert HealthMessage.objects.count() == 1


def test_values_that_no_page_offers_are_refused_and_nothing_breaks(room, officer):
    person, desk = a_neighbour(room), desk_of(officer)
    browser, pack, what = resident_in(person), a_pack(room, officer), a_medicine()
    offer, before = said_of(what), MedicineItem.objects.count()
    for odd in ODD:
        for field in ("medicine", "amount", "packing", "expires_on"):
            answer = browser.post("/m/medicine/offer/", {"uuid": odd, **offer, field: odd, **sides()})
            assert 400 <= answer.status_code < 500 or (field, odd) == ("amount", "１"), (field, odd)
        for field in ("amount", "age", "pregnant", "allergic"):
            answer = browser.post(f"/m/medicine/{pack.uuid}/ask/", {"uuid": odd, "amount": "1", **WELL, field: odd})
            assert 400 <= answer.status_code < 500 or (field, odd) == ("amount", "１"), (field, odd)
        plan = {"officer": f"{room.pk}-{officer.pk}", "starts": "2026-12-01T08:00", "ends": "2026-12-01T17:00"}
        for field in plan:
            assert 400 <= desk.post("/residents/health/roster/plan/", {**plan, field: odd}).status_code < 500, odd
        assert desk.get("/residents/medicine/hand-out/", {"code": odd}).status_code in (200, 422), odd
        for path in ("medicine/?state=", "medicine/?page=", "medicine/takings/?room=", "health/rooms/?edit="):
            assert desk.get(f"/residents/{path}{odd[:40]}").status_code == 200, (path, odd)
        assert browser.get("/m/medicine/", {"use": odd}).status_code == 200
        assert browser.post("/m/me/consent/", {"purpose": odd, "agreed": "on"}).status_code == 422, odd
        assert browser.post("/m/me/save/", {"nickname": "居民", "community": odd or "x"}).status_code == 422, odd
    assert MedicineItem.objects.count() <= before + 1 and not HealthDuty.objects.exists()


def test_a_worker_confirms_blocks_and_looks_with_odd_values(room):
    person = a_neighbour(room, level=1)
    desk = desk_of(worker("grid_worker", area=room.community_id))
    where = f"/residents/{person.uuid}/"
    for odd in ODD:
        assert desk.post(f"{where}block/", {"days": odd, "why": ""}).status_code == 422, odd
        assert desk.post(f"{where}verify/", {"name": "林晓月", "community": odd}).status_code == 422, odd
        assert desk.get("/residents/", {"q": odd[:40], "level": odd[:40], "community": odd[:40]}).status_code == 200
    elsewhere = Community.objects.order_by("code")[5].pk
    assert desk.post(f"{where}verify/", {"name": "林晓月", "community": elsewhere}).status_code == 422
    person.refresh_from_db()
    assert (person.level, person.blocked_until) == (1, None)
    assert desk.post(f"{where}phone/", {"why": "回访"}).status_code == 403
    answer = desk.post(f"{where}verify/", {"name": "林晓月", "community": room.community_id}, follow=True)
    assert "已确认实名。" in answer.content.decode()


def test_a_scanner_that_types_the_whole_address_finds_the_request(room, officer):
    row = asks(a_neighbour(room), a_pack(room, officer))
    code = medicine_requests.code_of(row)
    typed = f"http://testserver/residents/medicine/hand-out/?code={code}"
    answer = desk_of(officer).get("/residents/medicine/hand-out/", {"code": typed})
    assert answer["Location"] == f"/residents/medicine/requests/{row.uuid}/"


def test_what_is_not_there_leads_a_resident_back_to_the_own_pages(room):
    answer = resident_in(a_neighbour(room)).get(f"/m/medicine/{uuid4()}/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'class="button button-primary" href="/m/"' in page and "内容可能已下架" in page


def test_the_same_code_typed_in_two_browsers_opens_one(settings, roles):
    settings.SMS_SENDER = "points.sms.ConsoleSender"
    code = Client().post("/m/code/", {"phone": "10030500009"}).json()["code"]
    said = {"phone": "10030500009", "code": code, "agreed": "on"}
    answers = all_at_once(*[lambda: Client().post("/m/sign-in/", said).status_code] * 4)
    assert sorted(answers) == [302, 422, 422, 422]
    assert PhoneCode.objects.filter(used_at__lte=db_now()).count() == 1
