"""One street told in stories: residents on small phones and workers at their desks, in Chinese and in English.

Every page that is looked at has to fit its screen, has had no script error and no answer of 500, and in English shows
no Chinese but what people wrote.
"""

import os
import re
from pathlib import Path

import pytest

from grid.models import Community
from points.models import Merchant, PhoneCode, Resident, Reward
from points.services import signing_in
from shushanwei.common.secrets import seal
from shushanwei.people.models import User
from tests.points.conftest import a_resident
from tests.points.phones import home, shot

LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}
PASSWORD = "Shushan-30515"
WORDS = """() => {
  const found = [document.title];
  const passed = "script, style, template, [hidden], [aria-hidden=true], [lang]:not(html)";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest(passed)) found.push(walk.currentNode.data);
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest("[lang]:not(html)")) found.push(one.getAttribute(name));
  return found.join("\\n");
}"""
SPEAKS = """navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const voice = context.createOscillator();
  const out = context.createMediaStreamDestination();
  voice.connect(out);
  voice.start();
  return out.stream;
}"""
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
SHOTS = os.environ.get("STORY_SHOTS")  # a folder, for who wants to look at every step


class Story:
    """The browsers of one story in one language."""

    def __init__(self, new_page, url: str, language: str, name: str):
        self.new_page, self.url, self.language, self.name = new_page, url, language, name
        self.wrong: list[str] = []
        self.written: set[str] = set()
        self.steps = 0

    def says(self, chinese: str, english: str) -> str:
        """The words of this story's language."""
        return english if self.language == "en" else chinese

    def wrote(self, text: str) -> str:
        """Something that a person types: it may stand in any page."""
        self.written.add(text)
        return text

    def page(self, width: int, height: int, **options) -> "Screen":
        page = self.new_page(width, height, locale=LANGUAGES[self.language], **options)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.wrong.append(f"script on {page.url}: {error}"))
        page.on("response", lambda answer: self._heard(answer))
        return Screen(self, page, width)

    def phone(self, who: Resident | None = None, *, at: tuple[float, float] | None = None) -> "Screen":
        """A small phone: of somebody who is signed in, or of nobody; `at` is where it is, WGS-84."""
        screen = self.page(360, 740, mobile=True)
        context = screen.page.context
        if who is not None:
            token = signing_in.start_session(who)
            context.add_cookies([{"name": "ssw_resident", "value": token, "url": f"{self.url}/m/"}])
        if at is not None:
            context.grant_permissions(["geolocation"])
            context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": 12})
        screen.open("/m/")
        return screen

    def desk(self, worker: User, path: str) -> "Screen":
        """A worker who signs in with the password and opens a page."""
        screen = self.page(1440, 900)
        screen.open(f"/sign-in/?next={path}")
        screen.page.fill("[name=username]", worker.username)
        screen.page.fill("[name=password]", PASSWORD)
        screen.page.press("[name=password]", "Enter")
        screen.page.wait_for_url(lambda address: "/sign-in" not in address)
        return screen

    def _heard(self, answer) -> None:
        if answer.status >= 500:
            self.wrong.append(f"{answer.status} {answer.url}")


class Screen:
    """One person's browser."""

    def __init__(self, story: Story, page, width: int):
        self.story, self.page, self.width = story, page, width

    def open(self, path: str) -> None:
        self.page.goto(f"{self.story.url}{path}")

    def press(self, chinese: str, english: str, within: str = "main, .phone-actions, .phone-bar, .phone-tabs") -> None:
        """Press the link, button or label that says this."""
        words = re.compile(re.escape(self.story.says(chinese, english)))
        on = self.page.locator(within).locator("a, button, label, summary").filter(has_text=words, visible=True)
        on.first.click()

    def sees(self, *pairs: tuple[str, str]) -> None:
        """Wait for these words, (Chinese, English), and look at the page that shows them."""
        for chinese, english in pairs:
            said = self.story.says(chinese, english)
            self.page.locator("main, .phone-bar, .bar").get_by_text(said).first.wait_for(state="visible")
        self.looks_right()

    def looks_right(self) -> None:
        """What holds of every page."""
        story, page = self.story, self.page
        story.steps += 1
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{story.name}-{story.language}-{story.steps:02d}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{page.url} is {wide} px wide"
        title = "[...document.querySelectorAll('.phone-bar h1')].every((one) => one.scrollWidth <= one.clientWidth)"
        assert page.evaluate(title), f"the title of {page.url} is cut"
        assert page.evaluate("document.documentElement.lang") == story.language
        if story.language == "en":
            assert chinese_in(page.evaluate(WORDS), story.written) == [], page.url

    def told(self) -> str:
        """The words of the page."""
        return self.page.locator("main").inner_text()


def chinese_in(words: str, written: set[str]) -> list[str]:
    """The Chinese of a page that nobody typed."""
    people = [*Resident.objects.values_list("nickname"), *User.objects.values_list("display_name")]
    shops = [*Merchant.objects.values_list("name", "address", "opening_hours")]
    goods = [*Reward.objects.values_list("name_zh", "description")]
    places = [*Community.objects.values_list("name", "short_name")]
    typed = {*written, *(one for row in [*people, *shops, *goods, *places] for one in row)}
    for one in sorted(filter(None, typed), key=len, reverse=True):
        words = words.replace(one, "")
    return [line.strip() for line in words.splitlines() if CHINESE.search(line)]


def a_picture(seed: int = 1) -> dict:
    """What a camera gives to a page."""
    return {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": shot(seed)}


def a_caller(n: int = 1, **values) -> Resident:
    """A resident of the community in whose middle the stories happen, with a phone that can be rung."""
    said = {"phone_sealed": seal(f"1000000{n:04d}"), "community_id": home(), "level": 2}
    return a_resident(n, **{**said, **values})


def sign_in(screen: Screen, phone: str) -> Resident:
    """On the page that asks for it: the number, the code that it shows where no messages are sent, the notice."""
    page = screen.page
    PhoneCode.objects.all().delete()
    page.fill("#phone", phone)
    page.click("#send")
    page.locator("#sent", has_text=re.compile(r"\d{6}")).wait_for()
    screen.looks_right()
    page.fill("#code", re.findall(r"\d{6}", page.inner_text("#sent"))[0])
    page.check("[name=agreed]")
    page.locator("#sign-in button[type=submit]").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return Resident.objects.latest("pk")


@pytest.fixture(params=LANGUAGES)
def story(request, new_page, live_server, settings):
    """The story in each language; what went wrong on any of its pages fails it at the end."""
    settings.SMS_SENDER = "points.sms.ConsoleSender"
    told = Story(new_page, live_server.url, request.param, request.node.originalname.removeprefix("test_")[:24])
    yield told
    assert told.wrong == []
