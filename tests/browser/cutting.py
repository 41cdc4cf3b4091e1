"""Console and wall behind a line that is cut at random while a shift is at work; at the end they must be right."""

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.browser.same import case_differs, console_differs, wall_differs
from tests.line import WAYS, Line
from tests.outside import Sender, an_alert, cookie_of
from tests.stack import Stack, wait_for

KINDS = ["quarrel", "noise_dispute", "neighbour_dispute", "road_occupied"]
AMBER_S, RED_S, SLACK_S = 10, 30, 4


@dataclass
class Cuts:
    """How long the line is cut and how long it is whole in between, in seconds."""

    seconds: float
    shortest: float
    longest: float
    rest: tuple[float, float]
    seed: int = 30515
    done: list[tuple[str, str, float]] = field(default_factory=list)


class Alerts:
    """Cameras that report about `rate` alerts a second, a third of them of things that are known already."""

    def __init__(self, sender: Sender, first_place: int, rate: float, seed: int) -> None:
        self.sender, self.place, self.rate = sender, first_place, rate
        self.draw = random.Random(seed)
        self.sent = 0
        self.failures: list[BaseException] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        try:
            while not self._stopped.wait(self.draw.uniform(0, 2 / self.rate)):
                known = self.draw.random() < 0.3
                self.place += not known
                title = f"线上{self.place}"
                self.sender.send_until_taken(an_alert(self.place, kind=KINDS[self.place % 4], title=title), 120)
                self.sent += 1
        except BaseException as error:
            self.failures.append(error)

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(130)
        assert not self.failures, self.failures


@dataclass
class Pages:
    """The console with a case open, and the wall, both behind one line."""

    stack: Stack
    line: Line
    console: Page
    wall: Page
    case: int

    @property
    def both(self) -> tuple:
        return self.console, self.wall

    def differ(self) -> list[str]:
        """What either shows otherwise than the server says."""
        url = self.stack.url
        console = console_differs(self.console, url, self.truth)
        return console + case_differs(self.console, url, self.case) + wall_differs(self.wall, url)

    def truth(self, ids: list[int]) -> dict[int, tuple[str, int]]:
        rows = self.stack.sql("select id, status, level from incidents_incident where id = any(%s)", ids)
        return {number: (status, level) for number, status, level in rows}


def signed_in(
    stack: Stack,
    browser: Browser,
    name: str,
    path: str,
    proxy: dict | None = None,
    width: int = 1440,
    height: int = 900,
) -> Page:
    """A page as somebody in Hangzhou sees it, live, by a session of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", proxy=proxy
    )
    key = cookie_of(stack, name).split("=")[1]
    context.add_cookies([{"name": "sessionid", "value": key, "url": stack.url}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{stack.url}{path}")
    page.wait_for_selector("#link-state[data-state=live]")
    page.evaluate("void (window.sameVisit = true)")
    return page


@contextmanager
def opened(stack: Stack, browser: Browser, case: tuple[int, str]) -> Iterator[Pages]:
    """Open both pages behind a line of their own; errors of their scripts fail at the end."""
    line, wrong, shown = Line(), [], []

    def look(name: str, path: str) -> Page:
        page = signed_in(stack, browser, name, path, line.proxy)
        page.on("pageerror", lambda error: wrong.append(f"{path}: {error}"))
        shown.append(page)
        return page

    try:
        console, wall = look("page-a", f"/console/#{case[1]}"), look("page-wall", "/screen/")
        console.locator("#case .story li").first.wait_for()
        yield Pages(stack, line, console, wall, case[0])
        assert wrong == []
    finally:
        line.mend()
        for page in shown:
            page.context.close()
        line.stop()


def cut_at_random(pages: Pages, cuts: Cuts) -> None:
    """Cut and mend until the time is over; while it is cut for long, the age of the data shows in amber, then red."""
    draw, until = random.Random(cuts.seed), time.monotonic() + cuts.seconds
    ways, ends = _each_in_turn(draw, WAYS), _each_in_turn(draw, (0, 0, pages.stack.ws_port, pages.stack.port))
    while time.monotonic() < until:
        pages.console.wait_for_timeout(draw.uniform(*cuts.rest) * 1_000)
        how, only, lasts = next(ways), next(ends), draw.uniform(cuts.shortest, cuts.longest)
        what = {0: "everything", pages.stack.ws_port: "the socket"}.get(only, "the pages")
        pages.line.cut(how, only)
        pages.console.wait_for_timeout(lasts * 1_000)
        if not only and lasts > AMBER_S + SLACK_S:
            ages = ["red"] if lasts > RED_S + SLACK_S else ["amber", "red"]
            for page in pages.both:
                page.wait_for_function(
                    "ages => ages.includes(document.getElementById('link-state').dataset.age)", arg=ages, timeout=20_000
                )
        pages.line.mend()
        cuts.done.append((how, what, lasts))


def _each_in_turn(draw: random.Random, values: Sequence) -> Iterator:
    """All values by chance, none again before all have come."""
    while True:
        yield from draw.sample(values, len(values))


def right_at_the_end(pages: Pages, patience_s: float) -> float:
    """Seconds until both pages show exactly what the server says, by themselves and on the same visit."""
    found: list[str] = ["nothing was compared"]
    # Nobody is reminded while the pages are compared: every few seconds something would be new again.
    pages.stack.sql("update incidents_deadline set remind_at = null where remind_at is not null")

    def right() -> bool:
        for page in pages.both:
            page.wait_for_timeout(200)
            if page.get_attribute("#link-state", "data-state") != "live":
                found[:] = [f"{page.url} is not live"]
                return False
        found[:] = pages.differ()
        return not found

    took = wait_for(right, patience_s, lambda: "the pages to be right:\n" + "\n".join(found[:20]))
    for page in pages.both:
        assert page.evaluate("window.sameVisit") is True, "the page was loaded anew"
    return took


class Shift:
    """A shift in a process of its own: `begin()`, and `end()` gives how often each step was taken."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.case = tuple(self._run("ready()"))
        self.done: dict[str, int] = {}

    def begin(self, seconds: float, seed: int) -> None:
        def work() -> None:
            self.done = self._run(f"work({seconds}, {seed})")

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def end(self, patience_s: float = 120) -> dict[str, int]:
        self._thread.join(patience_s)
        assert self.done, "the shift did not come home"
        return self.done

    def _run(self, call: str):
        code = f"import json\nfrom tests.browser import shift\nprint(json.dumps(shift.{call}))"
        return json.loads(self.stack.django(code).strip().splitlines()[-1])


def cut_and_compare(stack: Stack, browser: Browser, sender: Sender, cuts: Cuts, rate: float, patience_s: float) -> str:
    """The whole story; what happened, in words."""
    shift = Shift(stack)
    with opened(stack, browser, shift.case) as pages:
        shift.begin(cuts.seconds, cuts.seed)
        alerts = Alerts(sender, random.randrange(400_000, 600_000), rate, cuts.seed)
        cut_at_random(pages, cuts)
        alerts.stop()
        steps = shift.end()
        took = right_at_the_end(pages, patience_s)
    ways = ", ".join(f"{how} {what} {lasts:.0f} s" for how, what, lasts in cuts.done)
    taken = ", ".join(f"{name} {count}" for name, count in sorted(steps.items()))
    return f"{alerts.sent} alerts; {taken}; cut {len(cuts.done)} times ({ways}); right after {took:.1f} s"
