"""Checked alerts written as rows: one statement a batch, and resending changes nothing."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import msgspec
import structlog
from django.db import DataError, connection, transaction

from incidents.intake.nudging import nudge_after_commit
from incidents.intake.parsing import Bad, Row

log = structlog.get_logger(__name__)
COLUMNS = (
    "external_id text, kind text, correlation text, title text, text text, lon float8, lat float8, crs text,"
    " accuracy_m float8, occurred_at timestamptz, confidence float8, media_url text, payload jsonb, digest text"
)
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(", "))
# The whole batch is one JSON parameter: three times as fast as a VALUES list, which has to be parsed as SQL.
INSERT = f"""
    insert into incidents_alert (source_id, trace, {NAMES})
    select %s, %s, {NAMES} from json_to_recordset(%s) as sent({COLUMNS})
    on conflict (source_id, external_id) do nothing
    returning external_id, id
"""
STORED = "select external_id, id, digest from incidents_alert where source_id = %s and external_id = any(%s)"
DIFFERS = "the same external_id was sent before with other content"


@dataclass
class Received:
    """What became of a body: new rows, rows that were there already, refused items, ids by external id."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Bad] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Received") -> None:
        self.accepted += other.accepted
        self.duplicates += other.duplicates
        self.rejected += other.rejected
        self.ids |= other.ids


def receive(source_id: int, rows: Sequence[tuple[int, Row]], *, trace: str) -> Received:
    """Store at most 1,000 (index, row) pairs of one source and nudge the workers; committed when it returns.

    Outside a transaction of the caller the one statement is its own. The same id with the same content is a
    duplicate, with other content it is rejected with code `conflict`.
    """
    received = Received()
    first: dict[str, tuple[int, Row]] = {}
    for index, row in rows:
        known = first.setdefault(row.external_id, (index, row))
        if known[1] is not row:
            _compare(received, index, row, known[1].digest)
    if not first:
        return received
    # In one order always: two overlapping batches at once must wait for each other, not deadlock.
    ordered = [first[name] for name in sorted(first)]
    try:
        received.ids = _insert(source_id, [row for _, row in ordered], trace)
    except DataError as error:
        if len(ordered) == 1:
            index, row = ordered[0]
            log.warning("alert_not_storable", external_id=row.external_id, error=str(error))
            received.rejected.append(Bad(index, "", "cannot be stored", row.external_id))
            return received
        for pair in ordered:
            received.add(receive(source_id, [pair], trace=trace))
        return received
    received.accepted = len(received.ids)
    if received.accepted:
        nudge_after_commit()
    if received.accepted < len(ordered):
        old = [pair for pair in ordered if pair[1].external_id not in received.ids]
        stored = _stored(source_id, [row.external_id for _, row in old])
        for index, row in old:
            id_, digest = stored[row.external_id]
            if _compare(received, index, row, digest):
                received.ids[row.external_id] = id_
    return received


def _compare(received: Received, index: int, row: Row, digest: str) -> bool:
    if row.digest == digest:
        received.duplicates += 1
        return True
    received.rejected.append(Bad(index, "external_id", DIFFERS, row.external_id, "conflict"))
    return False


def _insert(source_id: int, rows: list[Row], trace: str) -> dict[str, int]:
    # Alone the statement is its own transaction; inside a caller's, a refused row must not spoil the rest.
    with transaction.atomic() if connection.in_atomic_block else nullcontext(), connection.cursor() as cursor:
        cursor.execute(INSERT, [source_id, trace, msgspec.json.encode(rows).decode()])
        return dict(cursor.fetchall())


def _stored(source_id: int, names: list[str]) -> dict[str, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(STORED, [source_id, names])
        return {name: (id_, digest) for name, id_, digest in cursor.fetchall()}
