"""A street with one site and the brigade that checks it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from shushanwei.common.clock import db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from worksites.models import Site

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[120.2360, 30.1230], [120.2378, 30.1230], [120.2378, 30.1244], [120.2360, 30.1244],
                     [120.2360, 30.1230]]],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_positions_left(request):
    """The partitioned table is not Django's own: tests that commit would leave their positions to the next."""
    mark = request.node.get_closest_marker("django_db")
    commits = mark is not None and mark.kwargs.get("transaction")
    if commits:
        request.getfixturevalue("transactional_db")
    yield
    if commits:
        with connection.cursor() as cursor:
            cursor.execute("truncate worksites_truckfix")


def make_site(code="WS-001", **values) -> Site:
    """A site under construction, white for a hundred days."""
    since = db_now() - timedelta(days=100)
    known = {
        "name": f"{code}工地", "boundary": SQUARE, "lon": 120.2369, "lat": 30.1237, "phase": "EW", "colour": "white",
        "colour_since": since, "rule_colour": "white", "rule_since": since, "watched_since": since,
        "plate_code": uuid4().hex[:12],
    }  # fmt: skip
    return Site.objects.create(code=code, **(known | values))


def make_person(name: str, role: str, **scope) -> User:
    user = User.objects.create(username=name, display_name=name)
    grant(user, role, **scope)
    return user


@pytest.fixture
def site(db) -> Site:
    return make_site()


@pytest.fixture
def brigade(roles) -> list[User]:
    return [make_person(f"officer-{n}", "enforcement_officer", department="ENF") for n in range(1, 5)]


@pytest.fixture
def two(roles) -> tuple[User, User]:
    """Two officers who inspect together."""
    one, other = (make_person(name, "enforcement_officer", department="ENF") for name in ("officer-a", "officer-b"))
    return one, other
