"""The word that a request carries through log, row, journal and push."""

import re
import uuid

from django.http import HttpRequest

TRACE = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


def trace_of(request: HttpRequest) -> str:
    """The sender's X-Request-Id when it can stand in a log, else a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if TRACE.fullmatch(given) else uuid.uuid4().hex
