"""The past of the street: plausible figures, and every screen reads the same from it."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db.models import F, Max, Q

from dispatch.models import Assignment, DelayNote, HelpPart, RiderReport
from incidents.lifecycle import ENDED, may_follow
from incidents.models import CaseCheck, CaseSequence, Deadline, Incident
from shushanwei.common.clock import STREET
from shushanwei.journal.models import Entry
from tests.demo.emptying import empty_street

DAYS = 10


@pytest.fixture(scope="module")
def past(django_db_setup, django_db_blocker):
    """Ten days of past, once for all tests of this file, and gone afterwards."""
    with django_db_blocker.unblock():
        call_command("load_street", history_days=DAYS, verbosity=0)
        yield
        empty_street()


def attainment(code: str) -> float:
    asked = Deadline.objects.filter(code=code, void_at__isnull=True).exclude(met_at=None, missed_at=None)
    return asked.filter(met_at__isnull=False).count() / asked.count()


@pytest.mark.django_db
def test_each_day_has_as_much_as_a_real_one(past):
    days = Counter(at.astimezone(STREET).date() for at in Incident.objects.values_list("opened_at", flat=True))

    full = sorted(days)[:DAYS]
    assert len(full) == DAYS
    assert all(70 <= days[day] <= 105 for day in full)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "low", "high"), [("R30", 0.95, 0.995), ("A5", 0.87, 0.95), ("S15", 0.75, 0.98), ("F24", 0.92, 0.985)]
)
def test_promises_are_mostly_and_never_always_kept(past, code, low, high):
    assert low <= attainment(code) <= high


@pytest.mark.django_db
def test_about_forty_percent_are_disputes_and_few_are_urgent(past):
    total = Incident.objects.count()

    assert 0.3 <= Incident.objects.filter(category__code__startswith="J05").count() / total <= 0.48
    assert 0.015 <= Incident.objects.filter(level__lte=2).count() / total <= 0.06


@pytest.mark.django_db
def test_cases_come_back_and_are_done_again_as_in_life(past):
    cases = Incident.objects.filter(level=4)

    assert 0.02 <= cases.filter(return_count__gt=0).count() / cases.count() <= 0.12
    assert cases.filter(rework_count__gt=0).exists()


@pytest.mark.django_db
def test_no_case_is_closed_without_a_passed_check(past):
    checked = CaseCheck.objects.filter(kind="check", result="passed").values("incident")

    assert not Incident.objects.filter(status="closed").exclude(pk__in=checked).exists()


@pytest.mark.django_db
def test_every_story_follows_the_lifecycle_and_ends_where_the_incident_stands(past):
    steps: dict[int, list[str]] = {}
    moves = Entry.objects.filter(subject_type="incident", data__has_key="from").order_by("id")
    for incident, verb, before in moves.values_list("subject_id", "verb", "data__from"):
        story = steps.setdefault(incident, [before])
        assert story[-1] == before
        assert may_follow(before, verb.removeprefix("incident."))
        story.append(verb.removeprefix("incident."))

    for pk, status in Incident.objects.values_list("pk", "status"):
        assert steps.get(pk, [status])[-1] == status


@pytest.mark.django_db
def test_the_newest_entry_is_the_rev(past):
    newest = dict(
        Entry.objects.filter(subject_type="incident")
        .values("subject_id")
        .annotate(m=Max("id"))
        .values_list("subject_id", "m")
    )

    assert dict(Incident.objects.values_list("pk", "rev")) == newest


@pytest.mark.django_db
def test_ended_incidents_hold_no_unit_and_no_running_stage(past):
    ended = Q(incident__status__in=ENDED)

    assert not Assignment.objects.filter(ended, ended_at__isnull=True).exists()
    assert not Deadline.objects.filter(ended, policy="stage", stopped_at=None, missed_at=None, void_at=None).exists()
    assert not Incident.objects.filter(status__in=ENDED, ended_at__isnull=True).exists()
    assert not Assignment.objects.filter(unit__isnull=False, ended_at__isnull=True).exists()


@pytest.mark.django_db
def test_instants_are_in_order_and_none_lies_in_the_future(past):
    latest = Entry.objects.aggregate(at=Max("at"), written=Max("written_at"))

    assert latest["at"] <= latest["written"]
    assert not Incident.objects.filter(closed_at__lt=F("opened_at")).exists()
    assert not Incident.objects.filter(arrived_at__lt=F("response_started_at")).exists()


@pytest.mark.django_db
def test_case_numbers_go_on_where_the_past_ends(past):
    for day, last in CaseSequence.objects.values_list("day", "last"):
        numbers = Incident.objects.filter(case_no__startswith=f"330109{day:%Y%m%d}").values_list("case_no", flat=True)
        assert max(int(number[-5:]) for number in numbers) == last


@pytest.mark.django_db
def test_a_second_past_is_not_written(past):
    before = Incident.objects.count()

    call_command("load_history", days=DAYS, verbosity=0)

    assert Incident.objects.count() == before


@pytest.mark.django_db
def test_every_report_of_the_riders_has_its_rider_and_some_helped(past):
    assert RiderReport.objects.count() == Incident.objects.filter(source_kind="rider").count() > 10
    helped = HelpPart.objects.filter(status="finished", call__incident__level__gte=3)
    assert helped.count() == HelpPart.objects.count() >= 5
    assert DelayNote.objects.filter(rider__user__username="rider").exists()
