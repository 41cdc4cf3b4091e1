"""Every address is tried by every role and by nobody: the declared table says who gets in."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from incidents.services import Draft, open_incident
from shushanwei.people.models import Role, User
from shushanwei.people.roles import ROLES
from shushanwei.people.services import grant
from tests.access.marks import PUBLIC, RESIDENT, SIGNED_IN, SIGNED_SOURCE, TOKEN
from tests.access.table import TABLE
from tests.incidents.conftest import CENTRE, category

# What stands in for a parameter; an id that exists where fetching it is what is asked for.
FILLING = {
    "slug": "day-2026-11-20", "kind": "day", "key": "2026-11-20", "uuid": "6b1f9c1e-6f1b-4a3e-9d56-0c1f6f1b4a3e",
    "code": "no-such-code", "token": "no-such-token", "number": "YJ-20261127-0001", "place": "0", "person": "1",
}  # fmt: skip


PARTS = 6


def patterns(resolver, prefix=""):
    for one in resolver.url_patterns:
        path = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            if path != "admin/":
                yield from patterns(one, path)
        else:
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", path)


def test_no_address_is_missing_from_the_table():
    declared = {entry.split(" ", 1)[1] for entry in TABLE}
    existing = set(patterns(get_resolver()))
    assert sorted(existing - declared) == []
    assert sorted(declared - existing) == []


def answer(client: Client, entry: str, incident) -> int:
    method, path = entry.split(" ", 1)
    values = FILLING | {"pk": str(incident.pk)}
    path = re.sub(r"<(\w+)>", lambda found: values[found[1]], path)
    call = getattr(client, method.lower())
    response = call(path) if method == "GET" else call(path, data={}, content_type="application/json")
    if response.status_code == 302 and "/sign-in/" in response["Location"]:
        return 401
    return response.status_code


@pytest.fixture
def incident(roles, catalogue, ground):
    return open_incident(Draft(category("J0510"), 3, "analytics", "施工噪声", *CENTRE))


def person(code, incident) -> User:
    """Somebody who holds this role where the incident is."""
    user = User.objects.create(username=f"u-{code}")
    grant(user, code, area=incident.community_id or "", department="ENF")
    return user


def test_every_door_stays_shut_for_nobody_in_particular(incident, settings):
    settings.AXES_ENABLED = False
    wrong = []
    nobody = Client(raise_request_exception=False)
    for entry, rule in TABLE.items():
        status = answer(nobody, entry, incident)
        open_door = rule == PUBLIC
        broken = status >= 500 and entry != "GET /readyz"  # it says itself that nothing runs behind it here
        # Without an official account the door of WeChat leads to the phone.
        shut_out = open_door and status == 401 and "token" not in entry and "/m/wechat/" not in entry
        if broken or shut_out or (not open_door and status not in (401, 403)):
            wrong.append(f"{entry}: nobody gets {status} ({rule})")
    assert wrong == [], "\n" + "\n".join(wrong)


# In parts, so that several processes can knock at once.
@pytest.mark.parametrize("part", range(PARTS))
def test_every_door_opens_for_those_who_may_and_for_no_others(incident, settings, part):
    settings.AXES_ENABLED = False
    wrong = []
    for code, *_ in ROLES[part::PARTS]:
        user = person(code, incident)
        held = set(Role.objects.get(code=code).permissions)
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
        for entry, rule in TABLE.items():
            if rule in (SIGNED_SOURCE, PUBLIC, TOKEN) or "sign-out" in entry:
                continue  # what is open to nobody in particular was tried above
            status = answer(client, entry, incident)
            if rule == RESIDENT:
                if status != 401:
                    wrong.append(f"{entry}: {code} gets {status} without being a resident")
                continue
            needed = set() if rule == SIGNED_IN else set(rule.split("|"))
            may = not needed or bool(needed & held)
            if status >= 500 or (may and status == 401) or (not may and status not in (403, 404)):
                wrong.append(f"{entry}: {code} gets {status} ({'may' if may else 'may not'}, {rule})")
    assert wrong == [], "\n" + "\n".join(wrong)


def test_a_community_sees_its_own_incidents_and_not_its_neighbours(incident):
    leader = person("grid_leader", incident)
    other = open_incident(Draft(category("J0510"), 3, "analytics", "邻村噪声", 120.2260, 30.0850))
    assert other.community_id != incident.community_id
    client = Client()
    client.force_login(leader, backend="shushanwei.people.backends.RoleBackend")
    assert client.get(f"/api/v1/incidents/{incident.pk}/").status_code == 200
    assert client.get(f"/api/v1/incidents/{other.pk}/").status_code == 404
    assert [row["id"] for row in client.get("/api/v1/incidents/").json()["results"]] == [incident.pk]


def test_three_administrators_see_no_business_data(incident):
    for code in ("sys_admin", "sec_admin", "audit_admin"):
        client = Client()
        client.force_login(person(code, incident), backend="shushanwei.people.backends.RoleBackend")
        assert client.get(f"/api/v1/incidents/{incident.pk}/").status_code == 404
        assert client.get("/api/v1/incidents/").json()["results"] == []
