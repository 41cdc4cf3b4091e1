"""Papers of a site: PDF or photo, stored once; taken away with a reason, never erased."""

from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from incidents.pictures import clean
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.people.models import User
from worksites.models import SiteDocument
from worksites.services.base import locked_site, tell
from worksites.services.typed import must_type

MOST_PAPERS = 200  # of one site


def add_document(
    site_id: int, raw: bytes, *, uuid: UUID, kind: str, title: str, actor: User | None, at: datetime | None = None
) -> tuple[SiteDocument, bool]:
    """Keep one paper under the id that the page made: (the row, whether it is new). Twice is once.

    Raises BadInput for `file`, `kind` and `title`; Conflict where the id was used for another file.
    """
    if kind not in SiteDocument.Kind.values:
        raise BadInput("kind", _("Choose what it is."))
    title = must_type("title", title, SiteDocument.title.field)
    tidy = clean(raw)
    with transaction.atomic():
        site = locked_site(site_id)
        before = SiteDocument.objects.filter(uuid=uuid).first()
        if before is not None:
            if (before.site_id, before.sha256) != (site.pk, tidy.sha256):
                raise Conflict(_("This id was used for another file."))
            return before, False
        if SiteDocument.objects.filter(site=site, removed_at=None).count() >= MOST_PAPERS:
            raise BadInput("file", _("At most %(n)s papers.") % {"n": MOST_PAPERS})
        paper = SiteDocument(
            uuid=uuid, site=site, kind=kind, title=title, content_type=tidy.content_type, size=len(tidy.content),
            sha256=tidy.sha256, by=actor, at=at or db_now(),
        )  # fmt: skip
        # Bytes before the row: a crash leaves a file that nobody names, never a name without a file.
        paper.file.save(f"{uuid}{tidy.suffix}", ContentFile(tidy.content), save=False)
        if tidy.thumb:
            paper.thumb.save(f"{uuid}_s.jpg", ContentFile(tidy.thumb), save=False)
        paper.save(force_insert=True)
        tell(site, "document_added", actor=actor, note=title, at=at,
             data={"document": str(uuid), "kind": kind, "sha256": tidy.sha256})  # fmt: skip
    return paper, True


@transaction.atomic
def remove_document(uuid: UUID, reason: str, *, actor: User) -> SiteDocument:
    """It counts no more: hidden from the page, kept with the reason. Twice is once."""
    reason = must_type("reason", reason, SiteDocument.removed_reason.field)
    site_id = SiteDocument.objects.filter(uuid=uuid).values_list("site_id", flat=True).first()
    if site_id is None:
        raise NotFound(_("There is no such paper."))
    site = locked_site(site_id)
    paper = SiteDocument.objects.select_for_update(no_key=True).get(uuid=uuid)
    if paper.removed_at is None:
        paper.removed_at, paper.removed_reason = db_now(), reason
        paper.save(update_fields=["removed_at", "removed_reason"])
        tell(site, "document_removed", actor=actor, note=reason, data={"document": str(uuid), "title": paper.title})
    return paper
