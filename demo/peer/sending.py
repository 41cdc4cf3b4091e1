"""Telling the street: the outbox in order, tried again with back-off until the street has answered."""

import json
import random
import threading
import time

import requests

from demo.peer.desk import Desk
from demo.peer.store import Store
from incidents.intake.signing import sign

LONGEST_S = 10.0
LATER = {401, 403, 404, 408, 425, 429, 500, 502, 503, 504}


class Sender(threading.Thread):
    """One thread that lets the desk act and sends what waits."""

    def __init__(self, store: Store, desk: Desk, street: str, secret: str) -> None:
        super().__init__(name="peer-sender", daemon=True)
        self.store, self.desk, self.street, self.secret = store, desk, street.rstrip("/"), secret.encode()
        self.something = threading.Event()
        self.tries = 0
        desk.told = self.something.set

    def run(self) -> None:
        while True:
            self.desk.act()
            self.tries = 0 if self.round() else self.tries + 1
            wait = min(0.2 * 2 ** min(self.tries, 8), LONGEST_S) * random.uniform(0.8, 1.2)
            self.something.wait(wait if self.tries else 0.5)
            self.something.clear()

    def round(self) -> bool:
        """Send the first message of each subject; false when the street could not be reached."""
        for line in self.store.waiting():
            body = json.dumps(line["body"], ensure_ascii=False).encode()
            try:
                answer = self.post(line["door"], line["key"], body)
            except requests.RequestException:
                return False
            if answer.status_code in LATER:
                return False
            self.store.said(line["key"], answer.status_code, answer.text[:200] if not answer.ok else "")
        return True

    def post(self, door: str, key: str, body: bytes) -> requests.Response:
        """One signed message."""
        now = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Timestamp": str(now),
            "X-Signature": sign(self.secret, now, body),
        }
        return requests.post(f"{self.street}/api/v1/police-link/{door}/", data=body, headers=headers, timeout=10)
