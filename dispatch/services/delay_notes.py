"""Certificates of delay (延误证明): issued by a seat, numbered by the day, checked with a short code."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from dispatch.models import DelayNote, HelpPart, RiderReport
from dispatch.riders.shapes import NOTE_RELATED, audience, note_shape
from dispatch.services.riders import locked_rider
from incidents.services.base import must_say
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.services import record
from shushanwei.people.models import User

PREFIX = "SSYW"  # 蜀山延误
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is mistaken for another
CODE_LENGTH = 8
LONGEST = timedelta(hours=12)
OLDEST = timedelta(days=30)


def issue_note(
    rider_id: int, *, uuid: UUID, begun_at: datetime, ended_at: datetime, place: str, did: str, actor: User,
    part_id: int | None = None, report_id: int | None = None,
) -> tuple[DelayNote, bool]:  # fmt: skip
    """Issue a note for help given, for a report or by hand: (the note, whether it is new).

    The form's `uuid` makes it safe to press twice. Raises BadInput by field (`begun_at`, `ended_at`, `place`, `did`,
    `part`, `report`), NotFound; Conflict where a note for the same help or report stands already.
    """
    place, did = must_say("place", place), must_say("did", did)
    if len(place) > 200:
        raise BadInput("place", _("At most %(n)s characters.") % {"n": 200})
    if len(did) > 300:
        raise BadInput("did", _("At most %(n)s characters.") % {"n": 300})
    if ended_at <= begun_at:
        raise BadInput("ended_at", _("The end lies before the beginning."))
    if ended_at - begun_at > LONGEST:
        raise BadInput("ended_at", _("At most %(n)s hours.") % {"n": LONGEST // timedelta(hours=1)})
    try:
        with transaction.atomic():
            return _issue(rider_id, uuid, begun_at, ended_at, place, did, actor, part_id, report_id)
    except IntegrityError:
        return _found(uuid, rider_id), False


@transaction.atomic
def void_note(note_id: int, reason: str, *, actor: User) -> DelayNote:
    """The note holds no more, and the public page says so. Twice is once."""
    reason = must_say("reason", reason)[:200]
    rows = DelayNote.objects.select_for_update(no_key=True, of=("self",)).select_related(*NOTE_RELATED)
    note = rows.filter(pk=note_id).first()
    if note is None:
        raise NotFound(_("There is no note %(id)s.") % {"id": note_id})
    if note.voided_at is None:
        note.voided_at, note.voided_by, note.void_reason = db_now(), actor, reason
        note.save(update_fields=["voided_at", "voided_by", "void_reason"])
        record(note, "delaynote.voided", actor=actor, note=reason, shape=note_shape, audience=audience(note.rider))
    return note


def _issue(
    rider_id: int, uuid: UUID, begun_at: datetime, ended_at: datetime, place: str, did: str, actor: User,
    part_id: int | None, report_id: int | None,
) -> tuple[DelayNote, bool]:  # fmt: skip
    now = db_now()
    # The day's numbers first: two seats that issue at once get one each.
    day = now.astimezone(STREET)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"delay-note:{day:%Y%m%d}"])
    rider = locked_rider(rider_id)
    before = DelayNote.objects.select_related(*NOTE_RELATED).filter(uuid=uuid).first()
    if before is not None:
        return _found(uuid, rider_id), False
    if ended_at > now:
        raise BadInput("ended_at", _("This lies in the future."))
    if begun_at < now - OLDEST:
        raise BadInput("begun_at", _("At most %(n)s days ago.") % {"n": OLDEST.days})
    part = report = None
    if part_id is not None:
        part = HelpPart.objects.filter(pk=part_id, rider=rider, accepted_at__isnull=False).first()
        if part is None:
            raise BadInput("part", _("This rider has not helped there."))
    if report_id is not None:
        report = RiderReport.objects.filter(pk=report_id, rider=rider).first()
        if report is None:
            raise BadInput("report", _("This is no report of this rider."))
    _once(part, report)
    last = DelayNote.objects.filter(number__startswith=f"{PREFIX}{day:%Y%m%d}").order_by("-number").first()
    serial = int(last.number[-3:]) + 1 if last else 1
    if serial > 999:
        raise Conflict(_("The numbers of this day are used up."))
    note = DelayNote.objects.create(
        rider=rider, uuid=uuid, number=f"{PREFIX}{day:%Y%m%d}{serial:03d}", code=_code(), part=part, report=report,
        begun_at=begun_at, ended_at=ended_at, place=place, did=did, issued_by=actor, issued_at=now,
    )  # fmt: skip
    note = DelayNote.objects.select_related(*NOTE_RELATED).get(pk=note.pk)
    record(note, "delaynote.issued", actor=actor, data={"rider": rider.pk}, shape=note_shape, audience=audience(rider))
    return note, True


def _once(part: HelpPart | None, report: RiderReport | None) -> None:
    standing = DelayNote.objects.filter(voided_at__isnull=True)
    for about in ({"part": part}, {"report": report}):
        found = standing.filter(**about).first() if next(iter(about.values())) is not None else None
        if found is not None:
            raise Conflict(_("Note %(number)s stands for this already.") % {"number": found.number})


def _found(uuid: UUID, rider_id: int) -> DelayNote:
    note = DelayNote.objects.select_related(*NOTE_RELATED).filter(uuid=uuid).first()
    if note is None or note.rider_id != rider_id:
        raise Conflict(_("The id of this note was used before."))
    return note


def _code() -> str:
    while True:
        code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
        if not DelayNote.objects.filter(code=code).exists():
            return code
