"""Certificates of delay: numbered, for what was really done, and checked by the platform with a short code."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from dispatch import services
from dispatch.models import DelayNote
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.dispatch.conftest import client_of
from tests.dispatch.riders import ask, make_rider, part_of, tap

pytestmark = pytest.mark.django_db


def a_note(rider, seat, **values):
    now = db_now()
    values = {
        "uuid": uuid4(), "begun_at": now - timedelta(minutes=30), "ended_at": now - timedelta(minutes=5),
        "place": "学士路地铁口", "did": "陪护走失老人至民警到场",
    } | values  # fmt: skip
    return services.issue_note(rider.pk, actor=seat, **values)


@pytest.fixture
def rider(person):
    return make_rider(person, "A1")


def test_a_note_has_the_number_of_its_day_and_the_rider_sees_it(rider, seat):
    (first, _), (second, _) = a_note(rider, seat), a_note(rider, seat)
    assert (first.number[-3:], second.number[-3:]) == ("001", "002")
    assert first.number.startswith("SSYW") and len(first.number) == 15
    shown = client_of(rider.user).get("/api/v1/rider/").json()["notes"]
    assert [note["number"] for note in shown] == [second.number, first.number]


def test_pressed_twice_it_is_issued_once(rider, seat):
    uuid = uuid4()
    (first, new), (second, again) = a_note(rider, seat, uuid=uuid), a_note(rider, seat, uuid=uuid)
    assert (first, new, again) == (second, True, False)


def test_help_and_report_have_one_note_each(rider, seat, opened):
    ask(opened(), seat)
    part = part_of(rider)
    with pytest.raises(BadInput):  # he has not come
        a_note(rider, seat, part_id=part.pk)
    services.accept_help(rider.user, part.pk)
    note, _ = a_note(rider, seat, part_id=part.pk)
    with pytest.raises(Conflict):
        a_note(rider, seat, part_id=part.pk)
    services.void_note(note.pk, "时间填错", actor=seat)
    assert a_note(rider, seat, part_id=part.pk)[1]
    report, _ = tap(rider)
    a_note(rider, seat, report_id=report.pk)
    with pytest.raises(Conflict):
        a_note(rider, seat, report_id=report.pk)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ended_at": timedelta(hours=1)}, "ended_at"),
        ({"begun_at": timedelta(minutes=-1)}, "ended_at"),
        ({"begun_at": timedelta(hours=-13)}, "ended_at"),
        ({"place": " "}, "place"),
        ({"did": "x" * 301}, "did"),
        ({"report_id": 99}, "report"),
    ],
)
def test_what_cannot_be_certified_is_refused_by_field(rider, seat, values, field):
    now = db_now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in values.items()}
    with pytest.raises(BadInput) as refused:
        a_note(rider, seat, **values)
    assert refused.value.field == field
    assert not DelayNote.objects.exists()


def test_the_platform_reads_number_times_and_nickname_and_nothing_else(rider, seat):
    note, _ = a_note(rider, seat)
    page = Client().get(f"/delay-note/{note.code.lower()}/").content.decode()
    assert note.number in page and rider.nickname in page
    for hidden in (note.place, note.did, str(rider.user), rider.vest_no, rider.phone_masked, str(seat)):
        assert hidden not in page, hidden
    services.void_note(note.pk, "填错", actor=seat)
    assert "tag-missed" in Client().get(f"/delay-note/{note.code}/").content.decode()
    assert Client().get("/delay-note/AAAAAAAA/").status_code == 404


def test_who_guesses_codes_is_stopped(street):
    client = Client()
    answers = [client.get(f"/delay-note/AAAAAA{n:02d}/").status_code for n in range(40)]
    assert answers[0] == 404 and answers[-1] == 429
    assert "Retry-After" in client.get("/delay-note/AAAAAAAA/").headers


def test_the_printed_note_is_for_its_rider_and_the_centre(rider, seat, person):
    note, _ = a_note(rider, seat)

    def look(user):
        client = Client()
        client.force_login(user, backend="shushanwei.people.backends.RoleBackend")
        return client.get(f"/delay-note/{note.pk}/print/")

    page = look(rider.user).content.decode()
    assert all(said in page for said in (note.number, note.place, note.did, note.code, "<svg"))
    assert look(seat).status_code == 200
    assert look(make_rider(person, "A2").user).status_code == 404
    assert look(person("evaluator")).status_code in (403, 404)
