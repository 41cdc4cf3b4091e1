"""Addresses that no page makes: broken numbers and characters that cannot be stored are no error of ours."""

import pytest
from django.test import Client

from shushanwei.people.models import User

pytestmark = pytest.mark.django_db
HOSTILE = ["%00", "a%00b", "%C2%B2", "9" * 5_000, "-1", "%FF%FE", "' or 1=1 --"]
PAGES = [
    "/api/v1/grid/teams/?grid={}", "/team/?grid={}", "/team/?edit={}", "/patrols/?community={}", "/patrols/?grid={}",
    "/patrols/codes/?grid={}", "/patrols/codes/?community={}", "/api/v1/patrols/day/?date={}",
    "/api/v1/patrols/day/?community={}", "/api/v1/patrols/calendar/?grid={}", "/api/v1/patrols/?grid={}",
    "/api/v1/patrols/points/?grid={}", "/transfers/?q={}", "/transfers/?transfer={}", "/transfers/?state={}",
    "/police/desk/?call={}", "/police/link/?state={}", "/field/?point={}", "/roster/?week={}", "/dept/?q={}",
    "/dept/?page={}", "/reports/?kind={}", "/console/?case={}", "/api/v1/console/snapshot/?case={}", "/grid/?kind={}",
    "/api/v1/grid/grids/?kind={}", "/api/v1/incidents/?search={}", "/api/v1/incidents/?community={}",
    "/api/v1/units/?kind={}", "/sources/?q={}", "/alert-kinds/?q={}",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_address_is_never_an_error_of_ours(page, ground, roles):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="hostile", is_superuser=True))

    answers = {word: client.get(page.format(word)).status_code for word in HOSTILE}

    assert max(answers.values()) < 500, {word[:9]: status for word, status in answers.items()}


def test_a_card_for_a_hostile_grid_is_no_error_of_ours(ground, roles):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="hostile", is_superuser=True))
    card = {"type": "volunteer", "name": "某", "phone": "100 1234 5678"}

    for word in HOSTILE:
        assert client.post(f"/team/add/?grid={word}", card).status_code < 500
        assert client.post(f"/team/{'9' * 30}/?grid={word}", card).status_code < 500
