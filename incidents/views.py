"""Photos and documents, given only to those who may see the incident."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET

from incidents.models import Attachment
from incidents.selectors import incidents_for


@login_required
@require_GET
def attachment(request: HttpRequest, uuid) -> FileResponse:
    """The stored bytes of one attachment; `?thumb=1` gives the small picture."""
    found = Attachment.objects.filter(uuid=uuid).first()
    if found is None or not incidents_for(request.user).filter(pk=found.incident_id).exists():
        raise Http404
    small = bool(request.GET.get("thumb")) and bool(found.thumb)
    try:
        stored = (found.thumb if small else found.file).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        stored,
        content_type=found.content_type,
        as_attachment=found.content_type == "application/pdf",
        filename=f"{found.kind}-{found.uuid}{'.pdf' if found.content_type == 'application/pdf' else '.jpg'}",
    )
    patch_cache_control(response, private=True, max_age=86_400, immutable=True)
    return response
