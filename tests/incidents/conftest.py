"""People and incidents that the tests of this room begin with."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image

from incidents.models import CaseCategory, Deadline, FilingStandard
from incidents.services import Draft, add_attachment, open_incident
from shushanwei.common.clock import db_now
from shushanwei.journal.models import Entry
from shushanwei.people.models import User
from shushanwei.people.services import grant

CENTRE = (120.236927, 30.123588)


@pytest.fixture
def street(roles, catalogue, ground):
    """The whole reference data: roles, catalogue, ground."""


@pytest.fixture
def person(street):
    """Make a person with a role: `person("seat_operator")`."""

    def make(role: str, name: str = "", **bounds) -> User:
        user = User.objects.create_user(name or f"{role}-{User.objects.count()}", password="Shushan-30515")
        user.display_name = name or role
        user.save()
        grant(user, role, **bounds)
        return user

    return make


@pytest.fixture
def seat(person):
    return person("seat_operator", "seat")


def category(code: str) -> CaseCategory:
    return CaseCategory.objects.select_related("department").get(scheme="JCZZ", code=code)


@pytest.fixture
def draft(street):
    """What a signal says; anything may be overridden."""

    def make(code="J0510", level=3, **values) -> Draft:
        return Draft(
            category=category(code),
            level=level,
            source_kind=values.pop("source_kind", "analytics"),
            title=values.pop("title", "夜间施工噪声"),
            lon=values.pop("lon", CENTRE[0]),
            lat=values.pop("lat", CENTRE[1]),
            **values,
        )

    return make


@pytest.fixture
def opened(draft):
    """Open an incident, by default level Ⅲ."""

    def make(*args, **values):
        return open_incident(draft(*args, **values))

    return make


@pytest.fixture
def standard(street):
    return FilingStandard.objects.filter(category__code="E0301", category__scheme="SZCG").first()


def jpeg(colour="red", size=(64, 48), gps=False) -> bytes:
    buffer = io.BytesIO()
    picture = Image.new("RGB", size, colour)
    exif = Image.Exif()
    if gps:
        exif[306] = "2026:11:23 08:30:00"
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 7.0, 24.9), 3: "E", 4: (120.0, 14.0, 12.9)})
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def photo(db):
    """Put a photo with the case."""
    return lambda case, kind="before": add_attachment(case.pk, jpeg(), kind=kind, uuid=uuid4(), actor=None)


def verbs(incident) -> list[str]:
    return list(
        Entry.objects.filter(subject_type="incident", subject_id=incident.pk)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def clock(incident, code: str) -> Deadline:
    return Deadline.objects.get(incident=incident, code=code, void_at__isnull=True, generation=incident.generation)


def make_due(deadline: Deadline, seconds_ago: float = 1) -> None:
    """Let a promise have fallen due: its whole span is moved into the past."""
    shift = deadline.due_at - (db_now() - timedelta(seconds=seconds_ago))
    Deadline.objects.filter(pk=deadline.pk).update(
        started_at=deadline.started_at - shift, due_at=deadline.due_at - shift, work_at=deadline.due_at - shift
    )
