"""The medicine chest: what is taken, who decides, what is hidden before it expires, and how it ends."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from PIL import Image

from points.medicine_lifecycle import ItemStatus, last_good_day
from points.models import Award, Medicine, MedicineItem, MedicinePhoto
from points.services import medicine, residents
from points.tasks import look_after_medicine
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, DomainError, NotAllowed, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.incidents.conftest import jpeg
from tests.points.chest import (
    a_medicine,
    a_neighbour,
    a_pack,
    a_room,
    an_offer,
    an_officer,
    asks,
    near_expiry,
    said_of,
    status_of,
    today,
)
from tests.points.conftest import a_policy, a_rule
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(ground, roles):
    return a_room()


@pytest.fixture
def officer(room):
    return an_officer(room)


@pytest.fixture
def giver(room):
    return a_neighbour(room, level=1, consented=False)


def offers(giver, **values):
    sides = {"front": jpeg("red"), "back": jpeg("blue")} | {k: values.pop(k) for k in ("front", "back") if k in values}
    what = values.pop("what", None) or a_medicine()
    return medicine.offer(giver, uuid=values.pop("uuid", uuid4()), values=said_of(what, **values), **sides)


def test_the_white_list_holds_sixty_medicines_and_more_and_an_edited_line_stays(db):
    call_command("load_medicines", stdout=io.StringIO())
    assert Medicine.objects.count() >= 60
    assert {use for use, _label in Medicine.Use.choices} == set(Medicine.objects.values_list("use", flat=True))
    assert not Medicine.objects.filter(name_zh__regex="阿莫西林|头孢|左氧|罗红|红霉素|地西泮|注射|胰岛素").exists()

    Medicine.objects.filter(code="vitamin-c-100").update(most=3)
    call_command("load_medicines", stdout=io.StringIO())
    assert Medicine.objects.get(code="vitamin-c-100").most == 3


def test_a_pack_shows_only_after_an_officer_has_approved_it_and_its_giver_earns_once(room, officer, giver):
    a_rule("medicine-shared", 5)
    a_policy()
    item = an_offer(giver)
    assert list(medicine.on_shelf(room)) == []
    assert not Award.objects.exists()

    medicine.approve(item.pk, amount="8", actor=officer)
    medicine.approve(item.pk, amount="8", actor=officer)

    assert [(one.pk, one.left) for one in medicine.on_shelf(room)] == [(item.pk, 8)]
    assert [(row.resident_id, row.given) for row in Award.objects.all()] == [(giver.pk, 5)]
    assert Entry.objects.filter(verb="medicine.approved", actor=officer).count() == 1


def test_without_a_rule_for_points_a_pack_is_approved_all_the_same(officer, giver):
    assert medicine.approve(an_offer(giver).pk, amount="10", actor=officer).status == ItemStatus.APPROVED


def test_a_refusal_needs_its_reason_and_the_pack_never_shows(room, officer, giver):
    item = an_offer(giver)
    with pytest.raises(BadInput) as why:
        medicine.refuse(item.pk, reason="  ", actor=officer)
    assert why.value.field == "reason"
    assert medicine.refuse(item.pk, reason="包装破损", actor=officer).reason == "包装破损"
    with pytest.raises(WrongStep):
        medicine.approve(item.pk, amount="1", actor=officer)
    assert list(medicine.on_shelf(room)) == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("medicine", {"medicine": "999999"}),
        ("medicine", {"medicine": "x"}),
        ("brand", {"brand": ""}),
        ("brand", {"brand": "长" * 41}),
        ("batch", {"batch": "a\0b"}),
        ("expires_on", {"expires_on": "2027-02-30"}),
        ("expires_on", {"expires_on": "soon"}),
        ("packing", {"packing": "opened"}),
        ("amount", {"amount": "0"}),
        ("amount", {"amount": "501"}),
        ("amount", {"amount": "²"}),
        ("front", {"front": b""}),
        ("front", {"front": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}),
        ("back", {"back": b"%PDF-1.4"}),
        ("back", {"back": b"<html>"}),
        ("back", {"back": jpeg("red")}),
    ],
)
def test_what_cannot_be_taken_is_refused_by_its_field(giver, field, values):
    with pytest.raises(BadInput) as why:
        offers(giver, **values)
    assert why.value.field == field
    assert not MedicineItem.objects.exists()


def test_a_pack_must_be_good_for_more_than_three_months(giver):
    edge = last_good_day(today())
    with pytest.raises(BadInput, match="") as why:
        offers(giver, expires_on=edge.isoformat())
    assert why.value.field == "expires_on"
    item, new = offers(giver, expires_on=(edge + timedelta(days=1)).isoformat())
    assert new and item.status == ItemStatus.OFFERED


@pytest.mark.parametrize("form", sorted(set(Medicine.Form.values) - {str(one) for one in Medicine.SINGLE}))
def test_what_is_poured_or_smeared_is_taken_sealed_only(giver, form):
    what = a_medicine(form=form, most=1)
    with pytest.raises(BadInput) as why:
        offers(giver, what=what, packing="blister")
    assert why.value.field == "packing"
    assert offers(giver, what=what, packing="sealed")[1]


def test_a_medicine_taken_off_the_list_is_neither_offered_nor_shown(room, officer, giver):
    item = a_pack(room, officer)
    said = {name: getattr(item.medicine, name) for name in ("name_zh", "name_en", "use", "form", "most")}
    medicine.save_medicine(item.medicine_id, said, actor=officer)

    assert list(medicine.on_shelf(room)) == []
    with pytest.raises(BadInput):
        offers(giver, what=item.medicine)


def test_a_line_of_the_list_keeps_its_form_once_packs_are_counted_in_it(room, officer):
    item = a_pack(room, officer)
    said = {
        "name_zh": "布洛芬片",
        "name_en": "Ibuprofen",
        "use": "pain",
        "form": "tablet",
        "most": "9",
        "is_listed": "on",
    }
    with pytest.raises(BadInput) as why:
        medicine.save_medicine(item.medicine_id, said, actor=officer)
    assert why.value.field == "form"
    new = medicine.save_medicine(None, said, actor=officer)
    assert (new.most, new.changed_by) == (9, officer)
    with pytest.raises(BadInput) as why:
        medicine.save_medicine(None, said, actor=officer)
    assert why.value.field == "name_zh"


def test_photos_are_stored_again_without_what_the_camera_knew(giver):
    item = an_offer(giver)
    offers(giver, front=jpeg("green", gps=True))
    for photo in MedicinePhoto.objects.all():
        with photo.file.open("rb") as stored, Image.open(stored) as picture:
            assert not picture.getexif()
    assert {photo.side for photo in item.photos.all()} == {"front", "back"}


def test_the_same_offer_sent_twice_at_once_is_one(giver):
    uuid, what = uuid4(), a_medicine()
    done = all_at_once(*[lambda: offers(giver, uuid=uuid, what=what)] * 4)
    assert sorted(new for _item, new in done) == [False, False, False, True]
    assert (MedicineItem.objects.count(), MedicinePhoto.objects.count()) == (1, 2)


def test_the_id_of_somebody_elses_offer_is_no_way_to_it(room, giver):
    item = an_offer(giver)
    other = a_neighbour(room)
    with pytest.raises(Conflict):
        offers(other, uuid=item.uuid)
    with pytest.raises(NotFound):
        medicine.withdraw(item.uuid, other)


def test_five_offers_may_wait_and_a_blocked_or_homeless_resident_offers_nothing(room, giver):
    for _n in range(5):
        an_offer(giver)
    with pytest.raises(BadInput):
        an_offer(giver)
    medicine.withdraw(giver.medicines.first().uuid, giver)
    an_offer(giver)
    with pytest.raises(NotAllowed):
        an_offer(a_neighbour(room, blocked_until=db_now() + timedelta(days=1)))
    with pytest.raises(BadInput) as why:
        an_offer(a_neighbour(room, community_id=None))
    assert why.value.field == "community"


def test_thirty_days_before_its_expiry_a_pack_is_hidden_at_once_and_listed_for_disposal_by_the_sweep(room, officer):
    good, old = a_pack(room, officer), a_pack(room, officer)
    near_expiry(old, 30)
    near_expiry(good, 31)
    assert list(medicine.on_shelf(room)) == [good]  # though no sweep has been

    assert look_after_medicine() == 1
    assert (status_of(good), status_of(old)) == (ItemStatus.APPROVED, ItemStatus.TO_DISPOSE)
    assert look_after_medicine() == 0
    assert Entry.objects.filter(verb="medicine.hidden").count() == 1


def test_a_disposal_is_written_down_by_whom_and_how(room, officer):
    item = a_pack(room, officer)
    with pytest.raises(WrongStep):
        medicine.dispose(item.pk, how="交回收点", actor=officer)
    medicine.take_out(item.pk, reason="铝箔破损", actor=officer)
    with pytest.raises(BadInput):
        medicine.dispose(item.pk, how="", actor=officer)
    done = medicine.dispose(item.pk, how="交药店回收箱", actor=officer)
    assert (done.status, done.disposed_by, done.disposed_how) == (ItemStatus.DISPOSED, officer, "交药店回收箱")


def test_what_somebody_comes_for_is_not_disposed_of_before(room, officer):
    item = a_pack(room, officer)
    asks(a_neighbour(room), item)
    medicine.take_out(item.pk, reason="召回", actor=officer)
    with pytest.raises(Conflict):
        medicine.dispose(item.pk, how="销毁", actor=officer)


def test_a_pack_too_near_its_expiry_is_not_approved_any_more(officer, giver):
    item = an_offer(giver)
    near_expiry(item, 30)
    with pytest.raises(Conflict):
        medicine.approve(item.pk, amount="10", actor=officer)


@pytest.mark.parametrize(
    "broken",
    [{"left": 11}, {"amount": 0, "left": 0}, {"status": "refused", "reason": ""}, {"decided_by": None},
     {"status": "disposed"}],
)  # fmt: skip
def test_postgresql_refuses_what_must_never_be(room, officer, broken):
    item = a_pack(room, officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        MedicineItem.objects.filter(pk=item.pk).update(**broken)


def test_two_officers_decide_once(officer, giver, room):
    other, item = an_officer(room), an_offer(giver)
    done = all_at_once(
        lambda: medicine.approve(item.pk, amount="10", actor=officer),
        lambda: medicine.refuse(item.pk, reason="不符", actor=other),
    )
    assert sum(isinstance(one, DomainError) for one in done) == 1
    assert Entry.objects.filter(verb__in=["medicine.approved", "medicine.refused"]).count() == 1


def test_an_erased_resident_leaves_the_chest_as_it_is_but_offers_nothing_more(room, officer, giver):
    there, waits = a_pack(room, officer), an_offer(giver)
    residents.erase(giver)
    assert (status_of(there), status_of(waits)) == (ItemStatus.APPROVED, ItemStatus.WITHDRAWN)
