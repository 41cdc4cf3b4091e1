"""The hand-over note of a shift: written, signed by who goes, confirmed by who comes; and the duty log."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grid.models import DutyLog, DutyShift, Handover, Post, RosterLine
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.common.wording import one_of
from shushanwei.journal.services import record
from shushanwei.people.models import User

TEXTS = ("instructions", "watch", "restricted")
LISTS = {"equipment": ("name", "state"), "counted": ("name", "count")}
EARLY = timedelta(minutes=60)
LONGEST_TEXT = 4_000
LEAD = "grid.plan_roster"  # who leads shifts may take one over


@transaction.atomic
def write_note(shift_id: int, *, actor: User, **fields: object) -> Handover:
    """Write or change the note of a shift until it is signed: instructions, watch, restricted, equipment, counted.

    `equipment` is a list of {name, state}, `counted` of {name, count}; raises BadInput naming the field.
    """
    shift = DutyShift.objects.select_for_update(no_key=True).filter(pk=shift_id).first()
    if shift is None:
        raise NotFound(_("There is no shift %(id)s.") % {"id": shift_id})
    note = Handover.objects.filter(shift=shift).first() or Handover(shift=shift)
    if note.signed_at is not None:
        raise Conflict(_("The note has been signed; add a remark when it is confirmed."))
    for name, value in fields.items():
        setattr(note, name, _checked(name, value))
    note.written_by, note.written_at = actor, db_now()
    note.save()
    return note


@transaction.atomic
def sign_note(shift_id: int, *, actor: User, open_incidents: list[dict], due_soon: list[dict]) -> Handover:
    """Who goes signs: the open incidents and what is due soon are frozen as they stand at this moment."""
    note = _locked(shift_id)
    if note.signed_at is not None:
        return note
    now = db_now()
    if now < note.shift.period.upper - EARLY:
        raise Conflict(_("A shift is handed over in its last hour."))
    note.open_incidents, note.due_soon = open_incidents, due_soon
    note.signed_by, note.signed_at = actor, now
    note.save()
    record(note, "handover.signed", actor=actor, data={"shift": str(note.shift), "open": len(open_incidents)})
    return note


@transaction.atomic
def confirm_note(shift_id: int, *, actor: User, remark: str = "") -> Handover:
    """Who comes confirms, another person than who signed; a repeat by the same person is harmless."""
    note = _locked(shift_id)
    if note.signed_at is None:
        raise Conflict(_("The note has not been signed yet."))
    if note.confirmed_at is not None:
        if note.confirmed_by_id == actor.pk:
            return note
        raise Conflict(_("%(name)s has confirmed it.") % {"name": note.confirmed_by})
    if actor.pk == note.signed_by_id:
        raise Conflict(_("Who signed cannot confirm."))
    if not actor.has_perm(LEAD) and not _comes(note.shift, actor):
        raise Conflict(_("The shift leader who comes confirms the note."))
    note.confirmed_by, note.confirmed_at, note.remark = actor, db_now(), remark.strip()[:LONGEST_TEXT]
    note.save()
    record(note, "handover.confirmed", actor=actor, note=note.remark, data={"shift": str(note.shift)})
    return note


@transaction.atomic
def log_call(
    *,
    actor: User,
    client_uuid: UUID,
    kind: str,
    caller: str,
    called: str,
    content: str,
    case_no: str = "",
    at: datetime | None = None,
) -> DutyLog:
    """One order, call or radio exchange; the same id with the same content gives what is there, else Conflict."""
    now = db_now()
    if kind not in DutyLog.Kind.values:
        raise BadInput("kind", one_of(DutyLog.Kind.values))
    if at is not None and at > now + timedelta(minutes=1):
        raise BadInput("at", _("This lies in the future."))
    texts = {"caller": caller.strip()[:60], "called": called.strip()[:60], "content": content.strip()[:LONGEST_TEXT]}
    for field, text in texts.items():
        if not text:
            raise BadInput(field, _("This must be filled in."))
    shift = DutyShift.objects.filter(period__contains=at or now).first()
    try:
        with transaction.atomic():
            return DutyLog.objects.create(
                client_uuid=client_uuid, at=at or now, kind=kind, case_no=case_no.strip()[:19], shift=shift, by=actor,
                written_at=now, **texts,
            )  # fmt: skip
    except IntegrityError:
        known = DutyLog.objects.get(client_uuid=client_uuid)
        if known.by_id == actor.pk and all(getattr(known, field) == text for field, text in texts.items()):
            return known
        raise Conflict(_("This id was used for another line.")) from None


def _comes(shift: DutyShift, user: User) -> bool:
    """Whether the person is planned as shift leader of a later shift within a day."""
    begins = shift.period.upper
    return RosterLine.objects.filter(
        user=user, post=Post.SHIFT_LEAD, state=RosterLine.State.PLANNED,
        period__startswith__gte=begins, period__startswith__lt=begins + timedelta(days=1),
    ).exists()  # fmt: skip


def _locked(shift_id: int) -> Handover:
    note = (
        Handover.objects.select_for_update(no_key=True, of=("self",))
        .select_related("shift__template", "signed_by", "confirmed_by")
        .filter(shift_id=shift_id)
        .first()
    )
    if note is None:
        raise NotFound(_("No hand-over note has been written for this shift."))
    return note


def _checked(name: str, value: object) -> object:
    if name in TEXTS:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise BadInput(name, _("A text of at most %(most)s characters.") % {"most": LONGEST_TEXT})
        return value.strip()
    if name in LISTS:
        keys = LISTS[name]
        if not isinstance(value, list) or len(value) > 100:
            raise BadInput(name, _("A list of at most 100 lines."))
        rows = []
        for row in value:
            if not isinstance(row, dict) or not str(row.get(keys[0], "")).strip():
                raise BadInput(name, _("Each line needs a name."))
            rows.append({key: str(row.get(key, "")).strip()[:120] for key in keys})
        return rows
    raise BadInput(name, one_of([*TEXTS, *LISTS]))
