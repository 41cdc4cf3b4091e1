"""The one door to the story of a case: write a line in this transaction, tell the screens after it commits."""

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
        live.announce(
            {
                "type": "change",
                "subject": entry.subject_type,
                "id": entry.subject_id,
                "rev": entry.pk,
                "verb": verb,
                "at": entry.at.isoformat(),
                "shape": shape(subject),
                "trace": entry.trace,
            },
            audience,
        )
    return entry


def connection_must_be_in_transaction() -> None:
    """An entry outside a transaction could stand without its change, or the change without its entry."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs inside the transaction of the change")
