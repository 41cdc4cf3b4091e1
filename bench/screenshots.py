"""Pictures of the running street for docs/screenshots: `make run` in one window, `make screenshots` in another.

`SHOTS_URL` names another address, `DEMO_PASSWORD` another password of the exercise's accounts.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from shushanwei.config import BASE_DIR, read

SESSIONS: dict[str, list] = {}  # phone → cookies
FOLDER = Path(BASE_DIR) / "docs" / "screenshots"
PASSWORD = "Shushan-30515"  # published in the README: every account of the exercise has it
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


@dataclass
class Shot:
    """One picture: who looks, at what, on which screen, and what is done before the shutter."""

    name: str
    user: str
    path: str
    width: int
    height: int
    ready: str
    before: Callable[[Page], None] = lambda page: None
    mobile: bool = False
    theme: str = ""


def open_a_moving_case(page: Page) -> None:
    """Choose the newest incident that a unit has been sent to."""
    moving = page.locator(".row[data-status=handling], .row[data-status=dispatched]")
    (moving if moving.count() else page.locator(".row")).first.click()
    page.locator(".story li").first.wait_for()


def wait_for_map(page: Page) -> None:
    """The three-dimensional map is drawn by software here: give it time."""
    page.locator("#map canvas").first.wait_for()
    page.locator(".line").first.wait_for()
    time.sleep(20)


def open_first(selector: str) -> Callable[[Page], None]:
    """Follow the first link of a list and wait until its map is drawn."""

    def before(page: Page) -> None:
        page.locator(selector).first.click()
        page.locator(".replay-map canvas, .leaflet-container").first.wait_for()
        time.sleep(12)

    return before


SHOTS = [
    Shot("console", "seat1", "/console/", 1920, 1080, "#link-state[data-state=live]", open_a_moving_case),
    Shot(
        "console-day",
        "seat2",
        "/console/",
        1440,
        900,
        "#link-state[data-state=live]",
        open_a_moving_case,
        theme="light",
    ),
    Shot("wall", "wall", "/screen/", 3840, 1080, "#link-state[data-state=live]", wait_for_map),
    Shot("unit", "squad01-1", "/unit/", 390, 844, "body", mobile=True),
    Shot("reports", "lead1", "/reports/", 1440, 900, "main"),
    Shot("roster", "lead1", "/roster/", 1440, 900, "main"),
    Shot("patrols", "lead1", "/patrols/?view=year", 1440, 900, "#link-state, main", lambda page: time.sleep(3)),
    Shot("police-desk", "police", "/police/desk/", 1440, 900, "#link-state[data-state=live]"),
    Shot("volunteers", "lead1", "/volunteers/", 1440, 900, "main"),
    Shot("field", "grid01", "/field/#patrol", 390, 844, "#field-ready", lambda page: time.sleep(2), mobile=True),
    Shot("site", "brigade1", "/worksites/?colour=red", 1440, 900, "main", open_first("table a.strong")),
    Shot(
        "truck-alert",
        "seat1",
        "/worksites/alerts/?rule=T03&state=all",
        1440,
        900,
        "main",
        open_first("table a[href*='YJ-']"),
    ),
    Shot("inspect", "brigade1", "/worksites/inspect/", 390, 844, "main", lambda page: time.sleep(3), mobile=True),
    Shot("rider", "rider", "/rider/", 390, 844, "main", lambda page: time.sleep(1), mobile=True),
    Shot("residents", "10030510001", "/m/", 390, 844, "main", mobile=True),
    Shot("report", "10030510001", "/m/report/", 390, 844, "main", lambda page: time.sleep(1), mobile=True),
    Shot("mall", "10030510001", "/m/mall/", 390, 844, "main", lambda page: time.sleep(2), mobile=True),
    Shot("market", "10030510001", "/m/market/", 390, 844, "main", lambda page: time.sleep(2), mobile=True),
    Shot("residents-figures", "lead1", "/residents/figures/", 1440, 900, "main"),
]


def main() -> int:
    """Take the pictures named on the command line, or all; 1 when the street does not run."""
    address = os.environ.get("SHOTS_URL") or f"http://127.0.0.1:{read().port}"
    try:
        urlopen(f"{address}/healthz", timeout=5).close()
    except (URLError, OSError):
        print(f"Nothing answers at {address}: start the street with `make run` first.", file=sys.stderr)
        return 1
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for shot in SHOTS:
            if shot.name in wanted:
                take(browser, shot, address)
        browser.close()
    return 0


def take(browser: Browser, shot: Shot, address: str) -> None:
    """Sign in, look, keep the picture."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        is_mobile=shot.mobile,
        has_touch=shot.mobile,
        device_scale_factor=2 if shot.mobile else 1,
    )
    if shot.theme:
        context.add_cookies([{"name": "ssw_theme", "value": shot.theme, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    (sign_in_resident if shot.path.startswith("/m/") else sign_in)(page, shot.user, address)
    page.goto(f"{address}{shot.path}")
    page.locator(shot.ready).first.wait_for()
    shot.before(page)
    time.sleep(2)
    page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()
    print(f"{shot.name}.png ({shot.width}×{shot.height}) {shot.path}")


def sign_in(page: Page, user: str, address: str) -> None:
    """A worker, by name and password."""
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", os.environ.get("DEMO_PASSWORD") or PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_in_resident(page: Page, phone: str, address: str) -> None:
    """A resident, by the code of a message; without a sender of messages the page itself shows it.

    One browser keeps one session: a number gets one code a minute.
    """
    if phone not in SESSIONS:
        page.goto(f"{address}/m/sign-in/")
        page.fill("#phone", phone)
        page.click("#send")
        page.locator("#sent", has_text=re.compile("[0-9]{6}")).wait_for()
        page.fill("#code", re.search(r"[0-9]{6}", page.inner_text("#sent"))[0])  # type: ignore[index]
        page.check("input[name=agreed]")
        page.click("button[type=submit].weui-btn_primary")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        SESSIONS[phone] = page.context.cookies(f"{address}/m/")
    page.context.add_cookies(SESSIONS[phone])


if __name__ == "__main__":
    sys.exit(main())
