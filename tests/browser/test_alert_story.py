"""A dumping from the terminal to the red site: told through the door, raised, replayed, confirmed, counted."""

import json
import os
import re
import time
from datetime import timedelta
from urllib.request import Request, urlopen

import pytest

from incidents.intake.signing import sign
from shushanwei.common.clock import db_now
from tests.worksites.dumping import dumped

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.timeout(900)]
PLATE = "浙A7D307"
LOADS, LIFTS = {1: "empty", 3: "full"}, {1: "down", 2: "up"}


@pytest.fixture
def do(live_stack):
    def run(name, *values):
        call = (
            f"import json\nfrom tests.browser import acts_alerts as acts\nprint(json.dumps(acts.{name}(*{values!r})))"
        )
        return json.loads(live_stack.django(call).strip().splitlines()[-1])

    return run


def look(page, name):
    if folder := os.environ.get("SSW_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def hand_in(live_stack, code, secret, kind, items):
    """As a platform does it: signed, through the real door."""
    raw, now = json.dumps(items).encode(), int(time.time())
    headers = {"Content-Type": "application/json", "X-Source": code, "X-Timestamp": str(now),
               "X-Signature": sign(secret.encode(), now, raw)}  # fmt: skip
    with urlopen(Request(f"{live_stack.url}/api/v1/trucks/{kind}/", raw, headers), timeout=30) as answer:
        return json.load(answer)


def test_the_list_hears_of_new_and_late_alerts_and_of_what_came_while_the_line_was_dead(live_stack, do, signed_in):
    do("prepared")
    page = signed_in("page-a", "/worksites/alerts/?rule=T10")
    page.evaluate("window.sameVisit = true")

    def row(number):
        return page.locator(f'tr[data-alert="{number}"]')

    row(do("found", 1)).wait_for()
    late = do("found", 2, True)
    row(late).wait_for()
    assert "补传" in row(late).inner_text()
    old = live_stack.kill("ws")
    page.wait_for_selector("#link-state[data-state=reconnecting]")
    missed = do("found", 3)
    live_stack.wait_restarted("ws", old)
    page.wait_for_selector("#link-state[data-state=live]", timeout=40_000)
    row(missed).wait_for()
    assert page.evaluate("window.sameVisit") is True


def test_a_dumping_is_seen_replayed_confirmed_and_turns_the_site_red(live_stack, do, signed_in):
    code, secret = do("prepared")
    page = signed_in("page-a", "/worksites/alerts/")
    page.set_default_timeout(90_000)
    track = dumped(db_now() - timedelta(minutes=50))
    told = hand_in(live_stack, code, secret, "fixes", [
        one | {"plate": PLATE, "at": one["at"].isoformat(), "crs": "wgs84", "load": LOADS[one["load"]],
               "lift": LIFTS[one["lift"]]}
        for one in track
    ])  # fmt: skip
    assert told["accepted"] == len(track)

    row = page.locator("tr[data-alert]", has_text="T03").filter(has_text=PLATE)
    row.wait_for()  # it comes by itself
    look(page, "1-list")
    row.locator("a").click()
    page.wait_for_selector("#replay[data-ready=true]")

    # Dragged to the hour before, then by keyboard and by the mark to where the body is up.
    slider = page.locator("[data-part=slider]")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    before = int(page.locator("#replay").get_attribute("data-at"))
    slider.press("ArrowRight")
    assert int(page.locator("#replay").get_attribute("data-at")) > before
    assert page.locator(".chart-up").count() >= 1
    lifted = next(one["at"] for one in track if one["lift"] == 2)
    page.locator("[data-instant]").first.click()
    assert abs(int(page.locator("#replay").get_attribute("data-at")) - lifted.timestamp()) <= 60
    assert "车厢举升" in page.locator("[data-part=state]").inner_text()
    look(page, "2-replay")
    page.locator("[data-part=play]").click()
    page.wait_for_function("document.getElementById('replay').dataset.playing === 'true'")
    page.locator("[data-part=play]").click()

    page.locator("h1").click()
    page.keyboard.press("t")
    page.locator("#take [value=put_back]").wait_for()
    page.wait_for_selector("#replay[data-ready=true]")  # the keys of the fresh page are heard by then
    page.keyboard.press("c")
    page.locator("[data-usual]:visible").first.click()
    page.keyboard.press("Control+Enter")
    page.locator(".note-success").wait_for()
    look(page, "3-confirmed")

    stands = do("stands")
    assert (stands["status"], stands["source"], stands["colour"]) == ("confirmed", "truck_rule", "red")
    assert {"R30", "A5"} & set(stands["clocks"]) and len(stands["reason"]) > 5
    assert page.locator(".page-head .site-red").count() == 1
    page.goto(f"{live_stack.url}/worksites/alerts/?state=confirmed")
    rate = page.locator("tr[data-rule=T03] [data-rate]").inner_text()
    assert re.fullmatch(r"\d+%", rate) and rate == "100%"
    page.locator("tr[data-alert]", has_text=PLATE).first.wait_for()
    look(page, "4-precision")
