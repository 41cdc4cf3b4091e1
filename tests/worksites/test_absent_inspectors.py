"""A drawn inspector who cannot go is struck from the candidates; the next of the same lot goes, as all can repeat."""

from datetime import datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from grid.models import Leave
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import unseal
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from tests.worksites.conftest import make_person
from worksites.models import PlannedCheck
from worksites.planning import drawn_inspectors
from worksites.services import crews, plan
from worksites.tasks import keep_plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def check(site, brigade) -> PlannedCheck:
    """A yellow site's check in two weeks, drawn among four officers."""
    type(site).objects.update(colour="yellow", colour_since=db_now(), rule_colour="yellow")
    plan.plan_site(site.pk)
    return PlannedCheck.objects.get()


def leave(user, day, state="approved") -> Leave:
    begin = datetime.combine(day, time(8), STREET)
    stand_in = make_person(f"stand-in-{Leave.objects.count()}", "grid_worker", area="330109003015")
    return Leave.objects.create(user=user, stand_in=stand_in, state=state, reason="病假", asked_at=db_now(),
                                period=DateTimeTZRange(begin, begin + timedelta(hours=9)))  # fmt: skip


def row_of(check) -> list[str]:
    """All candidates in the order of the lot."""
    return drawn_inspectors(unseal(check.draw.number_sealed), crews.lot_key(check), check.candidates, 9)


def crew(check) -> list[str]:
    return sorted(check.inspectors.values_list("username", flat=True))


def person(brigade, name):
    return next(one for one in brigade if one.username == name)


def test_whoever_takes_leave_after_the_draw_is_replaced_by_the_next_of_the_same_lot(check, brigade):
    first, second, third, fourth = row_of(check)
    leave(person(brigade, first), check.on)
    keep_plan()
    keep_plan()
    check.refresh_from_db()

    assert crew(check) == sorted([second, third])
    assert (check.lots, check.candidates) == (1, sorted([second, third, fourth]))
    assert sorted(crews.chosen_by_lot(check, unseal(check.draw.number_sealed))) == crew(check)
    line = Entry.objects.get(verb="check.absent_replaced")
    assert line.data["before"] == sorted([first, second]) and line.data["struck"] == [first] and line.is_live


def test_the_next_of_the_lot_is_passed_over_where_he_is_away_himself(check, brigade):
    first, second, third, fourth = row_of(check)
    for name in (first, third):
        leave(person(brigade, name), check.on)
    keep_plan()
    assert crew(check) == sorted([second, fourth])


def test_leave_of_another_day_or_not_approved_and_of_who_was_not_drawn_changes_nothing(check, brigade):
    first, second, third, _fourth = row_of(check)
    leave(person(brigade, first), check.on + timedelta(days=1))
    leave(person(brigade, second), check.on, state="asked")
    leave(person(brigade, third), check.on)
    keep_plan()
    assert crew(check) == sorted([first, second])
    assert not Entry.objects.filter(verb="check.absent_replaced").exists()


def test_who_is_no_inspector_any_more_goes_nowhere(check, brigade):
    first, second, third, _fourth = row_of(check)
    who = person(brigade, first)
    who.is_active = False
    who.save()
    keep_plan()
    assert crew(check) == sorted([second, third])


def test_where_too_few_candidates_are_left_a_new_lot_is_drawn_among_all_who_may_go(check, brigade):
    new = [make_person(f"new-{n}", "enforcement_officer", department="ENF") for n in range(2)]
    for who in brigade[:3]:
        leave(who, check.on)
    keep_plan()
    check.refresh_from_db()
    assert check.lots == 2 and check.candidates == sorted([brigade[3].username, *(one.username for one in new)])
    assert crew(check) == sorted(crews.chosen_by_lot(check, unseal(check.draw.number_sealed)))


def test_where_nobody_is_left_the_others_go_and_it_is_told_once(check, brigade):
    staying = crew(check)[0]
    for who in brigade:
        if who.username != staying:
            leave(who, check.on)
    keep_plan()
    keep_plan()
    assert crew(check) == [staying]
    assert Entry.objects.filter(verb="check.absent_replaced").count() == 1


def test_of_a_crew_named_by_hand_who_can_go_stays(check, brigade):
    *_drawn, third, fourth = row_of(check)
    lead = make_person("lead", "brigade_lead")
    crews.set_crew(check.pk, [person(brigade, name).pk for name in (third, fourth)], reason="专项", actor=lead)
    leave(person(brigade, third), check.on)
    keep_plan()
    assert crew(check) == sorted([row_of(PlannedCheck.objects.get())[0], fourth])


def test_a_check_that_is_over_stays_as_it_was(check, brigade):
    before = crew(check)
    leave(person(brigade, before[0]), check.on)
    PlannedCheck.objects.update(dropped_at=db_now())
    assert crews.absent(db_now()) == [] and crews.replace_absent(check.pk) is False
    assert crew(check) == before


def test_two_workers_at_once_replace_once(check, brigade):
    leave(person(brigade, crew(check)[0]), check.on)
    assert sorted(all_at_once(*[lambda: crews.replace_absent(check.pk)] * 4)) == [False, False, False, True]
    assert len(crew(check)) == 2 and Entry.objects.filter(verb="check.absent_replaced").count() == 1
