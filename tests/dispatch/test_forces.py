"""Calling forces: several at once, in turn when one refuses or stays silent, each with its own fifteen minutes."""

import io
import uuid
from datetime import timedelta

import pytest
from PIL import Image

from dispatch import services
from dispatch.models import Assignment, ForceRule, Reinforcement
from incidents.lifecycle import Status
from incidents.models import Alarm, Deadline, Department, Incident
from shushanwei.common.clock import db_now
from tests.dispatch.conftest import CENTRE, north, orders, verbs
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
Call = Reinforcement.Status


@pytest.fixture
def handled(opened, unit, seat):
    """An incident at level Ⅲ whose main unit is on scene."""

    def make(**values) -> Incident:
        main = unit("南片一班", north_m=50)
        incident = opened(**values)
        order = services.order_unit(incident.pk, main.pk, actor=seat, reason="最近")
        services.accept(order.pk, actor=main.crew)
        incident.refresh_from_db()
        return incident

    return make


def calls(incident):
    rows = Reinforcement.objects.filter(incident=incident).order_by("id")
    return [(call.force, call.status) for call in rows]


def promises(incident):
    found = Deadline.objects.filter(incident=incident, code="S15", void_at__isnull=True).order_by("id")
    return {deadline.part: deadline for deadline in found}


def two_minutes_later(incident):
    Reinforcement.objects.filter(incident=incident, status="requested").update(answer_by=db_now())
    services.assign_waiting()


def photo():
    raw = io.BytesIO()
    Image.new("RGB", (60, 40), "olive").save(raw, "JPEG")
    return services.Photo.at(lon=CENTRE[0], lat=CENTRE[1], raw=raw.getvalue(), uuid=uuid.uuid4(), name="a.jpg")


def test_several_forces_are_called_in_one_moment_each_with_its_own_promise(handled, unit, seat, client):
    incident = handled()
    unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    client.force_login(seat)
    address = f"/api/v1/incidents/{incident.pk}/reinforcement/"
    body = {"forces": ["police", "enforcement"], "reason": "多人聚集"}

    answer = client.post(address, body, content_type="application/json")
    again = client.post(address, body, content_type="application/json")

    assert answer.status_code == 201
    assert [call["unit"] for call in answer.json()["results"]] == ["派出所一车", "执法一队"]
    assert again.json() == answer.json() or calls(incident) == [("police", "requested"), ("enforcement", "requested")]
    assert set(promises(incident)) == {"police", "enforcement"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "force"),
        ({"force": "police", "forces": ["fire"]}, "force"),
        ({"forces": []}, "forces"),
        ({"forces": ["army"]}, "forces"),
        ({"force": "department"}, "department"),
        ({"force": "department", "department": 999_999}, "department"),
    ],
)
def test_a_call_that_cannot_be_understood_asks_nobody(handled, seat, client, body, field):
    incident = handled()
    client.force_login(seat)

    answer = client.post(f"/api/v1/incidents/{incident.pk}/reinforcement/", body, content_type="application/json")

    assert 400 <= answer.status_code < 500
    assert field in str(answer.json())
    assert calls(incident) == []


def test_volunteers_are_never_called_to_a_dangerous_incident(handled, unit, seat, client):
    incident = handled(level=2)
    unit("骑手志愿队", kind="volunteer")
    client.force_login(seat)

    answer = client.post(
        f"/api/v1/incidents/{incident.pk}/reinforcement/",
        {"forces": ["police", "volunteer"]},
        content_type="application/json",
    )

    assert answer.status_code == 422
    assert calls(incident) == []


def test_when_the_only_car_refuses_the_next_force_is_called_in_the_same_moment(handled, unit, seat):
    incident = handled()
    car, brigade = unit("派出所一车", kind="police"), unit("执法一队", kind="enforcement")
    call = services.request_reinforcement(incident.pk, "police", actor=seat, reason="有人闹事")

    services.decline(call.assignment_id, actor=car.crew, reason="正在处置另一警情")

    assert calls(incident) == [("police", "refused"), ("enforcement", "requested")]
    assert orders(incident)[-1][0] == brigade.name
    refused, following = Reinforcement.objects.filter(incident=incident).order_by("id")
    assert (following.follows, following.reason) == (refused, "有人闹事")
    assert refused.refusal == "正在处置另一警情"
    assert "incident.reinforcement_refused" in verbs(incident)


def test_a_second_car_of_the_same_force_comes_before_another_force(handled, unit, seat):
    incident = handled()
    near, far = unit("派出所一车", kind="police"), unit("派出所二车", kind="police", north_m=2_000)
    unit("执法一队", kind="enforcement")
    call = services.request_reinforcement(incident.pk, "police", actor=seat)
    assert call.assignment.unit == near

    services.decline(call.assignment_id, actor=near.crew, reason="轮胎漏气")

    assert calls(incident) == [("police", "requested")]
    assert orders(incident)[-1][0] == far.name


def test_after_two_minutes_of_silence_the_next_force_is_called_once(handled, unit, seat):
    incident = handled()
    unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    services.request_reinforcement(incident.pk, "police", actor=seat)
    services.assign_waiting()
    assert calls(incident) == [("police", "requested")]

    two_minutes_later(incident)
    Reinforcement.objects.filter(force="enforcement").update(answer_by=db_now() + timedelta(seconds=60))
    all_at_once(services.assign_waiting, services.assign_waiting, services.assign_waiting)

    assert calls(incident) == [("police", "unanswered"), ("enforcement", "requested")]
    assert "incident.reinforcement_unanswered" in verbs(incident)
    assert not Assignment.objects.filter(unit__kind="police", ended_at__isnull=True).exists()


def test_the_fifteen_minutes_do_not_begin_again_with_the_next_force(handled, unit, seat):
    incident = handled()
    unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    services.request_reinforcement(incident.pk, "police", actor=seat)
    first = promises(incident)["police"]

    two_minutes_later(incident)

    (part, deadline), *more = promises(incident).items()
    assert (part, more) == ("enforcement", [])
    assert (deadline.started_at, deadline.due_at) == (first.started_at, first.due_at)
    incident.refresh_from_db()
    assert incident.next_due_at is not None and incident.next_due_at <= first.due_at


def test_a_promise_that_was_missed_stays_the_first_forces_miss(handled, unit, seat):
    incident = handled()
    unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    services.request_reinforcement(incident.pk, "police", actor=seat)
    due = promises(incident)["police"].due_at
    Deadline.objects.filter(incident=incident, code="S15").update(missed_at=due)

    two_minutes_later(incident)

    assert promises(incident)["police"].missed_at == due
    assert promises(incident)["enforcement"].started_at > promises(incident)["police"].started_at


def test_with_nobody_left_to_call_the_call_stays_and_the_shift_leader_is_told(handled, unit, seat):
    ForceRule.objects.filter(force="police").update(next_forces=[])
    incident = handled()
    unit("派出所一车", kind="police")
    services.request_reinforcement(incident.pk, "police", actor=seat)

    two_minutes_later(incident)
    services.assign_waiting()

    assert calls(incident) == [("police", "requested")]
    (alarm,) = Alarm.objects.filter(incident=incident, kind=Alarm.Kind.HELP_UNANSWERED)
    assert alarm.for_role == "shift_lead"


def test_an_accepted_call_is_not_passed_over(handled, unit, seat):
    incident = handled()
    car = unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    call = services.request_reinforcement(incident.pk, "police", actor=seat)
    services.accept(call.assignment_id, actor=car.crew)
    Reinforcement.objects.filter(pk=call.pk).update(answer_by=db_now() - timedelta(seconds=1))

    services.assign_waiting()

    assert calls(incident) == [("police", "accepted")]


def test_acceptance_and_the_end_of_the_two_minutes_in_one_moment_give_one_outcome(handled, unit, seat):
    incident = handled()
    car = unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    call = services.request_reinforcement(incident.pk, "police", actor=seat)
    Reinforcement.objects.filter(pk=call.pk).update(answer_by=db_now())

    all_at_once(
        lambda: services.accept(call.assignment_id, actor=car.crew), services.assign_waiting, services.assign_waiting
    )

    assert calls(incident) in (
        [("police", "accepted")],
        [("police", "unanswered"), ("enforcement", "requested")],
    )


def test_when_the_scene_is_closed_nobody_is_called_any_more(handled, unit, seat):
    incident = handled()
    unit("派出所一车", kind="police")
    services.request_reinforcement(incident.pk, "police", actor=seat)
    Incident.objects.filter(pk=incident.pk).update(status=Status.PENDING_CHECK)

    two_minutes_later(incident)

    assert [force for force, _status in calls(incident)] == ["police"]


def test_a_unit_that_moves_has_set_off(handled, unit, seat):
    incident = handled()
    car = unit("派出所一车", kind="police", north_m=3_000)
    call = services.request_reinforcement(incident.pk, "police", actor=seat)
    services.accept(call.assignment_id, actor=car.crew)

    fix = services.RawFix(CENTRE[0], north(2_990), 8, db_now(), speed_kmh=31)
    services.take_positions(car.crew, [fix])

    call.assignment.refresh_from_db()
    assert call.assignment.departed_at is not None
    assert verbs(incident).count("incident.unit_departed") == 1
    services.depart(call.assignment_id, actor=car.crew)
    assert verbs(incident).count("incident.unit_departed") == 1


def test_when_the_police_desk_refuses_the_next_force_is_called_with_the_reason_kept(handled, unit, seat, person):
    incident = handled()
    unit("派出所一车", kind="police")
    unit("执法一队", kind="enforcement")
    call = services.request_reinforcement(incident.pk, "police", actor=seat, reason="多人聚集")

    services.refuse_call(call.pk, "警力均在处置上级警情", actor=person("police_liaison"))
    services.assign_waiting()

    assert calls(incident) == [("police", "refused"), ("enforcement", "requested")]
    refused, following = Reinforcement.objects.filter(incident=incident).order_by("id")
    assert (refused.refusal, following.reason) == ("警力均在处置上级警情", "多人聚集")


@pytest.fixture
def department(handled, person, seat):
    """A case with its squad on scene, and a department called for help: (incident, call, somebody of it)."""
    incident = handled()
    asked = Department.objects.exclude(pk=incident.department_id).first()
    someone = person("dept_handler", "handler", department=asked.code)
    call = services.request_reinforcement(incident.pk, "department", actor=seat, department_id=asked.pk)
    return incident, call, someone


def test_a_department_is_called_for_help_and_the_case_stays_with_the_squad(department):
    incident, call, someone = department
    before = Incident.objects.get(pk=incident.pk)

    services.accept_case(call.assignment_id, actor=someone)
    services.arrive_to_help(call.assignment_id, actor=someone, photo=photo())
    services.handle(call.assignment_id, actor=someone, done="已封闭燃气阀门", photo=photo())

    incident.refresh_from_db()
    assert (incident.status, incident.department_id) == (before.status, before.department_id)
    assert incident.reinforcement_arrived_at is not None
    assert promises(incident)["department"].met_at is not None
    assert calls(incident) == [("department", "arrived")]
    assert Assignment.objects.get(pk=call.assignment_id).status == "finished"


def test_a_department_that_refuses_is_followed_by_the_brigade(department, unit):
    incident, call, someone = department
    unit("执法一队", kind="enforcement")

    services.send_back(call.assignment_id, actor=someone, reason="not_our_duty", note="不属本部门职责")

    assert calls(incident) == [("department", "refused"), ("enforcement", "requested")]
    incident.refresh_from_db()
    assert (incident.status, incident.return_count) == (Status.HANDLING, 0)
