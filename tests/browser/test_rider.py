"""The rider's phone in a real browser: one tap without a network is kept and sent once; a request comes by itself."""

import pytest

from tests.browser.conftest import PASSWORD
from tests.incidents.conftest import jpeg
from tests.stack import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def phone(act, live_stack, new_page):
    """The signed-in phone at the scene, its service worker in charge."""
    place = act("rider")
    wrong: list[str] = []
    page = new_page(
        360, 740, mobile=True, permissions=["geolocation"],
        geolocation={"longitude": place["lon"], "latitude": place["lat"], "accuracy": 8},
    )  # fmt: skip
    page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    page.set_default_timeout(60_000)
    page.goto(f"{live_stack.url}/sign-in/?next=/rider/")
    page.fill("input[name=username]", "page-rider")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.wait_for_selector("#rider-ready", state="attached")
    yield page
    assert wrong == []


def reports(live_stack) -> list[tuple]:
    """(hazard, photos) of what the rider has reported."""
    return live_stack.sql(
        "select r.hazard, (select count(*) from incidents_attachment a where a.uuid is not null and"
        " a.incident_id = r.incident_id) from dispatch_riderreport r order by r.id"
    )


def test_a_photo_taken_without_a_network_survives_a_reload_and_is_sent_once(phone, live_stack):
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()  # now the service worker has seen the page and its files
    phone.wait_for_selector("#rider-ready", state="attached")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.context.set_offline(True)
    phone.set_input_files("input[name=photo-road]", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    phone.locator(".pending img").wait_for()
    phone.reload()  # the shell comes from the phone, the photo from its store
    phone.wait_for_selector("#rider-ready", state="attached")
    phone.locator(".pending img").wait_for()
    phone.locator("#outbox", has_text="1").wait_for()  # five seconds later it waits to be sent, untouched
    phone.reload()
    phone.wait_for_selector("#rider-ready", state="attached")
    phone.locator("#outbox", has_text="1").wait_for()
    assert reports(live_stack) == []
    phone.context.set_offline(False)
    wait_for(lambda: bool(reports(live_stack)), 60, "the report has not been sent")
    phone.locator("#outbox").wait_for(state="hidden")
    phone.wait_for_timeout(4_000)  # long enough for another try
    assert reports(live_stack) == [("road", 1)]


def test_a_request_comes_by_itself_and_goes_when_it_becomes_dangerous(phone, act, happens, live_stack):
    phone.locator(".phone-tabs a[href='#help']").click()
    for switch in ("agree", "duty"):
        phone.locator(f"#{switch}:enabled").wait_for()
        if not phone.locator(f"#{switch}").is_checked():
            phone.locator(f"label[for={switch}]").click()
            phone.locator(f"#{switch}:checked:enabled").wait_for()
    placed = "select fix_at from dispatch_rider where fix_at is not null"
    wait_for(lambda: bool(live_stack.sql(placed)), 60, "the phone has not said where it is")
    incident, _case_no = happens("走失老人求助", 3)
    act("ask_riders", incident)
    phone.locator("[data-step=accept]").click()
    phone.locator(".help-place").wait_for()
    act("becomes", incident, 2)
    phone.locator(".help-over[data-danger=true]").wait_for()
    assert phone.locator(".help-place").count() == 0
