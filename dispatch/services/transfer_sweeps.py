"""What happens to transfers by itself: nobody answered within two minutes, the scene reported, the case ended."""

from django.db import transaction
from django.db.models import F, Q

from dispatch.models import PoliceTransfer
from dispatch.police.lifecycle import OURS, Transfer
from dispatch.police.shapes import TRANSFER_AUDIENCE, transfer_shape
from dispatch.services.transfers import feed_back, give_result, locked_transfer
from incidents.lifecycle import ENDED
from incidents.models import Alarm, Incident
from incidents.services.sweeping import raise_street
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from shushanwei.journal.models import Entry
from shushanwei.journal.services import record

BATCH = 100
UNSAID = "–"  # a photo without words is a feedback too


def sweep_transfers() -> int:
    """Alarm for the unanswered, hand first feedback and results on; safe to run twice at once."""
    late = PoliceTransfer.objects.filter(
        status=Transfer.OFFERED, accept_missed_at__isnull=True, accept_deadline__lte=db_now()
    )
    done = drain(list(late.order_by("accept_deadline").values_list("pk", flat=True)[:BATCH]), announce_unanswered)
    at_work = PoliceTransfer.objects.filter(status__in=OURS)
    told = at_work.filter(status=Transfer.ACCEPTED, incident__first_feedback_at__isnull=False)
    done += drain(list(told.order_by("pk").values_list("pk", flat=True)[:BATCH]), hand_feedback_on)
    ended = at_work.filter(incident__status__in=ENDED).filter(
        ~Q(status=Transfer.SENT_BACK) | Q(incident__ended_at__gt=F("returned_by_district_at"))
    )
    return done + drain(list(ended.order_by("pk").values_list("pk", flat=True)[:BATCH]), give_result)


@transaction.atomic
def announce_unanswered(transfer_id: int) -> bool:
    """Two minutes are over and no seat has accepted or returned it: the seats are alarmed, once for each offer."""
    transfer = locked_transfer(transfer_id)
    if transfer.status != Transfer.OFFERED or transfer.accept_missed_at is not None:
        return False
    if transfer.accept_deadline > db_now():
        return False
    transfer.accept_missed_at = transfer.accept_deadline
    transfer.save(update_fields=["accept_missed_at"])
    record(
        transfer,
        "transfer.unanswered",
        at=transfer.accept_deadline,
        data={"police_no": transfer.police_no},
        shape=transfer_shape,
        audience=TRANSFER_AUDIENCE,
    )
    raise_street(
        Alarm.Kind.TRANSFER_UNANSWERED,
        "seat_operator",
        {"transfer": transfer.pk, "police_no": transfer.police_no, "address": transfer.address},
    )
    return True


@transaction.atomic
def hand_feedback_on(transfer_id: int) -> bool:
    """What the scene said first (E4) is the first feedback to the police."""
    transfer = locked_transfer(transfer_id)
    incident = transfer.incident
    if transfer.status != Transfer.ACCEPTED or incident is None or incident.first_feedback_at is None:
        return False
    feed_back(transfer.pk, actor=None, text=_said_first(incident), at=incident.first_feedback_at)
    return True


def _said_first(incident: Incident) -> str:
    entries = Entry.objects.filter(
        subject_type="incident", subject_id=incident.pk, verb="incident.first_feedback"
    ).order_by("-id")
    entry = entries.first()
    return (entry.note if entry else "") or UNSAID
