"""A patient HTTP client: signs people in, signs alerts, waits out a server that is busy, restarting or away."""

import asyncio
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from incidents.intake.signing import sign

PATIENCE_S = 60.0
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0
AT_ONCE = 6


class Away(Exception):
    """The server could not be reached, or answered nothing useful, for too long."""


@dataclass
class Answer:
    """What came back: HTTP status and the JSON body (None for none)."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return self.status < 400


@dataclass
class Door:
    """The one address that everybody speaks to."""

    url: str
    session: aiohttp.ClientSession
    say: Callable[[str], None]
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    away_since: float | None = None
    sent: int = 0

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        raw: bytes | None = None,
        form: aiohttp.FormData | None = None,
        headers: dict[str, str] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Answer:
        """One request, tried again on 429, 5xx and a dead line until `patience_s` has passed; then raises Away.

        A `form` is read while it is sent and cannot be sent twice: it is tried once.
        """
        head = {"Accept": "application/json", "Accept-Language": "zh-hans", **(headers or {})}
        if token:
            head["Authorization"] = f"Token {token}"
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode()
            head["Content-Type"] = "application/json"
        until = time.monotonic() + patience_s
        wait = FIRST_WAIT_S
        while True:
            try:
                async with (
                    self.slots,
                    self.session.request(
                        method, self.url + path, data=form if form is not None else raw, headers=head
                    ) as response,
                ):
                    text = await response.read()
                    self.sent += 1
                    if response.status != 429 and response.status < 500:
                        self._back()
                        return Answer(response.status, _read(text))
                    why = f"answers {response.status}"
                    wait = max(wait, float(response.headers.get("Retry-After", 0) or 0))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                why = str(error) or type(error).__name__
                self._lost(why)
            if form is not None or time.monotonic() + wait > until:
                raise Away(f"{method} {path}: {why}")
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def alert(self, source: str, secret: str, alerts: list[dict]) -> Answer:
        """Send alerts the way a camera does."""
        body = {"alerts": alerts} if len(alerts) > 1 else alerts[0]
        return await self.signed("/api/v1/alerts/", source, secret, body)

    async def signed(self, path: str, source: str, secret: str, body: dict) -> Answer:
        """Send what a machine has to say: signed over the time and the body."""
        raw = json.dumps(body, ensure_ascii=False).encode()
        for _try in range(4):
            now = int(time.time())
            headers = {
                "Content-Type": "application/json",
                "X-Source": source,
                "X-Timestamp": str(now),
                "X-Signature": sign(secret.encode(), now, raw),
            }
            try:
                # The signature ages: what could not be sent within seconds is signed anew.
                return await self.call("POST", path, raw=raw, headers=headers, patience_s=30)
            except Away:
                continue
        raise Away(path)

    def _lost(self, why: str) -> None:
        if self.away_since is None:
            self.away_since = time.monotonic()
            self.say(f"The server is away ({why}); waiting for it.")

    def _back(self) -> None:
        if self.away_since is not None:
            self.say(f"The server is back after {time.monotonic() - self.away_since:.0f} s.")
            self.away_since = None


@dataclass
class Tokens:
    """Tokens kept between runs: an account holds only so many, and hashing a password is slow on purpose."""

    file: Path
    url: str
    password: str
    known: dict[str, str] = field(default_factory=dict)
    signing_in: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        try:
            self.known = json.loads(self.file.read_text()).get(self.url, {})
        except (OSError, ValueError):
            self.known = {}

    def keep(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with open(self.file, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            json.dump({self.url: self.known}, file)


@dataclass
class Person:
    """An account at work. Signs in when needed, one person at a time."""

    door: Door
    tokens: Tokens
    username: str

    async def call(self, method: str, path: str, **how: Any) -> Answer:
        """A request in this person's name; an expired token is renewed once."""
        answer = Answer(401, None)
        for _try in range(2):
            token = self.tokens.known.get(self.username) or await self._sign_in()
            answer = await self.door.call(method, path, token=token, **how)
            if answer.status != 401:
                return answer
            if self.tokens.known.get(self.username) == token:
                del self.tokens.known[self.username]
            if how.get("form") is not None:
                break
        return answer

    async def get(self, path: str) -> Any:
        """The body of a GET, or None where it was refused."""
        answer = await self.call("GET", path)
        return answer.body if answer.ok else None

    async def post(self, path: str, body: dict | None = None) -> Answer:
        """A POST with a JSON body."""
        return await self.call("POST", path, body=body or {})

    async def _sign_in(self) -> str:
        async with self.tokens.signing_in:
            if token := self.tokens.known.get(self.username):
                return token
            body = {"username": self.username, "password": self.tokens.password}
            answer = await self.door.call("POST", "/api/v1/token/", body=body)
            if not answer.ok:
                # Wrong password or locked: trying again every second would only keep the lock shut.
                await asyncio.sleep(20)
                raise Away(f"{self.username} cannot sign in: {answer.status} {answer.body}")
            self.tokens.known[self.username] = answer.body["token"]
            self.tokens.keep()
            return answer.body["token"]


def _read(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
