"""Asking for medicine: who may, what is refused in plain words, one code for one pick-up, and nothing kept too long."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.db import connection, transaction

from points.medicine_lifecycle import NEXT_OF_REQUEST, ItemStatus, RequestStatus
from points.models import MedicineItem, MedicineRequest
from points.services import consents, medicine, medicine_requests, residents
from points.tasks import forget_health, look_after_medicine
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, DomainError, NotAllowed, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.points.chest import WELL, a_medicine, a_neighbour, a_pack, a_room, an_officer, asks, near_expiry, status_of
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(ground, roles):
    return a_room()


@pytest.fixture
def officer(room):
    return an_officer(room)


@pytest.fixture
def person(room):
    return a_neighbour(room)


@pytest.fixture
def pack(room, officer):
    return a_pack(room, officer, 10)


def left(item) -> int:
    return MedicineItem.objects.get(pk=item.pk).left


def handed_out(row, officer):
    medicine_requests.look(row.pk, actor=officer)
    return medicine_requests.hand_out(row.pk, actor=officer)


def test_a_request_gets_a_code_and_the_officer_hands_out_after_a_look_at_the_answers(person, pack, officer):
    row = asks(person, pack, 4, allergic="yes", allergy="青霉素")
    code = medicine_requests.code_of(row)
    assert (len(code), left(pack)) == (8, 6)

    found = medicine_requests.by_code(f" {code[:4].lower()}-{code[4:]} ", officer)
    assert found == row
    with pytest.raises(Conflict):
        medicine_requests.hand_out(row.pk, actor=officer)
    assert medicine_requests.look(row.pk, actor=officer)["allergy"] == "青霉素"
    medicine_requests.hand_out(row.pk, actor=officer)
    medicine_requests.hand_out(row.pk, actor=officer)

    row.refresh_from_db()
    assert (row.status, row.ended_by, left(pack)) == (RequestStatus.TAKEN, officer, 6)
    assert list(Entry.objects.filter(subject_type="medicinerequest").order_by("id").values_list("verb", flat=True)) == [
        "medicine_request.asked", "medicine_request.answers_shown", "medicine_request.taken"
    ]  # fmt: skip
    with pytest.raises(BadInput):
        medicine_requests.by_code(code, officer)


def test_neither_answers_nor_code_lie_in_clear_anywhere(person, pack, officer):
    row = asks(person, pack, allergic="yes", allergy="青霉素过敏", trouble="牙疼得厉害")
    code = medicine_requests.code_of(row)
    medicine_requests.look(row.pk, actor=officer)
    medicine_requests.refuse(row.pk, reason="血压太高", actor=officer)
    with connection.cursor() as cursor:
        cursor.execute("select r::text from points_medicinerequest r union all select e::text from journal_entry e")
        lines = [line for (line,) in cursor.fetchall()]
    assert not any(word in line for line in lines for word in ("青霉素", "牙疼", "血压", code))


def test_each_look_at_the_answers_is_written_down_and_only_officers_of_the_community_get_one(person, pack, officer):
    row = asks(person, pack)
    for _n in range(2):
        medicine_requests.look(row.pk, actor=officer)
    assert Entry.objects.filter(verb="medicine_request.answers_shown", actor=officer).count() == 2
    for other in (an_officer(a_room(1)), an_officer(pack.room, "grid_leader"), an_officer(pack.room, "shift_lead")):
        with pytest.raises(NotFound):
            medicine_requests.look(row.pk, actor=other)
        with pytest.raises(NotFound):
            medicine_requests.hand_out(row.pk, actor=other)


def test_a_code_of_another_community_opens_nothing(person, pack):
    code = medicine_requests.code_of(asks(person, pack))
    with pytest.raises(BadInput):
        medicine_requests.by_code(code, an_officer(a_room(1)))


@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("age", {"age": "child"}),
        ("age", {"age": "7"}),
        ("pregnant", {"pregnant": "yes"}),
        ("pregnant", {"pregnant": ""}),
        ("allergic", {"allergic": "perhaps"}),
        ("allergy", {"allergic": "yes"}),
        ("allergy", {"allergic": "yes", "allergy": "对布洛芬过敏"}),
        ("allergy", {"allergic": "yes", "allergy": "Ibuprofen"}),
        ("trouble", {"trouble": "痛" * 101}),
        ("amount", {"amount": 7}),
        ("amount", {"amount": 0}),
    ],
)
def test_who_must_ask_the_officer_first_is_told_so_by_the_question(person, pack, field, answers):
    said = dict(answers)
    amount = said.pop("amount", 2)
    with pytest.raises(BadInput) as why:
        asks(person, pack, amount, **said)
    assert why.value.field == field
    assert (MedicineRequest.objects.count(), left(pack)) == (0, 10)


def test_an_emergency_word_shows_the_way_to_120_before_anything_else(person, pack):
    with pytest.raises(medicine_requests.Emergency):
        asks(person, pack, trouble="胸 痛，出冷汗")
    assert not MedicineRequest.objects.exists()
    assert asks(person, pack, trouble="胸痛，去年的事", calm=True).status == RequestStatus.READY


def test_only_verified_residents_of_the_same_community_with_their_consent_ask(room, pack):
    with pytest.raises(NotAllowed):
        asks(a_neighbour(room, level=1), pack)
    with pytest.raises(NotAllowed):
        asks(a_neighbour(room, consented=False), pack)
    with pytest.raises(NotAllowed):
        asks(a_neighbour(room, blocked_until=db_now() + timedelta(days=1)), pack)
    with pytest.raises(NotFound):
        asks(a_neighbour(a_room(1)), pack)
    with pytest.raises(NotFound):
        asks(a_neighbour(room, community_id=None), pack)


def test_one_open_request_and_two_a_month(room, officer, person, pack):
    first = asks(person, pack, 1)
    with pytest.raises(Conflict):
        asks(person, pack, 1)
    medicine_requests.cancel(first.uuid, person)  # what was cancelled does not count
    for _n in range(2):
        handed_out(asks(person, pack, 1), officer)
    with pytest.raises(Conflict):
        asks(person, pack, 1)
    MedicineRequest.objects.update(asked_at=db_now() - timedelta(days=32))
    assert asks(person, pack, 1)


def test_the_last_units_go_to_one_of_two_who_ask_at_once(room, officer):
    item, people = a_pack(room, officer, 5), [a_neighbour(room), a_neighbour(room)]
    done = all_at_once(*[lambda who=who: asks(who, item, 4) for who in people])
    assert sum(isinstance(one, MedicineRequest) for one in done) == 1
    assert sum(isinstance(one, DomainError) for one in done) == 1
    assert left(item) == 1


def test_a_press_sent_four_times_at_once_asks_once(person, pack):
    uuid = uuid4()

    def press():
        return medicine_requests.ask(person, pack.uuid, uuid=uuid, amount="2", answers=WELL)

    done = all_at_once(*[press] * 4)
    assert sorted(new for _row, new in done) == [False, False, False, True]
    assert left(pack) == 8


def test_two_requests_of_one_resident_at_once_are_one(person, room, officer):
    packs = [a_pack(room, officer), a_pack(room, officer)]
    done = all_at_once(*[lambda item=item: asks(person, item) for item in packs])
    assert sorted(isinstance(one, Conflict) for one in done) == [False, True]
    assert MedicineRequest.objects.count() == 1


def test_handing_out_and_cancelling_at_once_end_it_in_one_way(person, pack, officer):
    row = asks(person, pack, 3)
    medicine_requests.look(row.pk, actor=officer)
    done = all_at_once(
        lambda: medicine_requests.hand_out(row.pk, actor=officer), lambda: medicine_requests.cancel(row.uuid, person)
    )
    row.refresh_from_db()
    assert sum(isinstance(one, WrongStep) for one in done) == 1
    assert left(pack) == (7 if row.status == RequestStatus.TAKEN else 10)


def test_after_three_days_the_code_is_dead_and_the_medicine_back_on_the_shelf(person, pack, officer):
    row = asks(person, pack, 3)
    assert row.lapses_at - row.asked_at == timedelta(days=3)
    MedicineRequest.objects.update(lapses_at=db_now())
    medicine_requests.look(row.pk, actor=officer)
    with pytest.raises(Conflict):
        medicine_requests.hand_out(row.pk, actor=officer)
    assert look_after_medicine() == 1
    assert look_after_medicine() == 0
    row.refresh_from_db()
    assert (row.status, row.code_sealed, row.code_hash, left(pack)) == (RequestStatus.LAPSED, "", None, 10)


def test_a_pack_of_which_all_is_taken_is_used_up(person, room, officer):
    item = a_pack(room, officer, 3)
    row = asks(person, item, 3)
    assert list(medicine.on_shelf(room)) == []
    assert status_of(item) == ItemStatus.APPROVED  # it may come back yet
    handed_out(row, officer)
    assert status_of(item) == ItemStatus.USED_UP


def test_what_was_asked_before_it_was_hidden_is_still_handed_out(person, pack, officer):
    row = asks(person, pack, 3)
    near_expiry(pack, 29)
    look_after_medicine()
    assert handed_out(row, officer).status == RequestStatus.TAKEN
    assert status_of(pack) == ItemStatus.TO_DISPOSE


def test_a_refusal_is_read_by_the_resident_and_gives_the_medicine_back(person, pack, officer):
    row = asks(person, pack, 3)
    with pytest.raises(BadInput):
        medicine_requests.refuse(row.pk, reason="", actor=officer)
    medicine_requests.refuse(row.pk, reason="请先就医", actor=officer)
    assert residents.own_data(person)["medicine_requests"][0]["reason"] == "请先就医"
    assert left(pack) == 10


def test_a_request_goes_only_where_the_table_leads(person, pack):
    first = asks(person, pack)
    for at, to in product(RequestStatus, RequestStatus):
        with transaction.atomic():
            row = MedicineRequest.objects.get(pk=first.pk)
            if at != RequestStatus.READY:
                medicine_requests._end(row, at)
            if to in NEXT_OF_REQUEST[at]:
                medicine_requests._end(row, to)
                assert row.status == to
            else:
                with pytest.raises(WrongStep):
                    medicine_requests._end(row, to)
            transaction.set_rollback(True)


def test_after_ninety_days_only_the_figures_are_left(person, pack, officer):
    row = handed_out(asks(person, pack, 4), officer)
    assert row.erase_at - row.asked_at == timedelta(days=90)
    assert forget_health() == 0
    MedicineRequest.objects.update(erase_at=db_now())

    assert forget_health() == 1
    assert forget_health() == 0
    row.refresh_from_db()
    assert (row.resident, row.answers_sealed, row.code_sealed) == (None, "", "")
    assert (row.status, row.amount, row.item) == (RequestStatus.TAKEN, 4, pack)
    with pytest.raises(Conflict):
        medicine_requests.look(row.pk, actor=officer)
    assert residents.own_data(person)["medicine_requests"] == []


@pytest.mark.parametrize("goes", [residents.erase, lambda person: consents.withdraw(person, "health")])
def test_with_the_resident_or_the_consent_all_answers_go_and_the_open_request_ends(person, pack, officer, goes):
    old = handed_out(asks(person, pack, 2), officer)
    open_one = asks(person, pack, 3)

    goes(person)

    for row in (old, open_one):
        row.refresh_from_db()
        assert (row.resident, row.answers_sealed, row.code_sealed) == (None, "", "")
    assert (open_one.status, left(pack)) == (RequestStatus.CANCELLED, 8)


def test_consent_taken_back_while_a_request_is_sent_leaves_no_answers(room, officer):
    for _n in range(5):
        person, item = a_neighbour(room), a_pack(room, officer)
        all_at_once(lambda who=person, what=item: asks(who, what), lambda who=person: consents.withdraw(who, "health"))
        assert not MedicineRequest.objects.exclude(answers_sealed="").exists()


def test_own_data_tells_what_was_answered(person, pack):
    asks(person, pack, 2, trouble="牙疼")
    told = residents.own_data(person)["medicine_requests"]
    assert [(one["amount"], one["answers"]["trouble"]) for one in told] == [(2, "牙疼")]


def test_the_id_of_somebody_elses_request_is_no_way_to_it(room, person, pack):
    row = asks(person, pack)
    other = a_neighbour(room)
    with pytest.raises(Conflict):
        medicine_requests.ask(other, pack.uuid, uuid=row.uuid, amount="1", answers=WELL)
    with pytest.raises(NotFound):
        medicine_requests.cancel(row.uuid, other)


def test_a_three_days_dose_bounds_what_may_be_asked(room, officer, person):
    item = a_pack(room, officer, 100, what=a_medicine(most=9))
    with pytest.raises(BadInput):
        asks(person, item, 10)
    assert asks(person, item, 9).amount == 9
