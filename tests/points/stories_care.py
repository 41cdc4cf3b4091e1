"""People of the stories of chest, lifeline and identity: a phone and a desk, in Chinese or in English.

`STORY_SHOTS=folder` keeps a picture of every step.
"""

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from django.utils import translation
from playwright.sync_api import Page

from points.models import Resident
from points.services import signing_in
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.incidents.conftest import jpeg

PASSWORD = "Ein-Kanal-30515"
PHONE, DESK = (360, 740), (1440, 900)
CHINESE = re.compile(r"[\u3400-\u9fff]+")
CODE = re.compile(r"\d{6}")
# What is read or spoken of a page; signs beside a word and the switch of the language are pictures.
READ = """() => {
  const said = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { said.push(node.textContent); return; }
    if (!(node instanceof Element) || node.matches("script, style, .switch, [aria-hidden=true], [data-theirs]")) return;
    for (const name of ["placeholder", "aria-label", "title", "alt"]) said.push(node.getAttribute(name) ?? "");
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return said.concat(document.title).map((one) => one.trim()).filter(Boolean);
}"""


class Screen:
    """A page that somebody looks at: each step is read in the story's language, measured and kept as a picture."""

    def __init__(self, page: Page, url: str, story: "Story", name: str):
        self.page, self.url, self.story, self.name = page, url, story, name
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: story.wrong.append(f"script on {page.url}: {error}"))
        page.on("response", self._answered)

    def open(self, path: str) -> "Screen":
        self.page.goto(f"{self.url}{path}")
        return self

    def speaks(self) -> "Screen":
        """Press the language, as people do."""
        with self.page.expect_navigation():
            self.page.locator(f".switch button[value={self.story.language}]").click()
        assert self.page.get_attribute("html", "lang") == self.story.language
        return self

    def see(self, step: str, *words: str) -> "Screen":
        """These words stand here, in the story's language nothing else does, and all of it fits."""
        for word in words:
            self.page.locator(f"body >> text={word}").first.wait_for()
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > self.page.viewport_size["width"]:
            self.story.wrong.append(f"{step}: {wide} px wide")
        if self.story.language == "en":
            for text in self.page.evaluate(READ):
                if left := CHINESE.findall(self.story.without_theirs(text)):
                    self.story.wrong.append(f"{step}: {left} in {text!r}")
        self.story.keep(self.page, f"{self.name}-{step}")
        return self

    def press(self, word: str) -> "Screen":
        """A button or link of this name."""
        both = self.page.get_by_role("button", name=word, exact=True).or_(
            self.page.get_by_role("link", name=word, exact=True)
        )
        with self.page.expect_navigation():
            both.first.click()
        return self

    def follow(self, word: str) -> "Screen":
        """The link in which these words stand."""
        with self.page.expect_navigation():
            self.page.get_by_role("link").filter(has_text=word).first.click()
        return self

    def fill(self, **fields: str) -> "Screen":
        for name, value in fields.items():
            field = self.page.locator(f"[name={name}]:visible").first
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        return self

    def tick(self, name: str, value: str = "on") -> "Screen":
        at = f"[name={name}]" if value == "on" else f"[name={name}][value='{value}']"
        # At its beginning: in the middle of a label there may be a link.
        self.page.locator(f"label:has({at})").click(position={"x": 12, "y": 12})
        return self

    def photos(self, **sides: str) -> "Screen":
        for name, colour in sides.items():
            picture = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(colour, (480, 360))}
            self.page.set_input_files(f"[name={name}]", picture)
        return self

    def code(self) -> str:
        """Have a code sent; no text messages are sent here, so the page says it."""
        self.page.click("#send")
        self.page.locator("#sent", has_text=CODE).wait_for()
        return CODE.search(self.page.inner_text("#sent"))[0]

    def _answered(self, answer) -> None:
        if answer.status >= 500:
            self.story.wrong.append(f"{answer.status} from {answer.url}")


class Story:
    """One language, the words that people typed in it, and everything that was wrong on the way."""

    def __init__(self, language: str, new_page: Callable[..., Page], url: str):
        self.language, self.new_page, self.url = language, new_page, url
        self.wrong: list[str] = []
        self.theirs: list[str] = []
        self._kept = 0

    def say(self, word: str, context: str = "") -> str:
        """What a page says for an English word of the system, in the language of the story."""
        with translation.override(self.language):
            return translation.pgettext(context, word) if context else translation.gettext(word)

    def typed(self, *words: str | Iterable[str]) -> None:
        """These words come from people, not from the system: names, titles, texts."""
        self.theirs += [one for word in words for one in ([word] if isinstance(word, str) else word)]

    def without_theirs(self, text: str) -> str:
        for word in sorted(self.theirs, key=len, reverse=True):
            text = text.replace(word, "")
        return text

    def phone(self, name: str) -> Screen:
        """A resident's phone."""
        return Screen(self.new_page(*PHONE, mobile=True), self.url, self, name)

    def desk(self, user: User) -> Screen:
        """A worker's desk, signed in by name and password."""
        screen = Screen(self.new_page(*DESK), self.url, self, "desk").open("/sign-in/").speaks()
        screen.fill(username=user.username, password=PASSWORD)
        with screen.page.expect_navigation():
            screen.page.press("[name=password]", "Enter")
        assert "/sign-in" not in screen.page.url
        return screen

    def comes_in(self, name: str, number: str, *, to: str = "/m/", child: bool = False) -> Screen:
        """Somebody signs in on the own phone with a code."""
        screen = self.phone(name).open(to)
        screen.speaks()
        if "/sign-in/" not in screen.page.url:
            screen.press(self.say("Sign in"))
        screen.fill(phone=number, code=screen.fill(phone=number).code()).tick("agreed")
        if child:
            screen.tick("child")
        return screen.press(self.say("Sign in"))

    def keep(self, page: Page, step: str) -> None:
        if folder := os.environ.get("STORY_SHOTS"):
            self._kept += 1
            where = Path(folder)
            where.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=where / f"{self.language}-{self._kept:02d}-{step}.png", full_page=True)


def a_worker_at(role: str, name: str, shown: str, **scope) -> User:
    """Somebody who can sign in at a desk."""
    user = User.objects.create_user(name, password=PASSWORD, display_name=shown)
    grant(user, role, **scope)
    return user


def phone_of(story: Story, person: Resident, path: str) -> Screen:
    """The phone of somebody who signed in before, in the story's language."""
    screen = story.phone(person.nickname)
    token = signing_in.start_session(person)
    screen.page.context.add_cookies([{"name": "ssw_resident", "value": token, "url": f"{story.url}/m/"}])
    return screen.open("/m/").speaks().open(path)
