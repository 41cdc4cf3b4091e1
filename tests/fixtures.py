"""Fixtures for all rooms: the reference data, the running system and the browser."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command

from grid import selectors, working

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


@pytest.fixture(autouse=True)
def _look_at_the_ground_again():
    """What a process keeps in memory of the ground and the calendar belongs to the test before."""
    selectors.look_again()
    working.forget()


@pytest.fixture
def roles(db):
    """The roles of the starter table with the permissions of every room."""
    call_command("load_roles", verbosity=0)


@pytest.fixture
def catalogue(db):
    """Categories, filing standards, departments and deadline policies."""
    call_command("load_catalogue", verbosity=0)


@pytest.fixture
def ground(db):
    """The communities, grids and micro-grids of the street."""
    call_command("load_ground", verbosity=0)


@pytest.fixture(scope="session")
def live_stack():
    """The whole system in real processes on its own database, empty but for the reference data."""
    from tests.stack import Stack

    local = Path(tempfile.mkdtemp(prefix="ssw-stack-"))
    stack = Stack(local)
    try:
        yield stack.start()
    finally:
        stack.stop()
        shutil.rmtree(local, ignore_errors=True)


@pytest.fixture(scope="session")
def browser():
    """The Chromium of this machine, driven by Playwright; the page tests are skipped where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def new_page(browser):
    """Make a page as a person in Hangzhou sees it: `new_page(width=…, height=…, mobile=…)`, signed in nowhere."""
    contexts = []

    def make(width=1440, height=900, *, mobile=False, locale="zh-CN", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            timezone_id="Asia/Shanghai",
            has_touch=mobile,
            is_mobile=mobile,
            **options,
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
