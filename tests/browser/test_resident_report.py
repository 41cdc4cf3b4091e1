"""A resident's phone in a real browser: a report survives a reload, waits for a network, and is sent once."""

import pytest

from tests.incidents.conftest import CENTRE
from tests.points.phones import shot

pytestmark = pytest.mark.slow
PHONE = "10000000031"


@pytest.fixture
def phone(live_stack, new_page):
    """A resident who has signed in by phone and stands in the street."""
    wrong: list[str] = []
    page = new_page(
        360, 740, mobile=True, permissions=["geolocation"],
        geolocation={"longitude": CENTRE[0], "latitude": CENTRE[1], "accuracy": 9},
    )  # fmt: skip
    page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    page.set_default_timeout(60_000)
    page.goto(f"{live_stack.url}/m/sign-in/?next=/m/report/")
    page.fill("#phone", PHONE)
    page.click("#send")
    page.locator("#sent", has_text="验证码").wait_for()
    page.fill("#code", "".join(filter(str.isdigit, page.locator("#sent").inner_text()))[-6:])
    page.check("input[name=agreed]")
    page.click("button[type=submit]")
    page.wait_for_selector("#report[data-ready=true]")
    yield page
    assert wrong == []


def sent(live_stack) -> list[tuple]:
    return live_stack.sql(
        "select r.kind, r.text, r.place_by, (select count(*) from points_reportphoto p where p.report_id = r.id)"
        " from points_residentreport r order by r.id"
    )


def test_a_report_survives_a_reload_waits_for_a_network_and_is_sent_once(phone, live_stack):
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert phone.evaluate("typeof globalThis.L") == "undefined"  # no map before somebody asks for it
    photo = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": shot(31)}
    phone.set_input_files("#photo", photo)
    phone.locator("[data-shot=photo] img:visible").wait_for()
    phone.click("#locate")
    phone.locator("#where", has_text="9").wait_for()
    phone.locator(".m-kind", has_text="垃圾脏乱").click()
    phone.locator(".m-more summary").click()
    phone.fill("#text", "三号楼下")
    phone.wait_for_selector("#report[data-kept=true]")
    phone.reload()
    phone.wait_for_selector("#report[data-ready=true]")
    phone.locator("[data-shot=photo] img:visible").wait_for()
    assert (phone.input_value("#text"), phone.is_checked("[name=kind][value=waste]")) == ("三号楼下", True)

    phone.click("#open-map")
    phone.locator("#map canvas").first.wait_for()
    phone.context.set_offline(True)
    phone.click("#send")
    phone.locator("#waiting", has_text="1").wait_for()
    assert sent(live_stack) == []
    phone.context.set_offline(False)
    phone.wait_for_url(lambda url: "/m/report/" in url and len(url.rsplit("/", 2)[-2]) == 36)
    phone.wait_for_timeout(4_000)  # long enough for another try
    assert sent(live_stack) == [("waste", "三号楼下", "phone", 1)]
    phone.locator(".m-steps").wait_for()
