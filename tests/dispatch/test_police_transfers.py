"""110 calls for the street: accepted or returned within two minutes, answered, closed, judged, closed again."""

from datetime import timedelta
from uuid import uuid4

import pytest

from dispatch import services
from dispatch.models import PoliceTransfer
from dispatch.services import transfer_sweeps
from dispatch.services.photos import keep
from incidents import services as incidents
from incidents.lifecycle import Status
from incidents.models import Alarm, Incident
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, WrongStep
from shushanwei.journal.models import Entry
from tests.dispatch.conftest import CENTRE, client_of, picture, verbs
from tests.racing import all_at_once

FACTS = {
    "found": "二楼住户深夜拍打地板",
    "contacted": "来电人与楼上住户",
    "done": "现场调解，双方约定晚十点后停止",
    "remains": "",
}


@pytest.fixture
def officer(person):
    return person("police_liaison", "officer")


@pytest.fixture
def call(street):
    """Hand a neighbours' quarrel over: `call("JJ2026112700017")`."""

    def make(number="JJ2026112700017", **values) -> PoliceTransfer:
        offer = {
            "police_no": number, "call_time": db_now(), "alarm_code": "100600", "address": "湖山社区3幢2单元",
            "lon": CENTRE[0], "lat": CENTRE[1], "description": "楼上噪声，两户争吵", "caller_name": "王小明",
            "caller_phone": "10012345678",
        } | values  # fmt: skip
        return services.receive_transfer(services.Offer(**offer))[0]

    return make


def again(row):
    return type(row).objects.get(pk=row.pk)


def told(transfer) -> list[str]:
    lines = Entry.objects.filter(subject_type="policetransfer", subject_id=transfer.pk).order_by("id")
    return [verb.removeprefix("transfer.") for verb in lines.values_list("verb", flat=True)]


def make_late(transfer, seconds=121):
    PoliceTransfer.objects.filter(pk=transfer.pk).update(
        offered_at=db_now() - timedelta(seconds=seconds), accept_deadline=db_now() - timedelta(seconds=seconds - 120)
    )


def close(incident, seat, unit):
    """A squad goes, speaks, finishes; the seat checks and closes."""
    squad = unit(f"班{incident.pk}-{incident.generation}")
    order = services.order_unit(incident.pk, squad.pk, actor=seat)
    services.accept(order.pk, actor=squad.crew)
    shot = services.Photo(raw=picture(), uuid=uuid4(), lon=CENTRE[0], lat=CENTRE[1])
    services.arrive_by_photo(order.pk, actor=squad.crew, photo=shot)
    services.feedback(order.pk, actor=squad.crew, uuid=uuid4(), text="两户都在家，正在劝说")
    services.finish(order.pk, actor=squad.crew, facts=FACTS)
    shot = services.Photo(raw=picture(), uuid=uuid4())
    keep(Incident.objects.get(pk=incident.pk), shot, "after", seat)
    incidents.finish_check(incident.pk, actor=seat, passed=True, by_picture=True)
    incidents.close(incident.pk, actor=seat, closing=FACTS)


def test_the_caller_lies_encrypted_and_is_shown_masked(call, seat):
    transfer = call()
    assert (transfer.caller_name_masked, transfer.caller_phone_masked) == ("王**", "100****5678")
    assert "王" not in transfer.caller_name_sealed and "10012345678" not in transfer.caller_phone_sealed

    shown = client_of(seat).post(f"/api/v1/transfers/{transfer.pk}/caller/").json()

    assert shown == {"name": "王小明", "phone": "10012345678"}
    assert told(transfer)[-1] == "caller_shown"


def test_the_same_call_again_is_the_same_transfer(call):
    first, second = call(), call(description="同一来电又推送一次")
    assert first.pk == second.pk and PoliceTransfer.objects.count() == 1
    assert told(first) == ["offered"]


def test_two_gateways_at_once_hand_over_one_transfer(transactional_db, roles, catalogue, person, call):
    assert len({one.pk for one in all_at_once(*[call] * 4)}) == 1
    assert PoliceTransfer.objects.count() == 1


def test_an_accepted_call_is_an_incident_of_source_110(call, seat):
    transfer = services.accept_transfer(call().pk, actor=seat)
    incident = transfer.incident
    assert (transfer.status, incident.source_kind, incident.level) == ("accepted", "police_110", 3)
    assert incident.category.code == "J0527"
    assert incident.title == "湖山社区3幢2单元 邻里纠纷"
    assert incident.reporter_phone_masked == "100****5678"
    assert "incident.transfer_accepted" in verbs(incident)
    assert services.accept_transfer(transfer.pk, actor=seat).incident_id == incident.pk


def test_a_second_call_about_the_same_quarrel_joins_its_incident(call, seat):
    first = services.accept_transfer(call().pk, actor=seat)
    second = services.accept_transfer(call("JJ2026112700018").pk, actor=seat)
    assert second.incident_id == first.incident_id


def test_after_two_minutes_the_seats_are_alarmed_once_and_an_answer_ends_it(call, seat):
    transfer = call()
    assert services.sweep_transfers() == 0
    make_late(transfer)
    services.sweep_transfers()
    services.sweep_transfers()
    alarm = Alarm.objects.get(kind="transfer_late")
    assert again(transfer).accept_missed_at == again(transfer).accept_deadline
    assert alarm.data["police_no"] == transfer.police_no

    services.accept_transfer(transfer.pk, actor=seat)

    assert again(alarm).acknowledged_by == seat
    assert again(transfer).accept_missed_at is not None  # late stays late


@pytest.mark.parametrize("reason", ["not_our_area", "police_matter", "insufficient_information", "duplicate"])
def test_a_call_goes_back_with_one_of_four_reasons(call, seat, reason):
    transfer = services.return_transfer(call().pk, actor=seat, reason=reason, note="地址只写到路名")
    assert (transfer.status, transfer.return_reason) == ("returned", reason)
    with pytest.raises(WrongStep):
        services.accept_transfer(transfer.pk, actor=seat)


def test_what_is_missing_has_to_be_said(call, seat):
    with pytest.raises(BadInput) as refused:
        services.return_transfer(call().pk, actor=seat, reason="insufficient_information")
    assert refused.value.field == "note"


def test_a_returned_call_comes_again_with_a_new_two_minutes(call, seat):
    transfer = call()
    make_late(transfer)
    services.sweep_transfers()
    services.return_transfer(transfer.pk, actor=seat, reason="insufficient_information", note="几幢几单元？")

    second = call(address="湖山社区3幢2单元502室")

    assert second.pk == transfer.pk
    assert (second.status, second.offers, second.accept_missed_at) == ("offered", 2, None)
    assert second.accept_deadline > db_now()


def test_feedback_and_result_go_back_by_themselves(call, seat, unit):
    transfer = services.accept_transfer(call().pk, actor=seat)
    close(transfer.incident, seat, unit)

    services.sweep_transfers()

    transfer = again(transfer)
    assert transfer.first_feedback == "两户都在家，正在劝说"
    assert transfer.first_feedback_at == again(transfer.incident).first_feedback_at
    assert transfer.status == "closed" and transfer.result["done"] == FACTS["done"]
    assert told(transfer) == ["offered", "accepted", "fed_back", "closed"]


def test_a_merged_case_answers_with_its_master(call, seat, opened):
    transfer = services.accept_transfer(call().pk, actor=seat)
    master = opened(title="同一纠纷", code="J0527")
    incidents.merge(transfer.incident_id, actor=seat, master_id=master.pk)
    services.sweep_transfers()
    assert again(transfer).incident_id == master.pk and again(transfer).status == "accepted"


@pytest.mark.parametrize("quality", ["interim", "wrong_handling"])
def test_an_interim_or_wrong_closing_opens_the_case_again(call, seat, unit, officer, quality):
    transfer = services.accept_transfer(call().pk, actor=seat)
    close(transfer.incident, seat, unit)
    services.sweep_transfers()

    services.judge_transfer(transfer.pk, quality=quality, note="楼上仍在施工", actor=officer)
    services.sweep_transfers()

    transfer = again(transfer)
    assert (transfer.status, transfer.quality) == ("sent_back", quality)
    assert again(transfer.incident).status == Status.HANDLING
    assert transfer.second_closing_text == ""
    with pytest.raises(WrongStep):
        services.close_again(transfer.pk, actor=seat, facts=FACTS)


def test_a_text_too_brief_is_written_again_and_nobody_goes(call, seat, unit, officer):
    transfer = services.accept_transfer(call().pk, actor=seat)
    close(transfer.incident, seat, unit)
    services.sweep_transfers()
    services.judge_transfer(transfer.pk, quality="too_brief", note="没有写联系了谁", actor=officer)
    assert again(transfer.incident).status == Status.CLOSED

    with pytest.raises(BadInput) as refused:
        services.close_again(transfer.pk, actor=seat, facts={"found": "噪声", "done": "已劝"})
    assert refused.value.extra == {"brief": True}
    done = services.close_again(transfer.pk, actor=seat, facts=FACTS | {"remains": "三日后回访"})

    assert done.status == "closed" and "三日后回访" in done.second_closing_text
    assert done.result["remains"] == ""  # the first closing stays as it was
    assert services.judge_transfer(done.pk, quality="pass", actor=officer).quality == "pass"


def test_a_result_is_judged_only_when_there_is_one(call, seat, officer):
    transfer = services.accept_transfer(call().pk, actor=seat)
    with pytest.raises(WrongStep):
        services.judge_transfer(transfer.pk, quality="pass", actor=officer)


def test_who_may_do_what(call, seat, officer, person):
    transfer = call()
    path = f"/api/v1/transfers/{transfer.pk}"
    assert client_of(officer).post(f"{path}/accept/").status_code == 403
    assert client_of(person("responder")).get(f"{path}/").status_code == 403
    assert client_of(seat).post("/api/v1/transfers/", {}).status_code == 403
    assert client_of(seat).post(f"{path}/judge/", {"quality": "pass"}).status_code == 403
    assert client_of(seat).post(f"{path}/accept/").json()["incident"]["case_no"]


def test_facts_about_persons_are_not_taken(officer):
    sent = {
        "police_no": "JJ2026112700020", "call_time": db_now().isoformat(), "alarm_code": "100600", "address": "晨晖路",
        "lon": CENTRE[0], "lat": CENTRE[1], "criminal_record": "…",
    }  # fmt: skip
    answer = client_of(officer).post("/api/v1/transfers/", sent)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "criminal_record"


def test_two_seats_press_accept_in_the_same_second(transactional_db, roles, catalogue, person, call):
    transfer = call()
    seats = [person("seat_operator", f"s{n}") for n in range(3)]
    pressed = all_at_once(*[lambda user=user: services.accept_transfer(transfer.pk, actor=user) for user in seats])
    assert {one.pk for one in pressed} == {transfer.pk} and Incident.objects.count() == 1
    assert again(transfer).incident_id is not None


def test_the_sweep_looks_again_under_the_lock(call, seat):
    transfer = call()
    make_late(transfer)
    services.accept_transfer(transfer.pk, actor=seat)
    assert transfer_sweeps.announce_unanswered(transfer.pk) is False
