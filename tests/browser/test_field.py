"""The grid worker's phone in a real browser: what is written without a network is kept, and sent exactly once."""

import pytest

from tests.browser.conftest import PASSWORD
from tests.incidents.conftest import jpeg
from tests.stack import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def worker(act):
    return act("grid_worker")


@pytest.fixture
def phone(worker, live_stack, new_page):
    """The signed-in phone at the first point of its grid, its service worker in charge."""
    wrong: list[str] = []
    page = new_page(
        390, 844, mobile=True, permissions=["geolocation"],
        geolocation={"longitude": worker["lon"], "latitude": worker["lat"], "accuracy": 8},
    )  # fmt: skip
    page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    page.set_default_timeout(60_000)
    page.goto(f"{live_stack.url}/sign-in/?next=/field/")
    page.fill("input[name=username]", "page-worker")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.wait_for_selector("#field-ready", state="attached")
    yield page
    assert wrong == []


OWN = """
select i.id, (select count(*) from incidents_attachment a where a.incident_id = i.id)
from incidents_incident i join people_user u on u.id = i.reported_by_id where u.username = 'page-worker' order by 1
"""


def reports(live_stack) -> list[tuple]:
    """(id, photos) of what the worker has reported."""
    return live_stack.sql(OWN)


def test_a_report_written_off_line_survives_a_reload_and_is_sent_once(phone, live_stack):
    before = len(reports(live_stack))
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()  # now the service worker has seen the page and its files
    phone.wait_for_selector("#field-ready", state="attached")
    phone.locator(".phone-tabs a[href='#report']").click()
    phone.locator(".kind").first.wait_for()
    phone.context.set_offline(True)
    phone.set_input_files("input[name=photo_near]", {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    phone.locator(".shot img").wait_for()
    phone.locator(".kind").first.click()
    phone.fill("#report-text", "摊位占了盲道")
    phone.locator("#tab-report[data-kept=true]").wait_for()
    phone.reload()  # the shell comes from the phone, the draft from its store
    phone.wait_for_selector("#field-ready", state="attached")
    phone.locator(".shot img").wait_for()
    phone.locator(".kind[aria-pressed=true]").wait_for()
    assert phone.input_value("#report-text") == "摊位占了盲道"
    phone.locator("#report-send").click()
    phone.locator("#outbox", has_text="1").wait_for()
    phone.reload()
    phone.wait_for_selector("#field-ready", state="attached")
    phone.locator("#outbox", has_text="1").wait_for()
    assert len(reports(live_stack)) == before
    phone.context.set_offline(False)
    wait_for(lambda: len(reports(live_stack)) > before, 60, "the report has not been sent")
    phone.locator("#outbox").wait_for(state="hidden")
    phone.wait_for_timeout(4_000)  # long enough for another try
    assert [photos for _id, photos in reports(live_stack)[before:]] == [1]


def test_a_patrol_with_positions_and_a_code_becomes_valid(phone, worker, act, live_stack):
    def patrols(columns):
        return live_stack.sql(f"select {columns} from grid_patrol order by id desc limit 1")

    phone.locator(".phone-tabs a[href='#patrol']").click()
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.locator("#patrol-start").click()
    wait_for(lambda: bool(patrols("uuid")), 60, "the patrol has not started")
    uuid = str(patrols("uuid")[0][0])
    assert act("long_ago", uuid) is False  # it has not ended
    phone.goto(f"{live_stack.url}/field/?point={worker['token']}")
    phone.wait_for_selector("#field-ready", state="attached")
    wait_for(lambda: patrols("points_reached")[0][0] == 3, 60, lambda: str(patrols("points_reached, failed")))
    phone.locator("#patrol-normal").click()
    wait_for(lambda: patrols("valid")[0][0], 60, lambda: str(patrols("valid, failed, seconds_inside, points_reached")))
    phone.locator("#said").wait_for()
