"""The seal over the journal, taken every ten minutes."""

import hashlib
import json

from celery import shared_task
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from shushanwei.journal.models import Entry, Seal
from shushanwei.journal.selectors import settled_xid

SEALED = ["id", "xid", "at", "written_at", "subject_type", "subject_id", "verb", "actor_id", "note", "data", "trace"]


@shared_task(name="journal.seal", expires=300)
def seal() -> int:
    """Hash the entries of all transactions that have ended since the last seal; returns how many."""
    with transaction.atomic():
        last = Seal.objects.select_for_update().order_by("-to_xid").first()
        since = last.to_xid if last else 0
        until = settled_xid()
        digest, count = digest_of(since, until, last.sha256 if last else "")
        if count:
            Seal.objects.create(from_xid=since, to_xid=until, count=count, sha256=digest)
        return count


def digest_of(since: int, until: int, before: str) -> tuple[str, int]:
    """(sha256, count) over the entries of transactions [since, until) by (xid, id), chained to the hash `before`."""
    running, count = hashlib.sha256(before.encode()), 0
    rows = Entry.objects.filter(xid__gte=since, xid__lt=until).order_by("xid", "id").values(*SEALED)
    for row in rows.iterator(chunk_size=2_000):
        running.update(json.dumps(row, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False).encode())
        count += 1
    return running.hexdigest(), count


def broken_seals() -> list[int]:
    """The ids of seals that no longer fit their entries: somebody changed the past."""
    broken, before = [], ""
    for sealed in Seal.objects.order_by("to_xid"):
        digest, count = digest_of(sealed.from_xid, sealed.to_xid, before)
        if (digest, count) != (sealed.sha256, sealed.count):
            broken.append(sealed.pk)
        before = sealed.sha256
    return broken
