"""What an officer's phone says of the day: today's checks, one tap from the sheet."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from dispatch.models import Unit, UnitMember
from shushanwei import nav
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.services import grant
from tests.worksites.conftest import make_person, make_site
from worksites.models import PlannedCheck

BACKEND = "shushanwei.people.backends.RoleBackend"


def planned(site, who, on) -> PlannedCheck:
    due = datetime.combine(on + timedelta(days=1), datetime.min.time(), STREET)
    check = PlannedCheck.objects.create(
        site=site, kind="key", period=f"{on}", colour="red", on=on, due_at=due, made_at=db_now()
    )
    check.inspectors.set([who])
    return check


@pytest.mark.django_db
def test_the_officer_sees_the_own_checks_of_today_and_nothing_drawn_for_later(brigade):
    today, (mine, other) = db_now().astimezone(STREET).date(), brigade[:2]
    planned(make_site("WS-001", name="湖东工地"), mine, today)
    planned(make_site("WS-002", name="金西工地"), mine, today + timedelta(days=1))
    planned(make_site("WS-003", name="安桥工地"), other, today)
    browser = Client()
    browser.force_login(mine, backend=BACKEND)

    said = browser.get(reverse("worksites:today")).content.decode()

    assert "湖东工地" in said and reverse("worksites:inspect") in said
    assert "金西工地" not in said and "安桥工地" not in said


@pytest.mark.django_db
def test_the_unit_phone_of_an_officer_asks_for_the_checks_and_that_of_a_squad_does_not(brigade, roles):
    squad = make_person("squad", "responder")
    for who in (brigade[0], squad):
        grant(who, "responder") if who is not squad else None
        unit = Unit.objects.create(code=f"U-{who.username}", name=who.username)
        UnitMember.objects.create(unit=unit, user=who, is_leader=True)
    pages = {}
    for who in (brigade[0], squad):
        browser = Client()
        browser.force_login(who, backend=BACKEND)
        pages[who] = browser.get(reverse("dispatch:unit")).content.decode()

    assert reverse("worksites:today") in pages[brigade[0]]
    assert reverse("worksites:today") not in pages[squad]


SEES = {"worksites:sites", "worksites:trucks", "worksites:findings", "worksites:sheets", "worksites:penalties",
        "worksites:checklist"}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("brigade_lead", {"worksites:inspect", "worksites:links"}),
        ("enforcement_officer", {"worksites:inspect", "worksites:links"}),
        ("commander", set()), ("leader_view", set()), ("seat_operator", set()), ("evaluator", set()),
    ],
)  # fmt: skip
def test_everybody_reaches_the_pages_of_worksites_that_the_work_needs(roles, role, more):
    who = make_person(role, role)

    assert {link.url_name for link in nav.links_for(who)} >= SEES | more


@pytest.mark.django_db
def test_a_leader_reads_and_is_offered_no_phone_of_an_inspector(roles):
    leader = make_person("leader", "leader_view")

    assert "worksites:inspect" not in {link.url_name for link in nav.links_for(leader)}


@pytest.mark.django_db
def test_the_lead_starts_at_the_register_and_an_officer_at_the_phone(roles):
    assert nav.landing_for(make_person("lead", "brigade_lead")) == reverse("worksites:sites")
    assert nav.landing_for(make_person("officer", "enforcement_officer")) == reverse("worksites:inspect")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/worksites/", "sites"), ("/worksites/calendar/", "sites"), ("/worksites/alerts/", "alerts"),
        ("/worksites/alerts/mud/", "alerts"), ("/worksites/rules/", "alerts"), ("/worksites/rules/T03/", "alerts"),
        ("/worksites/manifests/", "trucks"),
    ],
)  # fmt: skip
def test_the_top_bar_says_where_one_is(roles, path, name):
    links = nav.links_for(make_person("seat", "seat_operator"), path)

    assert [link.url_name for link in links if link.current] == [f"worksites:{name}"]


@pytest.mark.django_db
def test_a_page_behind_more_takes_the_place_of_the_last_one_at_hand(roles):
    who = make_person("brigade", "brigade_lead")
    at_home = [link.url_name for link in nav.links_for(who, "/worksites/") if not link.more]

    links = nav.links_for(who, "/worksites/needs/")
    drawn = [link.url_name for link in links if not link.more or link.current]

    assert drawn == [*at_home[:-1], "worksites:needs"]
