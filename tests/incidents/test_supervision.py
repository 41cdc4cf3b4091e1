"""Supervision: who is told when, what a notice asks for, and that it stays until it is cleared."""

from datetime import timedelta

import pytest

from incidents import services
from incidents.lifecycle import Status
from incidents.models import Alarm, Deadline, Incident, Supervision
from incidents.services import supervising
from incidents.tasks import call_for_supervision
from shushanwei.common.clock import db_now
from shushanwei.common.errors import BadInput, Conflict
from shushanwei.journal.models import Entry
from tests.incidents.conftest import verbs


@pytest.fixture
def lead(person):
    return person("shift_lead", "lead")


@pytest.fixture
def commander(person):
    return person("commander", "commander")


@pytest.fixture
def case(opened, seat, standard):
    case = opened(level=4)
    services.file_case(case.pk, actor=seat, standard_id=standard.pk)
    services.move(case.pk, Status.DISPATCHED)
    services.move(case.pk, Status.HANDLING)
    return case


def let_handling_be_overdue(case, limits: float = 1.0) -> None:
    limit = Deadline.objects.get(incident=case, code="handle", void_at__isnull=True)
    whole = limit.due_at - limit.started_at
    started = db_now() - whole * limits - timedelta(minutes=2)
    Deadline.objects.filter(pk=limit.pk).update(
        started_at=started, due_at=started + whole, work_at=started + whole, missed_at=started + whole
    )


def calls(case) -> list[tuple[str, int, str]]:
    alarms = Alarm.objects.filter(incident=case, kind="supervision_due").order_by("id")
    return [(alarm.for_role, alarm.data["level"], alarm.data["trigger"]) for alarm in alarms]


def test_an_overdue_case_is_put_before_the_shift_leader_once(case, lead):
    assert call_for_supervision() == 0
    let_handling_be_overdue(case)
    assert call_for_supervision() == 1
    services.acknowledge(Alarm.objects.get(incident=case, kind="supervision_due").pk, actor=lead)
    assert call_for_supervision() == 0
    assert calls(case) == [("shift_lead", 1, "overdue")]


@pytest.mark.parametrize(("column", "trigger"), [("rework_count", "rework"), ("return_count", "returned")])
def test_twice_sent_back_or_done_anew_is_enough(case, column, trigger):
    Incident.objects.filter(pk=case.pk).update(**{column: 1})
    assert call_for_supervision() == 0
    Incident.objects.filter(pk=case.pk).update(**{column: 2})
    assert call_for_supervision() == 1
    assert calls(case) == [("shift_lead", 1, trigger)]


def test_a_notice_has_a_number_a_trigger_and_four_work_hours(case, lead):
    let_handling_be_overdue(case)
    call_for_supervision()

    notice = services.supervise(case.pk, actor=lead)

    assert notice.number == f"督〔{db_now().year}〕0001"
    assert notice.trigger == "overdue" and notice.department.code == "ENF"
    assert notice.reply_due_at >= db_now() + timedelta(hours=3, minutes=59)
    assert Incident.objects.get(pk=case.pk).supervised
    assert not Alarm.objects.filter(incident=case, kind="supervision_due", acknowledged_at__isnull=True).exists()
    with pytest.raises(Conflict):
        services.supervise(case.pk, actor=lead)


def test_the_alarm_that_called_for_a_notice_leaves_the_screens_with_it(case, lead):
    let_handling_be_overdue(case)
    call_for_supervision()
    services.supervise(case.pk, actor=lead)
    alarm = Alarm.objects.get(incident=case, kind="supervision_due")
    told = Entry.objects.get(subject_type="alarm", subject_id=alarm.pk, verb="alarm.acknowledged")
    assert told.is_live and alarm.rev == told.pk and alarm.acknowledged_by == lead


def test_without_a_rule_the_one_who_signs_says_why(case, lead):
    with pytest.raises(BadInput) as error:
        services.supervise(case.pk, actor=lead)
    assert error.value.field == "note"
    assert services.supervise(case.pk, actor=lead, note="群众多次来电").trigger == "judgement"


def test_an_unanswered_notice_goes_to_the_commander(case, lead, commander):
    let_handling_be_overdue(case)
    first = services.supervise(case.pk, actor=lead)
    Supervision.objects.filter(pk=first.pk).update(reply_due_at=db_now() - timedelta(minutes=1))
    assert call_for_supervision() == 1
    assert calls(case) == [("commander", 2, "unanswered")]
    second = services.supervise(case.pk, actor=commander, level=2)
    assert (second.number[-4:], second.trigger) == ("0002", "unanswered")


def test_an_answered_one_does_not(case, lead, person):
    let_handling_be_overdue(case)
    first = services.supervise(case.pk, actor=lead)
    account = person("dept_account", "account", department="ENF")
    services.reply_supervision(first.pk, actor=account, reply="今日18时前完成")
    services.reply_supervision(first.pk, actor=account, reply="今日18时前完成")
    with pytest.raises(Conflict):
        services.reply_supervision(first.pk, actor=account, reply="另一个答复")
    Supervision.objects.filter(pk=first.pk).update(reply_due_at=db_now() - timedelta(minutes=1))
    assert call_for_supervision() == 0
    assert verbs(case).count("incident.supervision_answered") == 1


def test_open_longer_than_twice_the_limit_is_the_commanders(case):
    let_handling_be_overdue(case, limits=2.1)
    assert call_for_supervision() == 2
    assert calls(case) == [("shift_lead", 1, "overdue"), ("commander", 2, "long_open")]


def test_a_superiors_instruction_is_supervised_from_the_start(opened):
    case = opened(level=4, source_kind="superior")
    assert case.supervised
    assert call_for_supervision() == 1
    assert calls(case) == [("commander", 2, "superior")]


def test_cleared_it_leaves_the_list_and_may_be_cleared_twice(case, lead):
    notice = services.supervise(case.pk, actor=lead, note="领导关注")
    services.clear_supervision(notice.pk, actor=lead, note="已办结")
    services.clear_supervision(notice.pk, actor=lead)
    assert not Incident.objects.get(pk=case.pk).supervised
    assert verbs(case).count("incident.supervision_cleared") == 1
    assert supervising.supervisable_ids(db_now()) == []


def test_only_the_commander_signs_the_second_level(case, lead, commander, client):
    def issue(who):
        client.force_login(who)
        body = {"level": 2, "note": "上级要求"}
        return client.post(f"/api/v1/incidents/{case.pk}/supervise/", body, content_type="application/json").status_code

    assert issue(lead) == 403
    assert issue(commander) == 200
