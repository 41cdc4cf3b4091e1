"""A whole inspection on a phone whose network goes in the middle: kept over a reload, sent once, mended, re-checked."""

import json
import os

import pytest

from tests.browser.conftest import PASSWORD
from tests.incidents.conftest import jpeg
from tests.stack import wait_for

pytestmark = pytest.mark.slow
PHOTO = {"name": "p.jpg", "mimeType": "image/jpeg"}


def do(live_stack, name, *values):
    call = (
        f"import json\nfrom tests.browser import acts_inspection as acts\nprint(json.dumps(acts.{name}(*{values!r})))"
    )
    return json.loads(live_stack.django(call).strip().splitlines()[-1])


def look(page, name):
    if folder := os.environ.get("SSW_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def ready(page):
    page.wait_for_selector("#inspect-ready", state="attached")


def enter(page, live_stack, name, path):
    page.goto(f"{live_stack.url}/sign-in/?next={path}")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def everything_conforms(page):
    while page.locator(".all-conform").count() or page.locator("[data-group] .group-head[aria-expanded=true]").count():
        page.locator(".all-conform").first.click()
        page.wait_for_timeout(150)


def draw_signature(page):
    pad = page.locator(".sign-pad")
    pad.wait_for()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + (90 if step % 2 else 30))
    page.mouse.up()
    page.locator("#sign-done:enabled").click()


def with_colleague(page):
    """Whoever was drawn is chosen already."""
    choice = page.locator(".crew .choice", has_text="林检查")
    if not choice.locator("input").is_checked():
        choice.click()


def begin(page, site, *, recheck=False):
    page.locator(".phone-tabs a[href='#plan']").click()
    page.locator(f"[data-site='{site}']").first.click()
    if recheck:
        page.locator(".choice", has=page.locator("input[name=recheck][value=yes]")).click()
    with_colleague(page)
    look(page, "1-start")
    page.locator("#show-code").click()
    page.locator(".conduct-qr").wait_for()
    look(page, "2-code")
    page.locator("#begin").click()
    page.locator(".check-head").wait_for()


def sign_everything(page):
    page.locator("#to-sign").click()
    page.locator("[data-sign=manager]").wait_for()
    while page.locator("[data-signer]").count():
        signer = page.locator("[data-signer]").first
        who = signer.get_attribute("data-signer")
        signer.click()
        draw_signature(page)
        page.locator(f"[data-signer='{who}']").wait_for(state="detached")
    page.locator("[data-sign=manager]").click()
    page.fill("input[name=name]", "李经理")
    page.locator(".sheet-form [type=submit]").click()
    draw_signature(page)
    page.locator("#lock:enabled").wait_for()


def test_an_inspection_survives_the_loss_of_the_network_and_ends_closed(act, live_stack, new_page):
    site = do(live_stack, "prepared")
    wrong: list[str] = []
    page = new_page(390, 844, mobile=True, permissions=["geolocation"],
                    geolocation={"longitude": 120.2369, "latitude": 30.1236, "accuracy": 8})  # fmt: skip
    page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_default_timeout(30_000)
    enter(page, live_stack, "page-inspector", "/worksites/inspect/")
    ready(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    ready(page)
    page.locator(f"[data-site='{site}']").first.wait_for()
    look(page, "0-plan")
    begin(page, site)
    page.context.set_offline(True)
    page.locator("[data-group='02'] .group-head").click()
    page.locator("[data-item='0201'] [data-result=fails]").click()
    page.set_input_files("input[name=before-0201]", PHOTO | {"buffer": jpeg()})
    page.locator("[data-item='0201'] .shot-kept").wait_for()
    look(page, "3-list")
    page.reload()
    ready(page)
    everything_conforms(page)
    page.locator("[data-group='02'] .group-head").click()
    page.locator("[data-item='0201'] .shot-kept img[src^=blob]").wait_for()
    sign_everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    look(page, "4-signed")
    page.locator("#lock").evaluate("(button) => { button.click(); button.click(); }")  # a double tap
    page.locator("#sent").wait_for()
    page.reload()
    ready(page)
    page.locator("#sent").wait_for()
    page.context.set_offline(False)
    wait_for(lambda: do(live_stack, "stands") == [["locked", 1, 1, 3]], 60, "the sheet has not arrived")
    page.wait_for_timeout(4_000)
    assert do(live_stack, "stands") == [["locked", 1, 1, 3]]
    page.goto(f"{live_stack.url}/worksites/inspect/#mine")
    page.locator("[data-sheet]").wait_for()
    assert page.locator("#tab-mine .refusal").count() == page.locator("[data-running]").count() == 0
    assert page.locator("#check-mark").is_hidden()
    [[number, status]] = do(live_stack, "found")
    assert status == "open"

    own = new_page(360, 640, mobile=True)
    own.goto(f"{live_stack.url}/site/{do(live_stack, 'link', site)}/")
    look(own, "5-own")
    own.set_input_files("input[name=photos]", PHOTO | {"buffer": jpeg("green")})
    own.locator(".own-finding [type=submit]").click()
    own.locator(".phone-note-success").wait_for()
    assert own.evaluate("document.documentElement.scrollWidth") <= 360
    do(live_stack, "passed", number)

    page.goto(f"{live_stack.url}/worksites/inspect/#plan")
    page.reload()
    ready(page)
    page.locator(f"[data-site='{site}'] .tag-due").first.wait_for()
    begin(page, site, recheck=True)
    page.locator("[data-item='0201'] [data-result=ok]").click()
    sign_everything(page)
    page.locator("#lock").click()
    wait_for(lambda: do(live_stack, "found") == [[number, "closed"]], 60, "the re-check has not closed it")
    assert wrong == []


def test_a_site_comes_back_to_white_in_weeks_and_its_page_explains_every_step(act, live_stack, new_page):
    site, _need = do(live_stack, "recovering")
    assert do(live_stack, "coloured", site) == ["yellow", [["white", "red"], ["red", "yellow"]], 0]
    wrong: list[str] = []
    page = new_page(390, 844, mobile=True)
    page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    page.set_default_timeout(30_000)
    enter(page, live_stack, "page-inspector", "/worksites/inspect/")
    ready(page)
    page.fill(".kind-search", "恢复中")
    page.locator(f"[data-site='{site}']").first.click()
    page.locator(".need-note", has_text="复看消防通道").wait_for()
    look(page, "10-need")
    with_colleague(page)
    page.locator("#show-code").click()
    page.locator("#begin").click()
    page.locator(".check-head").wait_for()
    page.locator("[data-group='11'] .group-head").click()
    page.locator("[data-item='1101'] .item-need").wait_for()
    look(page, "11-item")
    page.locator("[data-group='01'] .group-head").click()
    everything_conforms(page)
    sign_everything(page)
    page.locator("#lock").click()
    wait_for(lambda: do(live_stack, "coloured", site)[0] == "white", 60, "the clean check has not made it white")
    white = [["white", "red"], ["red", "yellow"], ["yellow", "white"]]
    assert do(live_stack, "coloured", site) == ["white", white, 0]

    desk = new_page(1440, 900)
    desk.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
    enter(desk, live_stack, "page-lead", f"/worksites/{site}/")
    steps = desk.locator(".changes li")
    steps.nth(2).wait_for()
    said = steps.all_inner_texts()
    assert len(said) == 3
    assert "WT-" in said[2] and "连续" in said[1] and "连续" in said[0]
    desk.wait_for_timeout(1_500)
    look(desk, "12-white")
    assert desk.evaluate("document.documentElement.scrollWidth") <= 1440

    clerk = new_page(1440, 900)
    enter(clerk, live_stack, "page-fire", "/worksites/needs/?state=answered")
    clerk.locator(".need", has_text="复看消防通道").locator(".tag-ok").nth(1).wait_for()
    look(clerk, "13-answer")
    assert wrong == []
