"""Every page of `/m/` on a small phone, in normal and in large type: readable, reachable, labelled and light.

The pages are found from the addresses of the system; those with an id in them through the links of the others.
"""

import gzip
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.urls import get_resolver, resolve

from points.models import HealthRoom, PointLot, Resident
from points.services import calls, health, mall, signing_in, volunteering
from shushanwei.common.clock import db_now
from shushanwei.config import BASE_DIR
from tests.access.test_every_door import patterns
from tests.points.chest import a_neighbour, a_pack, a_room, an_offer, an_officer, asks, on_duty
from tests.points.neighbours import a_listing, a_task
from tests.points.shops import a_merchant, a_reward, points_for

WIDTH, LEAST_TARGET, MOST_BYTES = 360, 44, 150_000
LEAST_CONTRAST = 4.5
NO_PAGE = re.compile(r"\.(json|js|webmanifest|xlsx)$|/photos?/|/wechat/|/config/")
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


@pytest.fixture
def person(ground, roles, transactional_db) -> Resident:
    """A resident with something on most pages."""
    room = a_room()
    officer = an_officer(room)
    on_duty(officer, room)
    me = a_neighbour(room, 7)
    for amount in (10, 20):
        a_pack(room, officer, amount)
    an_offer(me)
    asks(me, a_pack(room, officer), 2, trouble="牙疼")
    thread = health.ask(me, "夜里咳嗽，怎么护理？", uuid=uuid4())
    health.answer(thread.pk, "多喝温水，必要时到中心就诊。", uuid=uuid4(), actor=officer)
    with_the_rest(me)
    return me


def with_the_rest(me: Resident) -> None:
    """Points that expire soon, a reward taken, a task claimed, listings, a call."""
    points_for(me, 300)
    PointLot.objects.update(expires_at=db_now() + timedelta(days=9))
    reward = a_reward(a_merchant(community=me.community))
    mall.redeem(me, reward.uuid, uuid=uuid4())
    task = a_task(community=me.community)
    volunteering.claim(me, task.uuid, uuid=uuid4())
    a_listing(a_neighbour(HealthRoom.objects.get(), 8))
    a_listing(me, title="旧书架")
    calls.call(me, calls.Called(uuid4(), "repair", "楼道灯坏了", community=me.community_id))


@pytest.fixture
def phone(new_page, live_server, person, settings):
    """A small phone; `phone(None)` for who only looks around."""
    settings.LANGUAGE_CODE = "zh-hans"

    def make(who: Resident | None):
        page = new_page(WIDTH, 740, mobile=True)
        page.set_default_timeout(30_000)
        if who is not None:
            token = signing_in.start_session(who)
            page.context.add_cookies([{"name": "ssw_resident", "value": token, "url": f"{live_server.url}/m/"}])
        return page

    return make


def addresses() -> list[str]:
    """Every address below `/m/` without an id in it that answers to somebody who opens it."""
    found = sorted(path for path in patterns(get_resolver()) if path.startswith("/m/") and "<" not in path)
    return [path for path in found if not NO_PAGE.search(path)]


def walk(page, url: str, start: list[str]) -> tuple[dict[str, str], set[str]]:
    """Open each page once, and one of each kind that they link to: ({name: what is wrong with it}, names seen)."""
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    waiting = list(start)
    page.on("pageerror", lambda error: wrong.setdefault(f"script on {page.url}", str(error)))
    while waiting:
        path = waiting.pop(0)
        name = resolve(path.split("?")[0]).url_name or ""
        if name in seen:
            continue
        seen.add(name)
        answer = page.context.request.get(f"{url}{path}")
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue  # what is only posted to, or no page
        page.goto(f"{url}{path}")
        told = page.evaluate(LOOK, {"target": LEAST_TARGET, "contrast": LEAST_CONTRAST, "width": WIDTH})
        if told["wrong"]:
            wrong[name] = "; ".join(told["wrong"])
        waiting += [link for link in told["links"] if not NO_PAGE.search(link.split("?")[0])]
    return wrong, seen


@pytest.mark.slow
@pytest.mark.parametrize("large", [False, True])
def test_every_page_can_be_read_reached_and_filled_in_on_a_small_phone(phone, person, live_server, large):
    Resident.objects.filter(pk=person.pk).update(large_type=large)
    wrong, seen = walk(phone(person), live_server.url, addresses())
    assert wrong == {}, "\n".join(f"{name}: {what}" for name, what in wrong.items())
    assert {"medicine-item", "medicine-request", "health-thread"} <= seen
    assert {"reward", "redemption", "volunteering-task", "market-listing", "call-one"} <= seen


@pytest.mark.slow
def test_the_pages_for_who_only_looks_around_too(phone, live_server):
    wrong, _seen = walk(phone(None), live_server.url, addresses())
    assert wrong == {}, "\n".join(f"{name}: {what}" for name, what in wrong.items())


@pytest.mark.slow
def test_the_first_load_is_light(phone, person, live_server):
    page, bytes_of = phone(person), {}

    def keep(answer):
        if answer.request.resource_type in ("script", "stylesheet"):
            bytes_of[answer.url] = len(gzip.compress(answer.body(), 6))

    page.on("response", keep)
    page.goto(f"{live_server.url}/m/", wait_until="networkidle")
    assert len(bytes_of) > 3
    total = sum(bytes_of.values())
    assert total < MOST_BYTES, "\n".join(f"{size:>7} {url}" for url, size in sorted(bytes_of.items()))


@pytest.mark.parametrize("sheet", sorted((BASE_DIR / "static" / "css").glob("m*.css")), ids=lambda path: path.name)
def test_colours_come_from_the_tokens_alone(sheet):
    if not re.fullmatch(r"m(_\w+)?\.css", sheet.name):
        return
    said = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|:\s*(?:white|black|red|green|blue)\b", said) == []
