"""The one door to the story of a case: write a line in this transaction, tell the screens after it commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import connection, transaction
from django.db.models import Model

from shushanwei.common.clock import db_now
from shushanwei.journal import live
from shushanwei.journal.models import Entry
from shushanwei.people.models import User


def record(
    subject: Model,
    verb: str,
    *,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    at: datetime | None = None,
    shape=None,
    audience: dict | None = None,
) -> Entry:
    """Write one entry about `subject` and, with `shape`, push it to the screens once committed.

    `shape` is a function of the subject (called now, inside the transaction, after `rev` is set) that returns
    the dictionary that snapshots hold too. `audience` narrows who may be told (see `live.may_hear`).
    Where the subject has a `rev`, it becomes the entry's id and is saved: call it under the subject's lock.
    """
    connection_must_be_in_transaction()
    trace = structlog.contextvars.get_contextvars().get("trace") or ""
    entry = Entry.objects.create(
        at=at or db_now(),
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        verb=verb,
        actor=actor,
        actor_name=str(actor) if actor else "",
        note=note,
        data=data or {},
        trace=str(trace),
        is_live=shape is not None,
    )
    if hasattr(subject, "rev"):
        subject.rev = entry.pk
        subject.save(update_fields=["rev"])
    if shape is not None:
        announce_change(entry.subject_type, entry.subject_id, entry.pk, verb, entry.at, shape(subject), audience)
    return entry


@dataclass
class Line:
    """One entry of a bulk write; the subject's own `rev` is set by the caller."""

    subject_type: str
    subject_id: int
    verb: str
    at: datetime
    data: dict = field(default_factory=dict)


def record_many(lines: Sequence[Line], *, live_push: bool) -> list[int]:
    """Write many entries at once, by the system; returns their ids in order.

    The caller holds the locks of the subjects, saves their `rev` and, with `live_push`, announces each change.
    """
    connection_must_be_in_transaction()
    trace = str(structlog.contextvars.get_contextvars().get("trace") or "")
    entries = Entry.objects.bulk_create(
        Entry(
            at=line.at,
            subject_type=line.subject_type,
            subject_id=line.subject_id,
            verb=line.verb,
            data=line.data,
            trace=trace,
            is_live=live_push,
        )
        for line in lines
    )
    return [entry.pk for entry in entries]


def announce_change(
    subject_type: str, subject_id: int, rev: int, verb: str, at: datetime, shape: dict, audience: dict | None
) -> None:
    """Push one change that `record_many` has written, once this transaction commits."""
    live.announce(
        {
            "type": "change",
            "subject": subject_type,
            "id": subject_id,
            "rev": rev,
            "verb": verb,
            "at": at.isoformat(),
            "shape": shape,
            "trace": str(structlog.contextvars.get_contextvars().get("trace") or ""),
        },
        audience,
    )


def connection_must_be_in_transaction() -> None:
    """An entry outside a transaction could stand without its change, or the change without its entry."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs inside the transaction of the change")
