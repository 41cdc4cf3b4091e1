"""The socket itself: only for those who are signed in, and only as long as they are."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from incidents.services.sweeping import ALARM_AUDIENCE
from shushanwei.asgi import application
from shushanwei.journal import hub as hubs
from shushanwei.journal import live
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.journal.test_hub import let_go

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(role: str = "") -> str:
    user = User.objects.create_user("seat", password="Shushan-30515", is_superuser=not role)
    if role:
        grant(user, role)
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "shushanwei.people.backends.RoleBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.create()
    return session.session_key


class Socket(ApplicationCommunicator):
    """One browser's connection, without a server in between."""

    def __init__(self, cookie: str, origin: bytes) -> None:
        headers = [(b"origin", origin), (b"cookie", f"sessionid={cookie}".encode())]
        scope = {"type": "websocket", "path": "/ws/live/", "query_string": b"", "headers": headers, "subprotocols": []}
        super().__init__(application, scope)

    async def connect(self) -> dict:
        """What the server says to the handshake."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=20)

    async def closed(self) -> int:
        """The code of the close, whatever is said before it."""
        while (message := await self.receive_output(timeout=20))["type"] != "websocket.close":
            pass
        return message["code"]


def talk(story, cookie: str = "", origin: bytes = b"http://localhost") -> None:
    """Let `story(socket)` happen on one connection."""

    async def play() -> None:
        socket = Socket(cookie, origin)
        try:
            await asyncio.wait_for(story(socket), 60)
        finally:
            await socket.send_input({"type": "websocket.disconnect", "code": 1000})
            await socket.wait(timeout=5)
            hub = hubs.hub()
            for task in hub.tasks:
                task.cancel()
            await asyncio.gather(*hub.tasks, return_exceptions=True)
            await let_go()

    asyncio.run(play())


ACCEPTED = "websocket.accept"


def test_a_stranger_is_told_4401_and_nothing_else():
    async def story(socket):
        assert (await socket.connect())["type"] == ACCEPTED
        assert await socket.receive_output(timeout=20) == {"type": "websocket.close", "code": 4401}

    talk(story)


def test_a_page_of_another_site_is_not_let_in():
    key = signed_in()

    async def story(socket):
        assert (await socket.connect())["type"] == "websocket.close"

    talk(story, key, b"https://evil.test")


def test_somebody_signed_in_hears_hello():
    key = signed_in()

    async def story(socket):
        assert (await socket.connect())["type"] == ACCEPTED
        hello = json.loads((await socket.receive_output(timeout=20))["text"])
        assert hello["type"] == "hello"

    talk(story, key)


@pytest.mark.parametrize(
    ("role", "hears"), [("seat_operator", True), ("", True), ("leader_view", False)], ids=["seat", "superuser", "wall"]
)
def test_an_alarm_is_told_at_once_to_those_who_may_acknowledge_it(roles, role, hears):
    key = signed_in(role)
    told = {"subject": "alarm", "id": 7, "verb": "alarm.a5_missed", "shape": {"id": 7}}
    seen = {"subject": "incident", "id": 9, "verb": "incident.opened", "shape": {"id": 9}}

    async def story(socket):
        assert (await socket.connect())["type"] == ACCEPTED
        assert json.loads((await socket.receive_output(timeout=20))["text"])["type"] == "hello"
        live.publish({"type": "change", "rev": 1, **told, "audience": ALARM_AUDIENCE})
        live.publish({"type": "change", "rev": 2, **seen, "audience": {"permission": "incidents.view_incident"}})
        heard = []
        while "incident" not in heard:
            message = json.loads((await socket.receive_output(timeout=20))["text"])
            heard += [message["subject"]] if message["type"] == "change" else []
        assert heard == (["alarm", "incident"] if hears else ["incident"])

    talk(story, key)


def test_signing_out_elsewhere_closes_the_screen_with_4401(monkeypatch):
    monkeypatch.setattr(hubs, "SESSION_CHECK_S", 0.2)
    key = signed_in()

    async def story(socket):
        assert (await socket.connect())["type"] == ACCEPTED
        await sync_to_async(Session.objects.filter(pk=key).delete)()
        assert await socket.closed() == 4401

    talk(story, key)


def test_a_screen_that_talks_too_much_is_cut():
    key = signed_in()

    async def story(socket):
        assert (await socket.connect())["type"] == ACCEPTED
        await socket.send_input({"type": "websocket.receive", "text": "x" * 2_000})
        assert await socket.closed() == 1009

    talk(story, key)
