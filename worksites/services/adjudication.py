"""A person's word on truck alerts (研判): taken, confirmed, false, merged; each decided once, by one desk.

Lock order: the lock of families (see `_hold_families`), alerts by id, the incident, the site. `uuid` is made by the
page: sent twice it harms nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from incidents.models import CaseCategory, Incident
from incidents.models.alerts import SourceKind
from incidents.services import Draft, open_or_join
from incidents.services.base import must_say
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.common.wording import local
from shushanwei.journal.services import record
from shushanwei.people.models import User
from worksites.facts import DUMPING
from worksites.lifecycle import ALERT_NEXT, ALERT_OPEN, AlertStatus
from worksites.models import Site, TruckAlert
from worksites.services.colours import recolour
from worksites.shapes_trucks import AUDIENCE, alert_shape
from worksites.trucks.rules import NAMES
from worksites.trucks.wording import explain

HELD_FOR = timedelta(minutes=15)  # who took an alert and went away does not keep it
FRESH = timedelta(hours=2)  # so long somebody can still be met at the place
MOST_REASON = 300
# Rule → class of the event tree, class of digital urban management where one fits better than the map of classes says.
CLASSES = {
    "T01": ("J0422", ""), "T02": ("J0422", ""), "T03": ("J1406", "E0111"), "T04": ("J1406", "E0111"),
    "T05": ("J1406", ""), "T06": ("J0101", ""), "T07": ("J0101", ""), "T08": ("J0101", ""), "T09": ("J0422", "E0311"),
    "T10": ("J0422", ""), "T11": ("J0813", ""), "T12": ("J0422", ""), "T13": ("J0422", "E0312"),
    "T14": ("J1405", "E0301"),
}  # fmt: skip
AT_A_PLACE = {"T02", "T03", "T04", "T13"}  # a heap or a dirty road is one thing, whoever left it
URGENT = {"T02", "T03", "T04", "T11"}


@transaction.atomic
def take(number: str, *, actor: User) -> TruckAlert:
    """Say that one is looking at it; again by the same person it changes nothing.

    Raises Conflict while somebody else holds it (for a quarter of an hour), WrongStep once it is decided.
    """
    alert = _locked(number)
    _must_be_open(alert)
    now = db_now()
    if alert.status == AlertStatus.JUDGING and alert.judged_by_id == actor.pk:
        return alert
    _must_not_be_held(alert, actor, now)
    alert.status, alert.judged_by, alert.taken_at = AlertStatus.JUDGING, actor, now
    alert.save(update_fields=["status", "judged_by", "taken_at"])
    _tell(alert, "taken", actor)
    return alert


@transaction.atomic
def put_back(number: str, *, actor: User) -> TruckAlert:
    """Leave it to others again; only who holds it may."""
    alert = _locked(number)
    if alert.status == AlertStatus.NEW:
        return alert
    _must_be_open(alert)
    if alert.judged_by_id != actor.pk:
        raise Conflict(_("%(who)s holds this alert.") % {"who": alert.judged_by})
    alert.status, alert.judged_by, alert.taken_at = AlertStatus.NEW, None, None
    alert.save(update_fields=["status", "judged_by", "taken_at"])
    _tell(alert, "put_back", actor)
    return alert


@transaction.atomic
def confirm(number: str, *, uuid: UUID, reason: str, actor: User, site_id: int | None = None) -> TruckAlert:
    """It is true (属实): an incident is opened or joined, its clocks run, and the site may change its colour.

    `site_id` names the site of an alert for which the rules found none. Raises BadInput for `reason` and `site`,
    Conflict where somebody else was faster.
    """
    _hold_families()
    alert = _locked(number)
    if _decided_so(alert, AlertStatus.CONFIRMED, uuid):
        return alert
    reason = _reason(reason)
    _decide(alert, AlertStatus.CONFIRMED, uuid, reason, actor)
    if alert.site_id is None and site_id is not None:
        alert.site = Site.objects.filter(pk=site_id).first()
        if alert.site is None:
            raise BadInput("site", _("There is no such site."))
    make_incident(alert, "confirmed", f"研判：{reason}", actor=actor)
    _hand_down(alert, actor)
    return alert


def make_incident(alert: TruckAlert, verb: str, said: str, *, actor: User) -> Incident:
    """Open or join the incident of an alert that is true, save the alert, tell it by `verb`, look at its site's colour.

    `said` is what the person adds to the incident's text. Call it in a transaction, with the alert's lock.
    """
    draft = incident_draft(alert, said, alert.decided_at or db_now())
    near = alert.rule in AT_A_PLACE
    incident, opened = open_or_join(draft, correlation=_same_thing(alert), near=near, actor=actor)
    alert.incident = incident
    alert.save()
    _tell(alert, verb, actor, note=alert.reason, data={"incident": incident.case_no, "opened": opened})
    if alert.site_id is not None:
        recolour(alert.site_id, actor=actor)
    return incident


@transaction.atomic
def call_false(number: str, *, uuid: UUID, reason: str, actor: User) -> TruckAlert:
    """It is not true (误报), and why. Raises BadInput for `reason`, Conflict where somebody else was faster."""
    alert = _locked(number)
    if _decided_so(alert, AlertStatus.FALSE, uuid):
        return alert
    reason = _reason(reason)
    _decide(alert, AlertStatus.FALSE, uuid, reason, actor)
    alert.save()
    _tell(alert, "false", actor, note=reason)
    return alert


@transaction.atomic
def merge(number: str, into: str, *, uuid: UUID, reason: str, actor: User) -> TruckAlert:
    """It tells the same as another alert of the truck or of the site, open or confirmed (并入).

    Raises BadInput for `into` and `reason`, Conflict where somebody else was faster.
    """
    into = into.strip().upper()
    _hold_families()
    alert, master = _both(number, into)
    if alert is None:
        raise NotFound(_("There is no such alert."))
    if _decided_so(alert, AlertStatus.MERGED, uuid):
        return alert
    _must_be_open(alert)
    if alert == master:
        raise BadInput("into", _("An alert cannot be merged into itself."))
    if master is None:
        raise BadInput("into", _("There is no such alert."))
    # A merged alert goes nowhere any more, so a chain of merges has an end.
    if master.status not in (*ALERT_OPEN, AlertStatus.CONFIRMED):
        raise BadInput("into", _("Only an open or confirmed alert takes others in."))
    same_truck = alert.truck_id is not None and alert.truck_id == master.truck_id
    if not same_truck and (alert.site_id is None or alert.site_id != master.site_id):
        raise BadInput("into", _("The other alert is of another truck and another site."))
    reason = _reason(reason)
    _decide(alert, AlertStatus.MERGED, uuid, reason, actor)
    alert.merged_into, alert.incident = master, master.incident
    alert.save()
    _tell(alert, "merged", actor, note=reason, data={"into": master.number})
    if alert.incident is not None:
        _hand_down(alert, actor)
    return alert


@transaction.atomic
def mark_rectified(number: str, *, note: str, actor: User) -> TruckAlert:
    """What a confirmed alert told is cleared up: it no longer counts as open for its site. Again changes nothing."""
    alert = _locked(number)
    if alert.rectified_at is not None:
        return alert
    if alert.status != AlertStatus.CONFIRMED:
        raise WrongStep(_("Only what was confirmed can be cleared up."))
    note = _reason(note, "note")
    alert.rectified_at = db_now()
    alert.save(update_fields=["rectified_at"])
    _tell(alert, "rectified", actor, note=note)
    if alert.site_id is not None:
        recolour(alert.site_id, actor=actor)
    return alert


@transaction.atomic
def note_evidence(number: str, *, sha256: str, files: list[str], actor: User) -> None:
    """Write down that somebody took the evidence along, and which."""
    alert = _locked(number)
    record(alert, "truck_alert.evidence_taken", actor=actor, data={"sha256": sha256, "files": files})


def incident_draft(alert: TruckAlert, added: str, at: datetime) -> Draft:
    """The incident that a confirmed alert makes: class, level, place, and the evidence in Chinese words."""
    code, szcg = CLASSES[alert.rule]
    with translation.override("zh-hans"):
        subject = alert.truck.plate if alert.truck else alert.site.name if alert.site else ""
        title = f"{subject} {NAMES[alert.rule]}".strip()
        said = explain({"rule": alert.rule, "facts": alert.facts})
    urgent = alert.rule in URGENT and alert.level == 1 and at - (alert.ended_at or alert.began_at) <= FRESH
    return Draft(
        category=_category("JCZZ", code),
        szcg_category=_category("SZCG", szcg) if szcg else None,
        level=2 if urgent else 3,
        source_kind=SourceKind.TRUCK_RULE,
        title=title,
        text=f"{alert.number} {local(alert.began_at)} {said}。{added}",
        address=alert.site.name if alert.site else "",
        lon=alert.lon,
        lat=alert.lat,
        alert_kind=alert.rule,
    )


def _same_thing(alert: TruckAlert) -> str:
    """The key under which confirmed alerts join one incident: a trip's dumping, else the truck and the class."""
    if alert.trip_id is not None and alert.rule in DUMPING:
        return f"trip:{alert.trip_id}"
    subject = f"truck:{alert.truck_id}" if alert.truck_id else f"site:{alert.site_id}"
    return f"{subject}:{CLASSES[alert.rule][0]}"


def _category(scheme: str, code: str) -> CaseCategory:
    rows = CaseCategory.objects.filter(scheme=scheme, code=code, is_active=True).select_related("department")
    found = rows.order_by("-version").first()
    if found is None:
        raise Conflict(_("The catalogue has no class %(code)s.") % {"code": code})
    return found


def _hold_families() -> None:
    """Merging and confirming go one at a time: both reach alerts that were merged earlier, in no order of ids."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('truck_alert_families'))")


def _hand_down(alert: TruckAlert, actor: User) -> None:
    """What was merged into an alert, directly or by way of others, belongs to its incident as well."""
    for one in TruckAlert.objects.select_for_update(no_key=True).filter(merged_into=alert).order_by("pk"):
        one.incident = alert.incident
        one.save(update_fields=["incident"])
        case_no = alert.incident.case_no if alert.incident else ""
        _tell(one, "followed", actor, data={"into": alert.number, "incident": case_no})
        _hand_down(one, actor)


def _locked(number: str) -> TruckAlert:
    (found,) = _both(number)
    if found is None:
        raise NotFound(_("There is no such alert."))
    return found


def _both(*numbers: str) -> list[TruckAlert | None]:
    """The alerts of these numbers under their locks, in the order of their ids; None for one that is not there."""
    # No joins: of a row for which it waited PostgreSQL reads the new version, of what is joined to it the old one.
    rows = TruckAlert.objects.select_for_update(no_key=True).filter(number__in=numbers).order_by("pk")
    found = {alert.number: alert for alert in rows}
    return [found.get(number) for number in numbers]


def _reason(text: str, field: str = "reason") -> str:
    text = must_say(field, text, at_least=2)
    if len(text) > MOST_REASON or "\0" in text:
        raise BadInput(field, _("At most %(n)s characters.") % {"n": MOST_REASON})
    return text


def _decided_so(alert: TruckAlert, status: AlertStatus, uuid: UUID) -> bool:
    """Whether this very decision stands already: the page was sent twice."""
    return alert.decision_uuid == uuid and alert.status == status


def _must_be_open(alert: TruckAlert) -> None:
    if alert.status in ALERT_OPEN:
        return
    given = {
        "who": alert.judged_by or _("Somebody"), "at": local(alert.decided_at, "%m-%d %H:%M:%S"),
        "status": alert.get_status_display(),
    }  # fmt: skip
    raise Conflict(_("%(who)s decided it at %(at)s: %(status)s.") % given, by=str(given["who"]), status=alert.status)


def _must_not_be_held(alert: TruckAlert, actor: User, now: datetime) -> None:
    held = alert.status == AlertStatus.JUDGING and alert.judged_by_id != actor.pk
    if held and alert.taken_at is not None and now - alert.taken_at < HELD_FOR:
        given = {"who": alert.judged_by, "at": local(alert.taken_at, "%H:%M:%S")}
        raise Conflict(_("%(who)s has been judging it since %(at)s.") % given, by=str(alert.judged_by))


def _decide(alert: TruckAlert, to: AlertStatus, uuid: UUID, reason: str, actor: User) -> None:
    """Set (not save) the decision."""
    _must_be_open(alert)
    now = db_now()
    _must_not_be_held(alert, actor, now)
    if to not in ALERT_NEXT[AlertStatus(alert.status)]:
        raise WrongStep(_("An alert has no such step."))
    alert.taken_at = alert.taken_at if alert.judged_by_id == actor.pk and alert.taken_at else now
    alert.status, alert.judged_by, alert.decided_at = to, actor, now
    alert.decision_uuid, alert.reason = uuid, reason


def _tell(alert: TruckAlert, verb: str, actor: User, *, note: str = "", data: dict | None = None) -> None:
    told = {"number": alert.number, "rule": alert.rule, **(data or {})}
    record(alert, f"truck_alert.{verb}", actor=actor, note=note, data=told, shape=alert_shape, audience=AUDIENCE)
