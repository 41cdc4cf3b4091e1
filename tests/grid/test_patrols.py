"""A patrol as phones tell it: twice, late, in any order, and from two phones."""

import threading
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from grid import selectors_patrols as selectors
from grid.models import Patrol, PatrolVisit, PersonPosition, PositionFix
from grid.services import patrols
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from shushanwei.journal.models import Entry
from tests.grid.conftest import a_round, walked

pytestmark = pytest.mark.django_db


def ago(**span):
    return db_now() - timedelta(**span)


def test_a_round_of_a_quarter_of_an_hour_covers_the_grid_today(worker, home):
    patrol = a_round(worker(), home, ago(minutes=20))
    assert (patrol.valid, patrol.failed) == (True, [])
    assert (patrol.seconds_inside, patrol.points_reached, patrol.points_needed) == (960, 4, 4)
    assert PatrolVisit.objects.filter(patrol=patrol, how="fix").count() == 4
    verbs = Entry.objects.filter(subject_type="patrol", subject_id=patrol.pk).order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == ["patrol.started", "patrol.ended"]
    assert home not in selectors.uncovered_grids(patrol.day)


def test_it_counts_only_when_it_has_ended(worker, home):
    patrol = a_round(worker(), home, ago(minutes=20), finish=False)
    assert not patrol.valid
    assert patrol.failed == ["result"]
    assert patrols.finish(patrol.worker, patrol.uuid, ended_at=db_now(), normal=True).valid


def test_an_invalid_round_says_why_and_is_repeated_the_same_day(worker, home):
    user = worker()
    short = a_round(user, home, ago(hours=2), seconds=600, normal=False)
    assert (short.valid, short.failed) == (False, ["time", "result"])
    assert a_round(user, home, ago(minutes=20)).valid


def test_batches_come_twice_reordered_and_overlapping(worker, home):
    user, start, uuid = worker(), ago(minutes=20), uuid4()
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
    fixes = walked(home, start)
    batches = [fixes[n : n + 40] for n in range(0, len(fixes), 40)]
    for batch in [*reversed(batches), *batches]:
        patrols.take_track(user, uuid, batch)
    rows = PositionFix.objects.filter(subject_kind="patrol").count()
    assert Patrol.objects.count() == 1
    patrol, new = patrols.take_track(user, uuid, batches[2])
    assert (new, PositionFix.objects.count()) == (0, rows)
    assert rows < len(fixes) / 2  # thinned
    assert patrol.seconds_inside >= 15 * 60


def test_what_was_kept_off_line_is_accepted_and_marked(worker, home):
    user, start = worker(), ago(hours=5)
    patrol = a_round(user, home, start)
    assert patrol.valid
    assert patrol.late
    assert patrol.started_at == start
    with pytest.raises(BadInput):
        a_round(user, home, ago(hours=73))


def test_a_late_batch_makes_an_ended_round_valid(worker, home):
    user, start, uuid = worker(), ago(minutes=30), uuid4()
    fixes = walked(home, start)
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
    patrols.take_track(user, uuid, fixes[:90])
    done = patrols.finish(user, uuid, ended_at=fixes[-1].at, normal=True)
    assert done.failed == ["time"]
    patrol, _new = patrols.take_track(user, uuid, fixes[90:])
    assert patrol.valid


def test_a_phone_whose_clock_runs_an_hour_ahead_is_set_right_once(worker, home):
    user, uuid, ahead = worker(), uuid4(), timedelta(hours=1)
    start = ago(minutes=20)
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start + ahead, sent_at=db_now() + ahead)
    wrong = [fix._replace(at=fix.at + ahead) for fix in walked(home, start)]
    patrols.take_track(user, uuid, wrong)
    _patrol, new = patrols.take_track(user, uuid, wrong)
    assert new == 0
    done = patrols.finish(user, uuid, ended_at=start + ahead + timedelta(minutes=16), normal=True)
    assert done.valid
    assert abs(done.started_at - start) < timedelta(seconds=2)


def test_two_phones_with_one_account_cover_nothing(worker, home):
    user = worker()
    first = a_round(user, home, ago(minutes=40))
    assert first.valid
    second = a_round(user, home, ago(minutes=30), device="phone-b")
    first.refresh_from_db()
    assert (first.failed, second.failed) == (["devices"], ["devices"])
    assert not (first.valid or second.valid)
    # One after the other, with another phone, is allowed.
    assert a_round(user, home, ago(minutes=18), device="phone-b", seconds=900).valid


def test_a_simulated_position_is_kept_and_spoils_the_round(worker, home):
    user, start, uuid = worker(), ago(minutes=20), uuid4()
    fixes = walked(home, start)
    fixes[7] = fixes[7]._replace(mocked=True)
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
    patrols.take_track(user, uuid, fixes)
    done = patrols.finish(user, uuid, ended_at=fixes[-1].at, normal=True)
    assert done.failed == ["mocked"]
    assert PositionFix.objects.get(mocked=True).believed is False


def test_a_code_counts_where_the_position_is_poor_and_not_from_the_sofa(worker, home):
    user, start, uuid = worker(), ago(minutes=20), uuid4()
    points = list(home.patrol_points.all())
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
    patrols.take_track(user, uuid, [fix._replace(accuracy_m=60.0) for fix in walked(home, start)])
    for point in points[:3]:
        patrols.check_in(user, uuid, point.token, at=start + timedelta(minutes=5))
        patrols.check_in(user, uuid, point.token, at=start + timedelta(minutes=6))
    done = patrols.finish(user, uuid, ended_at=start + timedelta(minutes=16), normal=True)
    assert (done.valid, done.points_reached) == (True, 3)
    far = {"lon": points[3].lon + 0.005, "lat": points[3].lat, "accuracy_m": 10.0}
    with pytest.raises(BadInput):
        patrols.check_in(user, uuid, points[3].token, at=db_now(), **far)
    with pytest.raises(BadInput):
        patrols.check_in(user, uuid, "no-such-code", at=db_now())


@pytest.mark.parametrize(("lon", "lat", "field"), [(0, 0, "lon"), (999, 30.1, "lon"), (120.2, -91, "lat")])
def test_a_check_in_from_nowhere_on_earth_is_refused_by_field(worker, home, lon, lat, field):
    user, start, uuid = worker(), ago(minutes=5), uuid4()
    point = home.patrol_points.first()
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)

    with pytest.raises(BadInput) as refused:
        patrols.check_in(user, uuid, point.token, at=start, lon=lon, lat=lat, accuracy_m=5)

    assert refused.value.field == field


def test_a_point_that_was_given_a_new_code_refuses_the_old_sheet(worker, home):
    from grid.services.patrol_points import renew_code

    user, uuid, point = worker(), uuid4(), home.patrol_points.first()
    patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=ago(minutes=1))
    old = point.token
    renew_code(point.pk, actor=user)
    with pytest.raises(BadInput):
        patrols.check_in(user, uuid, old, at=db_now())


def test_only_own_grids_are_walked_and_only_own_rounds_told(worker, home):
    user, other = worker(), worker("stranger", grid="33010900301501")
    with pytest.raises(BadInput):
        patrols.start(other, home.code, uuid=uuid4(), device="x", started_at=db_now())
    patrol = a_round(user, home, ago(minutes=20))
    with pytest.raises(NotFound):
        patrols.take_track(other, patrol.uuid, [])
    with pytest.raises(Conflict):
        patrols.start(other, "33010900301501", uuid=patrol.uuid, device="x", started_at=db_now())


def test_the_backup_of_the_pair_covers_the_leave(worker, home):
    backup = worker("backup", duty="backup", area="33010900301501")
    assert a_round(backup, home, ago(minutes=20)).valid


def test_across_midnight_it_counts_for_the_longer_part(worker, home):
    user = worker()
    midnight = datetime.combine(ago(days=1).astimezone(STREET).date(), datetime.min.time(), STREET)
    late = a_round(user, home, midnight - timedelta(minutes=15), seconds=20 * 60)
    early = a_round(user, home, midnight + timedelta(minutes=10) - timedelta(minutes=15), seconds=20 * 60)
    assert late.day == midnight.date() - timedelta(days=1)
    assert early.day == midnight.date()


def test_what_was_reported_on_the_way_is_a_result(worker, home):
    user, start = worker(), ago(minutes=20)
    patrol = a_round(user, home, start, normal=False)
    assert patrol.failed == ["result"]
    item = uuid4()
    for _twice in range(2):
        patrols.note_item(user, item, start + timedelta(minutes=5))
    assert patrols.note_item(user, uuid4(), start - timedelta(minutes=5)) is None
    patrol.refresh_from_db()
    assert (patrol.valid, patrol.items) == (True, [item])


def test_a_patrol_that_nobody_ended_ends_where_it_was_last_seen(worker, home):
    user, start = worker(), ago(hours=4)
    patrol = a_round(user, home, start, finish=False)
    assert selectors.open_patrol_ids(db_now() - patrols.FORGOTTEN) == [patrol.pk]
    assert patrols.end_at_last_sign(patrol.pk)
    assert not patrols.end_at_last_sign(patrol.pk)
    patrol.refresh_from_db()
    assert (patrol.ended_at, patrol.failed) == (start + timedelta(minutes=16), ["result"])
    # Its phone may still say "normal".
    assert patrols.finish(user, patrol.uuid, ended_at=db_now(), normal=True).valid


def test_the_last_place_of_a_person_is_the_newest_one(worker, home):
    user = worker()
    a_round(user, home, ago(minutes=20))
    row = PersonPosition.objects.get(user=user)
    patrols.place(user, 120.0, 30.0, 5, ago(minutes=50))
    assert PersonPosition.objects.get(user=user).fix_at == row.fix_at


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_the_same_batches_tell_one_round(worker, home):
    user, start, uuid = worker(), ago(minutes=20), uuid4()
    fixes = walked(home, start)
    batches = [fixes[n : n + 50] for n in range(0, len(fixes), 50)]
    gate = threading.Barrier(8)
    failed = []

    def phone(n):
        try:
            gate.wait()
            patrols.start(user, home.code, uuid=uuid, device="phone-a", started_at=start)
            for batch in batches[n % 4 :] + batches[: n % 4]:
                patrols.take_track(user, uuid, batch)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=phone, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert patrols.finish(user, uuid, ended_at=fixes[-1].at, normal=True).valid
    assert PositionFix.objects.values("fix_at").distinct().count() == PositionFix.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_neither_deadlock_nor_count(worker, home):
    user, start = worker(), ago(minutes=20)
    gate = threading.Barrier(2)
    failed = []

    def phone(device):
        try:
            gate.wait()
            a_round(user, home, start, device=device)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=phone, args=[device]) for device in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [p.failed for p in Patrol.objects.all()] == [["devices"], ["devices"]]
