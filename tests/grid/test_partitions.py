"""Fixes lie in a partition of their day, each once, and are dropped after 90 days."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from grid.models import PositionFix
from grid.services import positions
from grid.services.positions import KeptFix, drop_old_partitions, ensure_partitions, keep_fixes, track_of
from shushanwei.common.clock import STREET, db_now

pytestmark = pytest.mark.django_db


def partitions() -> dict[str, int]:
    """How many fixes lie in each partition that holds any."""
    with connection.cursor() as cursor:
        cursor.execute("select tableoid::regclass::text, count(*) from grid_positionfix group by 1")
        return dict(cursor.fetchall())


@pytest.fixture(autouse=True)
def _no_days_yet(db):
    """Another test may have started the street, whose days would stand here."""
    with connection.cursor() as cursor:
        for day in positions.PARTITIONS.days():
            cursor.execute(f"drop table {part(day)}")


def part(day) -> str:
    return f"{positions.PARTITIONS.part}{day:%Y%m%d}"


def fixes(count: int, start=None, **more) -> list[KeptFix]:
    start = start or db_now() - timedelta(minutes=5)
    return [KeptFix(120.23 + n / 1e5, 30.12, 8.0, start + timedelta(seconds=5 * n), **more) for n in range(count)]


def test_a_fix_lies_in_the_partition_of_its_day_and_is_found_again():
    assert ensure_partitions() == positions.AHEAD_DAYS + 2
    assert ensure_partitions() == 0
    assert keep_fixes("patrol", 7, fixes(3)) == 3
    assert partitions() == {part(db_now().astimezone(STREET).date()): 3}
    assert [fix.lon for fix in track_of("patrol", 7)] == pytest.approx([120.23, 120.23001, 120.23002])
    assert track_of("unit", 7) == track_of("patrol", 8) == []


def test_nothing_is_refused_where_a_day_has_no_partition_and_it_moves_over_later():
    keep_fixes("unit", 1, fixes(4))
    assert partitions() == {"grid_positionfix_other": 4}
    ensure_partitions()
    assert partitions() == {part(db_now().astimezone(STREET).date()): 4}


def test_the_same_batch_is_kept_once_however_and_whenever_it_is_sent():
    ensure_partitions()
    batch = fixes(5)
    assert keep_fixes("patrol", 7, batch) == 5
    assert keep_fixes("patrol", 7, [*batch[2:], batch[2]]) == 0
    # Sent again after midnight it would lie in another partition.
    assert keep_fixes("patrol", 7, batch, received_at=db_now() + timedelta(days=1)) == 0
    assert keep_fixes("patrol", 7, [fix._replace(device="other") for fix in batch]) == 5
    assert PositionFix.objects.count() == 10


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_one_batch_at_the_turn_of_the_day_keep_it_once():
    ensure_partitions()
    batch = fixes(200)
    gate = threading.Barrier(4)

    def send(n):
        gate.wait()
        keep_fixes("patrol", 7, batch, received_at=db_now() + timedelta(days=n % 2))
        connection.close()

    threads = [threading.Thread(target=send, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PositionFix.objects.count() == 200
    # The tables of the test outlive its rows.
    with connection.cursor() as cursor:
        for day in positions.PARTITIONS.days():
            cursor.execute(f"drop table {part(day)}")


def test_days_older_than_ninety_are_dropped_whole():
    now = db_now()
    today = now.astimezone(STREET).date()
    old, last = today - timedelta(days=91), today - timedelta(days=90)
    for day in (old, last):
        positions.PARTITIONS.make(day)
    keep_fixes("patrol", 1, fixes(2), received_at=now - timedelta(days=91))
    keep_fixes("patrol", 2, fixes(2), received_at=now - timedelta(days=90))
    keep_fixes("patrol", 3, fixes(2), received_at=now - timedelta(days=200))  # no partition: the default one
    assert drop_old_partitions() == 1
    assert partitions() == {part(last): 2}
    assert drop_old_partitions() == 0


def test_a_track_is_cut_by_time():
    start = db_now() - timedelta(hours=1)
    keep_fixes("unit", 5, fixes(10, start))
    cut = track_of("unit", 5, start + timedelta(seconds=10), start + timedelta(seconds=20))
    assert [fix.fix_at for fix in cut] == [start + timedelta(seconds=10), start + timedelta(seconds=15)]


def test_fixes_without_speed_and_mocked_ones_are_kept_as_they_are():
    keep_fixes("unit", 5, [KeptFix(120.2, 30.1, 5, db_now(), speed_kmh=12.5, mocked=True, believed=False)])
    keep_fixes("unit", 6, [KeptFix(120.2, 30.1, 5, db_now())])
    assert [(f.speed_kmh, f.mocked, f.believed) for f in PositionFix.objects.order_by("subject_id")] == [
        (12.5, True, False),
        (None, False, True),
    ]
