"""What can go wrong for a caller, and how the API says it (RFC 9457 problem details)."""

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

log = structlog.get_logger(__name__)


class DomainError(Exception):
    """A refusal that the caller can understand. `status` is the HTTP status, `code` its stable name."""

    status = 400
    code = "refused"
    title = "Refused"

    def __init__(self, message: str, *, field: str | None = None, **extra):
        super().__init__(message)
        self.message = message
        self.field = field
        self.extra = extra


class NotAllowed(DomainError):
    """The person may not do this."""

    status, code, title = 403, "not-allowed", "Not allowed"


class NotFound(DomainError):
    """There is no such thing, or the person may not know of it."""

    status, code, title = 404, "not-found", "Not found"


class BadInput(DomainError):
    """A field holds what cannot be accepted."""

    status, code, title = 422, "bad-input", "Bad input"

    def __init__(self, field: str, message: str, **extra):
        super().__init__(message, field=field, **extra)


class Conflict(DomainError):
    """Somebody was faster, or the thing is no longer in that state."""

    status, code, title = 409, "conflict", "Conflict"


class WrongStep(Conflict):
    """The lifecycle has no such step from here."""

    code, title = "wrong-step", "Wrong step"


class TooMany(DomainError):
    """Too many requests."""

    status, code, title = 429, "too-many-requests", "Too many requests"


def problem(status: int, code: str, title: str, detail: str = "", errors: list[dict] | None = None, **extra) -> dict:
    """The body of a problem answer: type, title, status, detail, errors [{field, message}]."""
    body = {"type": f"urn:shushanwei:problem:{code}", "title": title, "status": status, "detail": detail, **extra}
    if errors:
        body["errors"] = errors
    return body


def problem_of(error: DomainError) -> dict:
    """The problem body for a refusal."""
    errors = [{"field": error.field, "message": error.message}] if error.field else None
    return problem(error.status, error.code, error.title, error.message, errors, **error.extra)


def problem_json(error: DomainError) -> JsonResponse:
    """A refusal as a plain Django response, for views outside the REST framework."""
    return JsonResponse(problem_of(error), status=error.status, content_type="application/problem+json")


def problem_response(exc: Exception, context: dict) -> Response | None:
    """DRF's exception handler: every refusal leaves as application/problem+json."""
    headers = {}
    if isinstance(exc, DomainError):
        body = problem_of(exc)
    elif isinstance(exc, Http404):
        body = problem(404, "not-found", "Not found", _("There is no such thing."))
    elif isinstance(exc, PermissionDenied):
        body = problem(403, "not-allowed", "Not allowed", _("You may not do this."))
    elif isinstance(exc, drf.APIException):
        status = 422 if isinstance(exc, drf.ValidationError) else exc.status_code
        if challenge := getattr(exc, "auth_header", None):
            headers["WWW-Authenticate"] = challenge
        if wait := getattr(exc, "wait", None):
            headers["Retry-After"] = str(int(wait) + 1)
        code = "bad-input" if status == 422 else str(getattr(exc, "default_code", "refused")).replace("_", "-")
        errors = list(_flat(exc.detail)) if isinstance(exc, drf.ValidationError) else None
        detail = _("Some fields cannot be accepted.") if errors else str(exc.detail)
        body = problem(status, code, "Bad input" if status == 422 else "Refused", detail, errors)
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type="application/problem+json")


def _flat(detail, path=""):
    if isinstance(detail, dict):
        for field, inner in detail.items():
            # A list names its bad items by number.
            here = f"{path}[{field}]" if isinstance(field, int) else f"{path}.{field}" if path else str(field)
            yield from _flat(inner, here)
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{path}[{index}]")
    elif isinstance(detail, list):
        for message in detail:
            yield {"field": path, "message": str(message)}
    else:
        yield {"field": path, "message": str(detail)}
