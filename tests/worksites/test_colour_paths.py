"""Whatever inspectors, sites and reviewers do, through the services: nobody comes from red to white unseen."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from shushanwei.common.clock import db_now
from tests.dispatch.conftest import picture
from tests.worksites.checks import make_site, officer, visited
from worksites.facts import pure, rules_in_force
from worksites.lifecycle import RANK, UNCORRECTED, Colour
from worksites.models import ColourChange, Finding, Inspection, Site
from worksites.services import findings
from worksites.services.colours import recolour

pytestmark = pytest.mark.django_db
SERIOUS, MINOR = "0801", "0201"
DAYS_BACK = 300
numbers = itertools.count(1)
steps = st.lists(
    st.tuples(
        st.sampled_from(["clean", "clean", "clean", "mend", "mend", "recheck", "minor", "serious", "wait"]),
        st.sampled_from([1, 4, 7, 16, 31]),
    ),
    max_size=8,
)  # fmt: skip
MENDED = [("mend", 1), ("recheck", 1)]
DOWN = [*MENDED, ("wait", 31), ("clean", 1), ("clean", 7), ("clean", 16)]  # the shortest lawful way from red to white
UNLAWFUL = [*MENDED, ("wait", 31), ("clean", 1), ("clean", 1), ("wait", 16)]  # two clean ones within one week


@pytest.fixture
def people(roles):
    call_command("load_checklist", verbosity=0)
    return officer("officer-a"), officer("officer-b"), officer("lead", "brigade_lead")


def live(story, people) -> Site:
    """A new site, found grave three hundred days ago, that lives through the story by the services alone."""
    one, two, lead = people
    now = db_now() - timedelta(days=DAYS_BACK)
    site = make_site(f"ZZ{next(numbers):03d}", colour_since=now, rule_since=now, watched_since=now)
    for kind, days in [("serious", 1), *story]:
        now += timedelta(days=days)
        if kind == "mend":
            for thing in Finding.objects.filter(site=site, status__in=UNCORRECTED):
                findings.hand_in(thing.pk, [(uuid4(), picture())], "已整改", by_site=True, at=now)
                findings.pass_evidence(thing.pk, actor=lead, at=now + timedelta(hours=1))
        elif kind == "wait" or (kind == "recheck" and not Finding.objects.filter(site=site, ended_at=None).exists()):
            recolour(site.pk, at=now)
        else:
            still = Finding.objects.filter(site=site, status__in=UNCORRECTED).values_list("item_code", flat=True)
            wrong = {*still, *{"serious": [SERIOUS], "minor": [MINOR]}.get(kind, [])}
            visited(site, one, two, dict.fromkeys(wrong, "fails"), at=now, recheck=kind == "recheck")
    site.refresh_from_db()
    return site


def told(site) -> list[tuple]:
    """(instant, before, after) of each change of colour, the oldest first."""
    return list(ColourChange.objects.filter(site=site).order_by("at", "id").values_list("at", "before", "after"))


def clean_at_the_end(site, begin, until) -> list:
    """The instants of the clean planned or extra visits that end the stretch."""
    rows = Inspection.objects.filter(site=site, status="locked", started_at__gt=begin, started_at__lte=until)
    row = list(rows.exclude(kind="recheck", clean=True).order_by("started_at").values_list("started_at", "clean"))
    return [at for at, _clean in reversed(list(itertools.takewhile(lambda visit: visit[1], reversed(row))))]


@settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(story=steps)
@example(story=DOWN)
@example(story=UNLAWFUL)
def test_no_path_through_the_services_leads_from_red_to_white_without_two_clean_weekly_checks(people, story):
    site = live(story, people)

    changes, rules = told(site), pure(rules_in_force(db_now()))
    assert changes[0][1:] == ("white", "red") and changes[-1][2] == site.colour
    for (since, _before, colour), (at, before, after) in itertools.pairwise(changes):
        assert before == colour and RANK[Colour(after)] >= RANK[Colour(before)] - 1
        if RANK[Colour(after)] > RANK[Colour(before)]:
            continue
        clean = clean_at_the_end(site, since, at)
        assert len(clean) >= (rules.clean_from_red if before == "red" else rules.clean_from_yellow)
        assert before == "yellow" or clean[-1] - clean[0] >= timedelta(days=rules.clean_apart_days)
        assert not Finding.objects.filter(site=site, confirmed_at__lte=at, ended_at=None).exists()


def test_the_shortest_lawful_way_down_arrives_and_a_shorter_one_does_not(people):
    assert [after for _at, _before, after in told(live(DOWN, people))] == ["red", "yellow", "white"]
    assert [after for _at, _before, after in told(live(UNLAWFUL, people))] == ["red"]
