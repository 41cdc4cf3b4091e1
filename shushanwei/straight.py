"""The straight way for machines: past the layers that pages need, to the same doors (docs/adr/0010)."""

import time
from collections.abc import Callable, Iterable
from http.client import responses
from io import BytesIO
from typing import Any

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse

from dispatch.api_door import MOST_BYTES, receive_positions
from incidents.api_door import receive_alerts

log = structlog.get_logger(__name__)
ALERTS = "/api/v1/alerts/"
POSITIONS = "/api/v1/units/me/positions/"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
HEADERS = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]


def machines_first(application: Wsgi) -> Wsgi:
    """`application` with a straight way for alerts and for phones' positions; all else, and any doubt, goes through it.

    The door for alerts answers everything itself; the door for positions answers what is whole and leaves the rest.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_ours(environ):
            return application(environ, start_response)
        try:
            response = _through_the_door(environ)
        except Exception:
            log.exception("straight_door_failed", path=environ["PATH_INFO"])
            start_response("500 Internal Server Error", [("Content-Type", "application/problem+json"), *HEADERS])
            return [b'{"type":"urn:shushanwei:problem:internal","title":"Internal error","status":500}']
        finally:
            _tidy()
        if response is None:
            return application(environ, start_response)
        status = f"{response.status_code} {responses.get(response.status_code, '')}"
        length = ("Content-Length", str(len(response.content)))
        start_response(status, [*response.items(), length, *HEADERS])
        return [response.content]

    return answer


def _is_ours(environ: dict[str, Any]) -> bool:
    if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in (ALERTS, POSITIONS):
        return False
    if environ["PATH_INFO"] == POSITIONS:
        length = environ.get("CONTENT_LENGTH") or ""
        if "HTTP_AUTHORIZATION" not in environ or not length.isdecimal() or int(length) > MOST_BYTES:
            return False
    # Where only https is served, the layers send the rest away.
    return not settings.SECURE_SSL_REDIRECT or WSGIRequest(environ).is_secure()


def _through_the_door(environ: dict[str, Any]) -> HttpResponse | None:
    if environ["PATH_INFO"] == ALERTS:
        return receive_alerts(WSGIRequest(environ))
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(body)  # the layers, when it is for them, read it again
    try:
        return receive_positions(WSGIRequest(environ), body)
    except (OperationalError, InterfaceError):
        # A connection that was cut while idle: the layers take a new one, and a fix sent twice is kept once.
        connection.close()
        return None


def _tidy() -> None:
    """Give up a database connection that has failed or grown old; asking each time whether it lives costs a trip."""
    if connection.errors_occurred or (connection.close_at is not None and time.monotonic() >= connection.close_at):
        connection.close_if_unusable_or_obsolete()
