"""The ear of the simulated seats: signs in like a browser, takes a snapshot, follows the live push."""

import json
import re
import time
from urllib.parse import urlsplit

import aiohttp

from demo.simulator.client import Away
from demo.simulator.world import World

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SILENT_S = 8.0  # beats come every 2 s
FORGET_EVERY_S = 60.0


async def listen(world: World, ws_url: str, username: str) -> None:
    """Follow everything until the line breaks; the caller starts it again."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as browser:
        await sign_in(browser, world, username)
        origin = f"{urlsplit(world.door.url).scheme}://{urlsplit(world.door.url).netloc}"
        patience = aiohttp.ClientWSTimeout(ws_receive=SILENT_S, ws_close=0.3)
        async with browser.ws_connect(ws_url, headers={"Origin": origin}, heartbeat=20, timeout=patience) as line:
            await _snapshot(world, username)
            forget_at = time.monotonic() + FORGET_EVERY_S
            async for message in line:
                if message.type != aiohttp.WSMsgType.TEXT:
                    break
                heard = json.loads(message.data)
                if heard["type"] == "change" and heard.get("shape"):
                    world.take_change(heard["subject"], heard["shape"])
                elif heard["type"] == "resync":
                    await _snapshot(world, username)
                if time.monotonic() > forget_at:
                    world.forget_ended()
                    forget_at = time.monotonic() + FORGET_EVERY_S
    raise Away("live line closed")


async def sign_in(browser: aiohttp.ClientSession, world: World, username: str) -> None:
    """Sign in at the page, as a browser does; raises Away."""
    address = world.door.url + "/sign-in/"
    try:
        async with browser.get(address) as page:
            found = TOKEN.search(await page.text())
        if not found:
            raise Away("the sign-in page has no form")
        form = {"csrfmiddlewaretoken": found[1], "username": username, "password": world.tokens.password}
        async with browser.post(address, data=form, headers={"Referer": address}, allow_redirects=False) as answer:
            if answer.status not in (302, 303):
                raise Away(f"{username} cannot sign in at the page: {answer.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Away(f"sign-in page: {error or type(error).__name__}") from error


async def _snapshot(world: World, username: str) -> None:
    body = await world.person(username).get("/api/v1/console/snapshot/")
    if body is None:
        raise Away("no snapshot")
    world.take_snapshot(body["incidents"], body["assignments"])
