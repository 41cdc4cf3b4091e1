"""The green lifeline: nobody waits unseen, nobody reads in secret, nothing is kept longer than ninety days."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from points.medicine_lifecycle import ThreadStatus
from points.models import Consultation, HealthDuty, HealthMessage, HealthRoom
from points.services import consents, health, health_rooms, residents
from points.tasks import forget_health, look_after_consultations
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict, NotAllowed, NotFound, TooMany, WrongStep
from shushanwei.journal.models import Entry
from tests.points.chest import a_neighbour, a_room, an_officer, community, on_duty
from tests.racing import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(ground, roles):
    return a_room()


@pytest.fixture
def officer(room):
    return an_officer(room)


@pytest.fixture
def person(room):
    return a_neighbour(room, level=1)


def writes(person, text="夜里咳嗽，怎么护理？"):
    return health.ask(person, text, uuid=uuid4())


def answers(thread, officer, text="多喝温水，必要时到中心就诊。"):
    return health.answer(thread.pk, text, uuid=uuid4(), actor=officer)


def test_a_question_is_answered_and_rated(person, officer):
    thread = writes(person)
    assert thread.status == ThreadStatus.WAITING
    assert [one["text"] for one in health.read(thread.pk, actor=officer)] == ["夜里咳嗽，怎么护理？"]
    answers(thread, officer)
    again = writes(person, "谢谢，还要吃药吗？")
    assert (again.pk, again.status) == (thread.pk, ThreadStatus.WAITING)
    with pytest.raises(Conflict):
        health.close(thread.pk, actor=officer)
    answers(thread, officer)
    with pytest.raises(Conflict):
        health.rate(thread.uuid, person, "5")
    health.close(thread.pk, actor=officer)
    health.close(thread.pk, actor=officer)
    assert health.rate(thread.uuid, person, "5").rating == 5
    with pytest.raises(Conflict):
        health.rate(thread.uuid, person, "1")
    for stars in ("0", "6", "", "x"):
        with pytest.raises(BadInput):
            health.rate(thread.uuid, person, stars)
    assert writes(person).pk != thread.pk


def test_no_word_of_it_lies_in_clear(person, officer):
    answers(writes(person, "血糖偏高怎么吃"), officer, "少油少盐")
    with connection.cursor() as cursor:
        cursor.execute(
            "select r::text from points_healthmessage r union all select r::text from points_consultation r"
            " union all select e::text from journal_entry e"
        )
        assert not any(word in line for (line,) in cursor.fetchall() for word in ("血糖", "少油"))


def test_each_look_is_written_down_and_others_get_none(room, person, officer):
    thread = writes(person)
    health.read(thread.pk, actor=officer)
    health.read(thread.pk, actor=officer)
    assert Entry.objects.filter(verb="consultation.read", actor=officer).count() == 2
    elsewhere = an_officer(a_room(1))
    on_duty(elsewhere, HealthRoom.objects.exclude(pk=room.pk).get())
    for other in (elsewhere, an_officer(room, "grid_leader"), an_officer(room, "shift_lead")):
        with pytest.raises(NotFound):
            health.read(thread.pk, actor=other)
        with pytest.raises(NotFound):
            answers(thread, other)


def test_what_waits_too_long_is_shown_to_all_on_the_roster(room, person):
    elsewhere = an_officer(a_room(1))
    thread = writes(person)
    assert look_after_consultations() == 0
    Consultation.objects.update(escalate_at=db_now())
    assert look_after_consultations() == 1
    assert look_after_consultations() == 0
    with pytest.raises(NotFound):
        health.read(thread.pk, actor=elsewhere)  # not on duty

    duty = on_duty(elsewhere, HealthRoom.objects.exclude(pk=room.pk).get())
    assert health.read(thread.pk, actor=elsewhere)
    answers(thread, elsewhere)
    assert answers(thread, elsewhere).officer == elsewhere  # who has answered goes on with it
    health.close(thread.pk, actor=elsewhere)
    with pytest.raises(NotFound):
        health.read(thread.pk, actor=elsewhere)
    assert duty.user == elsewhere


def test_an_answer_in_time_escalates_nothing(person, officer):
    thread = writes(person)
    Consultation.objects.update(escalate_at=db_now())
    answers(thread, officer)
    assert not health.escalate(thread.pk)
    assert health.due_to_escalate(db_now()) == []


def test_an_emergency_word_is_urgent_at_once_and_keeps_its_place(room, person, officer):
    calm = writes(a_neighbour(room))
    urgent = writes(person, "我爸胸痛，出汗")
    assert urgent.is_urgent and urgent.escalate_at <= db_now()
    assert look_after_consultations() == 1
    seen = health.threads_for(officer).order_by("-is_urgent", "waits_since")
    assert [one.pk for one in seen] == [urgent.pk, calm.pk]


def test_who_waits_reads_how_many_wait_before(room, person, officer):
    first, second = writes(a_neighbour(room)), writes(person)
    assert (health.ahead_of(first), health.ahead_of(second)) == (0, 1)
    answers(first, officer)
    assert health.ahead_of(second) == 0


def test_an_urgent_question_goes_before_all_that_wait_longer(room, person, officer):
    calm, urgent = writes(a_neighbour(room)), writes(person, "我爸胸痛，出汗")
    later, last = writes(a_neighbour(room), "孩子抽搐了"), writes(a_neighbour(room))
    waiting = sorted([calm, urgent, later, last], key=health.ahead_of)
    assert [health.ahead_of(one) for one in waiting] == [0, 1, 2, 3]
    assert waiting == [urgent, later, calm, last] == list(health.threads_for(officer).order_by(*health.IN_TURN))


def test_a_consent_is_needed_and_nobody_floods(room, person):
    with pytest.raises(NotAllowed):
        writes(a_neighbour(room, consented=False))
    assert writes(a_neighbour(room, blocked_until=db_now() + timedelta(days=1)))  # a block keeps nobody from help
    with pytest.raises(BadInput) as why:
        writes(a_neighbour(room, community_id=community(5).pk))
    assert why.value.field == "community"
    for text in ("", "  ", "长" * 501, "a\0b"):
        with pytest.raises(BadInput) as why:
            writes(person, text)
        assert why.value.field == "text"
    for _n in range(20):
        writes(person)
    with pytest.raises(TooMany):
        writes(person)


def test_a_message_sent_four_times_at_once_is_one(person):
    uuid = uuid4()
    done = all_at_once(*[lambda: health.ask(person, "头晕", uuid=uuid)] * 4)
    assert len({one.pk for one in done}) == 1
    assert HealthMessage.objects.count() == 1


def test_four_messages_at_once_make_one_consultation(person):
    done = all_at_once(*[lambda: writes(person)] * 4)
    assert len({one.pk for one in done}) == 1
    assert HealthMessage.objects.count() == 4


def test_two_officers_who_answer_at_once_are_both_heard(room, person, officer):
    thread, other = writes(person), an_officer(room)
    all_at_once(lambda: answers(thread, officer, "一"), lambda: answers(thread, other, "二"))
    assert {one["text"] for one in health.messages_of(thread)} >= {"一", "二"}


def test_a_hand_over_names_the_centre_and_ends_the_talk(person, officer):
    thread = writes(person)
    health.hand_over(thread.pk, "请到社区卫生服务中心全科门诊。", uuid=uuid4(), actor=officer)
    thread.refresh_from_db()
    assert (thread.status, thread.waits_since) == (ThreadStatus.HANDED_OVER, None)
    with pytest.raises(WrongStep):
        answers(thread, officer)
    assert health.rate(thread.uuid, person, "4").rating == 4


def test_an_answered_consultation_ends_after_three_quiet_days_and_a_waiting_one_never(room, person, officer):
    answered, waiting = answers(writes(person), officer), writes(a_neighbour(room))
    Consultation.objects.update(said_at=db_now() - timedelta(days=3))
    Consultation.objects.filter(pk=waiting.pk).update(escalate_at=db_now() + timedelta(hours=1))
    assert look_after_consultations() == 1
    assert list(Consultation.objects.order_by("pk").values_list("status", flat=True)) == ["closed", "waiting"]
    assert answered.status == ThreadStatus.ANSWERED


def test_messages_are_deleted_after_ninety_days_and_the_figures_stay(person, officer):
    thread = answers(writes(person), officer)
    health.close(thread.pk, actor=officer)
    health.rate(thread.uuid, person, "5")
    assert forget_health() == 0
    HealthMessage.objects.update(at=db_now() - timedelta(days=90))
    assert forget_health() == 1
    thread.refresh_from_db()
    assert (HealthMessage.objects.count(), thread.resident, thread.rating) == (0, None, 5)
    assert residents.own_data(person)["consultations"] == []


@pytest.mark.parametrize("goes", [residents.erase, lambda person: consents.withdraw(person, "health")])
def test_with_the_resident_or_the_consent_every_message_goes(person, officer, goes):
    thread = answers(writes(person), officer)
    assert [one["by"] for one in residents.own_data(person)["consultations"][0]["messages"]] == ["me", "officer"]
    goes(person)
    thread.refresh_from_db()
    assert (HealthMessage.objects.count(), thread.resident, thread.status) == (0, None, ThreadStatus.CLOSED)


def test_a_resident_reaches_only_his_own(room, person):
    thread, other = writes(person), a_neighbour(room)
    for call in (lambda: health.leave(thread.uuid, other), lambda: health.rate(thread.uuid, other, "1")):
        with pytest.raises(NotFound):
            call()


def test_a_roster_holds_officers_of_the_community_once_at_a_time(room, officer):
    lead = an_officer(room, "shift_lead")
    duty = health_rooms.plan_duty(room.pk, officer.pk, "2026-12-01T08:00", "2026-12-01T17:00", actor=lead)
    assert duty == health_rooms.plan_duty(room.pk, officer.pk, "2026-12-01T08:00", "2026-12-01T17:00", actor=lead)
    for field, values in [
        ("starts", (officer.pk, "2026-12-01T16:00", "2026-12-01T20:00")),
        ("ends", (officer.pk, "2026-12-02T16:00", "2026-12-02T16:00")),
        ("ends", (officer.pk, "2026-12-02T16:00", "2026-12-10T16:00")),
        ("starts", (officer.pk, "", "2026-12-02T16:00")),
        ("user", (an_officer(a_room(1)).pk, "2026-12-02T08:00", "2026-12-02T16:00")),
        ("user", ("x", "2026-12-02T08:00", "2026-12-02T16:00")),
    ]:
        with pytest.raises(BadInput) as why:
            health_rooms.plan_duty(room.pk, *values, actor=lead)
        assert why.value.field == field
    assert health_rooms.cancel_duty(duty.pk, actor=lead)
    assert not health_rooms.cancel_duty(duty.pk, actor=lead)


def test_the_same_duty_planned_at_once_stands_once(room, officer):
    all_at_once(*[lambda: health_rooms.plan_duty(
        room.pk, officer.pk, "2026-12-01T08:00", "2026-12-01T17:00", actor=officer)] * 4)  # fmt: skip
    assert HealthDuty.objects.count() == 1


def test_an_officer_plans_the_own_community_only(room, officer):
    other = a_room(1)
    with pytest.raises(NotFound):
        health_rooms.plan_duty(other.pk, officer.pk, "2026-12-01T08:00", "2026-12-01T17:00", actor=officer)
    with pytest.raises(NotFound):
        health_rooms.save_room(other.community_id, {"name": "a", "place": "b"}, actor=officer)


def test_a_room_has_a_telephone_of_its_own_and_never_that_of_a_person(room, officer):
    said = {"name": "健康小屋", "place": "一楼", "phone": "0571-12345678", "has_chest": "on"}
    saved = health_rooms.save_room(room.community_id, said, actor=officer)
    assert (saved.pk, saved.phone, saved.has_chest) == (room.pk, "0571-12345678", True)
    for phone in ("13800000000", "+86 138 0000 0000", "138-0000-0000", "abc", "12"):
        with pytest.raises(BadInput) as why:
            health_rooms.save_room(room.community_id, {**said, "phone": phone}, actor=officer)
        assert why.value.field == "phone"
