"""The journal only grows, belongs to the change it tells of, and shows when somebody has touched the past."""

import random
import threading
import time

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry, Seal
from shushanwei.journal.selectors import live_revs_between, settled_xid
from shushanwei.journal.services import Line, record, record_many
from shushanwei.journal.tasks import broken_seals, seal
from shushanwei.people.models import User


@pytest.fixture
def subject(db):
    return User.objects.create_user("lin")


@pytest.mark.parametrize(
    "change",
    [
        "update journal_entry set note = 'nothing happened' where id = %s",
        "delete from journal_entry where id = %s",
        "update journal_entry set at = now() where id = %s",
    ],
)
def test_nobody_changes_or_removes_an_entry(subject, change):
    entry = record(subject, "user.made")
    refused = pytest.raises((InternalError, ProgrammingError), match="append-only")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [entry.pk])
    assert Entry.objects.get(pk=entry.pk).note == ""


def test_a_seal_cannot_be_taken_back(subject):
    sealed = Seal.objects.create(from_xid=0, to_xid=1, count=1, sha256="0" * 64)
    with pytest.raises((InternalError, ProgrammingError), match="append-only"), transaction.atomic():
        sealed.delete()


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_change_is_refused():
    subject = User.objects.create_user("lin")
    with pytest.raises(transaction.TransactionManagementError):
        record(subject, "user.made")
    with pytest.raises(transaction.TransactionManagementError):
        record_many([Line("user", subject.pk, "user.made", db_now())], live_push=False)
    assert not Entry.objects.exists()


def test_many_lines_at_once_get_their_numbers_in_order(subject):
    at = db_now()
    revs = record_many(
        [Line("user", number, "user.seen", at, {"n": number, "where": "蜀山"}) for number in range(50)], live_push=True
    )
    assert revs == sorted(revs)
    written = Entry.objects.filter(pk__in=revs).order_by("pk")
    assert [(entry.subject_id, entry.data["n"], entry.at, entry.is_live) for entry in written] == [
        (number, number, at, True) for number in range(50)
    ]
    assert all(entry.xid and entry.written_at for entry in written)


def _settled(patience_s: float = 240) -> None:
    """Wait until everything written so far is older than the oldest transaction of the whole server."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        mine = cursor.fetchone()[0]
    until = time.monotonic() + patience_s
    while settled_xid() <= mine and time.monotonic() < until:
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_a_changed_past_shows_in_the_seals():
    subject = User.objects.create_user("lin")
    for number in range(5):
        with transaction.atomic():
            record(subject, "user.seen", data={"n": number})
    _settled()
    assert seal() == 5
    with transaction.atomic():
        record(subject, "user.seen", data={"n": 5})
    _settled()
    assert seal() == 1
    assert seal() == 0
    assert broken_seals() == []

    with connection.cursor() as cursor:  # somebody with all rights on the database
        cursor.execute("alter table journal_entry disable trigger entry_append_only")
        cursor.execute("update journal_entry set note = 'never happened' where data->>'n' = '2'")
        cursor.execute("alter table journal_entry enable trigger entry_append_only")
    first, second = Seal.objects.order_by("to_xid")
    assert broken_seals() == [first.pk]

    with connection.cursor() as cursor:
        cursor.execute("alter table journal_entry disable trigger entry_append_only")
        cursor.execute("delete from journal_entry where data->>'n' = '5'")
        cursor.execute("alter table journal_entry enable trigger entry_append_only")
    assert broken_seals() == [first.pk, second.pk]


@pytest.mark.django_db(transaction=True)
def test_a_reader_with_a_cursor_meets_each_entry_once_however_late_it_commits():
    subject = User.objects.create_user("lin")
    written: list[int] = []
    lock = threading.Lock()

    def write(seed: int) -> None:
        draw = random.Random(seed)
        try:
            for number in range(6):
                with transaction.atomic():
                    revs = record_many([Line("user", subject.pk, "user.seen", db_now(), {"n": number})], live_push=True)
                    time.sleep(draw.random() * 0.08)  # the id is drawn; the commit comes late, or never
                    if draw.random() < 0.1:
                        transaction.set_rollback(True)
                        revs = []
                with lock:
                    written.extend(revs)
        finally:
            connection.close()

    since = settled_xid()
    writers = [threading.Thread(target=write, args=[seed]) for seed in range(16)]
    for writer in writers:
        writer.start()
    read: list[int] = []
    until = time.monotonic() + 90
    while time.monotonic() < until:
        since, revs = live_revs_between(since)
        read += revs
        if not any(writer.is_alive() for writer in writers) and len(read) >= len(written):
            break
        time.sleep(0.01)
    assert sorted(read) == sorted(written)
    assert len(written) > 60
