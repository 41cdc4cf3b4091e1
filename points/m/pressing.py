"""What the pages of chest and lifeline share: ids made by a page, a stored picture, the refusal of a service."""

from collections.abc import Callable
from uuid import UUID, uuid4

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from points.models import MedicinePhoto
from shushanwei.common.errors import DomainError, NotFound


def id_of(request: HttpRequest, name: str = "uuid") -> UUID:
    """The id that the page made for what it sends; a new one where it holds nonsense."""
    try:
        return UUID(str(request.POST.get(name, "")))
    except ValueError:
        return uuid4()


def refused(work: Callable[[], object]) -> tuple[dict[str, str], int]:
    """Run a service: ({field or "0": what is wrong}, status); empty and 200 where it went well. NotFound goes on."""
    try:
        work()
    except NotFound:
        raise
    except DomainError as error:
        return {error.field or "0": error.message}, error.status
    return {}, 200


def picture(photo: MedicinePhoto | None, *, small: bool) -> HttpResponse:
    """The bytes of a photo, kept by the browser for a day; 404 without one."""
    if photo is None:
        raise Http404
    try:
        stored = (photo.thumb if small else photo.file).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(stored, content_type="image/jpeg")
    patch_cache_control(answer, private=True, max_age=86_400, immutable=True)
    return answer
