"""Residents come in by their phone, leave when they like, and nobody else comes in with them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from points.models import Claim, Consent, MarketBan, PhoneCode, Resident, ResidentSession, StandingBlock
from points.services import calls, ledger, market, residents, signing_in, volunteering
from points.services.ledger import Source
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, NotAllowed, TooMany
from shushanwei.common.secrets import unseal
from shushanwei.journal.models import Entry
from tests.points.conftest import a_resident
from tests.points.neighbours import a_community, a_task, browser_of
from tests.points.shops import a_clerk, a_merchant
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "10000000001"


@pytest.fixture(autouse=True)
def console(settings):
    settings.SMS_SENDER = "points.sms.ConsoleSender"


def signed_in(phone=PHONE, **said) -> Client:
    """A browser in which somebody came in."""
    browser = Client()
    code = browser.post("/m/code/", {"phone": phone}).json()["code"]
    answer = browser.post("/m/sign-in/", {"phone": phone, "code": code, "agreed": "on", **said})
    assert answer.status_code == 302, answer.content
    return browser


def test_a_phone_and_its_code_make_a_resident_whose_number_lies_encrypted():
    browser = signed_in()

    resident = Resident.objects.get()
    assert (resident.level, resident.phone_masked, unseal(resident.phone_sealed)) == (1, "100****0001", PHONE)
    assert Consent.objects.get().purpose == "notice"
    assert browser.get("/m/me/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select r::text from points_resident r union all select e::text from journal_entry e")
        assert not any(PHONE in row for (row,) in cursor.fetchall())


def test_a_worker_of_the_centre_in_the_same_browser_stays_a_worker(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("seat"), "shushanwei.people.backends.RoleBackend")
    assert client.get("/m/me/").status_code == 302
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    client.post("/m/sign-in/", {"phone": PHONE, "code": code, "agreed": "on"})
    assert client.get("/m/me/").status_code == 200
    client.post("/m/sign-out/")
    assert client.get("/m/me/").status_code == 302
    assert client.get("/password/").status_code == 200


def test_without_the_privacy_notice_nothing_is_kept(client):
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    answer = client.post("/m/sign-in/", {"phone": PHONE, "code": code})
    assert answer.status_code == 422
    assert not Resident.objects.exists()


@pytest.mark.parametrize("phone", ["", "123", "2" * 11, "1380000000a", "１３８００００００００", "1" * 40])
def test_what_is_no_phone_is_refused_beside_its_field(client, phone):
    answer = client.post("/m/code/", {"phone": phone})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "phone")


def test_a_code_opens_once_within_five_minutes(client):
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    PhoneCode.objects.update(expires_at=db_now())
    with pytest.raises(BadInput):
        signing_in.check_code(PHONE, code)
    PhoneCode.objects.update(expires_at=db_now() + timedelta(minutes=1))
    assert signing_in.check_code(PHONE, code)
    with pytest.raises(BadInput):
        signing_in.check_code(PHONE, code)


def test_guessing_kills_the_code_after_five_tries(client):
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    for guess in range(5):
        with pytest.raises(BadInput):
            signing_in.check_code(PHONE, f"{(int(code) + guess + 1) % 1_000_000:06d}")
    with pytest.raises(BadInput):
        signing_in.check_code(PHONE, code)


def test_forty_guesses_at_once_get_no_more_than_five_tries(client):
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    wrong = [f"{(int(code) + n) % 1_000_000:06d}" for n in range(1, 13)]
    all_at_once(*[lambda guess=guess: signing_in.check_code(PHONE, guess) for guess in wrong])
    assert PhoneCode.objects.get().tries == 5


def test_codes_are_not_sent_in_a_flood(client):
    assert client.post("/m/code/", {"phone": PHONE}).status_code == 200
    assert client.post("/m/code/", {"phone": PHONE}).status_code == 429
    results = all_at_once(*[lambda: signing_in.send_code("10000000002", address="192.0.2.1")] * 8)
    assert sum(isinstance(result, signing_in.Sent) for result in results) == 1
    assert sum(isinstance(result, TooMany) for result in results) == 7


def test_the_same_phone_in_five_browsers_at_once_is_one_resident():
    results = all_at_once(
        *[lambda: signing_in._known("10000000009", "9" * 64, "a-device-of-its-own-name", False, "")] * 5
    )
    assert {result.pk for result in results} == {Resident.objects.get(phone_hash="9" * 64).pk}


def test_a_real_gateway_never_shows_the_code(client, settings, monkeypatch):
    sent = []
    monkeypatch.setattr("points.sms.GatewaySender.send", lambda self, *said: sent.append(said))
    settings.SMS_SENDER = "points.sms.GatewaySender"
    answer = client.post("/m/code/", {"phone": PHONE}).json()
    assert answer["code"] == ""
    assert re.fullmatch(r"\d{6}", sent[0][2]["code"])


def test_a_child_waits_for_its_guardian(client):
    signed_in("10000000002")
    child = signed_in("10000000003", child="on")
    assert child.get("/m/points/").status_code == 403

    code = child.post("/m/code/", {"phone": "10000000004"}).json()["code"]
    stranger = child.post("/m/me/guardian/", {"phone": "10000000004", "code": code})
    assert stranger.status_code == 422
    PhoneCode.objects.update(sent_at=db_now() - timedelta(minutes=2))
    code = child.post("/m/code/", {"phone": "10000000002"}).json()["code"]
    assert child.post("/m/me/guardian/", {"phone": "10000000002", "code": code}).status_code == 302
    assert child.get("/m/points/").status_code == 200
    assert Consent.objects.filter(purpose="child", about__is_child=True).count() == 1

    residents.erase(Resident.objects.get(children__is_child=True))
    assert child.get("/m/points/").status_code == 403  # who answered for it is gone


def test_a_resident_takes_all_along_and_leaves_no_trace(client):
    browser = signed_in()
    resident = Resident.objects.get()
    ledger.put_in(resident.pk, 5, Source("test", "1"), at=db_now())

    taken = browser.get("/m/me/data.json").json()
    assert (taken["phone"], taken["points"]["frozen"]) == (PHONE, 5)
    assert browser.post("/m/me/erase/", {"word": "no"}).status_code == 422
    assert browser.post("/m/me/erase/", {"word": "注销"}).status_code == 302

    resident.refresh_from_db()
    assert (resident.phone_hash, resident.phone_sealed, resident.nickname) == (None, "", "已注销居民")
    assert ledger.balances(resident.pk) == (0, 0)
    assert not ResidentSession.objects.exists()
    assert browser.get("/m/me/").status_code == 302
    PhoneCode.objects.update(sent_at=db_now() - timedelta(minutes=2))
    again = signed_in()
    assert again.get("/m/me/").status_code == 200 and Resident.objects.count() == 2


def test_who_erases_the_account_and_comes_back_is_blocked_still(django_user_model):
    worker = django_user_model.objects.create(username="grid")
    browser = signed_in()
    resident = Resident.objects.get()
    until = residents.block(resident.pk, days=30, why="恶意上报", actor=worker).blocked_until
    browser.post("/m/me/erase/", {"word": "注销"})
    PhoneCode.objects.update(sent_at=db_now() - timedelta(minutes=2))
    signed_in()

    back = Resident.objects.get(erased_at=None)
    assert (back.blocked_until, back.blocked_why) == (until, "恶意上报")

    assert not StandingBlock.objects.exists()  # the new account holds it now

    residents.block(back.pk, days=0, why="查清了", actor=worker)
    assert came_back(browser_of(back)).blocked_until is None


def came_back(browser: Client) -> Resident:
    """Who erases the account in this browser and signs in with the same phone again."""
    browser.post("/m/me/erase/", {"word": "注销"})
    PhoneCode.objects.update(sent_at=db_now() - timedelta(minutes=2))
    signed_in()
    return Resident.objects.get(erased_at=None)


def test_a_ban_and_a_pause_outlive_the_account_too(django_user_model):
    worker = django_user_model.objects.create(username="grid")
    browser = signed_in()
    first = Resident.objects.get()
    until = market.ban(first.pk, days=30, why="冒充商家", actor=worker).until
    for hours in (3, 2, 1):
        at = db_now() - timedelta(hours=hours)
        said = {"status": "no_show", "nth": 1, "claimed_at": at, "missed_at": at}
        Claim.objects.create(uuid=uuid4(), task=a_task(), resident=first, **said)
    pause = volunteering.pause_of(first.pk)

    back = came_back(browser)
    ban = MarketBan.objects.get(resident=back)
    assert (ban.until, ban.why, volunteering.pause_of(back.pk)) == (until, "冒充商家", pause)
    with pytest.raises(NotAllowed):
        market.must_not_be_banned(back.pk)

    market.lift_ban(ban.pk, why="申诉成立", actor=worker)
    market.must_not_be_banned(came_back(browser_of(back)).pk)  # what was lifted does not come back


def test_blocks_that_have_ended_are_forgotten():
    StandingBlock.objects.create(phone_hash="x", until=db_now() - timedelta(days=1), why="旧")
    signing_in.forget_old(db_now())
    assert not StandingBlock.objects.exists()


def test_showing_a_phone_is_written_down_with_who_and_why(django_user_model):
    seat = django_user_model.objects.create(username="seat")
    signed_in()
    resident = Resident.objects.get()
    with pytest.raises(BadInput):
        residents.show_phone(resident.pk, why=" ", actor=seat)
    with pytest.raises(NotAllowed):  # nothing of this resident is open
        residents.show_phone(resident.pk, why="回访", actor=seat)
    calls.call(resident, calls.Called(uuid4(), "repair", "楼道灯坏了", community=a_community().pk))
    assert residents.show_phone(resident.pk, why="回访", actor=seat) == PHONE
    entry = Entry.objects.get(verb="resident.phone_shown")
    assert (entry.actor, entry.note) == (seat, "回访")


def test_a_consent_is_given_and_taken_back_and_asked_again(client):
    browser = signed_in()
    browser.post("/m/me/consent/", {"purpose": "health", "agreed": "on"})
    browser.post("/m/me/consent/", {"purpose": "health", "agreed": "on"})
    assert Consent.objects.filter(purpose="health", withdrawn_at=None).count() == 1
    browser.post("/m/me/consent/", {"purpose": "health"})
    assert not Consent.objects.filter(purpose="health", withdrawn_at=None).exists()
    assert browser.post("/m/me/consent/", {"purpose": "notice"}).status_code == 422
    assert browser.post("/m/me/consent/", {"purpose": "soul", "agreed": "on"}).status_code == 422


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/m/", "/console/", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(client, to):
    code = client.post("/m/code/", {"phone": PHONE}).json()["code"]
    answer = client.post("/m/sign-in/", {"phone": PHONE, "code": code, "agreed": "on", "next": to})
    assert answer["Location"] == "/m/"


def test_a_made_up_cookie_opens_nothing(client):
    a_resident()
    for token in ("", "x" * 43, "x" * 5_000, "'; drop table points_resident; --"):
        client.cookies["ssw_resident"] = token
        assert client.get("/m/me/").status_code == 302


def test_couriers_and_who_hands_out_rewards_have_their_own_tab(client):
    browser = signed_in()
    assert "/m/riders/" not in tabs_of(browser) and "/m/merchant/" not in tabs_of(browser)

    browser.post("/m/me/save/", {"nickname": "小哥", "is_courier": "on"})
    a_clerk(Resident.objects.get(), a_merchant())

    assert {"/m/riders/", "/m/merchant/"} <= tabs_of(browser)


def tabs_of(browser: Client) -> set[str]:
    page = browser.get("/m/me/").content.decode()
    return set(re.findall(r'href="([^"]+)"', page[page.index('class="phone-tabs"') :]))
