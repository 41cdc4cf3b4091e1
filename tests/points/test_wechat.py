"""Residents come in through the street's account of WeChat; nobody else comes in with their return."""

import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from points.models import PhoneCode, Resident
from points.services import residents
from tests.points.fake_wechat import APP, PLACE, SECRET, FakeWeChat

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "10000000001"


@pytest.fixture
def wechat(settings):
    fake = FakeWeChat()
    settings.SMS_SENDER = "points.sms.ConsoleSender"
    settings.WECHAT_APP_ID, settings.WECHAT_SECRET = APP, SECRET
    settings.WECHAT_API_URL, settings.WECHAT_OPEN_URL = fake.url, f"{fake.url}/connect"
    settings.WECHAT_JS_URL = f"{fake.url}/jweixin.js"
    yield fake
    fake.close()


def leaves(browser: Client, to: str = "/m/points/") -> dict[str, str]:
    """Goes to WeChat: what is asked there."""
    answer = browser.get("/m/wechat/", {"next": to})
    address = urlsplit(answer["Location"])
    assert address.path == "/connect/oauth2/authorize"
    return {name: values[0] for name, values in parse_qs(address.query).items()}


def returns(browser: Client, state: str, code: str = "code-1"):
    return browser.get("/m/wechat/back/", {"state": state, "code": code})


def binds(browser: Client, phone: str = PHONE):
    PhoneCode.objects.all().delete()  # another may be asked for at once
    code = browser.post("/m/code/", {"phone": phone}).json()["code"]
    return browser.post("/m/sign-in/", {"phone": phone, "code": code, "agreed": "on", "next": "/m/points/"})


def is_in(browser: Client) -> bool:
    return browser.get("/m/me/").status_code == 200


def came_in(wechat: FakeWeChat, openid: str = "open-1", phone: str = PHONE) -> Client:
    """A browser of WeChat whose resident has bound the phone."""
    browser, wechat.codes["first"] = Client(), openid
    returns(browser, leaves(browser)["state"], "first")
    assert binds(browser, phone).status_code == 302
    return browser


def test_without_an_official_account_the_door_leads_to_the_phone(client, settings):
    settings.WECHAT_APP_ID = ""
    assert client.get("/m/wechat/")["Location"] == "/m/sign-in/"
    assert client.get("/m/wechat/config/", {"url": "http://testserver/m/"}).status_code == 404


def test_only_the_open_id_is_asked_for_and_the_state_is_what_wechat_takes(client, wechat):
    asked = leaves(client, "/m/medicine/6b1f9c1e-6f1b-4a3e-9d56-0c1f6f1b4a3e/?from=a&to=b")

    assert asked["appid"] == APP
    assert asked["scope"] == "snsapi_base"
    assert asked["redirect_uri"] == "http://testserver/m/wechat/back/"
    assert asked["state"].isalnum() and len(asked["state"]) <= 128


def test_a_new_open_id_binds_a_phone_once_and_comes_in_by_itself_from_then_on(wechat):
    browser, wechat.codes["code-1"] = Client(), "open-1"
    answer = returns(browser, leaves(browser)["state"])
    assert answer["Location"] == "/m/sign-in/?next=/m/points/"
    assert not is_in(browser)
    assert binds(browser)["Location"] == "/m/points/"
    assert is_in(browser)

    other, wechat.codes["code-2"] = Client(), "open-1"
    answer = returns(other, leaves(other, "/m/me/?a=1")["state"], "code-2")

    assert answer["Location"] == "/m/me/?a=1"
    assert is_in(other)
    assert Resident.objects.count() == 1
    assert "open-1" not in Resident.objects.get().openid_hash


def test_an_open_id_stays_with_its_first_phone_and_a_phone_with_its_first_open_id(wechat):
    came_in(wechat)
    first = Resident.objects.get()
    second = came_in(wechat, "open-2", PHONE)  # the same phone in another account of WeChat
    assert is_in(second)
    assert Resident.objects.get().openid_hash == first.openid_hash

    wechat.codes["code-3"] = "open-1"
    third = Client()
    asked = leaves(third)  # the first account is known: it never comes to another phone
    assert returns(third, asked["state"], "code-3")["Location"] == "/m/points/"
    assert Resident.objects.count() == 1


def test_a_forged_return_comes_in_nowhere(wechat):
    came_in(wechat)
    stranger, wechat.codes["code-1"] = Client(), "open-1"
    asked = leaves(Client())  # another browser left

    for state in ("", "x", asked["state"], "蜀山", "0" * 32):
        assert returns(stranger, state)["Location"] == "/m/sign-in/"
    leaves(stranger)
    stranger.cookies["ssw_wechat"] = signing.dumps([asked["state"], "/m/"], salt="another")
    assert returns(stranger, asked["state"])["Location"] == "/m/sign-in/"
    assert not is_in(stranger)
    assert wechat.codes == {"code-1": "open-1"}  # WeChat was not even asked


def test_a_return_is_good_once(wechat):
    came_in(wechat)
    browser, wechat.codes["code-1"] = Client(), "open-1"
    asked = leaves(browser)
    kept = browser.cookies["ssw_wechat"].value
    assert returns(browser, asked["state"])["Location"] == "/m/points/"

    browser.post("/m/sign-out/")
    wechat.codes["code-2"] = "open-1"
    assert returns(browser, asked["state"], "code-2")["Location"] == "/m/sign-in/"
    browser.cookies["ssw_wechat"] = kept  # even with the cookie brought back, WeChat takes its code once
    assert returns(browser, asked["state"], "code-1")["Location"] == "/m/sign-in/"
    assert not is_in(browser)


def test_a_return_after_ten_minutes_is_too_old(wechat, monkeypatch):
    came_in(wechat)
    browser, wechat.codes["code-1"] = Client(), "open-1"
    with monkeypatch.context() as past:
        past.setattr(signing.TimestampSigner, "timestamp", lambda _signer: signing.b62_encode(int(time.time()) - 601))
        asked = leaves(browser)
    assert returns(browser, asked["state"])["Location"] == "/m/sign-in/"
    assert not is_in(browser)


@pytest.mark.parametrize("said", [b"<html>busy</html>", b"[]", b"null", b"{}"])
def test_when_wechat_refuses_or_talks_nonsense_the_phone_remains(wechat, said):
    browser = Client()
    asked = leaves(browser)
    wechat.broken = said
    assert returns(browser, asked["state"])["Location"] == "/m/sign-in/"
    assert browser.get("/m/wechat/config/", {"url": "http://testserver/m/"}).status_code == 409


def test_when_nobody_answers_at_wechats_address_the_phone_remains(wechat, settings):
    browser = Client()
    asked = leaves(browser)
    settings.WECHAT_API_URL = "http://127.0.0.1:9"
    assert returns(browser, asked["state"])["Location"] == "/m/sign-in/"
    assert browser.get("/m/wechat/config/", {"url": "http://testserver/m/"}).status_code == 409


def test_the_way_on_stays_inside_the_residents_pages(wechat):
    came_in(wechat)
    for to in ("https://evil.example/m/", "//evil.example/m/", "/console/", "javascript:alert(1)"):
        browser, wechat.codes["code-1"] = Client(), "open-1"
        assert returns(browser, leaves(browser, to)["state"])["Location"] == "/m/"


def test_an_erased_resident_is_a_stranger_to_wechat(wechat):
    came_in(wechat)
    residents.erase(Resident.objects.get())
    browser, wechat.codes["code-1"] = Client(), "open-1"
    assert returns(browser, leaves(browser)["state"])["Location"].startswith("/m/sign-in/")


def test_a_page_is_signed_as_wechat_computes_it_and_the_ticket_is_fetched_once(client, wechat):
    url = "http://testserver/m/report/?kind=1"
    told = [client.get("/m/wechat/config/", {"url": f"{url}#place"}).json() for _n in range(3)]

    for one in told:
        assert one["appId"] == APP
        said = f"jsapi_ticket={wechat.ticket}&noncestr={one['nonceStr']}&timestamp={one['timestamp']}&url={url}"
        assert one["signature"] == hashlib.sha1(said.encode()).hexdigest()
    assert len({one["nonceStr"] for one in told}) == 3
    assert wechat.asked == {"/cgi-bin/token": 1, "/cgi-bin/ticket/getticket": 1}
    assert cache.get(f"wechat:{APP}_jsapi_ticket") == wechat.ticket


def test_a_page_of_somebody_else_is_not_signed(client, wechat):
    for url in ("https://evil.example/m/", "http://testserver.evil.example/m/", "http://testserver/console/", ""):
        assert client.get("/m/wechat/config/", {"url": url}).status_code == 422
    assert not wechat.asked


@pytest.fixture
def phone(new_page, live_server):
    """A browser that tells no place by itself; `phone("MicroMessenger")` calls itself WeChat's."""

    def make(name: str):
        page = new_page(360, 740, mobile=True, user_agent=f"Mozilla/5.0 (Linux; Android 14; zh) {name}/8.0.50")
        page.set_default_timeout(150_000)  # a browser that starts cold on a busy machine
        page.goto(f"{live_server.url}/m/emergency/")
        page.wait_for_selector("#emergency[data-ready=true]")
        return page

    return make


def test_inside_wechat_its_script_says_where_the_phone_is(wechat, phone):
    page = phone("MicroMessenger")
    page.locator("#where", has_text="12").wait_for()
    told = page.evaluate("Object.fromEntries(new FormData(document.getElementById('emergency')))")
    assert (float(told["lon"]), float(told["lat"])) == PLACE
    assert (told["place_by"], told["crs"], told["accuracy_m"], told["mocked"]) == ("phone", "wgs84", "12", "")
    assert wechat.asked["/cgi-bin/ticket/getticket"] == 1


def test_outside_wechat_nothing_of_it_is_loaded(wechat, phone):
    page = phone("Chrome")
    assert page.locator("meta[name=wechat-sdk]").count() == 0
    assert page.evaluate("typeof globalThis.wx") == "undefined" and not wechat.asked


@pytest.mark.parametrize("broken", ["script", "signature"])
def test_where_wechat_does_not_answer_the_words_remain(wechat, phone, settings, broken):
    if broken == "script":
        settings.WECHAT_JS_URL = "http://127.0.0.1:9/jweixin.js"
    else:
        wechat.broken = b"no json"
    page = phone("MicroMessenger")
    page.locator("#where", has_text="未能定位").wait_for()
    assert page.input_value("#emergency [name=lon]") == ""
