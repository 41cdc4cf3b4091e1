"""The Chromium of this machine, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


@contextmanager
def chromium(*more_flags: str) -> Iterator[Browser]:
    """A running browser; raises LookupError where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise LookupError("no Chromium on this machine: install the package chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *more_flags])
        try:
            yield running
        finally:
            running.close()
