"""Calls for the police: taken with a car, refused with a reason, noted; the desk sees what it needs and no more."""

import pytest

from dispatch import services
from dispatch.models import Assignment, PoliceCall, Reinforcement
from dispatch.police import selectors
from incidents.models import Deadline, Incident
from incidents.selectors import incidents_for
from incidents.shapes import audience_of
from shushanwei.common.errors import BadInput, WrongStep
from tests.dispatch.conftest import client_of, verbs


@pytest.fixture
def officer(person):
    return person("police_liaison", "officer")


@pytest.fixture
def car(unit):
    return unit("派出所一号车", north_m=400, kind="police")


@pytest.fixture
def asked(opened, unit, seat):
    """A squad is at work and its seat calls the police."""

    def make(level=3, **values) -> Reinforcement:
        unit("南片二班", north_m=200)
        incident = opened(level=level, **values)
        services.order_unit(incident.pk, actor=seat)
        return services.request_reinforcement(incident.pk, "police", actor=seat, reason="双方有人持械")

    return make


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_the_desk_accepts_and_its_car_is_on_the_way(asked, car, officer):
    call = asked()

    call = services.accept_call(call.pk, car.pk, actor=officer)

    order = again(call).assignment
    assert (call.status, order.unit, order.status) == ("accepted", car, "accepted")
    assert PoliceCall.objects.get(call=call).answered_by == officer
    assert verbs(call.incident).count("incident.reinforcement_accepted") == 1
    assert services.accept_call(call.pk, car.pk, actor=officer).status == "accepted"
    assert verbs(call.incident).count("incident.reinforcement_accepted") == 1


def test_another_car_takes_the_place_of_the_one_ordered(asked, car, unit, officer):
    call = asked()
    assert again(call).assignment.unit == car
    other = unit("派出所二号车", north_m=900, kind="police")

    services.accept_call(call.pk, other.pk, actor=officer)

    orders = Assignment.objects.filter(incident=call.incident, part="reinforcement").order_by("id")
    assert [(order.unit, order.status) for order in orders] == [(car, "recalled"), (other, "accepted")]


def test_accepted_without_a_car_one_is_named_later(asked, unit, officer):
    call = asked()
    assert call.assignment is None

    services.accept_call(call.pk, actor=officer)
    assert again(call).status == "accepted"
    late = unit("派出所一号车", kind="police")
    services.accept_call(call.pk, late.pk, actor=officer)

    assert again(call).assignment.unit == late


def test_a_refusal_says_why_and_frees_the_car(asked, car, officer):
    call = asked()
    with pytest.raises(BadInput) as empty:
        services.refuse_call(call.pk, " ", actor=officer)
    assert empty.value.field == "reason"

    services.refuse_call(call.pk, "警力均在处置上级警情", actor=officer)
    services.refuse_call(call.pk, "再说一次", actor=officer)

    call = again(call)
    assert call.status == "refused" and call.ended_at is not None
    assert again(call).refusal == "警力均在处置上级警情"
    assert not Assignment.objects.filter(unit=car, ended_at__isnull=True).exists()
    assert verbs(call.incident).count("incident.reinforcement_refused") == 1
    assert Deadline.objects.filter(incident=call.incident, code="S15", void_at__isnull=True).exists()  # still counts


def test_who_refused_may_come_after_all(asked, car, officer):
    call = asked()
    services.refuse_call(call.pk, "无车", actor=officer)
    services.accept_call(call.pk, car.pk, actor=officer)
    assert (again(call).status, again(call).ended_at) == ("accepted", None)


def test_nobody_refuses_who_is_there(asked, car, officer):
    call = services.accept_call(asked().pk, car.pk, actor=officer)
    Assignment.objects.filter(pk=again(call).assignment_id).update(status="arrived")
    with pytest.raises(WrongStep):
        services.refuse_call(call.pk, "撤", actor=officer)


def test_only_a_police_car_is_sent(asked, unit, officer):
    call = asked()
    squad = unit("北片一班")
    with pytest.raises(BadInput) as refused:
        services.accept_call(call.pk, squad.pk, actor=officer)
    assert refused.value.field == "unit"


def test_a_note_of_the_police_stands_in_the_story(asked, officer):
    call = asked()
    services.note_call(call.pk, "预计五分钟到，请先隔开双方", actor=officer)
    assert verbs(call.incident)[-1] == "incident.police_noted"


def test_the_desk_sees_an_escalated_incident_of_any_level_and_hears_of_it(asked, opened, officer):
    other = opened(title="与警务无关", lat=30.11)
    call = asked()
    seen = set(incidents_for(officer).values_list("pk", flat=True))
    assert call.incident_id in seen and other.pk not in seen
    assert audience_of(Incident.objects.get(pk=call.incident_id))["police"] is True
    assert audience_of(other)["police"] is False


def test_unanswered_calls_stand_first(asked, car, opened, seat, officer):
    first = asked()
    second = opened(title="另一处", lat=30.1180)
    later = services.request_reinforcement(second.pk, "police", actor=seat)
    services.accept_call(first.pk, car.pk, actor=officer)
    assert [call.pk for call in selectors.open_calls(officer)] == [later.pk, first.pk]


def test_the_desk_answers_by_the_api_and_nobody_else_does(asked, car, officer, seat):
    call = asked()
    path = f"/api/v1/escalations/{call.pk}"
    assert client_of(seat).post(f"{path}/refuse/", {"reason": "无"}).status_code == 403
    assert client_of(officer).post(f"{path}/refuse/", {}).status_code == 422
    answer = client_of(officer).post(f"{path}/accept/", {"unit": car.pk}).json()
    assert (answer["status"], answer["answered_by"]) == ("accepted", "officer")
    assert [row["id"] for row in client_of(officer).get("/api/v1/escalations/").json()] == [call.pk]
    assert client_of(officer).post("/api/v1/escalations/999999/accept/").status_code == 404


def test_the_nearest_free_car_is_named_on_request(asked, unit, officer):
    call = asked()
    services.accept_call(call.pk, actor=officer)
    unit("远处车", north_m=3000, kind="police")
    near = unit("近处车", north_m=300, kind="police")
    answer = client_of(officer).post(f"/api/v1/escalations/{call.pk}/accept/", {"nearest": True}).json()
    assert answer["car"] == near.name
