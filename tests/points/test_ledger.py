"""The ledger of points: nothing is made up, nothing is spent twice, whoever writes and however often."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from points.models import LedgerAccount, LedgerLine, LedgerTransaction, PointLot
from points.services import ledger
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.points.browsers import resident_in
from tests.points.conftest import a_resident
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def with_points(resident, points, source="deed"):
    """Points that can be spent at once."""
    moved = ledger.put_in(resident.pk, points, Source("test", source), at=db_now() - timedelta(days=4))
    assert ledger.release(moved.lot.pk)
    return moved


def total():
    return LedgerLine.objects.aggregate(n=Sum("amount"))["n"] or 0


def test_points_are_frozen_for_three_days_and_then_spendable_once(resident):
    moved = ledger.put_in(resident.pk, 20, Source("test", "1"), at=db_now())
    again = ledger.put_in(resident.pk, 20, Source("test", "1"), at=db_now())

    assert again == moved
    assert ledger.balances(resident.pk) == (0, 20)
    assert not ledger.release(moved.lot.pk)
    PointLot.objects.update(release_at=db_now())
    assert ledger.due_to_release(db_now()) == [moved.lot.pk]
    assert ledger.release(moved.lot.pk) and not ledger.release(moved.lot.pk)
    assert ledger.balances(resident.pk) == (20, 0)
    assert total() == 0


def test_frozen_points_buy_nothing(resident):
    ledger.put_in(resident.pk, 20, Source("test", "1"), at=db_now())
    with pytest.raises(Conflict, match="0"):
        ledger.spend(resident.pk, 5, Source("redemption", "1"))


def test_what_expires_first_is_spent_first_and_the_rest_expires(resident):
    old, new = with_points(resident, 10, "old"), with_points(resident, 10, "new")
    PointLot.objects.filter(earned_by=old).update(expires_at=db_now() + timedelta(hours=1))

    ledger.spend(resident.pk, 12, Source("redemption", "1"))

    assert (PointLot.objects.get(earned_by=old).left, PointLot.objects.get(earned_by=new).left) == (0, 8)
    PointLot.objects.update(expires_at=db_now())
    assert ledger.due_to_expire(db_now()) == [new.lot.pk]
    assert ledger.expire(new.lot.pk) and not ledger.expire(new.lot.pk)
    assert ledger.balances(resident.pk) == (0, 0)
    assert total() == 0


def test_a_cancelled_reward_gives_its_points_back_once(resident):
    with_points(resident, 10)
    spent = ledger.spend(resident.pk, 10, Source("redemption", "1"))

    assert ledger.give_back(spent) == ledger.give_back(spent)

    assert ledger.balances(resident.pk) == (10, 0)


def test_a_fine_takes_no_more_than_is_there(resident):
    with_points(resident, 6)
    taken = ledger.take_off(resident.pk, 10, Source("award", "9"))
    assert taken.points == 6
    assert ledger.take_off(a_resident(2).pk, 10, Source("award", "10")) is None


def test_a_reversal_is_an_entry_of_its_own(resident):
    moved = with_points(resident, 10)
    ledger.spend(resident.pk, 4, Source("redemption", "1"))

    undone = ledger.reverse(moved, note="照片重复")

    assert (undone.points, undone.reverses) == (6, moved)
    assert ledger.reverse(moved, note="照片重复") == undone
    assert LedgerTransaction.objects.filter(pk=moved.pk, points=10).exists()
    with pytest.raises(BadInput):
        ledger.reverse(undone, note="冲正的冲正")


def test_two_people_put_points_right_by_hand(resident, django_user_model):
    one, two = (django_user_model.objects.create(username=name) for name in ("one", "two"))
    with pytest.raises(BadInput) as refused:
        ledger.adjust(resident.pk, 5, Source("request", "1"), note="漏发", by=one, approved_by=one)
    assert refused.value.field == "approver"
    with pytest.raises(BadInput) as refused:
        ledger.adjust(resident.pk, -5, Source("request", "1"), note="多发", by=one, approved_by=two)
    assert refused.value.field == "points"

    for _twice in range(2):
        ledger.adjust(resident.pk, 5, Source("request", "1"), note="漏发", by=one, approved_by=two)

    assert ledger.balances(resident.pk) == (5, 0)


def test_ten_hands_spend_the_same_points_once(resident):
    with_points(resident, 30)

    results = all_at_once(*[lambda n=n: ledger.spend(resident.pk, 10, Source("redemption", str(n))) for n in range(10)])

    assert sum(isinstance(result, LedgerTransaction) for result in results) == 3
    assert sum(isinstance(result, Conflict) for result in results) == 7, results
    assert ledger.balances(resident.pk) == (0, 0)
    assert total() == 0


def test_the_same_deed_told_ten_times_at_once_is_paid_once(resident):
    results = all_at_once(*[lambda: ledger.put_in(resident.pk, 5, Source("test", "1"), at=db_now())] * 10)
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert ledger.balances(resident.pk) == (0, 5)


@pytest.mark.parametrize(
    "statement",
    [
        "update points_ledgerline set amount = 99",
        "delete from points_ledgerline",
        "update points_ledgertransaction set points = 99",
        "delete from points_ledgertransaction",
        "update points_ledgeraccount set balance = 99 where resident_id is not null",
    ],
)
def test_nobody_rewrites_the_ledger(resident, statement):
    with_points(resident, 10)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_movement_that_takes_from_nowhere_is_refused_when_it_commits(resident):
    moved = with_points(resident, 10)
    account = LedgerAccount.objects.get(resident=resident, kind="spendable")
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerLine.objects.create(transaction=moved, account=account, amount=5)
    assert ledger.balances(resident.pk) == (10, 0)


def test_the_database_itself_refuses_a_balance_below_zero(resident):
    with_points(resident, 1)
    account = LedgerAccount.objects.get(resident=resident, kind="spendable")
    street = LedgerAccount.objects.get(kind="issued")
    with pytest.raises(IntegrityError), transaction.atomic():
        moved = LedgerTransaction.objects.create(
            uuid="00000000-0000-0000-0000-000000000001", at=db_now(), day=db_now().date(), kind="fine",
            resident=resident, points=2, source_type="test", source_id="x",
        )  # fmt: skip
        LedgerLine.objects.create(transaction=moved, account=street, amount=2)
        LedgerLine.objects.create(transaction=moved, account=account, amount=-2)


def test_what_expires_within_thirty_days_is_told_by_lot_on_the_page_and_on_the_first_one(resident):
    now = db_now()
    for days, points in ((31, 40), (29, 5), (3, 7), (3, 1)):
        lot = with_points(resident, points, f"{days} {points}").lot
        PointLot.objects.filter(pk=lot.pk).update(expires_at=now + timedelta(days=days))
    other = with_points(a_resident(2), 9, "other").lot
    PointLot.objects.filter(pk=other.pk).update(expires_at=now + timedelta(days=1))

    soon, later = ((now + timedelta(days=days)).astimezone(STREET).date() for days in (3, 29))
    assert ledger.about_to_expire(resident.pk, now) == [(soon, 8), (later, 5)]

    browser = resident_in(resident)
    page = browser.get("/m/points/")
    assert (page.context["soon"], page.context["lots"]) == (13, [(soon, 8), (later, 5)])
    assert f"{later:%Y-%m-%d}" in page.content.decode()
    assert f"{soon:%Y-%m-%d}" in browser.get("/m/").content.decode()
    PointLot.objects.update(left=0)
    assert "expiring" not in browser.get("/m/").content.decode()
