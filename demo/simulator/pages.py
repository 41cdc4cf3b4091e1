"""Somebody at a desk or with a link: pages with a session and forms, where there is no API on purpose."""

import aiohttp

from demo.simulator.client import Away
from demo.simulator.live import TOKEN, sign_in
from demo.simulator.world import World


class Browser:
    """One browser; signed in as `username`, or as nobody."""

    def __init__(self, world: World, username: str = "") -> None:
        self.world, self.username = world, username
        self.session: aiohttp.ClientSession | None = None

    async def post(self, page: str, action: str, fields: dict[str, str], photos: dict[str, bytes] | None = None) -> str:
        """Fill in a form of `page` and send it to `action`; the text that comes back. Raises Away when refused."""
        session = await self._open()
        address = self.world.door.url
        try:
            async with session.get(address + page) as answer:
                found = TOKEN.search(await answer.text())
            if not found:
                raise Away(f"{page} has no form: {answer.status}")
            form = aiohttp.FormData({"csrfmiddlewaretoken": found[1], **fields})
            for name, picture in (photos or {}).items():
                form.add_field(name, picture, filename="photo.jpg", content_type="image/jpeg")
            async with session.post(address + action, data=form, headers={"Referer": address + page}) as answer:
                text = await answer.text()
                if answer.status >= 400:
                    raise Away(f"{action} refused: {answer.status}")
                return text
        except (aiohttp.ClientError, TimeoutError) as error:
            await self.close()
            raise Away(f"{action}: {error or type(error).__name__}") from error

    async def read(self, page: str) -> str:
        """The text of a page. Raises Away when refused."""
        session = await self._open()
        try:
            async with session.get(self.world.door.url + page) as answer:
                if answer.status >= 400:
                    raise Away(f"{page} refused: {answer.status}")
                return await answer.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            await self.close()
            raise Away(f"{page}: {error or type(error).__name__}") from error

    async def close(self) -> None:
        """Let the session go; the next form signs in anew."""
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def _open(self) -> aiohttp.ClientSession:
        if self.session is None:
            timeout = aiohttp.ClientTimeout(total=30)
            self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=timeout)
            if self.username:
                await sign_in(self.session, self.world, self.username)
        return self.session
