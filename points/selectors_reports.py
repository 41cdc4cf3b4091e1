"""Reads of reports: what is open nearby, a resident's own, what waits for a look. Permission is part of fetching."""

import itertools
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from incidents.lifecycle import LIVE, STAGE, Status
from incidents.models import Attachment, CaseCategory, Incident
from incidents.selectors import within
from points.kinds import REPORT_KINDS, Kind
from points.models import Award, Resident, ResidentReport
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.common.geo import BadPosition, Box, distance_m, to_wgs84
from shushanwei.journal.models import Entry
from shushanwei.people.access import reach_of
from shushanwei.people.models import User

REVIEW = "points.review_reports"
NEAR_M, OFFERED = 50, 3
TOKEN_FOR_S = 24 * 3600
SALT = "report-join"
RELATED = ("incident__category", "incident__community", "incident__department", "incident__master",
           "followed_by__department", "resident", "looked_by")  # fmt: skip
# The six steps of the progress bar in words for residents.
STEPS = [
    pgettext_lazy("report step", "reported"), pgettext_lazy("report step", "filed"),
    pgettext_lazy("report step", "sent on"), pgettext_lazy("report step", "being handled"),
    pgettext_lazy("report step", "checked"), pgettext_lazy("report step", "closed"),
]  # fmt: skip
# What of the story of a case its reporter reads, and who does it: roles and units, never names.
TOLD: dict[str, tuple[str | Promise, str | Promise]] = {
    "opened": (gettext_lazy("It has arrived at the command centre."), ""),
    "answered": (gettext_lazy("It is being looked at."), gettext_lazy("seat of the command centre")),
    "verifying": (gettext_lazy("Somebody goes to look whether it is so."), gettext_lazy("collector of your grid")),
    "pending_filing": (gettext_lazy("It has been looked at on site."), gettext_lazy("collector of your grid")),
    "pending_dispatch": (gettext_lazy("It is accepted as a case."), gettext_lazy("seat of the command centre")),
    "rejected": (gettext_lazy("It was not accepted."), gettext_lazy("seat of the command centre")),
    "voided": (gettext_lazy("It was cancelled."), gettext_lazy("seat of the command centre")),
    "merged": (gettext_lazy("It is the same as another case and goes on there."), ""),
    "dispatched": (gettext_lazy("It was sent to who has to handle it."), "unit"),
    "handling": (gettext_lazy("It is being handled."), "unit"),
    "arrived": (gettext_lazy("Somebody is on the spot."), "unit"),
    "handled": (gettext_lazy("It is done, says who handled it."), "unit"),
    "pending_check": (gettext_lazy("It is done and will be checked."), ""),
    "checking": (gettext_lazy("It is being checked."), gettext_lazy("collector of your grid")),
    "rework": (gettext_lazy("The check was not passed: it is handled again."), "unit"),
    "closed": (gettext_lazy("It is closed."), gettext_lazy("seat of the command centre")),
    "force_closed": (gettext_lazy("It was closed by order."), gettext_lazy("shift leader")),
}
SAYS_WHY = {"rejected", "voided", "closed"}


@dataclass(frozen=True)
class Nearby:
    """An open case of the same class close by: a token to join it, metres, how often it was told, since when."""

    token: str
    away_m: int
    told: int
    since: datetime


@dataclass(frozen=True)
class Line:
    """One line of the timeline in the reader's words."""

    at: datetime
    says: str
    who: str
    note: str = ""


def nearby(kind: str, lon: float, lat: float, crs: str = "wgs84") -> list[Nearby]:
    """Open cases of a kind within 50 m, the nearest first; no more than three. Raises BadInput."""
    chosen = REPORT_KINDS.get(kind)
    if chosen is None:
        raise BadInput("kind", _("Choose what it is."))
    try:
        lon, lat = to_wgs84(lon, lat, crs)
    except BadPosition as error:
        raise BadInput("place", str(error)) from None
    box = Box.near(lon, lat, NEAR_M)
    rows = Incident.objects.filter(
        category__in=_classes(chosen), status__in=LIVE, is_test=False, lon__range=(box.west, box.east),
        lat__range=(box.south, box.north),
    )  # fmt: skip
    found = [
        (distance_m(lon, lat, row.lon, row.lat), row) for row in rows.only("lon", "lat", "alert_count", "opened_at")
    ]
    near = sorted((item for item in found if item[0] <= NEAR_M), key=lambda item: item[0])[:OFFERED]
    return [Nearby(signing.dumps(row.pk, salt=SALT), round(away), row.alert_count, row.opened_at) for away, row in near]


def joined_by(token: str) -> int | None:
    """The incident behind a token of `nearby`; None for a forged or an old one: then the place decides."""
    try:
        return int(signing.loads(token, salt=SALT, max_age=TOKEN_FOR_S))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def reports_of(resident: Resident) -> QuerySet[ResidentReport]:
    """A resident's own reports, newest first."""
    return ResidentReport.objects.filter(resident=resident).select_related(*RELATED).order_by("-id")


def report_of(resident: Resident, uuid: UUID) -> ResidentReport:
    """One of the own reports; NotFound for those of others."""
    found = reports_of(resident).filter(uuid=uuid).first()
    if found is None:
        raise NotFound(_("There is no such thing."))
    return found


def timeline(report: ResidentReport) -> list[Line]:
    """What happened to a report, the newest first; what repeats is said once."""
    cases = [report.incident, *([report.followed_by] if report.followed_by else [])]
    if report.incident.master is not None:
        cases.insert(1, report.incident.master)
    units = {case.pk: _unit(case) for case in cases}
    verbs = [f"incident.{verb}" for verb in TOLD]
    entries = Entry.objects.filter(subject_type="incident", subject_id__in=units, verb__in=verbs).order_by("id")
    lines: list[Line] = []
    sent_on = {str(TOLD[verb][0]) for verb in ("dispatched", "handling", "arrived")}
    for entry in entries.only("at", "verb", "note", "data", "subject_id"):
        verb = entry.verb.removeprefix("incident.")
        says, who = TOLD[verb]
        if verb == "handling" and entry.data.get("reopened"):
            says, note = _("It was opened again, because you said that it is not solved."), ""
        else:
            note = entry.note if verb in SAYS_WHY else ""
        if verb == "answered" and any(before.says in sent_on for before in lines):
            continue  # sent on before anybody at the centre had looked: no step back for who reads it
        line = Line(entry.at, str(says), units[entry.subject_id] if who == "unit" else str(who), note)
        if not lines or lines[-1].says != line.says:
            lines.append(line)
    filed = str(TOLD["pending_dispatch"][0])
    if report.case.filed_at is not None and not any(line.says == filed for line in lines):
        lines.append(Line(report.case.filed_at, filed, ""))  # urgent ones are filed as they come in
    if report.joined:
        lines.append(Line(report.sent_at, _("Your report was added to this case."), ""))
    return sorted(lines, key=lambda line: line.at)[::-1]  # of one instant, what was written later stands above


def stage(report: ResidentReport) -> int:
    """How far its case is: 1 to 6 of the progress bar; 0 where it was not accepted."""
    status = Status(report.case.status)
    if status in (Status.REJECTED, Status.VOIDED):
        return 0
    # What waits for its closing is checked, not closed yet.
    return STAGE[Status.CHECKING] if status == Status.PENDING_CLOSE else STAGE[status]


def shots(report: ResidentReport) -> tuple[list[Attachment], list[Attachment], list[Attachment]]:
    """(the own photos, those after the last handling once closed, those after a handling that was not enough)."""
    own, case = [photo.attachment for photo in report.photos.select_related("attachment")], report.case
    over = case.status in (Status.CLOSED, Status.FORCE_CLOSED)
    done = case.attachments.filter(kind=Attachment.Kind.AFTER).order_by("-id")
    again = None
    if case.reopen_count:
        again = Entry.objects.filter(subject_type="incident", subject_id=case.pk, data__reopened=True).last()
    if again is None:
        return own, list(done[:6]) if over else [], []
    first = list(done.filter(uploaded_at__lte=again.at)[:6])
    return own, list(done.filter(uploaded_at__gt=again.at)[:6]) if over else [], first


def shot_of(report: ResidentReport, code: str) -> Attachment:
    """One of the pictures that the reporter may see. Raises NotFound."""
    for shot in itertools.chain(*shots(report)):
        if str(shot.uuid) == code:
            return shot
    raise NotFound(_("There is no such thing."))


def earned(report: ResidentReport) -> list[Award]:
    """What its rules decided."""
    rows = Award.objects.filter(source_type="report", source_id=str(report.uuid))
    return list(rows.select_related("rule").order_by("id"))


def reports_for(user: User) -> QuerySet[ResidentReport]:
    """Reports of residents within the reach of who reviews them, newest first; none without the permission."""
    cases = Incident.objects.filter(within(reach_of(user, REVIEW), user))
    rows = ResidentReport.objects.filter(incident__in=cases.values("pk")).select_related(*RELATED)
    return rows.order_by("-id") if reach_of(user, REVIEW) else rows.none()


def report_for(user: User, uuid: UUID) -> ResidentReport:
    """One report within reach, or NotFound."""
    found = reports_for(user).filter(uuid=uuid).first()
    if found is None:
        raise NotFound(_("There is no such thing."))
    return found


def alike(report: ResidentReport) -> list[ResidentReport]:
    """Other reports that a doubt may rest on: of the same case, or of the same resident on that day; ten at most."""
    same = Q(incident=report.incident_id)
    if report.resident_id is not None:
        same |= Q(resident=report.resident_id, sent_at__date=report.sent_at.date())
    rows = ResidentReport.objects.filter(same).exclude(pk=report.pk).select_related("resident", "incident")
    return list(rows.prefetch_related("photos__attachment").order_by("-id")[:10])


def _classes(kind: Kind) -> QuerySet[CaseCategory]:
    return CaseCategory.objects.filter(scheme="JCZZ", code=kind.category)


def _unit(case: Incident) -> str:
    if case.department is None:
        return _("unit on duty")
    chinese = (get_language() or "zh").startswith("zh")
    return case.department.name_zh if chinese else case.department.name_en


def as_offer(found: Nearby) -> dict[str, Any]:
    """One of `nearby` as the page reads it."""
    return {"token": found.token, "away_m": found.away_m, "told": found.told, "since": found.since.isoformat()}
