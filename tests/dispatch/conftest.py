"""Units, their people and incidents that the dispatch tests begin with."""

import io
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from PIL import Image
from rest_framework.test import APIClient

from dispatch.models import Assignment, Unit, UnitMember, UnitPosition
from incidents.lifecycle import Status
from incidents.models import CaseCategory, Department
from incidents.services import Draft, move, open_incident
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from shushanwei.people.services import grant

CENTRE = (120.236927, 30.123588)
DEGREE_M = 111_195  # metres of one degree of latitude


@pytest.fixture
def street(roles, catalogue):
    """Roles, catalogue and dispatch rules; these tests need no polygons."""
    call_command("load_dispatch", verbosity=0)


@pytest.fixture
def person(street):
    """Make a person with a role: `person("seat_operator")`."""

    def make(role: str, name: str = "", **bounds) -> User:
        user = User.objects.create(username=name or f"{role}-{User.objects.count()}", display_name=name or role)
        grant(user, role, **bounds)
        return user

    return make


@pytest.fixture
def seat(person):
    return person("seat_operator", "seat")


@pytest.fixture
def unit(person):
    """Make a unit on duty, `north_m` metres north of the centre, with one member `unit.crew`."""

    def make(name="南片二班", north_m=500, kind="squad", age_s=5, on_duty=True, skills=(), accuracy_m=10) -> Unit:
        now = db_now()
        made = Unit.objects.create(
            code=f"U{Unit.objects.count() + 1:03d}",
            name=name,
            kind=kind,
            skills=list(skills),
            on_duty_since=now if on_duty else None,
            seen_at=now,
        )
        made.crew = person("responder", f"{name}-1")
        UnitMember.objects.create(unit=made, user=made.crew, is_leader=True)
        if age_s is not None:
            at = now - timedelta(seconds=age_s)
            UnitPosition.objects.create(
                unit=made, lon=CENTRE[0], lat=north(north_m), accuracy_m=accuracy_m, fix_at=at, received_at=at
            )
        return made

    return make


@pytest.fixture
def opened(street):
    """Open an incident at the centre, by default level Ⅲ and a noise quarrel; it awaits dispatch."""

    def make(level=3, code="J0429", title="夜间施工噪声", **values):
        category = CaseCategory.objects.select_related("department").get(scheme="JCZZ", code=code)
        lon, lat = values.pop("lon", CENTRE[0]), values.pop("lat", CENTRE[1])
        draft = Draft(category, level, "analytics", title, lon, lat, **values)
        return open_incident(draft)

    return make


@pytest.fixture
def case(opened):
    """A case file of level Ⅳ that awaits dispatch."""
    incident = opened(level=4)
    return move(incident.pk, Status.PENDING_DISPATCH)


@pytest.fixture
def brigade(street):
    return Department.objects.get(code="ENF")


def north(metres: float) -> float:
    """The latitude so many metres north of the centre."""
    return CENTRE[1] + metres / DEGREE_M


def client_of(user: User) -> APIClient:
    """The API as this person reaches it."""
    client = APIClient()
    client.force_authenticate(user)
    return client


def picture() -> bytes:
    """A small JPEG; each one differs."""
    buffer = io.BytesIO()
    tint = uuid.uuid4().bytes
    Image.new("RGB", (64, 48), (tint[0], tint[1], tint[2])).save(buffer, "JPEG")
    return buffer.getvalue()


def orders(incident) -> list[tuple[str, str, str]]:
    """(who, part, status) of each order, the oldest first."""
    return [
        (str(o.unit or o.department), o.part, o.status)
        for o in Assignment.objects.filter(incident=incident).select_related("unit", "department").order_by("id")
    ]


def verbs(incident) -> list[str]:
    return list(
        Entry.objects.filter(subject_type="incident", subject_id=incident.pk)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def fresh(row):
    """The row as the database has it now."""
    return type(row).objects.get(pk=row.pk)
