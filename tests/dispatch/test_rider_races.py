"""Many riders and seats at once on a real database: as many come as are wanted, everything exactly once."""

from uuid import uuid4

import pytest

from dispatch import services
from dispatch.models import DelayNote, HelpCall, HelpPart, RiderReport
from incidents.models import Attachment, Incident
from shushanwei.common.errors import Conflict
from tests.dispatch.conftest import picture, verbs
from tests.dispatch.riders import ask, make_rider, part_of, tap
from tests.dispatch.test_delay_notes import a_note
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_riders_want_the_last_two_places(opened, seat, person):
    riders = [make_rider(person, f"R{n}", north_m=100 + n) for n in range(10)]
    incident = opened()
    call = ask(incident, seat, wanted=2)
    parts = [part_of(rider).pk for rider in riders]

    results = all_at_once(
        *[lambda r=r, p=p: services.accept_help(r.user, p) for r, p in zip(riders, parts, strict=True)]
    )

    came = [r for r in results if isinstance(r, HelpPart)]
    assert len(came) == 2, results
    assert {type(r) for r in results if r not in came} == {Conflict}
    call.refresh_from_db()
    assert (call.taken, call.status) == (2, "filled")
    assert verbs(incident).count("incident.rider_accepted") == 2


def test_one_rider_answers_two_requests_at_once(opened, seat, person):
    one = make_rider(person, "R1")
    calls = [ask(opened(title=f"第{n}处", lat=30.1236 + n / 1000), seat) for n in range(2)]
    parts = [part_of(one, call).pk for call in calls]

    results = all_at_once(*[lambda p=p: services.accept_help(one.user, p) for p in parts])

    assert sorted(type(r).__name__ for r in results) == ["Conflict", "HelpPart"]


def test_two_seats_ask_at_once(opened, seat, person):
    make_rider(person, "R1")
    incident = opened()
    values = {"text": "帮忙", "actor": seat}

    results = all_at_once(*[lambda: services.ask_riders(incident.pk, uuid=uuid4(), **values) for _each in range(4)])

    assert sorted(new for _call, new in results) == [False, False, False, True]
    assert HelpCall.objects.count() == HelpPart.objects.count() == 1


def test_the_same_tap_four_times_at_once_is_one_report(street, person):
    one = make_rider(person, "R1")
    same = {"uuid": uuid4(), "photo_uuid": uuid4(), "photo": picture()}

    results = all_at_once(*[lambda: tap(one, **same) for _each in range(4)])

    assert sorted(new for _report, new in results) == [False, False, False, True]
    assert RiderReport.objects.count() == Incident.objects.count() == Attachment.objects.count() == 1
    assert Incident.objects.get().alert_count == 1


def test_two_seats_issue_at_once_and_each_note_has_its_number(street, seat, person):
    riders = [make_rider(person, f"R{n}") for n in range(4)]
    uuid = uuid4()

    results = all_at_once(
        *[lambda r=r: a_note(r, seat) for r in riders], *[lambda: a_note(riders[0], seat, uuid=uuid)] * 2
    )

    assert len({note.number for note, _new in results}) == 5
    assert DelayNote.objects.count() == 5
