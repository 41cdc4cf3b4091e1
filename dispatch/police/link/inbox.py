"""The inbox: believed by signature, taken once by key, and never older than what is there."""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from dispatch.models import PoliceMessage, PoliceReceipt
from dispatch.police.link import line
from incidents.intake.signing import BadSignature, Check
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, DomainError

LARGEST = 256 * 1024
KEPT_DAYS = 30


class NotSigned(DomainError):
    """The other side could not be believed; `field` is the header to look at."""

    status, code, title = 401, "not-signed", "Not signed"


def believe(body: bytes, timestamp: str, signature: str) -> None:
    """Check the signature over timestamp and body; raises NotSigned, also while no secret is set."""
    key = line.secret()
    try:
        check = Check(key or None, timestamp, signature, time.time())
    except BadSignature as error:
        raise NotSigned(error.message, field=error.field) from None
    check.feed(body)
    if not check.fits() or not key:
        raise NotSigned("the signature is not that of this body", field="X-Signature")
    line.heard()


@transaction.atomic
def take_once(door: str, key: str, body: bytes, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `step` for a new key; a known one gets the answer it got before, from the same row.

    Raises BadInput for a key that is missing or was used for another body.
    """
    if not 8 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise BadInput("Idempotency-Key", _("Send a key of 8 to 80 characters, the same with each repeat."))
    with connection.cursor() as cursor:
        # The same message twice in the same moment: the second waits and finds the first one's answer.
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"police:{key}"])
    digest = hashlib.sha256(body).hexdigest()
    known = PoliceReceipt.objects.filter(pk=key).first()
    if known is not None:
        if known.digest != digest or known.door != door:
            raise BadInput("Idempotency-Key", _("This key was used for another message."))
        return known.answer | {"repeated": True}
    answer = json.loads(json.dumps(step()))
    PoliceReceipt.objects.create(key=key, door=door, digest=digest, status=200, answer=answer, received_at=db_now())
    return answer


def forget_old() -> int:
    """Receipts older than any repeat would be, and what was sent so long ago; the journal keeps the story."""
    since = db_now() - timedelta(days=KEPT_DAYS)
    sent = PoliceMessage.objects.filter(state=PoliceMessage.State.SENT, sent_at__lt=since)
    return PoliceReceipt.objects.filter(received_at__lt=since).delete()[0] + sent.delete()[0]
