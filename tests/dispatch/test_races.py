"""Many hands at once on a real database: one winner, and each consequence exactly once."""

from datetime import timedelta

import pytest

from dispatch import services
from dispatch.models import Assignment, Reinforcement
from incidents.models import Deadline, Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import Conflict
from tests.dispatch.conftest import north, orders, verbs
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_seats_and_one_incident_give_one_order(opened, unit, person):
    unit("一班")
    unit("二班", north_m=700)
    incident = opened()
    seats = [person("seat_operator", name) for name in ("seat1", "seat2")]

    results = all_at_once(*[lambda seat=seat: services.order_unit(incident.pk, actor=seat) for seat in seats])

    assert sorted(type(r).__name__ for r in results) == ["Assignment", "Conflict"]
    assert len(orders(incident)) == 1


def test_two_hundred_claims_of_one_unit_have_one_winner_each_time_it_is_free(opened, unit, seat):
    one = unit("一班")
    incidents = [opened(title=f"第{n}处", lat=north(n * 200)) for n in range(40)]
    calls = [lambda pk=i.pk: services.order_unit(pk, one.pk, actor=seat, reason="就近") for i in incidents]

    for _wave in range(5):
        results = all_at_once(*calls)
        (winner,) = [r for r in results if isinstance(r, Assignment)]
        assert Assignment.objects.get(unit=one, ended_at__isnull=True) == winner
        refused = [r for r in results if r is not winner]
        assert {type(r) for r in refused} == {Conflict}, results
        told = {(r.extra["by"], r.extra["at"], r.extra["incident"]) for r in refused}
        assert told == {("seat", winner.offered_at.isoformat(), winner.incident_id)}
        services.recall(winner.pk, actor=seat, reason="误派")


def test_two_incidents_share_out_two_units(opened, unit, seat):
    unit("一班", north_m=100)
    unit("二班", north_m=200)
    places = [opened(title=f"第{n}处", lat=north(n * 60)) for n in range(2)]

    results = all_at_once(*[lambda pk=p.pk: services.order_unit(pk, actor=seat) for p in places])

    assert {r.unit.name for r in results} == {"一班", "二班"}


def taken(order, unit) -> None:
    services.mark_delivered(order.pk, actor=unit.crew)
    services.accept(order.pk, actor=unit.crew)


def missed_now(incident) -> None:
    past = db_now() - timedelta(seconds=1)
    clocks = Deadline.objects.filter(incident=incident, code="A5")
    assert clocks.update(due_at=past, missed_at=past, work_at=past) == 1


def test_a_missed_arrival_at_a_street_matter_calls_the_brigade_and_leaves_the_police_free(opened, unit, seat):
    first = unit("一班", north_m=2000)
    unit("派出所巡逻车", kind="police", north_m=1000)
    incident = opened(code="J0429", title="夜间施工噪声")
    taken(services.order_unit(incident.pk, first.pk, actor=seat), first)
    missed_now(incident)

    services.act_on_missed()

    assert [call.force for call in Reinforcement.objects.all()] == ["enforcement"]


def test_a_rule_calls_nobody_who_is_on_the_scene_already(opened, unit, seat):
    first = unit("一班", north_m=2000)
    unit("派出所巡逻车", kind="police", north_m=1000)
    unit("派出所二号车", kind="police", north_m=1500)
    incident = opened(code="J0527", title="两户因过道争执")
    taken(services.order_unit(incident.pk, first.pk, actor=seat), first)
    call = services.request_reinforcement(incident.pk, "police", actor=seat, reason="有人受伤")
    now = db_now()
    Assignment.objects.filter(pk=call.assignment_id).update(status="arrived", arrived_at=now)
    Reinforcement.objects.filter(pk=call.pk).update(status="arrived", accepted_at=now, arrived_at=now)
    missed_now(incident)

    services.act_on_missed()

    assert Reinforcement.objects.count() == 1


def test_two_sweeps_act_once_on_a_missed_arrival(opened, unit, seat):
    first = unit("一班", north_m=2000)
    unit("二班", north_m=2500)
    unit("派出所巡逻车", kind="police", north_m=3000)
    incident = opened(code="J0527", title="两户因过道争执")
    order = services.order_unit(incident.pk, first.pk, actor=seat)
    services.mark_delivered(order.pk, actor=first.crew)
    services.accept(order.pk, actor=first.crew)
    past = db_now() - timedelta(seconds=1)
    missed = Deadline.objects.filter(incident=incident, code="A5")
    assert missed.update(due_at=past, missed_at=past, work_at=past) == 1

    all_at_once(*[services.act_on_missed] * 4)

    assert missed.get().consequence_at is not None
    assert orders(incident) == [
        ("一班", "main", "accepted"),
        ("二班", "support", "offered"),
        ("派出所巡逻车", "reinforcement", "offered"),
    ]
    assert Reinforcement.objects.get().rule == "a5_missed"
    assert verbs(incident).count("incident.reinforcement_requested") == 1
    assert Deadline.objects.filter(incident=incident, code="S15").count() == 1


def test_two_sweeps_order_a_waiting_incident_once(opened, unit):
    for n in range(4):
        unit(f"{n}班", north_m=100 * n)
    incident = opened(level=2)

    all_at_once(*[services.assign_waiting] * 4)

    assert len(orders(incident)) == 1


def test_acceptance_and_expiry_at_once_leave_one_truth(opened, unit, seat):
    one = unit("一班")
    unit("二班", north_m=900)
    incident = opened()
    order = services.order_unit(incident.pk, one.pk, actor=seat)
    Assignment.objects.filter(pk=order.pk).update(expires_at=db_now())

    all_at_once(lambda: services.accept(order.pk, actor=one.crew), services.expire_offers)

    order.refresh_from_db()
    live = Assignment.objects.filter(incident=incident, ended_at__isnull=True, part="main")
    assert live.count() == 1
    assert (order.status == "accepted") == (live.get() == order)


def test_a_missed_arrival_of_an_incident_that_was_reached_meanwhile_sends_nobody(opened, unit, seat):
    one = unit("一班")
    unit("二班", north_m=900)
    incident = opened()
    order = services.order_unit(incident.pk, one.pk, actor=seat)
    services.mark_delivered(order.pk, actor=one.crew)
    past = db_now() - timedelta(seconds=1)
    Deadline.objects.filter(incident=incident, code="A5").update(due_at=past, missed_at=past)
    Incident.objects.filter(pk=incident.pk).update(arrived_at=db_now())

    services.act_on_missed()

    assert Deadline.objects.get(incident=incident, code="A5").consequence_at is not None
    assert len(orders(incident)) == 1
