"""What is done in the field with a phone: reported, handled by oneself, looked at; everything safe to send twice."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grid.services import patrols
from incidents.lifecycle import Status
from incidents.models import Attachment, CaseCategory, CaseCheck, Incident
from incidents.models.alerts import SourceKind
from incidents.services.attachments import add_attachment
from incidents.services.base import locked, must_say
from incidents.services.closing import finish_check, follow_up
from incidents.services.filing import finish_verification
from incidents.services.moving import step
from incidents.services.opening import Draft, open_incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.people.access import role_codes
from shushanwei.people.models import User

Kind = Attachment.Kind
NEEDED = {  # which photos each answer of a task needs: far 远景 and near 近景
    "true": (Kind.FAR, Kind.NEAR),
    "not_found": (Kind.FAR,),
    "cannot_judge": (),
    "passed": (Kind.NEAR,),
    "failed": (Kind.NEAR,),
}


@dataclass(frozen=True)
class Shot:
    """A photo as the phone sends it: bytes, its own id, when and where (WGS-84) it was taken."""

    kind: str
    uuid: UUID
    raw: bytes
    shot_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def report(
    user: User, *, uuid: UUID, category: str, lon: float, lat: float, shots: list[Shot], text: str = "",
    address: str = "", found_at: datetime | None = None, own_work: str | None = None,
) -> tuple[Incident, bool]:  # fmt: skip
    """Report a find with its photo as a case of level Ⅳ, or with `own_work` one that was handled on the spot.

    Position in WGS-84 degrees. The phone's `uuid` makes it safe to send twice: (the incident, whether it was opened
    now). Handled by oneself (自行处置): photos before and after, closed at once with what was done, counted apart.
    Raises BadInput for `category`, `photo`, `own_work`.
    """
    chosen = _category(category)
    kinds = {shot.kind for shot in shots}
    wanted = {Kind.BEFORE, Kind.AFTER} if own_work is not None else {Kind.NEAR}
    for kind in sorted(wanted - kinds):
        raise BadInput(f"photo_{kind}", _("A photo is needed."))
    if own_work is not None:
        own_work = must_say("own_work", own_work)
    before = _before(user, uuid)
    if before is not None:
        return before, False
    try:
        with transaction.atomic():
            incident = open_incident(
                Draft(
                    category=chosen,
                    level=4,
                    source_kind=SourceKind.COLLECTOR if "collector" in role_codes(user) else SourceKind.GRID,
                    title=chosen.name_zh,
                    text=(text or "").strip()[:4_000],
                    address=address,
                    lon=lon,
                    lat=lat,
                    need_followup=False if own_work is not None else None,
                    client_uuid=uuid,
                    reported_by=user,
                    self_handled=own_work is not None,
                ),
                actor=user,
            )
            _attach(incident.pk, shots, user)
            if own_work is not None:
                handle_myself(incident.pk, actor=user, done=own_work)
            now = db_now()
            patrols.note_item(user, uuid, min(found_at or now, now))
    except IntegrityError:
        # The same report in another thread was faster.
        before = _before(user, uuid)
        if before is None:
            raise
        return before, False
    return Incident.objects.get(pk=incident.pk), True


@transaction.atomic
def handle_myself(incident_id: int, *, actor: User, done: str) -> Incident:
    """Close what its finder handled on the spot: from reported straight to closed, with photos before and after."""
    incident = locked(incident_id)
    if not incident.self_handled or incident.reported_by_id != actor.pk:
        raise Conflict(_("Only who found and handled it may close it so."))
    kinds = set(incident.attachments.values_list("kind", flat=True))
    if not {Kind.BEFORE, Kind.AFTER} <= kinds:
        raise Conflict(_("Photos before and after are needed."))
    incident.closing = {"found": incident.text or incident.title, "contacted": "", "done": done, "remains": ""}
    step(incident, Status.CLOSED, actor=actor, note=done, data={"self_handled": True, "closing": incident.closing})
    return incident


def answer_task(user: User, check_id: int, *, result: str, shots: list[Shot], note: str = "") -> CaseCheck:
    """Answer a verification (true, not_found, cannot_judge) or a check (passed, failed) with its photos.

    Sent again it gives what stands. Raises BadInput for `result`, `photo_far`, `photo_near`, and `note` where a check
    is not passed; Conflict when somebody else has answered.
    """
    check = CaseCheck.objects.filter(pk=check_id).first()
    if check is None:
        raise NotFound(_("There is no such task."))
    fits = {
        CaseCheck.Kind.VERIFICATION: ("true", "not_found", "cannot_judge"),
        CaseCheck.Kind.CHECK: ("passed", "failed"),
    }
    if result not in fits[CaseCheck.Kind(check.kind)]:
        raise BadInput("result", _("This is no answer to this task."))
    if check.done_at is not None:
        return _same_answer(check, user, result)
    for kind in NEEDED[result]:
        if kind not in {shot.kind for shot in shots}:
            raise BadInput(f"photo_{kind}", _("A photo is needed."))
    with transaction.atomic():
        locked(check.incident_id)
        check.refresh_from_db()
        if check.done_at is not None:
            return _same_answer(check, user, result)
        _attach(check.incident_id, shots, user)
        if check.kind == CaseCheck.Kind.VERIFICATION:
            finish_verification(check.incident_id, actor=user, result=result, note=note)
        else:
            finish_check(check.incident_id, actor=user, passed=result == "passed", note=note)
        check.refresh_from_db()
    return check


@transaction.atomic
def visit(
    user: User, incident_id: int, *, method: str, result: str, next_at: datetime | None = None
) -> tuple[Incident, bool]:
    """A follow-up from the phone (E8); sent again it changes nothing. False when one had been done before."""
    incident = locked(incident_id)
    if incident.followup_done_at is not None:
        return incident, False
    return follow_up(incident_id, actor=user, method=method, result=result, next_at=next_at), True


def _category(code: str) -> CaseCategory:
    found = (
        CaseCategory.objects.filter(scheme="JCZZ", code=code, is_active=True, parent__isnull=False)
        .select_related("department")
        .order_by("-version")
        .first()
    )
    if found is None:
        raise BadInput("category", _("There is no such class of the governance scheme."))
    return found


def _before(user: User, uuid: UUID) -> Incident | None:
    found = Incident.objects.filter(client_uuid=uuid).first()
    if found is not None and found.reported_by_id != user.pk:
        raise Conflict(_("The id of this report was used before."))
    return found


def _attach(incident_id: int, shots: list[Shot], user: User) -> None:
    for shot in shots:
        try:
            add_attachment(
                incident_id, shot.raw, kind=shot.kind, uuid=shot.uuid, actor=user, lon=shot.lon, lat=shot.lat,
                shot_at=shot.shot_at,
            )  # fmt: skip
        except BadInput as error:
            raise BadInput(f"photo_{shot.kind}", error.message) from error


def _same_answer(check: CaseCheck, user: User, result: str) -> CaseCheck:
    if check.done_by_id == user.pk and check.result == result:
        return check
    raise Conflict(_("%(who)s has answered this task already.") % {"who": check.done_by or _("The seat")})
