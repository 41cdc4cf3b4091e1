"""One tap of a rider: an icon, a photo, a place. Safe to send twice; police themes go to the police queue as well."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dispatch.models import Force, Rider, RiderReport
from dispatch.riders import hazards
from dispatch.riders.shapes import audience, report_shape
from dispatch.services.reinforcement import request_reinforcement
from dispatch.services.riders import own_rider
from incidents.models import Attachment, CaseCategory
from incidents.models.alerts import SourceKind
from incidents.services import Draft, add_attachment, open_or_join
from incidents.services.base import must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.geo import BadPosition, to_wgs84
from shushanwei.common.wording import local, one_of
from shushanwei.journal.services import record
from shushanwei.people.models import User

LATE = timedelta(minutes=10)  # what was found longer ago says so in the case
RULE = "rider"  # by which the police are called once to an incident


def report_hazard(
    user: User, *, uuid: UUID, hazard: str, lon: float, lat: float, photo: bytes, photo_uuid: UUID, crs: str = "wgs84",
    text: str = "", found_at: datetime | None = None,
) -> tuple[RiderReport, bool]:  # fmt: skip
    """A rider's report: it opens an incident of the icon's class and level, or joins the live one of the same thing.

    The phone's `uuid` makes it safe to send twice: (the report, whether it is new). Raises BadInput for `hazard`,
    `photo`, `lon`, `lat`, `crs`; Conflict for who is paused.
    """
    rider = own_rider(user)
    kind = hazards.BY_CODE.get(hazard)
    if kind is None:
        raise BadInput("hazard", one_of(hazards.CODES))
    try:
        lon, lat = to_wgs84(lon, lat, crs)
    except BadPosition as error:
        raise BadInput(error.field, str(error)) from None
    before = _before(rider, uuid)
    if before is not None:
        return before, False
    if rider.paused_at is not None:
        raise Conflict(_("You are paused: %(why)s") % {"why": rider.pause_reason})
    try:
        with transaction.atomic():
            report = _take(rider, kind, uuid, (lon, lat), photo, photo_uuid, text, found_at)
    except IntegrityError:
        # The same report in another thread was faster.
        before = _before(rider, uuid)
        if before is None:
            raise
        return before, False
    return report, True


@transaction.atomic
def mark_solved(report_id: int, note: str, *, actor: User) -> RiderReport:
    """The report helped to solve a case (协助破案); counted once, however often it is pressed."""
    note = must_say("note", note)[:200]
    rows = RiderReport.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "incident__category", "rider"
    )
    report = rows.filter(pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no report %(id)s.") % {"id": report_id})
    if report.solved_at is None:
        report.solved_at, report.solved_by, report.solved_note = db_now(), actor, note
        report.save(update_fields=["solved_at", "solved_by", "solved_note"])
        record(report, "riderreport.solved", actor=actor, note=note, shape=report_shape,
               audience=audience(report.rider))  # fmt: skip
    return report


def _take(
    rider: Rider, kind: hazards.Hazard, uuid: UUID, at: tuple[float, float], photo: bytes, photo_uuid: UUID, text: str,
    found_at: datetime | None,
) -> RiderReport:  # fmt: skip
    category = _category(kind)
    now = db_now()
    found_at = min(found_at or now, now)
    said = [(text or "").strip()[:500]]
    if now - found_at > LATE:
        said.append(_("Found at %(at)s, sent later.") % {"at": local(found_at)})
    incident, opened = open_or_join(
        Draft(
            category=category,
            level=min(category.default_level, 3) if kind.police else category.default_level,
            source_kind=SourceKind.RIDER,
            title=category.name_zh,
            text=" ".join(part for part in said if part),
            lon=at[0],
            lat=at[1],
            client_uuid=uuid,
            reported_by=rider.user,
        ),
        actor=rider.user,
    )
    try:
        add_attachment(
            incident.pk, photo, kind=Attachment.Kind.NEAR, uuid=photo_uuid, actor=rider.user, lon=at[0], lat=at[1],
            shot_at=found_at,
        )  # fmt: skip
    except BadInput as error:
        raise BadInput("photo", error.message) from error
    if kind.police:
        request_reinforcement(
            incident.pk, Force.POLICE, actor=rider.user, reason=_("Reported by a rider: %(what)s")
            % {"what": kind.says}, rule=RULE,
        )  # fmt: skip
    report = RiderReport.objects.create(
        rider=rider, uuid=uuid, hazard=kind.code, incident=incident, joined=not opened, police=kind.police,
        found_at=found_at, sent_at=now,
    )  # fmt: skip
    report = RiderReport.objects.select_related("incident__category", "rider").get(pk=report.pk)
    record(report, "riderreport.sent", actor=rider.user, data={"incident": incident.pk, "joined": report.joined},
           shape=report_shape, audience=audience(rider))  # fmt: skip
    return report


def _category(kind: hazards.Hazard) -> CaseCategory:
    found = (
        CaseCategory.objects.filter(scheme="JCZZ", code=kind.category, is_active=True)
        .select_related("department")
        .order_by("-version")
        .first()
    )
    if found is None:
        raise BadInput("hazard", _("There is no such class of the governance scheme."))
    return found


def _before(rider: Rider, uuid: UUID) -> RiderReport | None:
    found = RiderReport.objects.select_related("incident__category", "rider").filter(uuid=uuid).first()
    if found is not None and found.rider_id != rider.pk:
        raise Conflict(_("The id of this report was used before."))
    return found
