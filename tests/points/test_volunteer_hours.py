"""Hours are verified at the place and in the window, rated by both, and paid once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from points.models import Award, Claim, DeviceSeen, VolunteerTask
from points.services import consents, volunteer_hours, volunteering
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.points.conftest import a_policy, a_rule
from tests.points.neighbours import NORTH_180_M, NORTH_230_M, a_neighbour, a_task, a_worker, accepted, at
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def economy(db):
    a_policy()
    a_rule("volunteer-hour", 10, per="hour", cap="volunteer")


def came(claim: Claim, minutes: int) -> None:
    """The check-in lies so many minutes back; the window began with it."""
    when = db_now() - timedelta(minutes=minutes)
    Claim.objects.filter(pk=claim.pk).update(came_at=when)
    VolunteerTask.objects.filter(pk=claim.task_id).update(starts_at=when)


def finished(resident, minutes=135, **task):
    claim = accepted(a_task(**task), resident)
    volunteer_hours.check_in(resident, claim.uuid, at(claim.task))
    came(claim, minutes)
    return volunteer_hours.check_out(resident, claim.uuid, at(claim.task))


def test_checked_in_and_out_at_the_place_counts_whole_quarters(economy):
    one = a_neighbour()
    row = finished(one, minutes=140)
    assert (row.status, row.minutes, row.hours, row.came_m, row.went_m) == ("finished", 135, "2.25", 0, 0)
    assert not Award.objects.exists()


def test_both_rate_and_the_points_come_once(economy):
    one = a_neighbour()
    row = finished(one)
    volunteer_hours.rate_task(one, row.uuid, stars=5, words="很有意义")
    assert not Award.objects.exists()
    results = all_at_once(*[lambda: volunteer_hours.rate_volunteer(row.pk, stars=4, actor=a_worker())] * 6)
    assert not [result for result in results if isinstance(result, Exception)], results
    award = Award.objects.get()
    assert (award.worth, award.given, award.resident) == (20, 20, one)
    assert volunteer_hours.rate_task(one, row.uuid, stars=5).status == "rated"
    with pytest.raises(Conflict):
        volunteer_hours.rate_task(one, row.uuid, stars=1)


def test_silence_is_content_after_a_week(economy):
    row = finished(a_neighbour())
    assert not volunteer_hours.settle(row.pk)
    Claim.objects.update(rate_by=db_now())
    assert volunteer_hours.due_to_settle(db_now()) == [row.pk]
    results = all_at_once(*[lambda: volunteer_hours.settle(row.pk)] * 4)
    assert sorted(results) == [False, False, False, True]
    assert Award.objects.get().given == 20


def test_the_cap_of_a_day_holds_for_volunteering(economy):
    one = a_neighbour()
    for _n in range(3):
        row = finished(one, minutes=130)
        volunteer_hours.rate_task(one, row.uuid, stars=5)
        volunteer_hours.rate_volunteer(row.pk, stars=5, actor=a_worker())
    assert sorted(Award.objects.values_list("given", flat=True)) == [0, 20, 20]


@pytest.mark.parametrize(
    ("field", "values"),
    [("code", {"code": "another"}), ("lon", {"lat": NORTH_230_M}), ("accuracy", {"accuracy_m": 301}),
     ("accuracy", {"accuracy_m": -1}), ("accuracy", {"accuracy_m": float("nan")}), ("lon", {"lon": 0.0, "lat": 0.0}),
     ("lat", {"lat": 99.0}), ("code", {"code": "代码"})],
)  # fmt: skip
def test_a_check_in_that_is_not_at_the_place_is_refused(field, values):
    one = a_neighbour()
    claim = accepted(a_task(), one)
    with pytest.raises(BadInput) as refused:
        volunteer_hours.check_in(one, claim.uuid, at(claim.task)._replace(**values))
    assert refused.value.field == field


def test_180_metres_are_near_enough_and_only_the_distance_is_kept():
    one = a_neighbour()
    claim = accepted(a_task(), one)
    row = volunteer_hours.check_in(one, claim.uuid, at(claim.task, lat=NORTH_180_M))
    assert 178 <= row.came_m <= 182
    assert volunteer_hours.check_in(one, claim.uuid, at(claim.task)) == row


def test_without_a_consent_no_position_is_taken():
    one = a_neighbour()
    claim = accepted(a_task(), one)
    consents.withdraw(one, "location")
    with pytest.raises(BadInput) as refused:
        volunteer_hours.check_in(one, claim.uuid, at(claim.task))
    assert refused.value.field == "consent"


def test_a_check_in_has_its_time():
    one = a_neighbour()
    soon = accepted(a_task(starts_at=db_now() + timedelta(minutes=31)), one)
    with pytest.raises(Conflict):
        volunteer_hours.check_in(one, soon.uuid, at(soon.task))
    VolunteerTask.objects.update(starts_at=db_now() + timedelta(minutes=29))
    assert volunteer_hours.check_in(one, soon.uuid, at(soon.task)).status == "present"
    over = accepted(a_task(), one)
    VolunteerTask.objects.filter(pk=over.task_id).update(ends_at=db_now() - timedelta(minutes=1))
    with pytest.raises(Conflict):
        volunteer_hours.check_in(one, over.uuid, at(over.task))


def test_below_half_an_hour_nobody_leaves_by_mistake():
    one = a_neighbour()
    claim = accepted(a_task(), one)
    volunteer_hours.check_in(one, claim.uuid, at(claim.task))
    came(claim, 20)
    with pytest.raises(Conflict) as refused:
        volunteer_hours.check_out(one, claim.uuid, at(claim.task))
    assert refused.value.extra == {"too_early": True}
    assert volunteer_hours.check_out(one, claim.uuid, at(claim.task), early=True).minutes == 0


def test_a_home_is_not_entered_alone():
    one, two = a_neighbour(1), a_neighbour(2)
    task = a_task(at_home=True, slots=2)
    first = accepted(task, one)
    with pytest.raises(Conflict):
        volunteer_hours.check_in(one, first.uuid, at(task))
    accepted(task, two)
    assert volunteer_hours.check_in(one, first.uuid, at(task)).status == "present"

    known = accepted(a_task(at_home=True, slots=2), one, is_known=True)
    assert volunteer_hours.check_in(one, known.uuid, at(known.task)).status == "present"


def test_somebody_elses_claim_cannot_be_used():
    one, two = a_neighbour(1), a_neighbour(2)
    claim = accepted(a_task(), one)
    for use in (
        lambda: volunteer_hours.check_in(two, claim.uuid, at(claim.task)),
        lambda: volunteer_hours.check_out(two, claim.uuid, at(claim.task)),
        lambda: volunteer_hours.rate_task(two, claim.uuid, stars=5),
    ):
        with pytest.raises(NotFound):
            use()
    with pytest.raises(NotAllowed):
        volunteer_hours.rate_volunteer(claim.pk, stars=5, by=two)


def test_a_worker_vouches_for_a_dead_phone_with_a_reason(economy):
    one = a_neighbour()
    claim = accepted(a_task(), one)
    VolunteerTask.objects.update(look_at=db_now())
    volunteering.end_window(claim.task_id)
    for minutes, why in ((50, "见签到表"), (15, "见签到表"), (600, "见签到表"), (60, " ")):
        with pytest.raises(BadInput):
            volunteer_hours.vouch(claim.pk, minutes=minutes, why=why, actor=a_worker())
    row = volunteer_hours.vouch(claim.pk, minutes=60, why="见签到表", actor=a_worker())
    assert (row.status, row.minutes, row.missed_at) == ("finished", 60, None)
    assert volunteer_hours.vouch(claim.pk, minutes=60, why="见签到表", actor=a_worker()) == row
    assert volunteering.pause_of(one.pk) is None


def test_one_phone_behind_two_volunteers_is_looked_at(economy):
    one, two = a_neighbour(1), a_neighbour(2)
    for who in (one, two):
        DeviceSeen.objects.create(resident=who, device_hash="d" * 64, first_at=db_now(), last_at=db_now())
    task = a_task()
    accepted(task, two)
    claim = accepted(task, one)
    volunteer_hours.check_in(one, claim.uuid, at(task))
    came(claim, 70)
    volunteer_hours.check_out(one, claim.uuid, at(task))
    volunteer_hours.rate_task(one, claim.uuid, stars=5)
    volunteer_hours.rate_volunteer(claim.pk, stars=5, actor=a_worker())
    award = Award.objects.get()
    assert (award.given, award.short) == (0, "doubt")


def test_a_certificate_sums_what_was_verified_and_stays_as_issued(economy):
    one = a_neighbour()
    today = db_now().astimezone(STREET).date()
    with pytest.raises(Conflict):
        volunteer_hours.certify(one, from_day=today, to_day=today, uuid=uuid4())
    finished(one, minutes=75)
    uuid = uuid4()
    first = today - timedelta(days=1)
    row = volunteer_hours.certify(one, from_day=first, to_day=today, uuid=uuid)
    finished(one, minutes=45)
    assert volunteer_hours.certify(one, from_day=first, to_day=today, uuid=uuid) == row
    assert (row.minutes, row.hours, row.deeds, len(row.code)) == (75, "1.25", 1, 10)
    assert volunteer_hours.certify(one, from_day=first, to_day=today, uuid=uuid4()).minutes == 120
    for from_day, to_day in ((today, first), (today, date(2099, 1, 1))):
        with pytest.raises(BadInput):
            volunteer_hours.certify(one, from_day=from_day, to_day=to_day, uuid=uuid4())
    with pytest.raises(NotAllowed):
        volunteer_hours.certify(a_neighbour(2, level=1), from_day=first, to_day=today, uuid=uuid4())
    with pytest.raises(Conflict):
        volunteer_hours.certify(a_neighbour(3), from_day=first, to_day=today, uuid=uuid)
