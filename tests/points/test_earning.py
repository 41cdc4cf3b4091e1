"""What a deed earns: rules, caps, the budget, who earns nothing, fines, and what a look at it undoes."""

from datetime import datetime, timedelta

import pytest

from points.models import Award, LedgerTransaction
from points.services import earning, ledger
from points.services.ledger import Source
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound
from tests.points.conftest import LONG_AGO, a_policy, a_resident, a_rule
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 20, 12, tzinfo=STREET)


@pytest.fixture(autouse=True)
def rules():
    a_policy()
    a_rule("report-filed", 5)
    a_rule("neighbour-help", 5, times_a_day=2)
    a_rule("volunteer-hour", 10, per="hour", cap="volunteer")
    a_rule("suggestion", 20, cap="none")
    a_rule("report-malicious", -10, cap="none")


def earned(resident, code="report-filed", n=1, *, at=NOON, **said):
    return earning.award(resident.pk, code, Source("deed", str(n)), at=at, **said)


def test_a_deed_is_paid_once_however_often_it_is_told(resident):
    results = all_at_once(*[lambda: earned(resident)] * 8)
    assert len({result.pk for result in results}) == 1, results
    assert (ledger.balances(resident.pk), results[0].given) == ((0, 5), 5)


def test_the_same_deed_may_earn_by_two_rules(resident):
    assert (earned(resident).given, earned(resident, "suggestion").given) == (5, 20)


def test_a_day_gives_thirty_points_and_says_why_no_more(resident):
    a_rule("big", 7)
    rows = [earned(resident, "big", n) for n in range(6)]
    assert [row.given for row in rows] == [7, 7, 7, 7, 2, 0]
    assert [row.short for row in rows[4:]] == ["day", "day"]
    assert earned(resident, "big", 9, at=NOON + timedelta(days=1)).given == 7


def test_ten_deeds_at_once_do_not_slip_through_the_cap(resident):
    all_at_once(*[lambda n=n: earned(resident, n=n) for n in range(10)])
    assert sum(Award.objects.values_list("given", flat=True)) == 30
    assert ledger.balances(resident.pk) == (0, 30)


def test_the_day_is_the_streets_and_not_greenwichs(resident):
    for n in range(6):
        earned(resident, n=n, at=datetime(2026, 11, 20, 23, 59, tzinfo=STREET))
    assert earned(resident, n=7, at=datetime(2026, 11, 20, 23, 59, 59, tzinfo=STREET)).given == 0
    assert earned(resident, n=8, at=datetime(2026, 11, 21, 0, 0, tzinfo=STREET)).given == 5


def test_volunteering_has_a_cap_of_its_own(resident):
    for n in range(6):
        earned(resident, n=n)
    assert earned(resident, "volunteer-hour", 10, units=3).given == 30
    row = earned(resident, "volunteer-hour", 11, units=3)
    assert (row.given, row.short, row.worth) == (10, "day", 30)


def test_a_month_gives_three_hundred_points_special_tasks_apart(resident):
    for n in range(8):
        earned(resident, "volunteer-hour", n, units=4, at=NOON.replace(day=1 + n))
    row = earned(resident, n=20)
    assert (row.given, row.short) == (0, "month")
    assert sum(Award.objects.values_list("given", flat=True)) == 300
    assert earned(resident, "suggestion", 21).given == 20
    assert earned(resident, n=22, at=NOON.replace(month=12)).given == 5


def test_a_rule_pays_so_many_times_a_day(resident):
    rows = [earned(resident, "neighbour-help", n) for n in range(3)]
    assert [(row.given, row.short) for row in rows] == [(5, ""), (5, ""), (0, "times")]


@pytest.mark.parametrize("why", ["staff", "blocked", "anonymous", "doubt"])
def test_who_earns_nothing_is_told_why(resident, why, django_user_model):
    if why == "staff":
        resident.staff = django_user_model.objects.create(username="worker")
    if why == "blocked":
        resident.blocked_until = NOON + timedelta(seconds=1)
    resident.save()
    row = earned(resident, refused=why if why in ("anonymous", "doubt") else "")
    assert (row.given, row.short, row.transaction) == (0, why, None)
    assert ledger.balances(resident.pk) == (0, 0)


def test_a_block_that_is_over_blocks_nothing(resident):
    resident.blocked_until = NOON
    resident.save()
    assert earned(resident).given == 5


def test_ten_residents_share_what_is_left_of_the_months_budget():
    a_policy(effective_from=LONG_AGO + timedelta(days=1), budget_a_month=23)
    people = [a_resident(n) for n in range(1, 11)]

    rows = all_at_once(*[lambda n=n, who=who: earned(who, n=n) for n, who in enumerate(people)])

    assert sum(row.given for row in rows) == 23
    assert sorted(row.given for row in rows) == [0] * 5 + [3] + [5] * 4
    assert {row.short for row in rows if row.given < 5} == {"budget"}
    assert earning.given_in(NOON.date()) == 23
    assert earned(people[0], n=99, at=NOON.replace(month=12)).given == 5


def test_a_fine_takes_what_is_there_and_counts_for_no_cap(resident):
    earned(resident)
    row = earned(resident, "report-malicious", 2)
    assert (row.given, row.short, ledger.balances(resident.pk)) == (-5, "balance", (0, 0))
    assert earned(resident, "report-malicious", 3).given == 0
    assert earned(resident, n=4).given == 5


def test_the_rule_of_the_day_of_the_deed_counts(resident):
    old = a_rule("changing", 5, valid_to=NOON)
    a_rule("changing", 9, version=2, valid_from=NOON)
    row = earned(resident, "changing", 1, at=NOON - timedelta(seconds=1))
    assert (row.given, row.rule) == (5, old)
    assert earned(resident, "changing", 2).given == 9
    with pytest.raises(NotFound):
        earned(resident, "no-such-rule")


def test_all_awards_are_drawn_for_a_look_where_the_policy_says_so(resident):
    a_policy(effective_from=LONG_AGO + timedelta(days=1), audited_percent=100)
    assert earned(resident).is_audited
    assert not earned(resident, n=2, refused="doubt").is_audited


def test_a_look_that_fails_reverses_what_is_left(resident, django_user_model):
    one, two = (django_user_model.objects.create(username=name) for name in ("one", "two"))
    row = earned(resident, "suggestion", at=db_now() - timedelta(days=4))
    ledger.release(row.transaction.lot.pk)
    ledger.spend(resident.pk, 8, Source("redemption", "1"))
    with pytest.raises(BadInput) as refused:
        earning.audit(row.pk, passed=False, note=" ", actor=one)
    assert refused.value.field == "note"

    for _twice in range(2):
        earning.audit(row.pk, passed=False, note="照片重复", actor=one)
    with pytest.raises(Conflict):
        earning.audit(row.pk, passed=True, note="", actor=two)

    assert ledger.balances(resident.pk) == (0, 0)
    assert LedgerTransaction.objects.get(kind="reverse").points == 12


def test_two_who_look_at_once_decide_once(resident, django_user_model):
    people = [django_user_model.objects.create(username=str(n)) for n in range(6)]
    row = earned(resident)
    results = all_at_once(
        *[lambda who=who: earning.audit(row.pk, passed=False, note="重复", actor=who) for who in people]
    )
    assert sum(isinstance(result, Award) for result in results) == 1, results
    assert LedgerTransaction.objects.filter(kind="reverse").count() == 1


def test_what_was_reversed_is_there_for_the_budget_again(resident, django_user_model):
    worker = django_user_model.objects.create(username="one")
    row = earned(resident, at=db_now())
    assert earning.given_in(row.day) == 5
    earning.audit(row.pk, passed=False, note="重复", actor=worker)
    assert earning.given_in(row.day) == 0
