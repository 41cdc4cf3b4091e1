"""The mall: a reward is taken once, never sold twice, and what is not fetched comes back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from points.models import CodeTry, LedgerLine, LedgerTransaction, Redemption, Reward
from points.services import ledger, mall, residents
from points.tasks import expire_redemptions
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict, NotAllowed, NotFound, TooMany, WrongStep
from shushanwei.journal.models import Entry
from tests.points.conftest import a_resident
from tests.points.shops import a_clerk, a_merchant, a_reward, points_for
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def stock_of(reward):
    return Reward.objects.get(pk=reward.pk).stock


def taken(resident, reward):
    return mall.redeem(resident, reward.uuid, uuid=uuid4())


def test_a_reward_costs_its_points_and_one_piece_once_however_often_the_page_is_sent(resident):
    points_for(resident, 250)
    reward, uuid = a_reward(), uuid4()

    first = mall.redeem(resident, reward.uuid, uuid=uuid)
    again = mall.redeem(resident, reward.uuid, uuid=uuid)

    assert (again.pk, first.status, len(first.code)) == (first.pk, "issued", 12)
    assert ledger.balances(resident.pk) == (150, 0)
    assert stock_of(reward) == 9
    assert set(first.code) <= set("23456789ABCDEFGHJKMNPQRSTUVWXYZ")


def test_the_same_page_sent_ten_times_at_once_takes_one_piece(resident):
    points_for(resident, 1_000)
    reward, uuid = a_reward(), uuid4()
    results = all_at_once(*[lambda: mall.redeem(resident, reward.uuid, uuid=uuid)] * 10)
    assert len({getattr(result, "pk", result) for result in results}) == 1, results
    assert (stock_of(reward), ledger.balances(resident.pk)) == (9, (900, 0))


def test_one_page_cannot_take_two_different_rewards(resident):
    points_for(resident, 1_000)
    one, other, uuid = a_reward(), a_reward(), uuid4()
    results = all_at_once(
        *[lambda reward=reward: mall.redeem(resident, reward.uuid, uuid=uuid) for reward in (one, other)]
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Redemption"], results
    assert ledger.balances(resident.pk) == (900, 0)
    assert stock_of(one) + stock_of(other) == 19


def test_two_hundred_residents_and_fifty_bags_of_rice():
    reward = a_reward(stock=50)
    people = [a_resident(n) for n in range(200)]
    for person in people:
        points_for(person, 100)
    gate = threading.Barrier(40)

    def take(place):
        try:
            if place < 40:
                gate.wait()  # the first forty start in the same instant; the others follow on their heels
            return taken(people[place], reward)
        except Conflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as hands:
        results = list(hands.map(take, range(200)))

    assert sum(isinstance(result, Redemption) for result in results) == 50
    assert sum(isinstance(result, Conflict) for result in results) == 150
    assert stock_of(reward) == 0
    assert LedgerTransaction.objects.filter(kind="redeem").count() == 50
    assert sum(ledger.balances(person.pk)[0] for person in people) == 150 * 100


def test_the_database_itself_never_oversells(resident):
    reward = a_reward(stock=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reward.objects.filter(pk=reward.pk).update(stock=-1)


@pytest.mark.parametrize(
    ("values", "points"),
    [({"stock": 0}, 100), ({}, 99), ({"is_active": False}, 100), ({"valid_to": "2026-01-02"}, 100),
     ({"valid_from": "2098-01-01"}, 100)],
)  # fmt: skip
def test_what_is_not_on_offer_or_too_dear_takes_nothing(resident, values, points):
    points_for(resident, points)
    reward = a_reward(**values)
    with pytest.raises(Conflict):
        taken(resident, reward)
    assert (ledger.balances(resident.pk), stock_of(reward)) == ((points, 0), values.get("stock", 10))
    assert not Redemption.objects.exists()


def test_a_merchant_who_stopped_gives_nothing_out(resident):
    points_for(resident, 100)
    with pytest.raises(Conflict):
        taken(resident, a_reward(a_merchant(is_active=False)))


def test_the_quota_counts_a_persons_month_and_holds_at_once(resident):
    points_for(resident, 1_000)
    reward = a_reward(a_month=2)
    results = all_at_once(*[lambda: taken(resident, reward)] * 6)
    assert sum(isinstance(result, Redemption) for result in results) == 2, results

    mall.cancel(resident, Redemption.objects.first().uuid)
    taken(resident, reward)  # what was given up does not count
    Redemption.objects.update(day="2020-01-31")
    taken(resident, reward)  # nor what was taken in another month

    assert Redemption.objects.filter(status="issued").count() == 3


def test_giving_up_brings_points_and_piece_back_once(resident):
    points_for(resident, 100)
    reward = a_reward()
    row = taken(resident, reward)

    results = all_at_once(*[lambda: mall.cancel(resident, row.uuid)] * 5)

    assert {result.status for result in results} == {"cancelled"}, results
    assert (ledger.balances(resident.pk), stock_of(reward)) == ((100, 0), 10)


def test_what_was_not_fetched_in_a_week_comes_back_by_itself(resident):
    points_for(resident, 100)
    reward = a_reward()
    row = taken(resident, reward)
    assert row.expires_at - row.at == timedelta(days=7)
    assert expire_redemptions() == 0
    Redemption.objects.update(expires_at=db_now())

    assert mall.expire(row.pk) and not mall.expire(row.pk)

    row.refresh_from_db()
    assert (row.status, ledger.balances(resident.pk), stock_of(reward)) == ("expired", (100, 0), 10)
    assert expire_redemptions() == 0


def test_what_waits_for_who_erases_himself_goes_back_to_the_shelf_first(resident):
    points_for(resident, 250)
    rice, oil = a_reward(), a_reward(name_zh="食用油", price=50)
    fetched, waiting = taken(resident, rice), [taken(resident, rice), taken(resident, oil)]
    clerk = a_clerk(a_resident(7), rice.merchant)
    mall.write_off(clerk, fetched.uuid, uuid=uuid4())

    residents.erase(resident)

    assert {Redemption.objects.get(pk=row.pk).status for row in waiting} == {"cancelled"}
    assert Redemption.objects.get(pk=fetched.pk).status == "used"
    assert (stock_of(rice), stock_of(oil), ledger.balances(resident.pk)) == (9, 10, (0, 0))
    assert (LedgerLine.objects.aggregate(n=Sum("amount"))["n"], ledger.outstanding()) == (0, 0)
    kinds = list(LedgerTransaction.objects.order_by("pk").values_list("kind", "points"))
    assert kinds[-3:] == [("refund", 100), ("refund", 50), ("fine", 150)]
    assert expire_redemptions() == 0


def test_who_erases_himself_while_the_other_phone_takes_and_gives_up_leaves_nothing_behind(resident):
    points_for(resident, 1_000)
    rewards = [a_reward() for _each in range(3)]
    rows = [taken(resident, reward) for reward in rewards]
    results = all_at_once(
        lambda: residents.erase(resident),
        *[lambda row=row: mall.cancel(resident, row.uuid) for row in rows],
        *[lambda reward=reward: taken(resident, reward) for reward in reversed(rewards)],
    )
    allowed = (Redemption, NotFound, type(None))
    assert all(isinstance(result, allowed) for result in results), results
    assert not Redemption.objects.filter(status="issued").exists()
    assert [stock_of(reward) for reward in rewards] == [10, 10, 10]
    assert (ledger.balances(resident.pk), ledger.outstanding()) == ((0, 0), 0)


def test_a_clerk_who_erased_himself_stands_at_no_counter(shop):
    clerk, _row = shop
    residents.erase(clerk.resident)
    clerk.refresh_from_db()
    assert clerk.removed_at is not None


def test_who_is_blocked_takes_nothing_even_in_the_same_instant(resident):
    points_for(resident, 100)
    residents.block(resident.pk, days=30, why="虚假上报", actor=None)
    with pytest.raises(NotAllowed):
        mall.redeem(resident, a_reward().uuid, uuid=uuid4())
    assert ledger.balances(resident.pk) == (100, 0)


def test_nobody_gives_up_what_another_took(resident):
    points_for(resident, 100)
    row = taken(resident, a_reward())
    with pytest.raises(NotFound):
        mall.cancel(a_resident(2), row.uuid)


@pytest.fixture
def shop(resident):
    """(clerk, redemption) at one merchant."""
    points_for(resident, 100)
    row = taken(resident, a_reward())
    return a_clerk(a_resident(7), row.merchant), row


def test_a_clerk_writes_off_once(shop):
    clerk, row = shop
    page = uuid4()
    assert mall.look_up(clerk, f" {row.code[:4]}-{row.code[4:].lower()} ").pk == row.pk

    for _twice in range(2):
        assert mall.write_off(clerk, row.uuid, uuid=page).status == "used"
    with pytest.raises(WrongStep, match="核销|written off"):
        mall.write_off(clerk, row.uuid, uuid=uuid4())
    with pytest.raises(WrongStep):
        mall.cancel(row.resident, row.uuid)
    assert ledger.balances(row.resident_id) == (0, 0)


def test_two_counters_write_the_same_code_off_once(shop):
    clerk, row = shop
    other = a_clerk(a_resident(8), row.merchant)
    results = all_at_once(*[lambda who=who: mall.write_off(who, row.uuid, uuid=uuid4()) for who in (clerk, other) * 4])
    assert sum(isinstance(result, Redemption) for result in results) == 1, results


def test_giving_up_and_writing_off_in_the_same_instant_end_in_one_of_both(shop):
    clerk, row = shop
    all_at_once(lambda: mall.write_off(clerk, row.uuid, uuid=uuid4()), lambda: mall.cancel(row.resident, row.uuid))
    row.refresh_from_db()
    points = ledger.balances(row.resident_id)[0]
    assert (row.status, points, stock_of(row.reward)) in [("used", 0, 9), ("cancelled", 100, 10)]


def test_a_code_of_another_merchant_is_no_code_here_and_is_written_down(shop):
    _clerk, row = shop
    stranger = a_clerk(a_resident(9), a_merchant("理发店"))
    with pytest.raises(NotFound):
        mall.look_up(stranger, row.code)
    with pytest.raises(NotFound):
        mall.write_off(stranger, row.uuid, uuid=uuid4())
    assert Entry.objects.get(verb="merchant.code_refused").data["resident"] == stranger.resident_id
    assert row.code not in str(list(Entry.objects.values_list("data", "note")))


def test_guessing_ends_after_twenty_wrong_codes_even_for_the_right_one(shop):
    clerk, row = shop
    results = all_at_once(*[lambda n=n: mall.look_up(clerk, f"AAAA{n}") for n in range(30)])
    assert sum(isinstance(result, NotFound) for result in results) == 20, results
    with pytest.raises(TooMany):
        mall.look_up(clerk, row.code)
    CodeTry.objects.update(at=db_now() - timedelta(minutes=10))
    assert mall.look_up(clerk, row.code).pk == row.pk


def test_a_clerk_does_not_write_off_what_he_took_himself(shop):
    _clerk, row = shop
    own = a_clerk(row.resident, row.merchant)
    with pytest.raises(Conflict):
        mall.write_off(own, row.uuid, uuid=uuid4())


def test_a_code_that_ran_out_is_worth_nothing_before_the_sweep_came_too(shop):
    clerk, row = shop
    Redemption.objects.update(expires_at=db_now())
    with pytest.raises(WrongStep):
        mall.write_off(clerk, row.uuid, uuid=uuid4())
