"""Sending what the outbox holds: claimed, sent outside every lock, its fate written; in order within a subject."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from dispatch.models import PoliceMessage
from dispatch.police.link import line
from dispatch.police.link.outbox import confirm, is_on, share_changed, share_one
from incidents.intake.signing import sign
from shushanwei.common.clock import db_now
from shushanwei.common.drain import drain
from shushanwei.common.errors import NotFound, WrongStep
from shushanwei.journal.services import record
from shushanwei.people.models import User

log = structlog.get_logger(__name__)
BATCH = 200
CONNECT_S, ANSWER_S = 2.0, 5.0
CLAIM_S = 30  # who dies while sending leaves the message to the next sweep after this
MOST_TRIES = 12  # answered refusals; a line that is cut counts none
LONGEST_WAIT_S = 60.0
# These may be otherwise in a moment: a secret being changed, a subject not known yet, a busy or starting system.
LATER = frozenset({401, 403, 404, 408, 409, 423, 425, 429, 500, 502, 503, 504})
State = PoliceMessage.State


@dataclass(frozen=True)
class Fate:
    """What became of one sending: taken, to be tried later, or refused for good. `cut`: nobody answered at all."""

    taken: bool = False
    later: bool = False
    cut: bool = False
    said: str = ""
    rev: int = 0


Carrier = Callable[[bytes, dict[str, str]], tuple[int, bytes]]


def work_line(carry: Carrier | None = None) -> int:
    """One round: write what others have changed, send what is due, try a line that has been quiet.

    Safe to run in several workers at once. `carry` posts a body with headers and gives (status, body).
    """
    if not is_on():
        return 0
    carry = carry or over_http
    done = drain(share_changed(), share_one)  # type: ignore[arg-type]
    if not line.may_try(db_now()):
        return done
    sent = 0
    for message_id in due_ids():
        fate = send_one(message_id, carry)
        if fate is None:
            continue
        sent += fate.taken
        if fate.cut:
            return done + sent
    if not sent and line.is_quiet(db_now()):
        _settle_line(_carried(_body({"kind": "ping", "at": db_now().isoformat()}), "ping", carry))
    return done + sent


def due_ids() -> list[int]:
    """Messages that may go now, the oldest first: of each subject only those with nothing older waiting."""
    older = PoliceMessage.objects.filter(subject=OuterRef("subject"), seq__lt=OuterRef("seq"), state=State.PENDING)
    due = PoliceMessage.objects.filter(~Exists(older), state=State.PENDING, next_try_at__lte=db_now())
    first = list(due.order_by("id").values_list("pk", "subject_id")[:BATCH])
    # Those behind them follow in the same round; each looks again whether its turn has come.
    behind = PoliceMessage.objects.filter(subject__in=[subject for _pk, subject in first], state=State.PENDING)
    return list(behind.order_by("id").values_list("pk", flat=True)[:BATCH])


def send_one(message_id: int, carry: Carrier) -> Fate | None:
    """Claim, send, settle; None when another worker has it or an older message of its subject waits."""
    message = _claim(message_id)
    if message is None:
        return None
    body = _body(
        {
            "kind": "message",
            "key": str(message.key),
            "subject": message.subject_id,
            "seq": message.seq,
            "event": message.event,
            "rev": message.rev,
            "at": message.created_at.isoformat(),
            "data": message.payload,
        }
    )
    fate = _carried(body, str(message.key), carry)
    _settle(message_id, fate)
    _settle_line(fate)
    return fate


@transaction.atomic
def resend(message_id: int, *, actor: User) -> PoliceMessage:
    """A person sends a message again that was given up; raises NotFound, WrongStep for one that is not dead."""
    message = PoliceMessage.objects.select_for_update(no_key=True).filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("There is no message %(id)s.") % {"id": message_id})
    if message.state != State.DEAD:
        raise WrongStep(_("This message is not given up."), now=message.state)
    message.state, message.attempts, message.next_try_at = State.PENDING, 0, db_now()
    message.save(update_fields=["state", "attempts", "next_try_at"])
    link = line.line()
    record(link, "police_link.resent", actor=actor, data={"message": message.pk, "subject": message.subject_id},
           shape=line.line_shape, audience=line.LINE_AUDIENCE)  # fmt: skip
    return message


def over_http(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Post to the other side's door; raises requests.RequestException when nobody answers."""
    answer = requests.post(
        settings.POLICE_LINK_URL, data=body, headers=headers, timeout=(CONNECT_S, ANSWER_S), allow_redirects=False
    )
    return answer.status_code, answer.content[:100_000]


@transaction.atomic
def _claim(message_id: int) -> PoliceMessage | None:
    rows = PoliceMessage.objects.select_for_update(no_key=True, skip_locked=True)
    message = rows.filter(pk=message_id, state=State.PENDING, next_try_at__lte=db_now()).first()
    if message is None:
        return None
    older = PoliceMessage.objects.filter(subject=message.subject_id, seq__lt=message.seq, state=State.PENDING)
    if older.exists():
        return None
    message.next_try_at = db_now() + timedelta(seconds=CLAIM_S)
    message.save(update_fields=["next_try_at"])
    return message


@transaction.atomic
def _settle(message_id: int, fate: Fate) -> None:
    message = PoliceMessage.objects.select_for_update(no_key=True).get(pk=message_id)
    if message.state != State.PENDING:
        return
    now = db_now()
    message.last_error = fate.said[:300]
    if fate.taken:
        message.state, message.sent_at, message.last_error = State.SENT, now, ""
        confirm(message.subject_id, max(fate.rev, message.rev))
    elif fate.cut:
        message.next_try_at = now
    else:
        message.attempts += 1
        wait = min(2.0**message.attempts, LONGEST_WAIT_S) * random.uniform(0.8, 1.2)
        message.next_try_at = now + timedelta(seconds=wait)
        if not fate.later or message.attempts >= MOST_TRIES:
            message.state = State.DEAD
    message.save()
    if message.state == State.DEAD:
        link = line.line()
        record(link, "police_link.gave_up", note=message.last_error, data={"message": message.pk,
               "subject": message.subject_id}, shape=line.line_shape, audience=line.LINE_AUDIENCE)  # fmt: skip


def _settle_line(fate: Fate) -> None:
    if fate.cut:
        line.went_wrong(fate.said)
    else:
        # A refusal is an answer: the line carries.
        line.went_well()


def _carried(body: bytes, key: str, carry: Carrier) -> Fate:
    now = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-Timestamp": str(now),
        "X-Signature": sign(line.secret(), now, body),
    }
    try:
        status, answer = carry(body, headers)
    except (requests.RequestException, OSError) as error:
        return Fate(later=True, cut=True, said=str(error)[:300] or type(error).__name__)
    if 200 <= status < 300:
        return Fate(taken=True, rev=_rev_of(answer))
    said = f"HTTP {status} {answer[:200].decode(errors='replace')}"
    # A proxy in front of a dead system is as cut as no answer.
    return Fate(later=status in LATER, cut=status in (502, 503, 504), said=said)


def _rev_of(answer: bytes) -> int:
    try:
        told = json.loads(answer or b"{}")
        return int(told.get("rev") or 0) if isinstance(told, dict) else 0
    except (ValueError, TypeError):
        return 0


def _body(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
