"""The sites of the demonstration street: checked for two months as the rules ask, coloured by nothing but the rules."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from django.core.management import call_command
from shapely.geometry import shape

from demo.street import layers, loading
from demo.street.site_needs import NEEDS, load_needs
from demo.street.site_papers import load_papers
from demo.street.sites import load_sites
from grid.working import work_calendar
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.secrets import unseal
from shushanwei.journal.models import Entry
from tests.demo.emptying import empty_street
from worksites.colouring import decide
from worksites.facts import facts_of, pure, rules_in_force
from worksites.lifecycle import WATCHED, Colour
from worksites.models import (
    ChecklistItem,
    CheckNeed,
    ColourChange,
    ColourOverride,
    Draw,
    Finding,
    Inspection,
    Penalty,
    PlannedCheck,
    Site,
    SiteDocument,
    SitePerson,
    Truck,
)
from worksites.planning import commitment, days_to_draw, drawn_day
from worksites.services.crews import chosen_by_lot
from worksites.services.plan import due_to_miss, unplanned


@pytest.fixture(scope="module")
def sites(django_db_setup, django_db_blocker):
    """People, ground and sites once for all tests of this file, and gone afterwards."""
    with django_db_blocker.unblock():
        for command in ("load_roles", "load_worksites", "load_checklist", "load_ground"):
            call_command(command, verbosity=0)
        layers.load_layers()
        loading.load_people()
        loading.load_units()
        assert load_sites() == 45
        yield Site.objects.filter(status__in=WATCHED)
        empty_street()


@pytest.mark.django_db
def test_most_sites_are_white_eight_yellow_and_four_red(sites):
    assert Counter(sites.values_list("colour", flat=True)) == {"white": 28, "yellow": 8, "red": 4}
    assert Site.objects.filter(status="finished").count() == 5
    assert not ColourOverride.objects.exists()


@pytest.mark.django_db
def test_no_two_sites_lie_on_each_other(sites):
    outlines = [shape(boundary) for boundary in Site.objects.values_list("boundary", flat=True)]
    assert not any(one.intersects(other) for one, other in combinations(outlines, 2))


@pytest.mark.django_db
def test_penalty_cases_are_numbered_by_their_dates_and_two_are_decided(sites):
    cases = list(Penalty.objects.order_by("filed_at", "pk"))
    assert [case.number for case in cases] == sorted(case.number for case in cases)
    assert [case.status for case in cases[:2]] == ["decided", "decided"]
    assert all(case.amount and case.filed_at < case.decided_at < db_now() for case in cases[:2])


@pytest.mark.django_db
def test_everybody_in_charge_has_a_company(sites):
    assert SitePerson.objects.count() == 45 * 5 and not SitePerson.objects.filter(company=None).exists()


@pytest.mark.django_db
def test_each_colour_is_what_the_rules_say_now(sites):
    now = db_now()
    for site in sites:
        said = decide(Colour(site.rule_colour), site.rule_since, facts_of(site, now), pure(rules_in_force(now)), now)
        assert said.colour == site.colour, site.code


@pytest.mark.django_db
def test_red_has_both_its_reasons_and_some_corrections_are_overdue(sites):
    why = {
        reason["why"] for site in sites.filter(colour="red") for reason in site.colour_changes.latest("at", "id").why
    }

    assert {"serious", "overdue"} <= why
    assert Finding.objects.filter(missed_at__isnull=False, ended_at=None).exists()


@pytest.mark.django_db
def test_colours_have_changed_both_ways_before_today(sites):
    changes = Counter(ColourChange.objects.values_list("before", "after"))

    assert changes["white", "yellow"] > 8
    assert changes["yellow", "white"] > 0
    assert ColourChange.objects.filter(at__lt=db_now() - timedelta(days=14)).count() > 8


@pytest.mark.django_db
def test_sites_are_in_every_phase_and_have_whole_addresses(sites):
    phases = Counter(sites.values_list("phase", flat=True))

    assert set(phases) == {"EW", "FP", "ST", "FO", "DM"}
    assert max(phases.values()) < 20
    for address in sites.values_list("address", flat=True):
        assert address.startswith("蜀山街道") and address.endswith("米"), address


@pytest.mark.django_db
def test_every_random_check_can_be_drawn_again_from_the_number_of_its_month(sites):
    for draw in Draw.objects.all():
        number = unseal(draw.number_sealed)
        assert draw.commitment == commitment(number)
        assert Entry.objects.filter(verb="draw.made", subject_id=draw.pk, data__commitment=draw.commitment).exists()
    for check in PlannedCheck.objects.filter(kind="random").select_related("site", "draw"):
        number, planned = unseal(check.draw.number_sealed), check.made_at.astimezone(STREET).date()
        after = None if planned.day == 1 else planned
        days = days_to_draw(check.period, after, work_calendar().is_workday)
        assert check.on == drawn_day(number, check.period, check.site.code, days)


@pytest.mark.django_db
def test_the_white_checks_of_the_month_are_spread_over_it(sites):
    month = db_now().astimezone(STREET).date().replace(day=1)
    last = (month - timedelta(days=1)).replace(day=1)
    days = set(PlannedCheck.objects.filter(kind="random", period=f"{last:%Y-%m}").values_list("on", flat=True))

    assert len(days) > 10


@pytest.mark.django_db
def test_checks_were_made_by_those_who_were_drawn_and_on_the_drawn_day(sites):
    done = PlannedCheck.objects.filter(done_at__isnull=False).select_related("site", "draw", "inspection")
    for check in done.prefetch_related("inspectors", "inspection__inspectors"):
        planned = set(check.inspectors.values_list("pk", flat=True))
        assert set(check.inspection.inspectors.values_list("pk", flat=True)) == planned
        assert check.done_at < check.due_at
        assert check.kind != "random" or check.done_at.astimezone(STREET).date() == check.on
    first = done.first()
    names = [user.username for user in first.inspectors.all()]
    assert len(first.candidates) > 2
    assert sorted(names) == sorted(chosen_by_lot(first, unseal(first.draw.number_sealed)))


@pytest.mark.django_db
def test_nothing_waits_that_a_sweep_should_have_done_long_ago(sites):
    now = db_now()
    begin = datetime.combine(now.astimezone(STREET).date(), datetime.min.time(), STREET)

    assert due_to_miss(begin) == []
    assert unplanned(now) == []
    assert not Finding.objects.filter(status="open", missed_at=None, due_at__lte=begin).exists()


@pytest.mark.django_db
def test_some_checks_were_missed_and_every_sheet_is_signed(sites):
    assert 1 <= PlannedCheck.objects.filter(missed_at__isnull=False).count() <= 4
    sheets = Inspection.objects.filter(status="locked")
    assert sheets.count() > 80
    assert not sheets.filter(sha256="").exists()
    assert all(sheet.signatures.count() == 3 for sheet in sheets[:20])
    assert not sheets.filter(locked_at__gt=db_now()).exists()
    assert all(sheet.started_at.astimezone(STREET).hour in range(8, 20) for sheet in sheets.exclude(kind="recheck"))


@pytest.mark.django_db
def test_trucks_belong_to_those_who_carry_for_the_sites(sites):
    assert Truck.objects.count() == 60
    assert set(sites.values_list("haulier", flat=True)) == set(Truck.objects.values_list("company", flat=True))


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_needs_of_departments_ride_on_the_next_checks_and_load_once(sites):
    call_command("load_catalogue", verbosity=0)
    assert load_needs() == len(NEEDS) and load_needs() == 0
    waiting = CheckNeed.objects.filter(withdrawn_at=None)
    assert not waiting.filter(planned=None).exists()
    assert len(set(waiting.values_list("department__code", flat=True))) == 4
    together = Counter(waiting.values_list("planned", flat=True))
    assert max(together.values()) == 3 and sum(n > 1 for n in together.values()) == 3
    assert CheckNeed.objects.filter(urgent_by__isnull=False).count() == 1
    assert CheckNeed.objects.filter(withdrawn_at__isnull=False).count() == 1
    codes = {code for need in waiting for code in need.items}
    assert codes <= set(ChecklistItem.objects.values_list("code", flat=True))


@pytest.mark.django_db
def test_a_third_of_the_sites_has_papers_that_can_be_opened_and_loads_once(sites, media):
    made = load_papers()
    assert made == SiteDocument.objects.count() and load_papers() == 0
    each = Counter(SiteDocument.objects.values_list("site", flat=True))
    assert len(each) == 14 and set(each.values()) <= {3, 4, 5, 6}
    assert set(SiteDocument.objects.values_list("content_type", flat=True)) == {"application/pdf", "image/jpeg"}
    assert all(0 < paper.size < 120_000 and paper.file.storage.exists(paper.file.name)
               for paper in SiteDocument.objects.all())  # fmt: skip
