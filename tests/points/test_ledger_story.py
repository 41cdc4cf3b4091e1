"""Any story of points, in any order and over years: nothing is made up, nothing is lost, no cap is broken."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from points.models import Award, LedgerAccount, LedgerLine, PointLot
from points.services import earning, ledger
from points.services.ledger import Source
from shushanwei.common.clock import STREET
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.people.models import User
from tests.points.conftest import a_policy, a_resident, a_rule

pytestmark = pytest.mark.django_db(transaction=True)
CAPS = {"general": 30, "volunteer": 40}
A_MONTH = 120
numbers = count(1)
who = strategies.integers(0, 1)


class Story(RuleBasedStateMachine):
    """Two residents, a clock that only goes on, and everything that may happen to points."""

    @initialize()
    def begin(self):
        self.people = [a_resident(next(numbers)) for _each in range(2)]
        self.now = datetime(2027, 1, 30, 12, tzinfo=STREET)
        self.total = {person.pk: 0 for person in self.people}
        self.earned, self.spent, self.told = [], [], []
        self.workers = User.objects.order_by("pk")[:2]
        self.patches = [patch(f"points.services.{name}.db_now", lambda: self.now) for name in ("ledger", "earning")]
        for one in self.patches:
            one.start()

    def teardown(self):
        for one in getattr(self, "patches", []):
            one.stop()

    @rule(place=who, code=strategies.sampled_from(["report", "volunteer", "special"]), units=strategies.integers(1, 5))
    def earn(self, place, code, units):
        person, source = self.people[place], Source("deed", str(next(numbers)))
        row = earning.award(person.pk, code, source, units=units, at=self.now)
        assert 0 <= row.given <= row.worth and (row.short != "") == (row.given < row.worth)
        self.total[person.pk] += row.given
        self.told.append((person, code, source, units, row))
        if row.given:
            self.earned.append(row)

    @precondition(lambda self: self.told)
    @rule(data=strategies.data())
    def tell_again(self, data):
        person, code, source, units, row = data.draw(strategies.sampled_from(self.told))
        assert earning.award(person.pk, code, source, units=units, at=self.now) == row

    @rule(place=who, points=strategies.integers(1, 60))
    def spend(self, place, points):
        person = self.people[place]
        spendable, _frozen = ledger.balances(person.pk)
        source = Source("redemption", str(next(numbers)))
        try:
            moved = ledger.spend(person.pk, points, source)
        except Conflict:
            assert points > spendable
            return
        assert ledger.spend(person.pk, points, source) == moved and points <= spendable
        self.total[person.pk] -= points
        self.spent.append(moved)

    @precondition(lambda self: self.spent)
    @rule(data=strategies.data())
    def give_back(self, data):
        moved = self.spent.pop(data.draw(strategies.integers(0, len(self.spent) - 1)))
        assert ledger.give_back(moved) == ledger.give_back(moved)
        self.total[moved.resident_id] += moved.points

    @rule(place=who)
    def fine(self, place):
        person = self.people[place]
        held = sum(ledger.balances(person.pk))
        row = earning.award(person.pk, "malicious", Source("deed", str(next(numbers))), at=self.now)
        assert row.given == -min(10, held)
        self.total[person.pk] += row.given

    @precondition(lambda self: self.earned)
    @rule(data=strategies.data())
    def audit(self, data):
        row = self.earned.pop(data.draw(strategies.integers(0, len(self.earned) - 1)))
        left = PointLot.objects.get(earned_by=row.transaction).left
        for _twice in range(2):
            earning.audit(row.pk, passed=False, note="不实", actor=self.workers[0])
        self.total[row.resident_id] -= left

    @rule(place=who, points=strategies.integers(-40, 40))
    def adjust(self, place, points):
        person, source = self.people[place], Source("request", str(next(numbers)))
        spendable, _frozen = ledger.balances(person.pk)
        try:
            for _twice in range(2):
                ledger.adjust(person.pk, points, source, note="更正", by=self.workers[0], approved_by=self.workers[1])
        except BadInput:
            assert points == 0 or spendable + points < 0
            return
        self.total[person.pk] += points

    @rule(hours=strategies.sampled_from([1, 13, 24, 73, 24 * 31, 24 * 365]))
    def time_goes_on(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self):
        mine = PointLot.objects.filter(resident__in=self.people)
        for lot in mine.filter(pk__in=ledger.due_to_release(self.now)):
            assert ledger.release(lot.pk) and not ledger.release(lot.pk)
        for lot in mine.filter(pk__in=ledger.due_to_expire(self.now)):
            assert ledger.expire(lot.pk) and not ledger.expire(lot.pk)
            self.total[lot.resident_id] -= lot.left

    @invariant()
    def nothing_is_made_up_or_lost(self):
        if not hasattr(self, "people"):
            return
        lines = LedgerLine.objects.filter(transaction__resident__in=self.people)
        assert (lines.aggregate(n=Sum("amount"))["n"] or 0) == 0
        for person in self.people:
            accounts = {row.kind: row.balance for row in LedgerAccount.objects.filter(resident=person)}
            lots = PointLot.objects.filter(resident=person)
            for kind, held in (
                ("frozen", lots.filter(released_at=None)),
                ("spendable", lots.exclude(released_at=None)),
            ):
                balance = accounts.get(kind, 0)
                moved = LedgerLine.objects.filter(account__resident=person, account__kind=kind)
                assert balance >= 0
                assert balance == (held.aggregate(n=Sum("left"))["n"] or 0)
                assert balance == (moved.aggregate(n=Sum("amount"))["n"] or 0)
            assert sum(accounts.values()) == self.total[person.pk]

    @invariant()
    def no_cap_is_broken(self):
        if not hasattr(self, "people"):
            return
        by_day, by_month = defaultdict(int), defaultdict(int)
        rows = Award.objects.filter(resident__in=self.people, given__gt=0).select_related("rule")
        for row in rows:
            if row.rule.cap in CAPS:
                by_day[row.resident_id, row.day, row.rule.cap] += row.given
                by_month[row.resident_id, row.day.year, row.day.month] += row.given
        assert all(given <= CAPS[cap] for (_who, _day, cap), given in by_day.items())
        assert all(given <= A_MONTH for given in by_month.values())


def test_any_story_of_points_adds_up(django_user_model):
    for name in ("one", "two"):
        django_user_model.objects.create(username=name)
    a_policy(all_a_month=A_MONTH, budget_a_month=1_000_000)
    a_rule("report", 7)
    a_rule("volunteer", 10, cap="volunteer", per="hour")
    a_rule("special", 20, cap="none")
    a_rule("malicious", -10, cap="none")
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
