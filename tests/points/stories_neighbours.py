"""Stories that people press through: phones and a desk, in one of two languages, with a look at every page."""

import re
from datetime import timedelta
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page

from points import identity
from points.models import Resident
from points.services import signing_in
from shushanwei.people.models import User
from tests.points.browsers import worker_in
from tests.points.neighbours import LAT, LON

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}
PHONE, DESK = (360, 740), (1440, 900)
CHINESE = re.compile(r"[\u3400-\u9fff]+")
# All words of a page that somebody reads or hears: without the names of the two languages and the signs of the tiles.
READ = """() => {
  const said = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const within = walk.currentNode.parentElement;
    const apart = within.closest("script, style, noscript, [lang]:not(html), .leaflet-container, .m-sign");
    if (!apart) said.push(walk.currentNode.data);
  }
  for (const one of document.querySelectorAll("[placeholder], [aria-label], [title], img[alt]"))
    for (const name of ["placeholder", "aria-label", "title", "alt"]) said.push(one.getAttribute(name) ?? "");
  return [document.title, ...said].map((words) => words.trim()).filter(Boolean);
}"""


class Story:
    """One run: who takes part, what they typed and what they saw."""

    def __init__(self, language: str, new_page, url: str):
        self.language, self.new_page, self.url = language, new_page, url
        self.typed: set[str] = set()

    def words(self, chinese: str, english: str) -> str:
        """What the page says in the language of the story."""
        return english if self.language == "en" else chinese

    def phone(self, who: Resident | None = None) -> "Reader":
        """A small phone, signed in as a resident; None: nobody yet."""
        page = self._page(*PHONE, mobile=True)
        if who is not None:
            token = signing_in.start_session(who)
            page.context.add_cookies([{"name": identity.COOKIE, "value": token, "url": f"{self.url}/m/"}])
        return Reader(self, page, PHONE[0])

    def desk(self, who: User) -> "Reader":
        """A worker's screen."""
        page = self._page(*DESK)
        key = worker_in(who).cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": key, "url": self.url}])
        return Reader(self, page, DESK[0])

    def _page(self, width: int, height: int, **options) -> Page:
        page = self.new_page(width, height, locale=LANGUAGES[self.language], **options)
        page.set_default_timeout(30_000)
        return page


class Reader:
    """Somebody in front of a page: presses, types, and looks at what is there after each step."""

    def __init__(self, story: Story, page: Page, width: int):
        self.story, self.page, self.width = story, page, width
        self.broken: list[str] = []
        page.on("pageerror", lambda error: self.broken.append(f"{page.url}: {error}"))
        page.on("response", self._answered)

    def opens(self, path: str) -> None:
        """Goes to an address, as from a QR code or a bookmark."""
        self.page.goto(urljoin(self.story.url, path))
        self.looks()

    def types(self, **fields: str) -> None:
        """Fills fields by name; what was typed may be Chinese on an English page."""
        for name, value in fields.items():
            self.story.typed.add(value)
            self.page.locator(f"main [name={name}]:visible").first.fill(value)

    def presses(self, what: str, within: str = "main") -> None:
        """Presses a button or a link by its words, and sees the page that comes."""
        exact = re.compile(rf"^\s*{re.escape(what)}\s*$")
        found = self.page.locator(f"{within} :is(button, a, summary):visible").filter(has_text=exact)
        self._goes_on(found.first)

    def follows(self, words: str) -> None:
        """Opens the link in which these words stand."""
        self._goes_on(self.page.locator("main a:visible").filter(has_text=words).first)

    def reads(self, chinese: str, english: str | None = None) -> None:
        """These words stand on the page; one wording for what people typed."""
        said = chinese if english is None else self.story.words(chinese, english)
        self.page.locator("body").filter(has_text=said).wait_for(timeout=10_000)

    def misses(self, words: str) -> None:
        """These words do not stand on the page."""
        assert words not in self.page.inner_text("main"), words

    def looks(self) -> None:
        """Nothing is broken, too wide, or in the wrong language."""
        assert self.broken == []
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url
        if self.story.language == "en":
            strange = [said for said in self.page.evaluate(READ) if CHINESE.search(self._without_typed(said))]
            assert strange == [], f"{self.page.url}: {strange}"

    def stands_at(self, lon: float = LON, lat: float = LAT) -> None:
        """The phone says that it is here."""
        self.page.context.grant_permissions(["geolocation"])
        self.page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 12})

    def path(self) -> str:
        """Where the page is."""
        return self.page.url.removeprefix(self.story.url)

    def _goes_on(self, pressed: Locator) -> None:
        """Presses and waits for the page that comes: at a check-in only once the phone knows where it is."""
        if pressed.evaluate("one => one.tagName") == "SUMMARY":
            pressed.click()
        else:
            with self.page.expect_navigation():
                pressed.click()
        self.looks()

    def _without_typed(self, said: str) -> str:
        for typed in sorted(self.story.typed, key=len, reverse=True):
            said = said.replace(typed, "")
        return said

    def _answered(self, answer) -> None:
        if answer.status >= 500:
            self.broken.append(f"{answer.url}: {answer.status}")


def earlier(row, minutes: int, *names: str) -> None:
    """So much time has passed: these instants of a row lie that much further back."""
    row.refresh_from_db()
    for name in names:
        setattr(row, name, getattr(row, name) - timedelta(minutes=minutes))
    row.save(update_fields=names)
