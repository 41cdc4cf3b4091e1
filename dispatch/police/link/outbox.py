"""The outbox: a message is written in the transaction of the change that it tells of, or by comparing versions.

Each message carries the whole state of its subject, so a lost, doubled or late one harms nothing.
"""

from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Least

from dispatch.models import LinkSubject, PoliceMessage, PoliceTransfer, Reinforcement, Unit
from dispatch.police.lifecycle import OPEN
from dispatch.police.link import wire
from incidents.lifecycle import ENDED
from incidents.models import Incident
from incidents.services import locked
from shushanwei.common.clock import db_now

Call = Reinforcement.Status
COMING = (Call.REQUESTED, Call.ACCEPTED, Call.ARRIVED)


def is_on() -> bool:
    """Whether the other side is a system of its own; otherwise our own police desk is all there is."""
    return bool(settings.POLICE_LINK_URL and settings.POLICE_LINK_SECRET)


def share_transfer(transfer: PoliceTransfer, event: str) -> PoliceMessage | None:
    """Under the transfer's lock: tell the other side how it stands now; None when it knows already."""
    if not is_on():
        return None
    return _write(
        wire.transfer_subject(transfer.police_no),
        f"transfer.{event}",
        version_of(transfer),
        wire.transfer_wire(transfer),
        live=transfer.status in OPEN,
    )


def version_of(transfer: PoliceTransfer) -> int:
    """The newest change of a transfer or of its incident: ids of the journal, so they compare."""
    return max(transfer.rev, transfer.incident.rev if transfer.incident else 0)


def share_call(call: Reinforcement, event: str) -> PoliceMessage | None:
    """Under the incident's lock: tell the other side how the escalation stands now; None when it knows already."""
    if not is_on():
        return None
    incident = locked(call.incident_id)
    live = call.status in COMING and incident.status not in ENDED
    return _write(
        wire.escalation_subject(call.pk),
        f"escalation.{event}",
        incident.rev,
        wire.escalation_wire(call, incident),
        live=live,
    )


def share_changed() -> list[str]:
    """Subjects whose version is newer than what was last told, oldest first; `share_one` looks again at each."""
    told = dict(LinkSubject.objects.filter(is_live=True).values_list("subject", "told_rev"))
    found = []
    calls = Reinforcement.objects.filter(force=Unit.Kind.POLICE, status__in=COMING).exclude(incident__status__in=ENDED)
    known = [int(subject.split(":")[1]) for subject in told if subject.startswith("escalation:")]
    rows = calls | Reinforcement.objects.filter(pk__in=known)
    for pk, rev in rows.order_by("pk").values_list("pk", "incident__rev"):
        subject = wire.escalation_subject(pk)
        if rev > told.get(subject, -1):
            found.append(subject)
    numbers = [subject.split(":", 1)[1] for subject in told if subject.startswith("transfer:")]
    transfers = PoliceTransfer.objects.filter(status__in=OPEN) | PoliceTransfer.objects.filter(police_no__in=numbers)
    for number, rev, incident_rev in transfers.order_by("pk").values_list("police_no", "rev", "incident__rev"):
        subject = wire.transfer_subject(number)
        if max(rev, incident_rev or 0) > told.get(subject, -1):
            found.append(subject)
    return found


@transaction.atomic
def share_one(subject: str) -> bool:
    """The step of the sweep for one subject: write the message that other rooms' changes ask for."""
    kind, _, name = subject.partition(":")
    if kind == "escalation":
        incident_id = Reinforcement.objects.filter(pk=name).values_list("incident_id", flat=True).first()
        if incident_id is None:
            return False
        locked(incident_id)
        call = Reinforcement.objects.select_related("requested_by").get(pk=name)
        new = not LinkSubject.objects.filter(pk=subject).exists()
        return share_call(call, "requested" if new else "changed") is not None
    incident_id = PoliceTransfer.objects.filter(police_no=name).values_list("incident_id", flat=True).first()
    if incident_id is not None:
        locked(incident_id)
    rows = PoliceTransfer.objects.select_for_update(no_key=True, of=("self",))
    transfer = rows.select_related("incident", "accepted_by", "returned_by").filter(police_no=name).first()
    return transfer is not None and share_transfer(transfer, "changed") is not None


def confirm(subject: str, rev: int) -> None:
    """The other side has taken this version; an older confirmation changes nothing."""
    LinkSubject.objects.filter(pk=subject, known_rev__lt=rev).update(known_rev=Least(Value(rev), F("told_rev")))


def is_known(subject: str, incident: Incident) -> bool:
    """Whether both sides see the same version of the incident."""
    return LinkSubject.objects.filter(pk=subject, known_rev__gte=incident.rev).exists()


def _write(subject: str, event: str, rev: int, payload: dict, *, live: bool) -> PoliceMessage | None:
    LinkSubject.objects.get_or_create(subject=subject)
    book = LinkSubject.objects.select_for_update(no_key=True).get(pk=subject)
    if rev <= book.told_rev:
        if book.is_live != live:
            LinkSubject.objects.filter(pk=subject).update(is_live=live)
        return None
    book.last_seq += 1
    book.told_rev, book.is_live = rev, live
    book.save()
    now = db_now()
    return PoliceMessage.objects.create(
        key=uuid4(),
        subject=book,
        seq=book.last_seq,
        event=event,
        rev=rev,
        payload=payload,
        next_try_at=now,
        created_at=now,
    )
