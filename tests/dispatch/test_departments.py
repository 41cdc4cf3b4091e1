"""A department's part of a case: accepted, sent back, handled with a photo, confirmed, done again."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dispatch import services
from dispatch.models import Assignment
from incidents.lifecycle import Status
from incidents.models import Alarm, CaseReturn, Department, Incident
from incidents.services import decline_reinforcement, finish_check
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.dispatch.conftest import CENTRE, client_of, orders, picture


@pytest.fixture
def desk(person):
    return person("dept_account", "dept-enf", department="ENF")


@pytest.fixture
def given(case, brigade, seat):
    """(case, order) that was just given to the brigade."""
    return case, services.order_department(case.pk, brigade.pk, actor=seat)


def again(incident):
    return Incident.objects.get(pk=incident.pk)


def photo(**values):
    return services.Photo(picture(), uuid.uuid4(), **{"lon": CENTRE[0], "lat": CENTRE[1], **values})


def test_the_way_through_a_department(given, desk):
    case, order = given
    states = [again(case).status]

    services.accept_case(order.pk, actor=desk)
    states.append(again(case).status)
    services.handle(order.pk, actor=desk, done="已清理", photo=photo())
    states.append(again(case).status)
    services.confirm(order.pk, actor=desk)
    states.append(again(case).status)

    assert states == [Status.DISPATCHED, Status.HANDLING, Status.HANDLED, Status.PENDING_CHECK]
    assert again(case).department.code == "ENF"


def test_a_case_is_with_one_department_at_a_time(given, seat):
    case, _order = given

    with pytest.raises(Conflict):
        services.order_department(case.pk, Department.objects.get(code="SAN").pk, actor=seat)


def test_a_return_needs_its_reason_and_goes_to_the_dispatcher(given, desk, seat):
    case, order = given
    with pytest.raises(BadInput):
        services.send_back(order.pk, actor=desk, reason="tired", note="不想去")
    with pytest.raises(BadInput) as refused:
        services.send_back(order.pk, actor=desk, reason="not_our_duty", note=" ")
    assert refused.value.field == "note"

    services.send_back(order.pk, actor=desk, reason="not_our_duty", note="属环卫职责")
    assert again(case).status == Status.RETURNED
    assert CaseReturn.objects.get(incident=case).note == "属环卫职责"

    services.order_department(case.pk, Department.objects.get(code="SAN").pk, actor=seat)
    assert [status for _who, _part, status in orders(case)] == ["returned", "offered"]
    assert again(case).status == Status.DISPATCHED


def test_not_our_duty_takes_the_named_handler_off_first(given, desk, person):
    _case, order = given
    services.accept_case(order.pk, actor=desk, handler=person("dept_handler", "handler-enf", department="ENF"))

    returned = services.send_back(order.pk, actor=desk, reason="not_our_duty", note="属环卫职责")

    assert returned.handler is None


def test_handling_needs_a_photo_with_its_place(given, desk):
    _case, order = given
    services.accept_case(order.pk, actor=desk)

    with pytest.raises(BadInput) as refused:
        services.handle(order.pk, actor=desk, done="已清理", photo=photo(lon=None, lat=None))

    assert refused.value.field == "photo"


def test_rework_goes_back_to_the_same_department(given, desk, seat):
    case, order = given
    services.accept_case(order.pk, actor=desk)
    services.handle(order.pk, actor=desk, done="已清理", photo=photo())
    services.confirm(order.pk, actor=desk)
    finish_check(case.pk, actor=seat, passed=False, note="仍有残留")

    assert services.assign_waiting() == 1
    assert services.assign_waiting() == 0
    second = Assignment.objects.get(ended_at__isnull=True)
    services.accept_case(second.pk, actor=desk)
    services.handle(second.pk, actor=desk, done="再次清理", photo=photo())
    services.confirm(second.pk, actor=desk)

    assert second.department.code == "ENF"
    assert again(case).status == Status.PENDING_CHECK
    assert case.attachments.filter(kind="after").count() == 2


def test_repeated_steps_of_a_department_change_nothing(given, desk):
    case, order = given
    shot = photo()
    for _time in range(2):
        services.accept_case(order.pk, actor=desk)
    for _time in range(2):
        services.handle(order.pk, actor=desk, done="已清理", photo=shot)
    for _time in range(2):
        services.confirm(order.pk, actor=desk)

    assert case.attachments.count() == 1
    assert again(case).status == Status.PENDING_CHECK


def test_another_department_does_not_know_of_it(given, person):
    _case, order = given
    other = client_of(person("dept_account", "dept-san", department="SAN"))

    assert other.get(f"/api/v1/assignments/{order.pk}/").status_code == 404
    assert other.post(f"/api/v1/assignments/{order.pk}/accept/", {}).status_code == 404
    assert other.get("/api/v1/assignments/").json()["results"] == []


def test_a_handler_handles_but_only_the_account_confirms(given, desk, person):
    case, order = given
    handler = client_of(person("dept_handler", "handler-enf", department="ENF"))
    path = f"/api/v1/assignments/{order.pk}/"
    shot = SimpleUploadedFile("a.jpg", picture(), "image/jpeg")
    form = {"photo": shot, "uuid": str(uuid.uuid4()), "lon": CENTRE[0], "lat": CENTRE[1], "done": "已清理"}

    assert handler.post(path + "accept/", {}).status_code == 200
    assert handler.post(path + "handle/", form, format="multipart").status_code == 200
    assert handler.post(path + "confirm/").status_code == 403
    assert client_of(desk).post(path + "confirm/").status_code == 200
    assert again(case).status == Status.PENDING_CHECK


@pytest.mark.parametrize("step", ["accept", "decline", "return", "handle", "confirm", "finish", "feedback"])
def test_a_seat_does_nothing_in_a_departments_name(given, seat, step):
    _case, order = given

    assert client_of(seat).post(f"/api/v1/assignments/{order.pk}/{step}/", {}).status_code == 403


@pytest.mark.parametrize("role", ["evaluator", "leader_view", "video_patroller", "resident", "sys_admin"])
def test_who_only_watches_orders_nothing(case, person, role):
    answer = client_of(person(role)).post(f"/api/v1/incidents/{case.pk}/dispatch/", {})

    assert answer.status_code in (403, 404)
    assert not Assignment.objects.exists()


def test_level_two_undecided_alarms_the_shift_leader_once(opened, seat):
    waiting, declined = opened(level=2), opened(level=2, title="另一处", lat=30.2)
    decline_reinforcement(declined.pk, reason="力量足够", actor=seat)
    services.act_on_missed()
    assert not Alarm.objects.filter(kind="level_2_undecided").exists()

    Incident.objects.update(opened_at=db_now() - timedelta(seconds=121))
    services.act_on_missed()
    Alarm.objects.filter(kind="level_2_undecided").update(acknowledged_at=db_now())
    services.act_on_missed()

    assert [alarm.incident_id for alarm in Alarm.objects.filter(kind="level_2_undecided")] == [waiting.pk]
