"""A resident reports what he sees, or calls for help at once: it opens an incident or joins the live one of the same.

Lock order: resident → places of the class → incident → rows of this report. Points come later, by a sweep.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from incidents.models import Attachment, CaseCategory, Incident
from incidents.models.alerts import SourceKind
from incidents.services import Draft, add_attachment, join_incident, open_incident, open_or_join, set_level
from points.kinds import EMERGENCY_KINDS, REPORT_KINDS, Kind
from points.models import Purpose, ReportPhoto, Resident, ResidentReport
from points.reports_lifecycle import Look
from points.services import consents, doubts, voices
from points.services.places import Place, Where, where
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, TooMany, WrongStep
from shushanwei.common.secrets import fingerprint
from shushanwei.common.wording import local, one_of
from shushanwei.journal.services import record

LONGEST, MOST_PHOTOS = 500, 3
LATE = timedelta(minutes=10)  # what was seen longer ago says so in the case
OLDEST = timedelta(days=7)  # a phone that says more has a wrong clock
RESIDENT_LIMIT = (timedelta(hours=1), 20)
NOBODY_LIMITS = [(timedelta(minutes=10), 3), (timedelta(days=1), 20)]  # of one address, which many may share
EMERGENCY_AGAIN = timedelta(minutes=1)
ADDRESS_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Sent:
    """What the page sends: `uuid` made by it, a kind of `points.kinds`, raw photos, what was typed and spoken.

    `join`: id of the live incident that the resident pointed at; `distinct`: none of those nearby is the same.
    """

    uuid: UUID
    kind: str
    place: Place
    photos: list[bytes] = field(default_factory=list)
    text: str = ""
    voice: bytes = b""
    voice_s: int | None = None
    found_at: datetime | None = None
    anonymous: bool = False
    mocked: bool = False
    agreed: bool = False  # to the use of the phone's position, with the press that asked for it
    join: int | None = None
    distinct: bool = False


def report(resident: Resident | None, sent: Sent, *, address: str | None) -> tuple[ResidentReport, bool]:
    """Take a report: (it, whether it is new). `resident` is None for who is not signed in, `address` his network's.

    Raises BadInput by field, NotAllowed for who is blocked or has to sign in, TooMany, Conflict for a used uuid.
    """
    kind = REPORT_KINDS.get(sent.kind)
    if kind is None:
        raise BadInput("kind", one_of(REPORT_KINDS))
    who = None if sent.anonymous else resident
    if who is None and not sent.anonymous:
        raise NotAllowed(_("Sign in with your phone first, or report what is dangerous without saying who you are."))
    if sent.anonymous and not kind.safety:
        raise BadInput("anonymous", _("Only what endangers people can be reported without saying who you are."))
    if not sent.photos and sent.join is None:
        raise BadInput("photo", _("A photo is needed."))
    return _take(who, kind, sent, address, emergency=False)


def call_for_help(resident: Resident | None, sent: Sent, *, address: str | None) -> tuple[ResidentReport, bool]:
    """One press in an emergency: the centre sees the place at once as an incident of level Ⅰ or Ⅱ.

    Nobody is asked who he is; a place in words is one too: a phone may have no position. Raises BadInput, TooMany,
    Conflict for a used uuid.
    """
    kind = EMERGENCY_KINDS.get(sent.kind)
    if kind is None:
        raise BadInput("kind", one_of(EMERGENCY_KINDS))
    return _take(resident, kind, sent, address, emergency=True)


@transaction.atomic
def forget_addresses(now: datetime) -> int:
    """Where reports came from is forgotten after a day; returns how many."""
    return ResidentReport.objects.filter(sent_at__lt=now - ADDRESS_KEPT).exclude(from_hash="").update(from_hash="")


@transaction.atomic
def _take(
    resident: Resident | None, kind: Kind, sent: Sent, address: str | None, *, emergency: bool
) -> tuple[ResidentReport, bool]:
    _one_at_a_time(f"report:{sent.uuid}")
    before = ResidentReport.objects.select_related("incident").filter(uuid=sent.uuid).first()
    if before is not None:
        if before.resident_id != (resident.pk if resident else None):
            raise Conflict(_("The id of this report was used before."))
        return before, False
    text = _typed(sent.text)
    place = where(sent.place)
    now = db_now()
    from_hash = fingerprint(f"address:{address}") if resident is None and address else ""
    if resident is not None:
        resident = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
        if not emergency:
            _refuse_blocked(resident, now)
            _agreed(resident, sent)
    elif from_hash:
        _one_at_a_time(f"reports:{from_hash}")
    _refuse_flood(resident, from_hash, emergency, now)
    found_at = max(min(sent.found_at or now, now), now - OLDEST)
    draft = _draft(resident, kind, text, sent, place, found_at, now)
    incident, opened = _opened(draft, sent, emergency)
    if emergency and incident.level > draft.level:
        incident = set_level(incident.pk, draft.level, actor=None)
    row = ResidentReport(
        uuid=sent.uuid, resident=resident, kind=kind.code, is_emergency=emergency, incident=incident,
        joined=not opened, lon=place.lon, lat=place.lat, place_by=sent.place.by, accuracy_m=sent.place.accuracy_m,
        address=place.address, text=text, found_at=found_at, sent_at=now, from_hash=from_hash,
        # An emergency is no deed to be paid for, and nobody earns nothing.
        settled_at=now if emergency or resident is None else None,
    )  # fmt: skip
    _speak(row, sent)
    row.save(force_insert=True)
    _show(row, sent.photos)
    if row.settled_at is None:
        # Compared one after the other: the same picture from two phones in one instant must see each other.
        _one_at_a_time("reports compared")
        row.doubts = doubts.of(row, mocked=sent.mocked)
        row.look = Look.HELD if row.doubts else Look.CLEAR
        row.save(update_fields=["doubts", "look"])
    told = {"incident": incident.pk, "joined": row.joined, "resident": row.resident_id, "doubts": row.doubts}
    record(row, "residentreport.sent", data=told)
    return row, True


def own_data(resident: Resident) -> list[dict[str, Any]]:
    """What is kept of a resident's reports, in plain values."""
    rows = ResidentReport.objects.filter(resident=resident)
    names = ("sent_at", "kind", "text", "address", "lon", "lat", "look", "rating", "rating_note")
    return [dict(zip(names, row, strict=True)) for row in rows.values_list(*names)]


def forget_voices(resident: Resident) -> None:
    """What somebody said aloud goes with the person; the files once this is committed."""
    for row in ResidentReport.objects.filter(resident=resident).exclude(voice=""):
        storage, name = row.voice.storage, str(row.voice.name)
        row.voice, row.voice_type, row.voice_s = "", "", None
        row.save(update_fields=["voice", "voice_type", "voice_s"])
        transaction.on_commit(partial(storage.delete, name), robust=True)


def category_of(kind: Kind) -> CaseCategory:
    """The class of an icon in the newest edition. Raises BadInput for `kind`."""
    found = CaseCategory.objects.filter(scheme="JCZZ", code=kind.category, is_active=True, parent__isnull=False)
    category = found.select_related("department").order_by("-version").first()
    if category is None:
        raise BadInput("kind", _("There is no such class of the governance scheme."))
    return category


def _agreed(resident: Resident, sent: Sent) -> None:
    if sent.place.by != ResidentReport.PlaceBy.PHONE:
        return
    if sent.agreed:
        consents.give(resident, Purpose.LOCATION)
    elif not consents.has(resident, Purpose.LOCATION):
        raise BadInput("place", _("Agree first that your position is used for this report."))


def _opened(draft: Draft, sent: Sent, emergency: bool) -> tuple[Incident, bool]:
    if sent.join is not None:
        try:
            return join_incident(sent.join, source_kind=draft.source_kind, text=draft.text), False
        except WrongStep:
            pass  # it ended while the report waited for a network: what is seen now is looked for anew
    if sent.distinct and not emergency:
        return open_incident(draft), True
    return open_or_join(draft)


def _draft(
    resident: Resident | None, kind: Kind, text: str, sent: Sent, place: Where, found_at: datetime, now: datetime
) -> Draft:
    category = category_of(kind)
    with override("zh-hans"):
        said = [text]
        if sent.voice:
            said.append(_("With a voice note of %(n)s s.") % {"n": sent.voice_s or "?"})
        if not sent.place.is_position:
            said.append(_("No position: the marker stands in the middle of the community."))
        if now - found_at > LATE:
            said.append(_("Found at %(at)s, sent later.") % {"at": local(found_at)})
        title = str(kind.says)
    return Draft(
        category=category, level=kind.level or category.default_level, source_kind=SourceKind.RESIDENT, title=title,
        text=" ".join(part for part in said if part), address=place.address, lon=place.lon, lat=place.lat,
        reporter_name=resident.nickname if resident else "",
        reporter_phone=resident.phone_masked if resident else "",
    )  # fmt: skip


def _show(row: ResidentReport, photos: list[bytes]) -> None:
    if len(photos) > MOST_PHOTOS:
        raise BadInput("photo", _("At most %(most)s photos.") % {"most": MOST_PHOTOS})
    for number, raw in enumerate(photos):
        if raw.startswith(b"%PDF-"):
            raise BadInput("photo", _("A photo is needed."))
        try:
            # Position and time are the report's: what a picture says of itself can be made up.
            kept = add_attachment(
                row.incident_id, raw, kind=Attachment.Kind.NEAR, uuid=uuid5(row.uuid, str(number)), actor=None,
                lon=row.lon, lat=row.lat, shot_at=row.found_at,
            )  # fmt: skip
        except BadInput as error:
            raise BadInput("photo", error.message) from error
        ReportPhoto.objects.create(report=row, attachment=kept, phash=doubts.looks_of(kept), at=row.sent_at)


def _speak(row: ResidentReport, sent: Sent) -> None:
    if not sent.voice:
        return
    spoken = voices.checked(sent.voice, sent.voice_s)
    row.voice_type, row.voice_s = spoken.content_type, spoken.seconds
    row.voice.save(f"{row.uuid}{spoken.suffix}", ContentFile(sent.voice), save=False)


def _refuse_blocked(resident: Resident, now: datetime) -> None:
    if resident.blocked_until is not None and resident.blocked_until > now:
        raise NotAllowed(
            _("You cannot report until %(until)s: %(why)s")
            % {"until": local(resident.blocked_until), "why": resident.blocked_why}
        )


def _refuse_flood(resident: Resident | None, from_hash: str, emergency: bool, now: datetime) -> None:
    mine: QuerySet[ResidentReport] = ResidentReport.objects.filter(is_emergency=emergency)
    if resident is not None:
        mine = mine.filter(resident=resident)
        limits = [(EMERGENCY_AGAIN, 1)] if emergency else [RESIDENT_LIMIT]
    else:
        mine = mine.filter(resident=None, from_hash=from_hash).exclude(from_hash="")
        limits = [(EMERGENCY_AGAIN, 1), NOBODY_LIMITS[1]] if emergency else NOBODY_LIMITS
    for within, most in limits:
        if mine.filter(sent_at__gt=now - within).count() >= most:
            raise TooMany(
                _("The centre has got it. You can send again after a minute; in danger call 110, 119 or 120.")
                if emergency else _("Too many reports from here. Try again later.")
            )  # fmt: skip


def _typed(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST:
        raise BadInput("text", _("At most %(most)s characters.") % {"most": LONGEST})
    return text


def _one_at_a_time(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])
