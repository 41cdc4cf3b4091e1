"""The street as the running system meets it: cameras that sign what they send, screens that listen."""

import itertools
import json
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from incidents.intake.signing import sign
from tests.stack import Stack

MAKE_SOURCE = """
from incidents.intake.desk import make_source
print(make_source({code!r}, {code!r}, "analytics", rate_per_minute=10_000_000)[1])
"""
SIGN_IN = """
from django.contrib.sessions.backends.db import SessionStore
from shushanwei.people.models import User
user, _ = User.objects.get_or_create(
    username={name!r}, defaults={{"is_superuser": True, "is_staff": True, "display_name": {name!r}}})
session = SessionStore()
session["_auth_user_id"] = str(user.pk)
session["_auth_user_backend"] = "shushanwei.people.backends.RoleBackend"
session["_auth_user_hash"] = user.get_session_auth_hash()
session.set_expiry(86_400)
session.create()
print(session.session_key)
"""
_numbers = itertools.count(1)
NORTH = 0.004  # degrees between two things that are not one: well over the widest joining radius


def cookie_of(stack: Stack, name: str = "screen") -> str:
    """A session of a superuser called `name`, made when there is none; the value of the Cookie header."""
    return f"sessionid={stack.django(SIGN_IN.format(name=name)).split()[-1]}"


class Sender:
    """A camera of its own source: `send([an_alert()])` gives the status and the body; connections are kept.

    The source is new each time, so that a test may be tried twice: `code` begins its code.
    """

    def __init__(self, stack: Stack, code: str = "cam", port: int | None = None) -> None:
        self.code, self.address = f"{code}-{next(_numbers)}-{time.time_ns() % 10**9}", ("127.0.0.1", port or stack.port)
        self.secret = stack.django(MAKE_SOURCE.format(code=self.code)).split()[-1].encode()
        self._local = threading.local()

    def send(self, body, *, timeout: float = 10, trace: str = "") -> tuple[int, dict]:
        """POST one alert or a list; raises OSError or HTTPException where no answer came."""
        raw = json.dumps(body).encode()
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "X-Source": self.code,
            "X-Timestamp": str(now),
            "X-Signature": sign(self.secret, now, raw),
        }
        if trace:
            headers["X-Request-Id"] = trace
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = HTTPConnection(*self.address, timeout=timeout)
        try:
            connection.request("POST", "/api/v1/alerts/", raw, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, HTTPException, ValueError):
            connection.close()
            self._local.connection = None
            raise

    def send_until_taken(self, body, patience_s: float = 60, trace: str = "") -> dict:
        """Send the same again, as a camera does, until it is acknowledged; returns the answer."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            try:
                status, answer = self.send(body, timeout=5, trace=trace)
            except (OSError, HTTPException, ValueError):
                time.sleep(0.1)
                continue
            if status == 202:
                return answer
            time.sleep(0.2)
        raise AssertionError(f"not taken within {patience_s:g} s")


def an_alert(place: int = 0, **values) -> dict:
    """One alert; alerts of the same `place` are one thing, those of different places are not."""
    body = {
        "external_id": f"x-{time.time_ns()}-{next(_numbers)}",
        "kind": "road_occupied",
        "lon": round(118.0 + (place % 1_000) * NORTH, 6),
        "lat": round(26.0 + (place // 1_000) * NORTH, 6),
        "crs": "wgs84",
        "occurred_at": datetime.now(UTC).isoformat(),
        "confidence": 0.9,
    }
    return body | values


class Listener:
    """A screen in a thread: keeps every message with the instant it came; connects again when it is cut."""

    def __init__(self, url: str, cookie: str, origin: str = "http://127.0.0.1") -> None:
        self.url, self.cookie, self.origin = url, cookie, origin
        self.messages: list[tuple[float, dict]] = []
        self.hellos = 0
        self.caught_up_at = 0.0  # when it last took a snapshot, as a page does at hello and resync
        self._stopped = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._stopped:
            try:
                with connect(
                    self.url, origin=self.origin, additional_headers={"Cookie": self.cookie}, compression=None,
                    open_timeout=5, max_size=None,
                ) as socket:  # fmt: skip
                    while not self._stopped:
                        try:
                            text = socket.recv(timeout=0.5)
                        except TimeoutError:
                            continue
                        self._take(json.loads(text))
            except (OSError, ConnectionClosed, TimeoutError, ValueError, EOFError):
                time.sleep(0.2)
            except Exception:
                if self._stopped:
                    return
                time.sleep(0.2)

    def _take(self, message: dict) -> None:
        self.hellos += message["type"] == "hello"
        if message["type"] in ("hello", "resync"):
            self.caught_up_at = time.monotonic()
        self.messages.append((time.time(), message))

    def changes(self, verb: str = "") -> list[tuple[float, dict]]:
        """The changes heard, of one verb or of all: (when, message)."""
        heard = [pair for pair in self.messages if pair[1]["type"] == "change"]
        return [pair for pair in heard if not verb or pair[1]["verb"] == verb]

    def resyncs(self) -> list[str]:
        return [message.get("why", "") for _, message in self.messages if message["type"] == "resync"]

    def stop(self) -> None:
        self._stopped = True
        self._thread.join(5)
