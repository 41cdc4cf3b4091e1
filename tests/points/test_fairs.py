"""A market day: one stall a resident, one resident a stall, checked in by the code at the place."""

from datetime import timedelta
from uuid import uuid4

import pytest

from points.models import Fair, StallBooking
from points.services import fairs, market
from points.services.fairs import FairDraft
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound
from tests.points.neighbours import a_community, a_neighbour, a_worker
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def a_draft(**values) -> FairDraft:
    soon = db_now() + timedelta(hours=1)
    return FairDraft(
        **{"title": "周末邻里集市", "text": "", "community_id": a_community().pk, "address": "文化礼堂前",
           "starts_at": soon, "ends_at": soon + timedelta(hours=4), "stalls": 10, **values}
    )  # fmt: skip


def a_fair(**values) -> Fair:
    return fairs.plan(a_draft(**values), uuid=uuid4(), actor=a_worker())


def test_twenty_neighbours_want_the_same_stall_and_one_gets_it():
    fair = a_fair()
    people = [a_neighbour(n) for n in range(20)]
    results = all_at_once(
        *[lambda one=one: fairs.book(one, fair.uuid, number=3, goods="手工皂", uuid=uuid4()) for one in people]
    )
    assert sum(isinstance(result, StallBooking) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19, results


def test_one_resident_has_one_stall_even_when_ten_are_pressed_at_once():
    fair, one = a_fair(), a_neighbour()
    results = all_at_once(
        *[lambda n=n: fairs.book(one, fair.uuid, number=n, goods="手工皂", uuid=uuid4()) for n in range(1, 11)]
    )
    assert sum(isinstance(result, StallBooking) for result in results) == 1, results


def test_a_stall_is_given_back_and_booked_by_another():
    fair, one, two, uuid = a_fair(stalls=1), a_neighbour(1), a_neighbour(2), uuid4()
    row = fairs.book(one, fair.uuid, number=1, goods="旧书", uuid=uuid)
    assert fairs.book(one, fair.uuid, number=1, goods="旧书", uuid=uuid) == row
    with pytest.raises(NotFound):
        fairs.give_back(two, fair.uuid)
    assert fairs.give_back(one, fair.uuid) == fairs.give_back(one, fair.uuid)
    assert fairs.book(two, fair.uuid, number=1, goods="旧书", uuid=uuid4()).number == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [("number", {"number": 0}), ("number", {"number": 11}), ("goods", {"goods": " "}), ("goods", {"goods": "长" * 101}),
     ("goods", {"goods": "自 制 香 肠"}), ("goods", {"goods": "电话13812345678"})],
)  # fmt: skip
def test_a_wrong_field_of_a_booking_is_named(field, values):
    with pytest.raises(BadInput) as refused:
        fairs.book(a_neighbour(), a_fair().uuid, **{"number": 1, "goods": "旧书", "uuid": uuid4(), **values})
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("field", "values"),
    [("title", {"title": ""}), ("stalls", {"stalls": 0}), ("stalls", {"stalls": 201}),
     ("community", {"community_id": "x"}), ("address", {"address": "长" * 81})],
)  # fmt: skip
def test_a_wrong_field_of_a_market_day_is_named(field, values):
    with pytest.raises(BadInput) as refused:
        a_fair(**values)
    assert refused.value.field == field


def test_check_in_by_the_code_from_two_hours_before():
    fair, one = a_fair(), a_neighbour()
    fairs.book(one, fair.uuid, number=1, goods="旧书", uuid=uuid4())
    with pytest.raises(BadInput) as refused:
        fairs.check_in(one, fair.uuid, "wrong")
    assert refused.value.field == "code"
    Fair.objects.update(starts_at=db_now() + timedelta(hours=3))
    with pytest.raises(Conflict):
        fairs.check_in(one, fair.uuid, fair.check_code)
    Fair.objects.update(starts_at=db_now() + timedelta(hours=1))
    assert fairs.check_in(one, fair.uuid, fair.check_code) == fairs.check_in(one, fair.uuid, fair.check_code)
    with pytest.raises(NotFound):
        fairs.check_in(a_neighbour(2), fair.uuid, fair.check_code)


def test_the_sweep_ends_the_day_and_writes_down_who_was_missing():
    fair, one, two = a_fair(), a_neighbour(1), a_neighbour(2)
    for n, who in enumerate((one, two), start=1):
        fairs.book(who, fair.uuid, number=n, goods="旧书", uuid=uuid4())
    fairs.check_in(one, fair.uuid, fair.check_code)
    assert fairs.due_to_end(db_now()) == []
    Fair.objects.update(starts_at=db_now() - timedelta(hours=4), ends_at=db_now())
    assert fairs.due_to_end(db_now()) == [fair.pk]
    assert fairs.end(fair.pk) and not fairs.end(fair.pk)
    assert list(StallBooking.objects.values_list("status", flat=True)) == ["present", "no_show"]


def test_a_cancelled_day_frees_its_stalls_and_says_why():
    fair = a_fair()
    row = fairs.book(a_neighbour(), fair.uuid, number=1, goods="旧书", uuid=uuid4())
    with pytest.raises(BadInput):
        fairs.cancel(fair.pk, why="", actor=a_worker())
    fairs.cancel(fair.pk, why="台风", actor=a_worker())
    fairs.cancel(fair.pk, why="台风", actor=a_worker())
    row.refresh_from_db()
    assert row.status == "cancelled"
    with pytest.raises(Conflict):
        fairs.book(a_neighbour(2), fair.uuid, number=1, goods="旧书", uuid=uuid4())


def test_children_and_banned_people_book_no_stall():
    fair, banned = a_fair(), a_neighbour(1)
    market.ban(banned.pk, days=3, why="欺诈", actor=a_worker())
    for who in (banned, a_neighbour(2, is_child=True)):
        with pytest.raises(NotAllowed):
            fairs.book(who, fair.uuid, number=1, goods="旧书", uuid=uuid4())
