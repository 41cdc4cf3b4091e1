"""The one door to the story of a case: write a line in this transaction, tell the screens after it commits."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import structlog
from django.db import connection, transaction
from django.db.models import Model

from shushanwei.common.clock import db_now
from shushanwei.journal import live
from shushanwei.journal.models import Entry
from shushanwei.people.models import User

# One JSON parameter: a thousand rows cost a tenth of what a thousand model instances do.
INSERT = """
insert into journal_entry (at, subject_type, subject_id, verb, actor_name, note, data, trace, is_live)
select at, subject_type, subject_id, verb, '', '', data, %s, %s
from json_to_recordset(%s) as line(at timestamptz, subject_type text, subject_id bigint, verb text, data jsonb)
returning id
"""


def record(
    subject: Model,
    verb: str,
    *,
    actor: User | None = None,
    note: str = "",
    data: dict | None = None,
    at: datetime | None = None,
    shape: Callable[..., dict] | None = None,
    audience: dict | None = None,
) -> Entry:
    """Write one entry about `subject` and, with `shape`, push it to the screens once committed.

    `shape` is a function of the subject (called now, inside the transaction, after `rev` is set) that returns
    the dictionary that snapshots hold too. `audience` narrows who may be told (see `live.may_hear`).
    Where the subject has a `rev`, it becomes the entry's id and is saved: call it under the subject's lock.
    """
    connection_must_be_in_transaction()
    entry = Entry.objects.create(
        at=at or db_now(),
        subject_type=str(subject._meta.model_name),
        subject_id=subject.pk,
        verb=verb,
        actor=actor,
        actor_name=str(actor) if actor else "",
        note=note,
        data=data or {},
        trace=_trace(),
        is_live=shape is not None,
    )
    if hasattr(subject, "rev"):
        subject.rev = entry.pk
        subject.save(update_fields=["rev"])
    if shape is not None:
        told = shape(subject)
        announce_changes([Change(entry.subject_type, entry.subject_id, entry.pk, verb, entry.at, told, audience)])
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
    if not lines:
        return []
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [_trace(), live_push, msgspec.json.encode(lines).decode()])
        return [row[0] for row in cursor.fetchall()]


@dataclass
class Change:
    """One change that `record_many` has written, as the screens are told of it."""

    subject_type: str
    subject_id: int
    rev: int
    verb: str
    at: datetime
    shape: dict
    audience: dict | None


def announce_changes(changes: Iterable[Change]) -> None:
    """Push changes in this order, once this transaction commits."""
    trace = _trace()
    live.announce_all(
        (
            {
                "type": "change",
                "subject": change.subject_type,
                "id": change.subject_id,
                "rev": change.rev,
                "verb": change.verb,
                "at": change.at.isoformat(),
                "shape": change.shape,
                "trace": trace,
            },
            change.audience,
        )
        for change in changes
    )


def connection_must_be_in_transaction() -> None:
    """An entry outside a transaction could stand without its change, or the change without its entry."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() belongs inside the transaction of the change")


def _trace() -> str:
    return str(structlog.contextvars.get_contextvars().get("trace") or "")
