"""Photos and documents of a case: stored once, whoever sends them twice."""

from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.models import Attachment
from incidents.pictures import clean
from incidents.services.base import locked, must_be_live, tell
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.wording import one_of
from shushanwei.people.models import User


def add_attachment(
    incident_id: int,
    raw: bytes,
    *,
    kind: str,
    uuid: UUID,
    actor: User | None,
    name: str = "",
    lon: float | None = None,
    lat: float | None = None,
    shot_at: datetime | None = None,
) -> Attachment:
    """Store a photo or PDF under the id that the client made; position in WGS-84 degrees.

    The same id with the same bytes gives what is there; with other bytes Conflict. Raises BadInput for `file`
    and `kind`. The picture's own EXIF position and time fill in what the caller did not say.
    """
    if kind not in Attachment.Kind.values:
        raise BadInput("kind", one_of(Attachment.Kind.values))
    tidy = clean(raw)
    existing = _same(uuid, incident_id, tidy.sha256)
    if existing:
        return existing
    attachment = Attachment(
        incident_id=incident_id,
        uuid=uuid,
        kind=kind if tidy.thumb else Attachment.Kind.FILE,
        name=name[:120],
        content_type=tidy.content_type,
        size=len(tidy.content),
        sha256=tidy.sha256,
        lon=tidy.lon if lon is None else lon,
        lat=tidy.lat if lat is None else lat,
        shot_at=shot_at or tidy.shot_at,
        by=actor,
    )
    try:
        with transaction.atomic():
            incident = locked(incident_id)
            must_be_live(incident)
            attachment.uploaded_at = db_now()
            # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
            attachment.file.save(f"{uuid}{tidy.suffix}", ContentFile(tidy.content), save=False)
            if tidy.thumb:
                attachment.thumb.save(f"{uuid}_s.jpg", ContentFile(tidy.thumb), save=False)
            attachment.save(force_insert=True)
            tell(
                incident,
                "attached",
                actor=actor,
                data={"attachment": str(uuid), "kind": attachment.kind, "sha256": tidy.sha256},
            )
    except IntegrityError:
        existing = _same(uuid, incident_id, tidy.sha256)
        if existing is None:
            raise
        return existing
    return attachment


def _same(uuid: UUID, incident_id: int, sha256: str) -> Attachment | None:
    found = Attachment.objects.filter(uuid=uuid).first()
    if found and (found.incident_id != incident_id or found.sha256 != sha256):
        raise Conflict(_("This id was used for another file."))
    return found
