"""Photos of checks and findings: stored once under the id that the phone made, bytes under their hash, without EXIF."""

from datetime import datetime
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from incidents.pictures import Clean, clean
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.people.models import User
from worksites.models import Evidence, Finding, Inspection

MOST_PER_ITEM = 9


def store(
    tidy: Clean, *, uuid: UUID, when: str, lon: float | None = None, lat: float | None = None,
    shot_at: datetime | None = None, inspection: Inspection | None = None, item_id: int | None = None,
    finding: Finding | None = None, attempt: int = 0, by: User | None = None, by_site: bool = False,
    at: datetime | None = None,
) -> tuple[Evidence, bool]:  # fmt: skip
    """Keep one photo: (the row, whether it is new). Raises Conflict where the id was used for another."""
    about = {"inspection_id": inspection.pk if inspection else None, "item_id": item_id,
             "finding_id": finding.pk if finding else None, "when": when, "sha256": tidy.sha256}  # fmt: skip
    before = Evidence.objects.filter(uuid=uuid).first()
    if before is not None:
        return _same(before, about), False
    if lon is None or lat is None:
        lon, lat = tidy.lon, tidy.lat
    elif abs(lon) > 180 or abs(lat) > 90:
        raise BadInput("lon", _("This is no position on earth."))
    row = Evidence(
        uuid=uuid, attempt=attempt, content_type=tidy.content_type, size=len(tidy.content), by=by, by_site=by_site,
        lon=lon, lat=lat, shot_at=shot_at or tidy.shot_at, uploaded_at=at or db_now(), **about,
    )  # fmt: skip
    twin = Evidence.objects.filter(sha256=tidy.sha256).first()
    if twin is not None:
        row.file.name, row.thumb.name = twin.file.name, twin.thumb.name
    else:
        # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
        row.file.save(f"{tidy.sha256[:40]}{tidy.suffix}", ContentFile(tidy.content), save=False)
        if tidy.thumb:
            row.thumb.save(f"{tidy.sha256[:40]}_s.jpg", ContentFile(tidy.thumb), save=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        before = Evidence.objects.filter(uuid=uuid).first()
        if before is None:
            raise
        return _same(before, about), False
    return row, True


def picture(raw: bytes, field: str = "photo") -> Clean:
    """A photo made storable; raises BadInput on `field` for what is none."""
    try:
        return clean(raw, photo=True)
    except BadInput as error:
        raise BadInput(field, error.message) from None


@transaction.atomic
def add_to_sheet(
    user: User, inspection: Inspection, raw: bytes, *, uuid: UUID, item_id: int, when: str, lon: float | None = None,
    lat: float | None = None, crs: str = "wgs84", shot_at: datetime | None = None, at: datetime | None = None,
) -> tuple[Evidence, bool]:  # fmt: skip
    """A photo of an item of a running sheet, whose lock is held: (the row, whether it is new).

    Raises BadInput for `photo`, `item`, `when`, `lon`, `lat`; Conflict where the id was used or the sheet is signed.
    """
    if when not in (Evidence.When.BEFORE, Evidence.When.AFTER):
        raise BadInput("when", _("Choose what it is."))
    if lon is not None and lat is not None:
        try:
            lon, lat = to_wgs84(lon, lat, crs)
        except BadPosition as error:
            raise BadInput(error.field, str(error)) from None
    tidy = picture(raw)
    before = Evidence.objects.filter(uuid=uuid).first()
    if before is None:
        if inspection.locked_at is not None:
            raise Conflict(_("This sheet is signed and locked."))
        if not inspection.checklist.groups.filter(items__pk=item_id).exists():
            raise BadInput("item", _("Nothing outside the list is inspected."))
        if Evidence.objects.filter(inspection=inspection, item_id=item_id).count() >= MOST_PER_ITEM:
            raise BadInput("photo", _("At most %(n)s photos.") % {"n": MOST_PER_ITEM})
    return store(tidy, uuid=uuid, when=when, lon=lon, lat=lat, shot_at=shot_at, inspection=inspection, item_id=item_id,
                 by=user, at=at)  # fmt: skip


def keep_only(inspection: Inspection, uuids: list[UUID]) -> None:
    """What the inspector threw away is no part of the sheet; raises BadInput for `photos` where one has not arrived."""
    mine = {photo.uuid: photo for photo in Evidence.objects.filter(inspection=inspection)}
    missing = set(uuids) - set(mine)
    if missing:
        raise BadInput("photos", _("%(n)s photos have not arrived yet.") % {"n": len(missing)})
    Evidence.objects.filter(pk__in=[photo.pk for uuid, photo in mine.items() if uuid not in set(uuids)]).delete()


def by_item(inspection: Inspection) -> dict[int, list[Evidence]]:
    """The photos of a sheet by item."""
    found: dict[int, list[Evidence]] = {}
    for photo in Evidence.objects.filter(inspection=inspection).order_by("id"):
        found.setdefault(photo.item_id or 0, []).append(photo)
    return found


def copy(old: Inspection, new: Inspection) -> None:
    """A newer version begins with the photos of the older one: rows of its own, the same bytes."""
    for photo in Evidence.objects.filter(inspection=old):
        photo.pk, photo.uuid, photo.inspection, photo.finding = None, uuid4(), new, None
        photo._state.adding = True
        photo.save()


def _same(before: Evidence, about: dict) -> Evidence:
    if any(getattr(before, name) != value for name, value in about.items() if name != "finding_id" or value):
        raise Conflict(_("This id was used for another file."))
    return before
