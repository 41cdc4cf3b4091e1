"""What the residents' pages of reports and calls share: who asks, what was uploaded, and a picture given back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from incidents.pictures import LARGEST
from points import identity
from points.models import Level, Resident
from shushanwei.common.errors import BadInput

PHOTOS = ("photo", "photo_2", "photo_3")


def known_resident(request: HttpRequest) -> Resident | None:
    """The resident who is signed in and may act; None for who looks around, and for a child nobody answers for."""
    resident = identity.resident_of(request)
    if resident is None or resident.level < Level.PHONE or (resident.is_child and resident.guardian_id is None):
        return None
    return resident


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which keeps what it sends until it knows that it arrived."""
    return request.headers.get("Accept", "").startswith("application/json")


def uploads(request: HttpRequest, names: Iterable[str] = PHOTOS) -> list[bytes]:
    """The bytes of the pictures that were sent. Raises BadInput for `photo` before a large one is read."""
    found = []
    for name in names:
        for upload in request.FILES.getlist(name):
            found.append(limited(upload, "photo", LARGEST))
    return found


def limited(upload: UploadedFile, field: str, largest: int) -> bytes:
    """Its bytes, unless there are more than `largest`. Raises BadInput for `field`."""
    if (upload.size or 0) > largest:
        raise BadInput(field, _("Larger than %(size)s MB.") % {"size": largest // 1024 // 1024})
    return bytes(upload.read())


def cleaned(form: forms.Form) -> dict[str, Any]:
    """The values of a checked form. Raises BadInput for its first wrong field."""
    if not form.is_valid():
        name, messages = next(iter(form.errors.items()))
        raise BadInput(name, str(messages[0]))
    return form.cleaned_data


def same_uuid(text: str) -> UUID:
    """The id that the page made, kept over a refused form; a new one where there is none yet."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def stored(file: FieldFile, content_type: str, name: str) -> FileResponse:
    """A stored file for its owner alone; 404 where it is gone."""
    try:
        answer = FileResponse(file.open("rb"), content_type=content_type, filename=name)
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    answer["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(answer, private=True, max_age=86_400, immutable=True)
    return answer
