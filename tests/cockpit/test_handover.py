"""The hand-over page and the empty seat: what the next shift must know, and who is told that nobody sits there."""

from datetime import timedelta

import pytest

from grid import selectors_shifts as shifts
from grid.models import DutyShift, Handover, RosterLine, SignOn
from grid.services import presence, roster
from grid.services.templates import load_templates
from incidents.models import Alarm
from incidents.services.seats import watch_seats
from shushanwei.common.clock import STREET, db_now
from shushanwei.people.models import User
from shushanwei.people.services import grant
from tests.incidents.conftest import category
from tests.incidents.conftest import draft as draft
from tests.incidents.conftest import opened as opened
from tests.incidents.conftest import street as street


@pytest.fixture
def shift(street):
    """The running shift, in its last hour."""
    load_templates()
    roster.lay_out_shifts(db_now().astimezone(STREET).date() - timedelta(days=1), 3)
    running = shifts.shift_at()
    DutyShift.objects.filter(period__startswith__gt=running.period.lower).delete()
    lower = db_now() - timedelta(hours=7)
    DutyShift.objects.filter(period__endswith__gt=lower).exclude(pk=running.pk).delete()
    running.period = type(running.period)(lower, db_now() + timedelta(minutes=30))
    running.save()
    return running


@pytest.fixture
def person(street):
    def make(role, name):
        user = User.objects.create_user(name)
        grant(user, role)
        return user

    return make


def test_the_note_is_written_signed_and_confirmed_by_two_persons(shift, person, client, opened):
    assert category("J0510")
    urgent = opened(level=2, title="沿街店铺冒烟")
    going, coming = person("shift_lead", "going"), person("shift_lead", "coming")
    client.force_login(going)
    assert "沿街店铺冒烟" in client.get("/handover/").content.decode()
    client.post("/handover/", {"watch": "蜀山路积水", "equipment": "3号球机：离线", "counted": "对讲机：6"})
    client.post("/handover/sign/")
    note = Handover.objects.get(shift=shift)
    assert note.equipment == [{"name": "3号球机", "state": "离线"}]
    assert [case["case_no"] for case in note.open_incidents] == [urgent.case_no]
    client.post("/handover/confirm/")
    note.refresh_from_db()
    assert note.confirmed_at is None
    client.force_login(coming)
    client.post("/handover/confirm/", {"remark": "已清点"})
    note.refresh_from_db()
    assert (note.confirmed_by, note.remark) == (coming, "已清点")


def test_the_restricted_part_is_for_who_may_read_it(shift, person, client):
    client.force_login(person("shift_lead", "lead"))
    client.post("/handover/", {"restricted": "重点人员一名"})
    assert "重点人员一名" in client.get("/handover/").content.decode()
    client.force_login(person("seat_operator", "seat"))
    assert "重点人员一名" not in client.get("/handover/").content.decode()
    client.post("/handover/", {"watch": "无", "restricted": "改写"})
    assert Handover.objects.get().restricted == "重点人员一名"


def test_too_few_seats_alarm_the_shift_leader_once_and_again_after_ten_minutes(shift, person):
    seats = [person("seat_operator", f"s{n}") for n in (1, 2)]
    for user in seats:
        roster.plan(user, "seat", shift=shift, actor=None)
    presence.sign_on(seats[0])
    assert (watch_seats(), watch_seats()) == (1, 0)
    alarm = Alarm.objects.get(kind="seats_empty")
    assert (alarm.for_role, alarm.data["taken"], alarm.data["least"]) == ("shift_lead", 1, 2)
    Alarm.objects.update(acknowledged_at=db_now())
    assert watch_seats() == 0
    Alarm.objects.update(acknowledged_at=db_now() - timedelta(minutes=11))
    assert watch_seats() == 1
    presence.sign_on(seats[1])
    Alarm.objects.update(acknowledged_at=db_now() - timedelta(minutes=11))
    assert watch_seats() == 0
    assert {sign_on.seat for sign_on in SignOn.objects.all()} == {1, 2}


def test_a_shift_that_has_just_begun_may_sit_down_first(shift):
    shift.period = type(shift.period)(db_now() - timedelta(minutes=4), shift.period.upper)
    shift.save()
    assert watch_seats() == 0


def test_the_roster_page_plans_copies_and_says_what_does_not_fit(shift, person, client):
    lead, seat = person("shift_lead", "lead"), person("seat_operator", "seat")
    client.force_login(lead)
    given = {"shift": shift.pk, "person": seat.pk, "post": "seat", "place": "1"}
    assert client.post("/roster/plan/", given).status_code == 302
    wrong = client.post("/roster/plan/", given | {"post": "dispatcher"})
    assert wrong.status_code == 409 and "seat" in wrong.content.decode()
    assert client.post("/roster/plan/", given | {"person": ""}).status_code == 422
    assert RosterLine.objects.get().place == "1"
    page = client.get("/roster/").content.decode()
    assert 'data-post="seat"' in page and "roster-running" in page
    client.post(f"/roster/lines/{RosterLine.objects.get().pk}/cancel/")
    assert RosterLine.objects.get().state == "cancelled"
    client.force_login(seat)
    assert client.post("/roster/plan/", given).status_code == 403
    assert client.get("/api/v1/duty/").json()["shift"]["id"] == shift.pk


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31", "nonsense"])
def test_a_week_that_no_roster_has_is_this_week(shift, person, client, week):
    client.force_login(person("shift_lead", "lead"))
    assert client.get(f"/roster/?week={week}").status_code == 200


def test_leave_to_the_end_of_time_is_refused_beside_its_field(shift, person, client):
    lead, other = person("shift_lead", "lead"), person("shift_lead", "other")
    client.force_login(lead)
    given = {"first": "2026-12-01", "last": "9999-12-31", "stand_in": other.pk, "reason": "年假"}
    answer = client.post("/roster/leave/", given)
    assert answer.status_code == 422 and answer.context["leave"].errors["last"]


def test_a_seat_is_for_who_may_sit_there(shift, person, client):
    client.force_login(person("shift_lead", "lead"))
    worker = person("grid_worker", "worker")
    answer = client.post("/roster/plan/", {"shift": shift.pk, "person": worker.pk, "post": "seat", "place": "1"})
    assert answer.status_code == 422 and answer.context["plan"].errors["person"]


def test_a_note_belongs_to_the_shift_that_the_page_showed(shift, person, client):
    going, coming = person("shift_lead", "going"), person("shift_lead", "coming")
    client.force_login(going)
    client.post("/handover/", {"shift": shift.pk, "watch": "蜀山路积水"})
    # Four o'clock passes between looking and signing.
    now = db_now()
    ends = shift.period.upper
    shift.period = type(shift.period)(shift.period.lower, now)
    shift.save()
    later = DutyShift.objects.create(
        day=(now + timedelta(days=1)).astimezone(STREET).date(), template=shift.template,
        period=type(shift.period)(now, ends),
    )  # fmt: skip
    client.post("/handover/sign/", {"shift": shift.pk})
    assert Handover.objects.get(shift=shift).signed_by == going
    assert not Handover.objects.filter(shift=later).exists()
    client.force_login(person("seat_operator", "seat"))
    client.post("/handover/confirm/", {"shift": shift.pk})
    assert Handover.objects.get(shift=shift).confirmed_at is None
    client.force_login(coming)
    client.post("/handover/confirm/", {"shift": shift.pk})
    assert Handover.objects.get(shift=shift).confirmed_by == coming
