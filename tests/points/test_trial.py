"""The trial calculator: the past under other rules; the same rules give what was given."""

from datetime import date, datetime, timedelta

import pytest

from points import selectors_desk as selectors
from points.models import Award
from points.services import earning, ledger
from points.services.ledger import Source
from points.trial import Before, Deed, Numbers, Terms, replay
from shushanwei.common.clock import STREET, db_now
from tests.points.conftest import a_policy, a_resident, a_rule

DAY = date(2026, 11, 20)
NUMBERS = Numbers(30, 40, 300, 20_000)
REPORT = {"report": Terms(5, "general", None)}


def deed(points=5, *, who=1, code="report", day=DAY, units=1, short=""):
    return Deed(who, code, day, units, points, short)


@pytest.mark.parametrize(
    ("deeds", "terms", "numbers", "would"),
    [
        ([deed()] * 3, {"report": Terms(8, "general", None)}, NUMBERS, 24),
        ([deed()] * 7, REPORT, NUMBERS, 30),
        ([deed()] * 7, REPORT, NUMBERS._replace(general_a_day=12), 12),
        ([deed()] * 7, {"report": Terms(5, "general", 2)}, NUMBERS, 10),
        ([deed(who=n) for n in range(3)], REPORT, NUMBERS._replace(budget_a_month=12), 12),
        ([deed(day=DAY + timedelta(days=n)) for n in range(5)], REPORT, NUMBERS._replace(all_a_month=20), 20),
        ([deed(day=DAY + timedelta(days=10 * n)) for n in range(2)], REPORT, NUMBERS._replace(all_a_month=5), 5),
        ([deed(day=DAY), deed(day=date(2026, 12, 1))], REPORT, NUMBERS._replace(all_a_month=5), 10),
        ([deed(40, units=6)], {"report": Terms(10, "volunteer", None)}, NUMBERS, 40),
        ([deed(50)] * 3, {"report": Terms(50, "none", None)}, NUMBERS._replace(all_a_month=5), 150),
        ([deed(0, short="staff"), deed(0, short="blocked")], REPORT, NUMBERS, 0),
        ([deed(0, short="day")], REPORT, NUMBERS, 5),
        ([deed(-10)], {"report": Terms(-20, "none", None)}, NUMBERS, -20),
        ([deed(-3, short="balance")], {"report": Terms(-20, "none", None)}, NUMBERS, -3),
        ([deed(7, code="gone")], REPORT, NUMBERS, 7),
        ([deed()], {"report": Terms(0, "general", None)}, NUMBERS, 0),
    ],
)  # fmt: skip
def test_deeds_of_the_past_under_other_rules(deeds, terms, numbers, would):
    assert sum(one.would for one in replay(deeds, terms, numbers).values()) == would


def test_what_the_month_had_given_before_counts():
    first = DAY.replace(day=10)
    assert replay([deed()], REPORT, NUMBERS, Before(first, {1: 298}, 298))["report"].would == 2
    assert replay([deed()], REPORT, NUMBERS, Before(first, {2: 298}, 19_998))["report"].would == 2


def test_what_another_month_had_given_before_does_not():
    october = DAY.replace(month=10, day=30)
    assert replay([deed()], REPORT, NUMBERS, Before(october, {1: 298}, 19_998))["report"].would == 5


@pytest.mark.django_db
def test_the_rules_in_force_would_give_what_they_gave_and_nothing_is_written():
    a_policy(general_a_day=12, all_a_month=40, budget_a_month=70)
    for code, values in {
        "report-filed": {"times_a_day": 2}, "volunteer-hour": {"points": 10, "cap": "volunteer", "per": "hour"},
        "suggestion": {"points": 20, "cap": "none"}, "report-malicious": {"points": -10, "cap": "none"},
    }.items():  # fmt: skip
        a_rule(code, **values)
    noon = datetime.combine(db_now().astimezone(STREET).date(), datetime.min.time(), STREET) + timedelta(hours=12)
    people, n = [a_resident(1), a_resident(2), a_resident(3, blocked_until=db_now() + timedelta(days=9))], 0
    for back in (50, 20, 19, 3, 1):
        for person in people:
            for code in (
                "report-filed",
                "report-filed",
                "report-filed",
                "volunteer-hour",
                "suggestion",
                "report-malicious",
            ):
                n += 1
                at = noon - timedelta(days=back)
                earning.award(person.pk, code, Source("test", str(n)), units=3 if "hour" in code else 1, at=at)
    since = noon.date() - timedelta(days=30)
    now = ledger.policy(noon)
    terms = {code: Terms(one.points, one.cap, one.times_a_day) for code, one in selectors.in_force(noon).items()}
    before = Award.objects.count()

    found = selectors.tried(30, terms, Numbers(*(getattr(now, name) for name in Numbers._fields)))

    assert {code: one.would for code, one in found.items()} == {code: one.was for code, one in found.items()}
    assert sum(one.deeds for one in found.values()) == Award.objects.filter(day__gte=since).count() == 72
    assert Award.objects.count() == before
