"""A person's word on truck alerts: taken, confirmed, false, merged; decided once, with an incident and a colour."""

from datetime import timedelta
from uuid import uuid4

import pytest

from incidents.models import Deadline, Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotFound, WrongStep
from shushanwei.journal.models import Entry
from tests.racing import all_at_once
from tests.worksites.conftest import make_person
from tests.worksites.dumping import an_alert, make_ground
from tests.worksites.fleet import make_truck
from worksites.models import ColourChange, Site, TruckAlert
from worksites.services import adjudication as desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seats(roles, catalogue, ground):
    return [make_person(name, "seat_operator") for name in ("周坐席", "吴坐席")]


@pytest.fixture
def truck(seats):
    return make_ground()


def confirmed(alert, actor, **more):
    return desk.confirm(alert.number, uuid=uuid4(), reason="举升与满转空吻合", actor=actor, **more)


def verbs(alert):
    return list(Entry.objects.filter(subject_type="truckalert", subject_id=alert.pk).values_list("verb", flat=True))


def test_a_confirmed_dumping_is_an_urgent_incident_with_running_clocks_and_a_red_site(truck, seats):
    alert = confirmed(an_alert(truck), seats[0])

    incident = Incident.objects.get()
    assert (alert.status, alert.judged_by, alert.incident) == ("confirmed", seats[0], incident)
    assert (incident.level, incident.status, incident.source_kind) == (2, "pending_dispatch", "truck_rule")
    assert (incident.category.code, incident.szcg_category.code) == ("J1406", "E0111")
    assert incident.title.startswith("浙A1D234 疑似偷倒")
    assert alert.number in incident.text and "举升与满转空吻合" in incident.text
    assert "R30" in set(Deadline.objects.filter(incident=incident, met_at=None).values_list("code", flat=True))
    site = Site.objects.get()
    assert site.colour == "red"
    assert ColourChange.objects.get().why[0] == {"why": "dumping", "numbers": [alert.number], "days": 30}
    assert verbs(alert) == ["truck_alert.confirmed"]


def test_what_happened_long_ago_is_no_emergency(truck, seats):
    old = an_alert(truck, began_at=db_now() - timedelta(hours=5))
    assert confirmed(old, seats[0]).incident.level == 3


def test_the_second_rule_of_one_dumping_joins_its_incident(truck, seats):
    first = confirmed(an_alert(truck, 1), seats[0])
    second = confirmed(an_alert(truck, 2, "T04"), seats[1])

    assert first.incident == second.incident
    joined = Entry.objects.get(verb="incident.alert_joined")
    assert second.number in joined.note


def test_two_trucks_at_one_gate_are_two_incidents(truck, seats):
    other = make_truck("浙A5D678")
    one = confirmed(an_alert(truck, 1, "T01", facts={"missing": ["transport"]}), seats[0])
    two = confirmed(an_alert(other, 2, "T01", facts={"missing": ["transport"]}), seats[0])
    assert one.incident != two.incident


def test_of_two_desks_that_decide_at_once_one_wins_and_the_other_reads_who(truck, seats):
    alert = an_alert(truck)
    told = all_at_once(
        lambda: desk.confirm(alert.number, uuid=uuid4(), reason="属实", actor=seats[0]),
        lambda: desk.call_false(alert.number, uuid=uuid4(), reason="洗车", actor=seats[1]),
    )
    (lost,) = [one for one in told if isinstance(one, Exception)]
    assert isinstance(lost, Conflict) and lost.status == 409
    winner = TruckAlert.objects.get().judged_by
    assert str(winner) in lost.message and lost.extra["by"] == str(winner)
    assert len(verbs(alert)) == 1
    assert Incident.objects.count() == (1 if winner == seats[0] else 0)


def test_the_same_page_sent_many_times_at_once_decides_once(truck, seats):
    alert, uuid = an_alert(truck), uuid4()
    told = all_at_once(*[lambda: desk.confirm(alert.number, uuid=uuid, reason="属实", actor=seats[0])] * 4)
    assert {one.pk for one in told} == {alert.pk}
    assert verbs(alert) == ["truck_alert.confirmed"] and Incident.objects.count() == 1
    with pytest.raises(Conflict):
        desk.call_false(alert.number, uuid=uuid, reason="改主意", actor=seats[0])


def test_who_takes_an_alert_keeps_it_for_a_quarter_of_an_hour(truck, seats):
    alert = an_alert(truck)
    desk.take(alert.number, actor=seats[0])
    desk.take(alert.number, actor=seats[0])
    for step in (
        lambda: desk.take(alert.number, actor=seats[1]),
        lambda: desk.call_false(alert.number, uuid=uuid4(), reason="误报", actor=seats[1]),
        lambda: desk.put_back(alert.number, actor=seats[1]),
    ):
        with pytest.raises(Conflict, match="周坐席"):
            step()
    TruckAlert.objects.update(taken_at=db_now() - desk.HELD_FOR)
    assert desk.take(alert.number, actor=seats[1]).judged_by == seats[1]
    assert desk.put_back(alert.number, actor=seats[1]).status == "new"
    assert desk.put_back(alert.number, actor=seats[1]).status == "new"
    assert verbs(alert) == ["truck_alert.taken", "truck_alert.taken", "truck_alert.put_back"]


def test_two_seats_that_take_at_once_are_told_apart(truck, seats):
    alert = an_alert(truck)
    told = all_at_once(*[lambda seat=seat: desk.take(alert.number, actor=seat) for seat in seats])
    assert sum(isinstance(one, Conflict) for one in told) == 1


@pytest.mark.parametrize("reason", ["", " ", "好", "x" * 301, "a\0b"])
def test_a_decision_wants_a_reason(truck, seats, reason):
    alert = an_alert(truck)
    with pytest.raises(BadInput) as refused:
        desk.confirm(alert.number, uuid=uuid4(), reason=reason, actor=seats[0])
    assert refused.value.field == "reason"
    assert not Incident.objects.exists() and TruckAlert.objects.get().status == "new"


def test_a_false_alert_makes_nothing(truck, seats):
    desk.call_false(an_alert(truck).number, uuid=uuid4(), reason="洗车举升", actor=seats[0])
    assert not Incident.objects.exists() and Site.objects.get().colour == "white"
    with pytest.raises(NotFound):
        desk.call_false("YJ-0", uuid=uuid4(), reason="洗车举升", actor=seats[0])


def test_a_repeated_alert_is_merged_into_what_stands(truck, seats):
    master, twin = an_alert(truck, 1), an_alert(truck, 2, "T10")
    confirmed(master, seats[0])
    uuid = uuid4()
    for _ in range(2):
        merged = desk.merge(twin.number, f" {master.number.lower()} ", uuid=uuid, reason="同一趟次", actor=seats[1])
    assert (merged.status, merged.merged_into, merged.incident) == ("merged", master, Incident.objects.get())
    assert verbs(twin) == ["truck_alert.merged"]


def test_what_was_merged_before_its_master_was_confirmed_belongs_to_its_incident_then(truck, seats):
    first, second, master = (an_alert(truck, n, "T10") for n in (1, 2, 3))
    desk.merge(first.number, second.number, uuid=uuid4(), reason="同一趟次", actor=seats[0])
    desk.merge(second.number, master.number, uuid=uuid4(), reason="同一趟次", actor=seats[0])
    assert set(TruckAlert.objects.values_list("incident", flat=True)) == {None}
    confirmed(master, seats[1])

    case = Incident.objects.get()
    assert set(TruckAlert.objects.values_list("incident", flat=True)) == {case.pk}
    assert verbs(first) == verbs(second) == ["truck_alert.merged", "truck_alert.followed"]
    line = Entry.objects.get(verb="truck_alert.followed", subject_id=first.pk)
    assert line.data["incident"] == case.case_no and line.is_live


def test_a_family_that_joins_a_confirmed_alert_joins_its_incident(truck, seats):
    child, parent, master = (an_alert(truck, n, "T10") for n in (1, 2, 3))
    desk.merge(child.number, parent.number, uuid=uuid4(), reason="同一趟次", actor=seats[0])
    confirmed(master, seats[0])
    desk.merge(parent.number, master.number, uuid=uuid4(), reason="同一趟次", actor=seats[0])
    assert set(TruckAlert.objects.values_list("incident", flat=True)) == {Incident.objects.get().pk}


def test_merged_and_confirmed_at_once_every_member_has_the_incident(truck, seats):
    master, *rest = [an_alert(truck, n, "T10") for n in range(1, 6)]
    told = all_at_once(
        lambda: confirmed(master, seats[0]),
        *[
            lambda one=one: desk.merge(one.number, master.number, uuid=uuid4(), reason="同一趟次", actor=seats[1])
            for one in rest
        ],
    )
    assert [one for one in told if isinstance(one, Exception)] == []
    assert set(TruckAlert.objects.values_list("incident", flat=True)) == {Incident.objects.get().pk}


def test_what_cannot_take_another_in(truck, seats):
    alert, false = an_alert(truck, 1), an_alert(truck, 2)
    desk.call_false(false.number, uuid=uuid4(), reason="误报", actor=seats[0])
    stranger = an_alert(make_truck("浙A9D999"), 3, site=None)
    for into in (alert.number, false.number, stranger.number, "YJ-0"):
        with pytest.raises(BadInput) as refused:
            desk.merge(alert.number, into, uuid=uuid4(), reason="并入", actor=seats[0])
        assert refused.value.field == "into"


def test_two_alerts_merged_into_each_other_at_once_leave_one_open(truck, seats):
    one, two = an_alert(truck, 1), an_alert(truck, 2)
    told = all_at_once(
        lambda: desk.merge(one.number, two.number, uuid=uuid4(), reason="并入", actor=seats[0]),
        lambda: desk.merge(two.number, one.number, uuid=uuid4(), reason="并入", actor=seats[1]),
    )
    assert sum(isinstance(result, BadInput | Conflict) for result in told) == 1
    assert sorted(TruckAlert.objects.values_list("status", flat=True)) == ["merged", "new"]


def test_a_site_that_the_rules_did_not_find_is_named_by_the_desk(truck, seats):
    alert = an_alert(truck, site=None)
    with pytest.raises(BadInput):
        confirmed(alert, seats[0], site_id=99_999)
    confirmed(alert, seats[0], site_id=Site.objects.get().pk)
    assert Site.objects.get().colour == "red"


def test_what_is_cleared_up_is_open_for_its_site_no_more(truck, seats):
    alert = an_alert(truck)
    with pytest.raises(WrongStep):
        desk.mark_rectified(alert.number, note="已清运", actor=seats[0])
    confirmed(alert, seats[0])
    first = desk.mark_rectified(alert.number, note="已清运", actor=seats[0]).rectified_at
    assert desk.mark_rectified(alert.number, note="已清运", actor=seats[1]).rectified_at == first
    assert verbs(alert) == ["truck_alert.confirmed", "truck_alert.rectified"]
    assert Site.objects.get().colour == "red"  # it was confirmed within thirty days


@pytest.mark.parametrize("rule", desk.CLASSES)
def test_every_rule_has_its_class_in_the_catalogue(truck, seats, rule):
    assert confirmed(an_alert(truck, 1, rule), seats[0]).incident.category.is_active
