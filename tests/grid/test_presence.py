"""Coming on duty, holding a seat, handing the shift over."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from grid import selectors_shifts as shifts
from grid.models import DutyLog, DutyShift, Handover, SignOn
from grid.services import handover, presence, roster
from shushanwei.common.clock import STREET, db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed
from shushanwei.people.models import User
from tests.grid.test_roster import templates  # noqa: F401 - the same three shifts


@pytest.fixture
def now_running(templates):  # noqa: F811
    roster.lay_out_shifts(db_now().astimezone(STREET).date() - timedelta(days=1), 3)
    return shifts.shift_at()


@pytest.fixture
def on(now_running):
    """Plan a person into the running shift."""

    def make(name, post="seat", shift=None):
        user = User.objects.create_user(name)
        roster.plan(user, post, shift=shift or now_running, actor=None)
        return user

    return make


def end_soon(shift: DutyShift) -> None:
    """The shift is in its last hour."""
    lower = shift.period.lower
    DutyShift.objects.filter(period__startswith__gt=lower).delete()
    shift.period = type(shift.period)(lower - timedelta(hours=0), db_now() + timedelta(minutes=20))
    shift.save()


def test_who_is_not_on_the_roster_does_not_come_on_duty(now_running):
    stranger = User.objects.create_user("stranger")
    with pytest.raises(NotAllowed):
        presence.sign_on(stranger, seat=1)


def test_a_seat_is_held_by_one_person_and_says_by_whom(on):
    anna, bo = on("anna"), on("bo")
    presence.sign_on(anna, seat=1)
    presence.sign_on(anna, seat=1)
    with pytest.raises(Conflict, match="anna"):
        presence.sign_on(bo, seat=1)
    presence.sign_on(bo, seat=2)
    presence.sign_off(anna)
    assert presence.sign_on(bo, seat=1).seat == 1
    assert {seat: held.user.username for seat, held in shifts.seats().items()} == {1: "bo"}
    with pytest.raises(BadInput) as error:
        presence.sign_on(bo, seat=99)
    assert error.value.field == "seat"


def test_silent_for_a_minute_is_off_line(on):
    anna = on("anna")
    presence.sign_on(anna, seat=1)
    assert shifts.missing_seats()[1:] == (2, 1)
    SignOn.objects.update(heard_at=db_now() - timedelta(seconds=61))
    assert list(shifts.present("seat")) == []
    assert presence.hear(anna)
    assert [line.user for line in shifts.present("seat")] == [anna]
    assert not presence.hear(User.objects.create_user("nobody"))


def test_a_shift_leader_goes_when_the_note_is_signed(on, now_running):
    lead, successor = on("lead", "shift_lead"), User.objects.create_user("successor")
    presence.sign_on(lead)
    with pytest.raises(Conflict):
        presence.sign_off(lead)
    handover.write_note(
        now_running.pk, actor=lead, instructions="关注蜀山路积水", equipment=[{"name": "3号摄像机", "state": "离线"}],
        counted=[{"name": "对讲机", "count": 6}],
    )  # fmt: skip
    end_soon(now_running)
    handover.sign_note(now_running.pk, actor=lead, open_incidents=[{"id": 1, "case_no": "C1"}], due_soon=[])
    assert presence.sign_off(lead).off_at
    assert shifts.unconfirmed_among([now_running]) == [now_running]
    with pytest.raises(Conflict):
        handover.confirm_note(now_running.pk, actor=lead)
    with pytest.raises(Conflict, match="shift leader|值班长"):
        handover.confirm_note(now_running.pk, actor=successor)
    later = (now_running.period.upper, now_running.period.upper + timedelta(hours=8))
    roster.plan(successor, "shift_lead", period=later, actor=None)
    handover.confirm_note(now_running.pk, actor=successor, remark="已清点")
    handover.confirm_note(now_running.pk, actor=successor)
    with pytest.raises(Conflict, match="successor"):
        handover.confirm_note(now_running.pk, actor=User.objects.create_user("third"))
    assert shifts.unconfirmed_among([now_running]) == []


def test_a_signed_note_is_not_rewritten(on, now_running):
    lead = on("lead", "shift_lead")
    handover.write_note(now_running.pk, actor=lead, watch="独居老人一户")
    end_soon(now_running)
    handover.sign_note(now_running.pk, actor=lead, open_incidents=[], due_soon=[])
    with pytest.raises(Conflict):
        handover.write_note(now_running.pk, actor=lead, watch="")
    assert Handover.objects.get().watch == "独居老人一户"


@pytest.mark.parametrize(
    ("field", "value"),
    [("watch", 3), ("watch", "x" * 4_001), ("equipment", "all"), ("equipment", [{"state": "off"}]), ("weather", "x")],
)
def test_a_bad_field_of_the_note_is_named(on, now_running, field, value):
    with pytest.raises(BadInput) as error:
        handover.write_note(now_running.pk, actor=on("lead"), **{field: value})
    assert error.value.field == field


def test_a_call_is_logged_once_however_often_it_is_sent(on):
    seat, uuid = on("anna"), uuid4()
    call = {"kind": "call", "caller": "指挥中心", "called": "蜀山派出所", "content": "请求增援", "case_no": "C1"}
    first = handover.log_call(actor=seat, client_uuid=uuid, **call)
    assert handover.log_call(actor=seat, client_uuid=uuid, **call).pk == first.pk
    with pytest.raises(Conflict):
        handover.log_call(actor=seat, client_uuid=uuid, **call | {"content": "别的"})
    with pytest.raises(BadInput) as error:
        handover.log_call(actor=seat, client_uuid=uuid4(), **call | {"called": " "})
    assert error.value.field == "called"
    assert DutyLog.objects.get().shift == shifts.shift_at()


@pytest.mark.django_db(transaction=True)
def test_eight_people_press_the_same_seat_at_once(on):
    people = [on(f"p{n}") for n in range(8)]
    won, barrier = [], threading.Barrier(8)

    def sit(user):
        barrier.wait()
        try:
            won.append(presence.sign_on(user, seat=3).user_id)
        except Conflict:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=sit, args=[user]) for user in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(won) == 1
    assert SignOn.objects.get(seat=3).user_id == won[0]
