"""Before dispatch: answered, verified, filed, rejected, voided, merged, levelled."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.lifecycle import Status
from incidents.models import CaseCategory, CaseCheck, FilingStandard, Incident
from incidents.services import clocks
from incidents.services.base import locked, must_be, must_be_live, must_say, refresh_next_due, tell
from incidents.services.moving import step
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.common.wording import local, one_of
from shushanwei.people.models import User

S = Status


@transaction.atomic
def answer(incident_id: int, *, actor: User) -> Incident:
    """A seat takes the incident: it is this seat's from now on. Raises Conflict when another seat was faster.

    Answering silences the sound; it stops no clock: R30 stops when an order has been delivered.
    """
    incident = locked(incident_id)
    must_be_live(incident)
    if incident.answered_by_id == actor.pk:
        return incident
    if incident.answered_by_id is not None:
        raise Conflict(
            _("%(who)s answered at %(at)s.")
            % {"who": incident.answered_by, "at": local(incident.answered_at, "%H:%M:%S")},
            by=str(incident.answered_by),
            at=incident.answered_at.isoformat() if incident.answered_at else None,
        )
    incident.answered_by, incident.answered_at = actor, db_now()
    incident.save(update_fields=["answered_by", "answered_at"])
    tell(incident, "answered", actor=actor)
    return incident


@transaction.atomic
def order_verification(incident_id: int, *, actor: User, collector: User | None = None) -> Incident:
    """Send the item to a collector before it is filed (核实)."""
    incident = locked(incident_id)
    must_be(incident, S.REPORTED, S.PENDING_FILING)
    now = db_now()
    CaseCheck.objects.create(
        incident=incident,
        kind=CaseCheck.Kind.VERIFICATION,
        collector=collector,
        ordered_at=now,
        due_at=clocks.stage_due(incident, "verify", now),
    )
    step(incident, S.VERIFYING, actor=actor, data={"collector": str(collector) if collector else None})
    return incident


@transaction.atomic
def finish_verification(
    incident_id: int, *, actor: User, result: str, note: str = "", by_picture: bool = False
) -> Incident:
    """The collector's answer: true, not_found or cannot_judge. A picture review by the seat counts too."""
    if result not in (CaseCheck.Result.TRUE, CaseCheck.Result.NOT_FOUND, CaseCheck.Result.CANNOT_JUDGE):
        raise BadInput("result", one_of(["true", "not_found", "cannot_judge"]))
    incident = locked(incident_id)
    must_be(incident, S.VERIFYING, S.REPORTED)
    now = db_now()
    check = incident.checks.filter(kind=CaseCheck.Kind.VERIFICATION, done_at__isnull=True).first() or CaseCheck(
        incident=incident,
        kind=CaseCheck.Kind.VERIFICATION,
        ordered_at=now,
        due_at=clocks.stage_due(incident, "verify", now),
    )
    check.result, check.note, check.by_picture, check.done_by, check.done_at = result, note, by_picture, actor, now
    check.save()
    step(incident, S.PENDING_FILING, actor=actor, note=note, data={"result": result, "by_picture": by_picture})
    return incident


@transaction.atomic
def file_case(
    incident_id: int,
    *,
    actor: User,
    standard_id: int,
    category_id: int | None = None,
    szcg_id: int | None = None,
) -> Incident:
    """File the case under a standard (立案): who files is responsible. No standard, no filing."""
    incident = locked(incident_id)
    must_be(incident, S.REPORTED, S.PENDING_FILING)
    standard = FilingStandard.objects.select_related("category__department").filter(pk=standard_id).first()
    if standard is None:
        raise BadInput("standard", _("There is no such filing standard."))
    if category_id is not None:
        category = CaseCategory.objects.filter(pk=category_id, scheme="JCZZ").first()
        if category is None:
            raise BadInput("category", _("There is no such class of the governance scheme."))
        incident.category = category
    if szcg_id is not None:
        szcg = CaseCategory.objects.filter(pk=szcg_id, scheme="SZCG").first()
        if szcg is None:
            raise BadInput("szcg", _("There is no such class of the urban-management scheme."))
        incident.szcg_category = szcg
    elif standard.category.scheme == "SZCG":
        incident.szcg_category = standard.category
    incident.standard = standard
    incident.filed_by = actor
    incident.department = standard.category.department or incident.category.department
    step(incident, S.PENDING_DISPATCH, actor=actor, data={"standard": standard.pk, "limit": str(standard)})
    return incident


@transaction.atomic
def reject(incident_id: int, *, actor: User, reason: str) -> Incident:
    """Not filed (不予立案); the source can read why."""
    incident = locked(incident_id)
    must_be(incident, S.REPORTED, S.PENDING_FILING)
    step(incident, S.REJECTED, actor=actor, note=must_say("reason", reason))
    return incident


@transaction.atomic
def void(incident_id: int, *, actor: User, reason: str) -> Incident:
    """Cancelled (作废): a false alarm or a test; before anybody was sent."""
    incident = locked(incident_id)
    must_be(incident, S.REPORTED, S.PENDING_FILING, S.PENDING_DISPATCH)
    step(incident, S.VOIDED, actor=actor, note=must_say("reason", reason))
    return incident


@transaction.atomic
def merge(incident_id: int, master_id: int, *, actor: User) -> Incident:
    """End a duplicate by attaching it to its master (并案); its signals count there."""
    if incident_id == master_id:
        raise BadInput("master", _("An incident cannot be merged with itself."))
    first, second = sorted((incident_id, master_id))
    both = {first: locked(first), second: locked(second)}
    incident, master = both[incident_id], both[master_id]
    must_be_live(master)
    must_be(incident, S.REPORTED, S.PENDING_FILING, S.PENDING_DISPATCH)
    incident.master = master
    incident.join_key = None
    step(incident, S.MERGED, actor=actor, data={"master": master.pk, "master_no": master.case_no})
    master.alert_count += incident.alert_count
    master.save(update_fields=["alert_count"])
    tell(master, "absorbed", actor=actor, data={"merged": incident.pk, "merged_no": incident.case_no})
    return incident


@transaction.atomic
def set_level(incident_id: int, level: int, *, actor: User | None, reason: str = "") -> Incident:
    """Change the level. An upgrade restarts nothing; a downgrade needs a reason and keeps S15 if E5 happened."""
    if level not in (1, 2, 3, 4):
        raise BadInput("level", one_of(["1", "2", "3", "4"]))
    incident = locked(incident_id)
    must_be_live(incident)
    before = incident.level
    if level == before:
        return incident
    if level > before:
        reason = must_say("reason", reason)
    if before == 4 and level < 4 and incident.status in (S.REPORTED, S.PENDING_FILING):
        # It turned out to be urgent: filed at once, measured from now on by the clocks that start with E0.
        incident.level = level
        step(incident, S.PENDING_DISPATCH, actor=actor, data={"level": level})
        clocks.on_event(incident, "E0", db_now())
    incident.level = level
    refresh_next_due(incident)
    incident.save()
    tell(incident, "level_changed", actor=actor, note=reason, data={"from": before, "to": level})
    return incident


@transaction.atomic
def decline_reinforcement(incident_id: int, *, reason: str, actor: User) -> Incident:
    """At level Ⅱ the seat requests reinforcement (a force, by dispatch) or declines it with a reason here."""
    reason = must_say("reason", reason)
    incident = locked(incident_id)
    must_be_live(incident)
    tell(incident, "reinforcement_declined", actor=actor, note=reason)
    return incident
