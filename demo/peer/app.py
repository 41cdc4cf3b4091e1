"""The peer's own door (WSGI): signed messages of the street by POST, what it knows by GET /state on this machine."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from demo.peer.desk import Desk
from demo.peer.store import Store
from incidents.intake.signing import BadSignature, Check

LARGEST = 2 * 1024 * 1024
Start = Callable[[str, list[tuple[str, str]]], Any]


class App:
    """`app(environ, start_response)`; `wake` is called when there may be something to say or to do."""

    def __init__(self, store: Store, desk: Desk, secret: str, wake: Callable[[], None] = lambda: None) -> None:
        self.store, self.desk, self.secret, self.wake = store, desk, secret.encode(), wake

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        status, told = self.answer(environ)
        start(status, [("Content-Type", "application/json")])
        return [json.dumps(told, ensure_ascii=False).encode()]

    def answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """(status line, JSON) for one request."""
        if environ["REQUEST_METHOD"] == "GET":
            return "200 OK", self.state() if environ["PATH_INFO"] == "/state" else {"peer": "police"}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST:
            return "413 Too Large", {}
        body = environ["wsgi.input"].read(length)
        if environ["PATH_INFO"] == "/hand-over":
            self.desk.hand_over(json.loads(body))
            return "200 OK", {}
        try:
            check = Check(
                self.secret, environ.get("HTTP_X_TIMESTAMP", ""), environ.get("HTTP_X_SIGNATURE", ""), time.time()
            )
        except BadSignature as error:
            return "401 Not signed", {"detail": error.message}
        check.feed(body)
        if not check.fits():
            return "401 Not signed", {"detail": "signature"}
        return self.take(json.loads(body))

    def take(self, message: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """One believed message: older and repeated ones are confirmed and change nothing."""
        if message.get("kind") == "ping":
            return "200 OK", {"rev": 0}
        news, rev = self.store.take(message)
        if news:
            self.wake()
        return "200 OK", {"taken": news, "rev": rev}

    def state(self) -> dict[str, Any]:
        """Everything, for people who look and for tests."""
        with self.store.lock:
            return {
                "subjects": dict(self.store.subjects),
                "revs": dict(self.store.revs),
                "waiting": len(self.store.outbox),
                "refused": list(self.store.refused),
            }
