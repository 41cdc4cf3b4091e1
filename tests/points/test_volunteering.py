"""Volunteer tasks are claimed by as many as there are places, by those who may, and wishes are looked at first."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from points.models import Claim, VolunteerTask
from points.services import volunteering, wishes
from points.services.volunteering import TaskDraft
from points.volunteering_lifecycle import GRACE
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.points.neighbours import LAT, LON, a_community, a_neighbour, a_task, a_worker, accepted
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def a_draft(**values) -> TaskDraft:
    tomorrow = db_now() + timedelta(days=1)
    return TaskDraft(
        **{"kind": "wish", "title": "修理纱窗", "text": "厨房纱窗破了", "community_id": a_community().pk,
           "address": "1幢", "starts_at": tomorrow, "ends_at": tomorrow + timedelta(hours=2), **values}
    )  # fmt: skip


def test_fifty_neighbours_press_at_once_and_five_get_a_place():
    task = a_task(slots=5)
    people = [a_neighbour(n) for n in range(50)]

    results = all_at_once(*[lambda one=one: volunteering.claim(one, task.uuid, uuid=uuid4()) for one in people])

    assert sum(isinstance(result, Claim) for result in results) == 5
    assert sum(isinstance(result, Conflict) for result in results) == 45, results
    task.refresh_from_db()
    assert (task.taken, task.left, task.claims.count()) == (5, 0, 5)


def test_the_database_itself_refuses_one_too_many():
    task = a_task(slots=1, taken=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        VolunteerTask.objects.filter(pk=task.pk).update(taken=2)


def test_the_same_press_ten_times_is_one_claim():
    task, one, uuid = a_task(), a_neighbour(), uuid4()
    results = all_at_once(*[lambda: volunteering.claim(one, task.uuid, uuid=uuid)] * 10)
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert volunteering.claim(one, task.uuid, uuid=uuid4()) == results[0]
    task.refresh_from_db()
    assert task.taken == 1


def test_three_claims_are_open_at_most_even_when_eight_come_at_once():
    one = a_neighbour()
    tasks = [a_task() for _n in range(8)]
    results = all_at_once(*[lambda task=task: volunteering.claim(one, task.uuid, uuid=uuid4()) for task in tasks])
    claims = [result for result in results if isinstance(result, Claim)]
    assert (len(claims), {claim.nth for claim in claims}) == (3, {1, 2, 3})
    volunteering.give_back(one, claims[0].uuid)
    volunteering.claim(one, a_task().uuid, uuid=uuid4())
    with pytest.raises(Conflict):
        volunteering.claim(one, a_task().uuid, uuid=uuid4())


def test_what_is_given_back_or_refused_is_free_for_others():
    task = a_task(slots=1, starts_at=db_now() + timedelta(hours=1))
    one, two, three = a_neighbour(1), a_neighbour(2), a_neighbour(3)
    first = volunteering.claim(one, task.uuid, uuid=uuid4())
    with pytest.raises(Conflict):
        volunteering.claim(two, task.uuid, uuid=uuid4())
    assert volunteering.give_back(one, first.uuid) == volunteering.give_back(one, first.uuid)
    second = volunteering.claim(two, task.uuid, uuid=uuid4())
    volunteering.refuse(second.pk, why="已安排社工", actor=a_worker())
    volunteering.refuse(second.pk, why="已安排社工", actor=a_worker())
    with pytest.raises(Conflict):
        volunteering.claim(two, task.uuid, uuid=uuid4())
    volunteering.claim(three, task.uuid, uuid=uuid4())
    task.refresh_from_db()
    assert task.taken == 1


def test_somebody_elses_claim_is_not_found():
    row = volunteering.claim(a_neighbour(1), a_task().uuid, uuid=uuid4())
    with pytest.raises(NotFound):
        volunteering.give_back(a_neighbour(2), row.uuid)
    with pytest.raises(Conflict):
        volunteering.claim(a_neighbour(3), row.task.uuid, uuid=row.uuid)


def test_children_help_where_minors_may_and_homes_are_for_verified_people():
    child = a_neighbour(1, is_child=True)
    with pytest.raises(NotAllowed):
        volunteering.claim(child, a_task().uuid, uuid=uuid4())
    assert volunteering.claim(child, a_task(minors_allowed=True).uuid, uuid=uuid4())
    with pytest.raises(NotAllowed):
        volunteering.claim(a_neighbour(2, level=1), a_task(at_home=True).uuid, uuid=uuid4())


def test_who_is_blocked_claims_nothing():
    blocked = a_neighbour(1, blocked_until=db_now() + timedelta(days=1))
    with pytest.raises(NotAllowed):
        volunteering.claim(blocked, a_task().uuid, uuid=uuid4())


def test_nobody_is_taken_on_alone_for_a_home_unless_known():
    task = a_task(at_home=True, slots=1)
    row = volunteering.claim(a_neighbour(), task.uuid, uuid=uuid4())
    with pytest.raises(BadInput) as refused:
        volunteering.accept(row.pk, is_known=False, actor=a_worker())
    assert refused.value.field == "is_known"
    assert volunteering.accept(row.pk, is_known=True, actor=a_worker()).status == "accepted"


def test_three_times_not_coming_pauses_and_the_pause_ends():
    one = a_neighbour()
    for _n in range(3):
        task = a_task()
        accepted(task, one)
        now = db_now()
        VolunteerTask.objects.filter(pk=task.pk).update(
            starts_at=now - timedelta(hours=5), ends_at=now - timedelta(hours=3), look_at=now
        )
        assert task.pk in volunteering.due_to_end(db_now())
        assert volunteering.end_window(task.pk) and not volunteering.end_window(task.pk)
    assert Claim.objects.filter(status="no_show", missed_at__lt=db_now() - timedelta(hours=2)).count() == 3
    with pytest.raises(Conflict):
        volunteering.claim(one, a_task().uuid, uuid=uuid4())
    Claim.objects.update(missed_at=db_now() - timedelta(days=31))
    assert volunteering.claim(one, a_task().uuid, uuid=uuid4())


def test_the_sweep_tells_no_show_forgotten_and_undecided_apart():
    task = a_task(at_home=False)
    coming, forgot, waiting = accepted(task, a_neighbour(1)), accepted(task, a_neighbour(2)), None
    waiting = volunteering.claim(a_neighbour(3), task.uuid, uuid=uuid4())
    Claim.objects.filter(pk=forgot.pk).update(status="present", came_at=db_now())
    VolunteerTask.objects.filter(pk=task.pk).update(look_at=db_now())
    volunteering.end_window(task.pk)
    found = dict(Claim.objects.values_list("pk", "status"))
    assert found == {coming.pk: "no_show", forgot.pk: "lapsed", waiting.pk: "called_off"}
    task.refresh_from_db()
    assert (task.status, task.look_at, task.taken) == ("ended", None, 2)


def test_who_could_not_enter_a_home_alone_is_no_no_show():
    task = a_task(at_home=True, slots=2)
    row = accepted(task, a_neighbour())
    VolunteerTask.objects.filter(pk=task.pk).update(look_at=db_now())
    volunteering.end_window(task.pk)
    row.refresh_from_db()
    assert row.status == "called_off"


def test_a_task_is_published_once_and_withdrawn_with_its_claims():
    uuid, worker = uuid4(), a_worker()
    draft = a_draft(kind="patrol", lon=LON, lat=LAT, slots=3)
    task = volunteering.publish(draft, uuid=uuid, actor=worker)
    assert volunteering.publish(draft, uuid=uuid, actor=worker) == task
    assert task.look_at == draft.ends_at + GRACE
    row = accepted(task, a_neighbour())
    with pytest.raises(BadInput):
        volunteering.withdraw(task.pk, why=" ", actor=worker)
    volunteering.withdraw(task.pk, why="暴雨", actor=worker)
    row.refresh_from_db()
    assert row.status == "called_off"
    with pytest.raises(WrongStep):
        volunteering.accept(row.pk, is_known=False, actor=worker)
    assert Entry.objects.filter(verb="volunteer_task.withdrawn", note="暴雨").exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [("kind", {"kind": "party"}), ("title", {"title": " "}), ("title", {"title": "长" * 41}),
     ("text", {"text": "长" * 501}), ("slots", {"slots": 0}), ("slots", {"slots": 201}), ("lon", {"lon": None}),
     ("lon", {"lon": 999.0}),
     ("community", {"community_id": "1"}), ("risk", {"risk": "none"}), ("skill", {"skill": "magic"}),
     ("minors_allowed", {"minors_allowed": True, "risk": "high"}), ("address", {"address": "a\0b"})],
)  # fmt: skip
def test_a_wrong_field_of_a_task_is_named(field, values):
    with pytest.raises(BadInput) as refused:
        volunteering.publish(a_draft(**{"lon": LON, "lat": LAT, **values}), uuid=uuid4(), actor=a_worker())
    assert refused.value.field == field


def test_the_window_of_a_task_lies_ahead_and_is_short():
    now = db_now()
    for starts, ends in ((1, 1), (-3, -1), (1, 14), (24 * 91, 24 * 91 + 1)):
        draft = a_draft(lon=LON, lat=LAT, starts_at=now + timedelta(hours=starts), ends_at=now + timedelta(hours=ends))
        with pytest.raises(BadInput):
            volunteering.publish(draft, uuid=uuid4(), actor=a_worker())


def test_a_wish_is_seen_by_nobody_before_the_community_has_looked():
    asking, uuid = a_neighbour(1), uuid4()
    wish = wishes.ask(asking, a_draft(at_home=True), uuid=uuid)
    assert wishes.ask(asking, a_draft(), uuid=uuid) == wish
    assert (wish.status, wish.slots, wish.lon) == ("asked", 2, None)
    with pytest.raises(Conflict):
        volunteering.claim(a_neighbour(2), wish.uuid, uuid=uuid4())
    with pytest.raises(BadInput):
        wishes.approve(wish.pk, a_draft(), actor=a_worker())
    shown = wishes.approve(wish.pk, a_draft(lon=LON, lat=LAT, at_home=True, slots=2, kind="patrol"), actor=a_worker())
    assert (shown.status, shown.kind) == ("open", "wish")
    with pytest.raises(Conflict):
        volunteering.claim(asking, wish.uuid, uuid=uuid4())
    with pytest.raises(NotFound):
        wishes.withdraw_wish(a_neighbour(3), wish.uuid)
    assert wishes.withdraw_wish(asking, wish.uuid).status == "withdrawn"


def test_wishes_are_for_verified_people_three_at_a_time_and_without_phone_numbers():
    with pytest.raises(NotAllowed):
        wishes.ask(a_neighbour(9, level=1), a_draft(), uuid=uuid4())
    one = a_neighbour()
    with pytest.raises(BadInput) as refused:
        wishes.ask(one, a_draft(text="打我电话 138 1234 5678"), uuid=uuid4())
    assert refused.value.field == "text"
    with pytest.raises(BadInput):
        wishes.ask(one, a_draft(kind="emergency"), uuid=uuid4())
    for _n in range(3):
        wishes.ask(one, a_draft(kind="errand", text="帮忙取降压药"), uuid=uuid4())
    with pytest.raises(Conflict):
        wishes.ask(one, a_draft(), uuid=uuid4())


def test_a_refused_wish_says_why_and_one_whose_time_is_over_goes():
    one = a_neighbour()
    refused = wishes.ask(one, a_draft(), uuid=uuid4())
    with pytest.raises(BadInput):
        wishes.refuse_wish(refused.pk, why="", actor=a_worker())
    wishes.refuse_wish(refused.pk, why="请联系物业", actor=a_worker())
    wishes.refuse_wish(refused.pk, why="请联系物业", actor=a_worker())
    late = wishes.ask(one, a_draft(), uuid=uuid4())
    VolunteerTask.objects.filter(pk=late.pk).update(look_at=db_now())
    assert volunteering.end_window(late.pk)
    assert dict(VolunteerTask.objects.values_list("pk", "status")) == {refused.pk: "refused", late.pk: "withdrawn"}
