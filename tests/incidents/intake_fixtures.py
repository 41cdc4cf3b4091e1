"""A source that sends signed alerts, as the tests of the intake use it."""

import itertools
import json
import time
from datetime import UTC, datetime

from django.test import Client

from incidents.intake import rates, senders
from incidents.intake.desk import make_source
from incidents.intake.signing import sign
from incidents.models import Alert, Source

ADDRESS = "/api/v1/alerts/"
_numbers = itertools.count(1)


def an_alert(**values) -> dict:
    """One good alert; anything may be overridden, `None` leaves a field out."""
    body = {
        "external_id": f"cam-{next(_numbers)}",
        "kind": "garbage_overflow",
        "lon": 120.236927,
        "lat": 30.123588,
        "crs": "wgs84",
        "occurred_at": datetime.now(UTC).isoformat(),
        "confidence": 0.9,
    }
    return {name: value for name, value in (body | values).items() if value is not None}


class Camera:
    """A source with its secret: `camera.send(an_alert())` gives the response."""

    def __init__(self, code: str = "cam", kind: str = "analytics", rate: int = 60_000) -> None:
        self.source, self.secret = make_source(code, code, kind, rate_per_minute=rate)
        self.client = Client(raise_request_exception=False)
        senders.forget()
        rates.forget()

    def send(self, body, *, lines: bool = False, at: int | None = None, **headers):
        """Send a dictionary, a list, or bytes as they are; headers override the right ones."""
        if lines and not isinstance(body, bytes):
            body = b"\n".join(json.dumps(item).encode() for item in body) + b"\n"
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post(raw, self.headers(raw, at) | headers, lines=lines)

    def headers(self, raw: bytes, at: int | None = None) -> dict[str, str]:
        now = int(time.time()) if at is None else at
        return {
            "X-Source": self.source.code,
            "X-Timestamp": str(now),
            "X-Signature": sign(self.secret.encode(), now, raw),
        }

    def post(self, raw: bytes, headers: dict[str, str], *, lines: bool = False):
        kind = "application/x-ndjson" if lines else "application/json"
        return self.client.post(ADDRESS, raw, content_type=kind, headers={k: v for k, v in headers.items() if v})


def states(source: Source | None = None) -> dict[str, int]:
    """How many alerts stand in each state."""
    counts: dict[str, int] = {}
    for state in Alert.objects.filter(**({"source": source} if source else {})).values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts
