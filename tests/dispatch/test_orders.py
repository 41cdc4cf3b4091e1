"""Ordering: one key, two seats at once, refusal, silence, recall, and what a level asks for by itself."""

from datetime import timedelta

import pytest

from dispatch import services
from dispatch.models import Assignment, DispatchRule, Reinforcement
from dispatch.services import sweeps
from incidents.lifecycle import Status
from incidents.models import Alarm, Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from tests.dispatch.conftest import client_of, north, orders, verbs


def again(incident):
    return Incident.objects.get(pk=incident.pk)


def test_one_key_sends_the_proposed_unit(opened, unit, seat):
    unit("远处班", north_m=2000)
    unit("近处班", north_m=200)
    incident = opened()

    order = services.order_unit(incident.pk, actor=seat)

    assert orders(incident) == [("近处班", "main", "offered")]
    assert order.reason.startswith("最近：近处班 距离280米")
    assert again(incident).status == Status.DISPATCHED
    assert again(incident).response_started_at is None  # sent is not delivered


def test_the_second_seat_learns_who_was_faster_and_when(opened, unit, seat, person):
    unit("一班")
    unit("二班")
    incident = opened()
    services.order_unit(incident.pk, actor=seat)

    with pytest.raises(Conflict) as refused:
        services.order_unit(incident.pk, actor=person("seat_operator", "seat2"))

    assert "seat" in refused.value.message and "一班" in refused.value.message
    assert refused.value.extra["by"] == "seat"


def test_a_unit_goes_to_one_place(opened, unit, seat):
    one = unit("一班")
    first, second = opened(), opened(title="另一处", lat=north(400))
    services.order_unit(first.pk, one.pk, actor=seat)

    with pytest.raises(Conflict) as refused:
        services.order_unit(second.pk, one.pk, actor=seat)

    assert refused.value.extra["incident"] == first.pk
    assert again(second).status == Status.PENDING_DISPATCH


@pytest.mark.parametrize(("level", "needed"), [(1, True), (2, True), (3, False)])
def test_overruling_the_proposal_needs_a_reason_at_urgent_levels(opened, unit, seat, level, needed):
    unit("近处班", north_m=200)
    far = unit("远处班", north_m=2000)
    incident = opened(level=level)

    if needed:
        with pytest.raises(BadInput) as refused:
            services.order_unit(incident.pk, far.pk, actor=seat)
        assert refused.value.field == "reason"
    order = services.order_unit(incident.pk, far.pk, actor=seat, reason="熟悉该小区" if needed else "")

    assert order.unit == far
    assert ("熟悉该小区" in order.reason) is needed


def test_a_stale_position_is_sent_only_with_a_reason(opened, unit, seat):
    lost = unit("失联班", north_m=50, age_s=301)
    incident = opened()

    with pytest.raises(Conflict):
        services.order_unit(incident.pk, actor=seat)
    with pytest.raises(BadInput):
        services.order_unit(incident.pk, lost.pk, actor=seat)

    assert services.order_unit(incident.pk, lost.pk, actor=seat, reason="电台确认在附近").unit == lost


def test_a_unit_off_duty_is_not_sent(opened, unit, seat):
    resting = unit("休息班", on_duty=False)

    with pytest.raises(Conflict):
        services.order_unit(opened().pk, resting.pk, actor=seat, reason="就近")


def test_a_refusal_orders_the_next_unit_in_the_same_moment(opened, unit, seat):
    near, _far = unit("近处班", north_m=200), unit("远处班", north_m=900)
    incident = opened()
    order = services.order_unit(incident.pk, actor=seat)

    services.decline(order.pk, actor=near.crew, reason="车辆故障")

    assert orders(incident) == [("近处班", "main", "declined"), ("远处班", "main", "offered")]
    assert again(incident).status == Status.DISPATCHED
    assert "incident.unit_declined" in verbs(incident)


def test_when_the_last_unit_refuses_the_incident_waits_and_the_shift_leader_is_told(opened, unit, seat):
    only = unit("独班")
    incident = opened()
    order = services.order_unit(incident.pk, actor=seat)

    services.decline(order.pk, actor=only.crew, reason="车辆故障")

    assert again(incident).status == Status.PENDING_DISPATCH
    assert Alarm.objects.filter(incident=incident, kind="no_unit").count() == 1


def test_after_sixty_seconds_of_silence_the_next_unit_is_ordered(opened, unit, seat):
    unit("近处班", north_m=200)
    unit("远处班", north_m=900)
    incident = opened()
    order = services.order_unit(incident.pk, actor=seat)
    assert services.expire_offers() == 0

    Assignment.objects.filter(pk=order.pk).update(expires_at=db_now() - timedelta(seconds=1))
    assert services.expire_offers() == 1
    assert services.expire_offers() == 0

    assert orders(incident) == [("近处班", "main", "expired"), ("远处班", "main", "offered")]


def test_an_order_that_was_taken_back_cannot_be_accepted(opened, unit, seat):
    one = unit("一班")
    incident = opened()
    order = services.order_unit(incident.pk, actor=seat)
    services.recall(order.pk, actor=seat, reason="误派")

    with pytest.raises(Conflict):
        services.accept(order.pk, actor=one.crew)

    assert again(incident).status == Status.PENDING_DISPATCH
    assert services.assign_waiting() == 0  # the seat has a moment to choose another


def test_level_three_is_ordered_by_itself_only_after_twelve_seconds(opened, unit):
    unit("一班")
    incident = opened()
    assert services.assign_waiting() == 0

    Incident.objects.filter(pk=incident.pk).update(opened_at=db_now() - timedelta(seconds=13))
    Incident.objects.filter(pk=incident.pk).update(filed_at=None)
    assert services.assign_waiting() == 1

    assert orders(incident) == [("一班", "main", "offered")]
    assert Assignment.objects.get(incident=incident).ordered_by is None


def test_level_one_sends_two_units_and_calls_the_police_at_once(opened, unit):
    unit("一班", north_m=200)
    unit("二班", north_m=300)
    unit("三班", north_m=400)
    unit("派出所巡逻车", north_m=1000, kind="police")
    incident = opened(level=1)

    services.assign_waiting()
    services.assign_waiting()

    assert orders(incident) == [
        ("一班", "main", "offered"),
        ("二班", "support", "offered"),
        ("派出所巡逻车", "reinforcement", "offered"),
    ]
    assert again(incident).reinforcement_requested_at is not None
    assert Reinforcement.objects.get(incident=incident).rule == "level_1"


def test_level_one_ordered_by_a_seat_gets_the_same_escort(opened, unit, seat):
    unit("一班", north_m=200)
    unit("二班", north_m=300)
    unit("派出所巡逻车", north_m=1000, kind="police")
    incident = opened(level=1)

    services.order_unit(incident.pk, actor=seat)

    assert [part for _who, part, _status in orders(incident)] == ["main", "support", "reinforcement"]


def test_level_two_sends_the_nearest_and_tells_the_police(opened, unit):
    unit("一班")
    unit("派出所巡逻车", kind="police")
    incident = opened(level=2)

    services.assign_waiting()

    assert orders(incident) == [("一班", "main", "offered")]
    assert "incident.force_notified" in verbs(incident)


def test_an_upgrade_to_level_one_calls_the_force_that_nobody_has_asked(opened, unit, seat):
    from incidents.services import set_level

    unit("一班")
    unit("派出所巡逻车", kind="police")
    incident = opened()
    services.order_unit(incident.pk, actor=seat)
    set_level(incident.pk, 1, actor=seat)

    services.assign_waiting()
    services.assign_waiting()

    assert orders(incident) == [("一班", "main", "offered"), ("派出所巡逻车", "reinforcement", "offered")]


def test_nobody_can_be_sent_is_said_once(opened):
    incident = opened(level=2)

    for _second in range(3):
        services.assign_waiting()

    assert Alarm.objects.filter(incident=incident, kind="no_unit").count() == 1
    assert again(incident).status == Status.PENDING_DISPATCH


def test_a_call_without_a_free_unit_is_filled_when_one_signs_on(opened, unit, seat):
    incident = opened()
    call = services.request_reinforcement(incident.pk, "police", actor=seat, reason="人员聚集")
    car = unit("派出所巡逻车", kind="police", on_duty=False)
    assert call.assignment is None

    services.set_duty(car.pk, True, actor=car.crew)
    services.assign_waiting()

    call.refresh_from_db()
    assert call.assignment.unit == car


def test_asking_twice_for_a_force_is_one_call(opened, seat):
    incident = opened()

    first = services.request_reinforcement(incident.pk, "police", actor=seat)
    second = services.request_reinforcement(incident.pk, "police", actor=seat)

    assert first == second
    assert incident.deadlines.filter(code="S15").count() == 1


def test_units_are_free_again_when_the_incident_is_closed_by_order(opened, unit, seat, person):
    from incidents.services import force_close

    one = unit("一班")
    incident = opened()
    services.order_unit(incident.pk, actor=seat)
    force_close(incident.pk, actor=person("shift_lead"), second=person("commander"), reason="误报")

    services.assign_waiting()

    assert not Assignment.objects.filter(unit=one, ended_at__isnull=True).exists()


def test_rules_are_rows(opened, unit):
    unit("一班")
    DispatchRule.objects.filter(level=3).update(auto_after_s=None)
    incident = opened()
    Incident.objects.filter(pk=incident.pk).update(opened_at=db_now() - timedelta(seconds=60))

    assert services.assign_waiting() == 0


def test_one_broken_incident_does_not_stop_the_sweep(opened, unit, monkeypatch):
    unit("一班", north_m=100)
    unit("二班", north_m=300)
    broken, sound = opened(level=2), opened(level=2, title="另一处", lat=north(400))
    real = sweeps.order_next

    def order_next(incident, *args, **kwargs):
        if incident.pk == broken.pk:
            raise RuntimeError("broken row")
        return real(incident, *args, **kwargs)

    monkeypatch.setattr(sweeps, "order_next", order_next)
    services.assign_waiting()

    assert orders(broken) == []
    assert len(orders(sound)) == 1


def test_the_api_explains_its_candidates(opened, unit, seat):
    unit("近处班", north_m=200, skills=["street"])
    unit("失联班", north_m=50, age_s=301)

    answer = client_of(seat).get(f"/api/v1/incidents/{opened().pk}/candidates/")

    first, last = answer.json()["candidates"]
    assert first["sentence"].startswith("最近：近处班 距离280米，不到1分钟")
    assert "擅长市容环境" in first["sentence"]
    assert last["trust"] == "lost" and last["needs_reason"]


def test_the_api_answers_the_loser_with_409(opened, unit, seat):
    unit("一班")
    unit("二班")
    incident = opened()
    client = client_of(seat)

    first = client.post(f"/api/v1/incidents/{incident.pk}/dispatch/", {})
    second = client.post(f"/api/v1/incidents/{incident.pk}/dispatch/", {})

    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["by"] == "seat"
    assert first["content-type"] == "application/json"
