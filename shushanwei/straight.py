"""The straight way for signed alerts: past the layers that pages need, to the same door (docs/adr/0010)."""

import time
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection

from incidents.api_door import receive_alerts

log = structlog.get_logger(__name__)
ADDRESS = "/api/v1/alerts/"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
HEADERS = [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]


def alerts_first(application: Wsgi) -> Wsgi:
    """`application` with a straight way for POSTs of alerts; everything else, and any surprise, goes through it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_ours(environ):
            return application(environ, start_response)
        try:
            response = receive_alerts(WSGIRequest(environ))
        except Exception:
            log.exception("alerts_door_failed")
            start_response("500 Internal Server Error", [("Content-Type", "application/problem+json"), *HEADERS])
            return [b'{"type":"urn:shushanwei:problem:internal","title":"Internal error","status":500}']
        finally:
            _tidy()
        status = f"{response.status_code} {responses.get(response.status_code, '')}"
        length = ("Content-Length", str(len(response.content)))
        start_response(status, [*response.items(), length, *HEADERS])
        return [response.content]

    return answer


def _is_ours(environ: dict[str, Any]) -> bool:
    if environ["PATH_INFO"] != ADDRESS or environ["REQUEST_METHOD"] != "POST":
        return False
    # Where only https is served, the layers send the rest away.
    return not settings.SECURE_SSL_REDIRECT or WSGIRequest(environ).is_secure()


def _tidy() -> None:
    """Give up a database connection that has failed or grown old; asking each time whether it lives costs a trip."""
    if connection.errors_occurred or (connection.close_at is not None and time.monotonic() >= connection.close_at):
        connection.close_if_unusable_or_obsolete()
