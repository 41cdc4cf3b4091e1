"""Who is who in a grid: nine roles, phones that only who calls may see, and cards that stay with old cases."""

import threading

import pytest
from django.db import connection

from grid import selectors_team as selectors
from grid.models import CoGovernanceMember, Grid
from grid.services import team
from shushanwei.common.errors import BadInput, NotFound
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from shushanwei.people.services import grant

pytestmark = pytest.mark.django_db(transaction=True)
CARD = {"type": "building_head", "name": "沈某", "phone": "100 1234 5678", "covers": "3幢", "organisation": "居民"}


@pytest.fixture
def grids(ground):
    return list(Grid.objects.filter(kind="social").order_by("code")[:2])


@pytest.fixture
def person(roles):
    def make(role, **bounds):
        user = User.objects.create(username=f"{role}-{User.objects.count()}")
        grant(user, role, **bounds)
        return user

    return make


@pytest.fixture
def leader(person, grids):
    return person("grid_leader", area=grids[0].community_id)


def test_the_nine_roles_stand_in_their_order(grids, leader):
    for role in reversed(CoGovernanceMember.Type.values):
        team.add_member(grids[0].code, CARD | {"type": role}, actor=leader)

    assert [m.type for m in selectors.team_of(leader, grids[0].code)] == CoGovernanceMember.Type.values
    assert len(CoGovernanceMember.Type.values) == 9


def test_phones_lie_encrypted_and_are_shown_masked(grids, leader, client):
    member = team.add_member(grids[0].code, CARD, actor=leader)
    client.force_login(leader)

    (card,) = client.get(f"/api/v1/grid/teams/?grid={grids[0].code}").json()["results"]

    assert "12345678" not in member.phone_sealed.replace(" ", "")
    assert card["phone_masked"] == "100****5678"
    assert "5678" not in str({key: value for key, value in card.items() if key != "phone_masked"})


def test_who_calls_sees_the_number_and_that_is_written_down(grids, leader, person, client):
    member = team.add_member(grids[0].code, CARD, actor=leader)
    seat = person("seat_operator")
    client.force_login(seat)

    answer = client.post(f"/api/v1/grid/teams/{member.pk}/call/", {"about": "XS1"}, content_type="application/json")

    assert answer.json() == {"phone": "100 1234 5678"}
    entry = Entry.objects.get(verb="team.phone_shown")
    assert (entry.actor, entry.data["about"]) == (seat, "XS1")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "boss"}, "type"),
        ({"name": " "}, "name"),
        ({"phone": "call me"}, "phone"),
        ({"covers": "幢" * 81}, "covers"),
    ],
)
def test_a_card_that_cannot_be_right_is_refused_by_field(grids, leader, wrong, field):
    with pytest.raises(BadInput) as refused:
        team.add_member(grids[0].code, CARD | wrong, actor=leader)

    assert refused.value.field == field
    assert not CoGovernanceMember.objects.exists()


def test_a_grid_leader_keeps_the_teams_of_the_own_community_only(leader, person, ground):
    other = Grid.objects.filter(kind="social").exclude(community=leader.grants.get().area_code).first()

    with pytest.raises(NotFound):
        team.add_member(other.code, CARD, actor=leader)
    assert selectors.team_of(leader, other.code) == []


def test_the_same_card_sent_by_many_hands_is_one_person(grids, leader):
    def add():
        try:
            team.add_member(grids[0].code, CARD, actor=leader)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert CoGovernanceMember.objects.count() == 1
    assert Entry.objects.filter(verb="team.joined").count() == 1


def test_who_leaves_is_no_longer_called_but_the_card_stays(grids, leader):
    member = team.add_member(grids[0].code, CARD, actor=leader)

    team.retire_member(member.pk, actor=leader)
    team.retire_member(member.pk, actor=leader)

    assert selectors.team_of(leader, grids[0].code) == []
    assert CoGovernanceMember.objects.filter(pk=member.pk).exists()
    assert Entry.objects.filter(verb="team.left").count() == 1


def test_the_page_shows_who_is_missing_and_takes_a_new_card(grids, leader, client):
    client.force_login(leader)
    address = f"/team/?grid={grids[0].code}"

    before = client.get(address)
    done = client.post(f"/team/add/?grid={grids[0].code}", CARD, follow=True)
    wrong = client.post(f"/team/add/?grid={grids[0].code}", CARD | {"phone": "x"})

    assert "九类角色已配备0类" in before.content.decode()
    assert "沈某" in done.content.decode()
    assert (wrong.status_code, "phone" in wrong.context["form"].errors) == (422, True)


def test_an_empty_phone_leaves_the_one_that_is_kept(grids, leader):
    member = team.add_member(grids[0].code, CARD, actor=leader)

    team.change_member(member.pk, CARD | {"phone": "", "name": "沈某某"}, actor=leader)

    assert team.show_phone(member.pk, actor=leader) == "100 1234 5678"
