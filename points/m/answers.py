"""What the pages of residents share: who asks, and what was refused, beside its field."""

from django.http import HttpRequest

from points.models import Resident
from shushanwei.common.errors import DomainError, NotFound


def me(request: HttpRequest) -> Resident:
    """The resident behind a page of `resident_only`."""
    return request.resident  # type: ignore[attr-defined,no-any-return]


def errors_of(error: DomainError | None) -> dict[str, str]:
    """The message by its field (`all` for none), and once more as `said`, to stand above the page."""
    return {} if error is None else {error.field or "all": error.message, "said": error.message}


def unless_missing(error: DomainError | None) -> DomainError | None:
    """The refusal, to be shown on its page; what is not there is a page of its own. Raises NotFound."""
    if isinstance(error, NotFound):
        raise error
    return error
